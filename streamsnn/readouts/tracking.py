"""Readout that follows a target vector tick by tick: regression, pattern generation, control."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Kernel


@dataclass(frozen=True)
class Tracking:
    """Outputs that should equal a target vector in every tick.

        of = "potential"   y_k[t] = v_k[t]
        of = "rate"        y_k[t] = y_k[t-1] exp(-dt/tau) + (1 - exp(-dt/tau)) s_k[t] / dt        in Hz
        error              e_k[t] = y_k[t] - y*_k

    A sample whose target starts with NaN gives no error.

    Parameters
    ----------
    of
        Read `"potential"` (non-spiking last layer) or `"rate"` (low-passed spikes).
    tau
        Low-pass filter of the rate, seconds.

    References
    ----------
    Bellec et al., Nature Communications 2020 (pattern generation with a leaky readout).

    >>> Tracking().targets
    'vector'
    """

    of: Literal["potential", "rate"] = "potential"
    tau: float = 0.02

    def __post_init__(self) -> None:
        if self.of not in ("potential", "rate"):
            raise ValueError(f"of={self.of!r}: choose 'potential' or 'rate'")
        if not self.tau > 0:
            raise ValueError(f"tau={self.tau} s: give a positive number of seconds")

    @property
    def targets(self) -> Literal["class", "vector"]:
        """One number per output."""
        return "vector"

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Every tick."""
        return "tick"

    def fields(self) -> tuple[Field, ...]:
        """The outputs."""
        return (Field("y", "f8", ("post",), lasting=False),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(kept per tick, rise per spike in Hz)`."""
        keep = float(np.exp(-dt / self.tau))
        return (keep, (1.0 - keep) / dt)

    def kernel(self) -> Kernel:
        """Read the outputs."""
        return _potentials if self.of == "potential" else _rates

    def error(self) -> Kernel:
        """Output minus target."""
        return _error


@kernel
def _potentials(v: Floats, y: Floats, scores: Floats) -> None:
    for k in range(scores.size):
        y[k] = v[k]
        scores[k] = v[k]


@kernel
def _rates(post: Int32s, y: Floats, scores: Floats, const: Floats) -> None:
    for k in range(scores.size):
        y[k] *= const[0]
    for n in range(post.size):
        y[post[n]] += const[1]
    for k in range(scores.size):
        scores[k] = y[k]


@kernel
def _error(y: Floats, target: Floats, third: Floats) -> None:
    for k in range(third.size):
        third[k] = y[k] - target[k]
