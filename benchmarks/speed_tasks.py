"""What `benchmarks.speed` times on our side: a name, the inputs it runs on, its mode and its form."""

from dataclasses import dataclass
from typing import Literal

Form = Literal["block", "call"]


@dataclass(frozen=True)
class Timing:
    """One of our ways to run a task.

    Parameters
    ----------
    name
        Of the figure, without its unit.
    task
        The inputs, one of `benchmarks.peers.inputs.TASKS`: peers of the same task are compared with it.
    mode
        Form of the learning rule, as `benchmarks.speed_networks` knows it.
    form
        `"block"`: many ticks a call of `Core.run`; `"call"`: one, as on a live stream.
    compared
        Whether peers are set against it.
    """

    name: str
    task: str
    mode: str
    form: Form = "block"
    compared: bool = True

    @property
    def unit(self) -> str:
        """A step of STDP is an image of 250 ticks, and given in ms; other steps are ticks."""
        return "ms" if self.task.startswith("stdp") else "us"

    @property
    def figure(self) -> str:
        """Name of the figure."""
        return f"{self.name}_{self.unit}"

    @property
    def per_second(self) -> float:
        """How many units a second has."""
        return 1e3 if self.unit == "ms" else 1e6


TIMINGS = (
    *(Timing(f"pes_n{n}_block", f"pes_n{n}", "dense") for n in (100, 1000, 10_000)),
    *(Timing(f"pes_n{n}_call", f"pes_n{n}", "dense", "call") for n in (100, 1000)),
    Timing("pes_n1000_sparse_block", "pes_n1000", "sparse", compared=False),
    *(Timing(f"net256_d{d}_deferred", f"net256_d{d}", "deferred") for d in ("01", "10", "50")),
    Timing("net256_d10_call", "net256_d10", "deferred", "call"),
    Timing("net256_d10_gated", "net256_d10", "gated", compared=False),
    Timing("net256_d10_dense", "net256_d10", "dense", compared=False),
    Timing("net256_d50_dense", "net256_d50", "dense"),
    Timing("net256_d10_fixed8", "net256_d10", "fixed8", compared=False),
    Timing("net1024_d10_deferred", "net1024_d10", "deferred"),
    *(Timing(f"growth_1e{k}", f"growth_1e{k}", "deferred") for k in (4, 5, 6)),
    Timing("net_1e7_deferred", "net_1e7", "deferred"),
    Timing("net_1e7_fixed8", "net_1e7", "fixed8", compared=False),
    *(Timing(f"stdp_n{n}", f"stdp_n{n}", "pair") for n in (400, 1600)),
)
TIMING = {timing.name: timing for timing in TIMINGS}
