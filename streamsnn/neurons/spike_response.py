"""Neuron without a reset: filtered input plus a refractory trace of its own spikes, as DECOLLE assumes it."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.neurons._tally import tally
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel


@dataclass(frozen=True)
class SpikeResponse:
    """Spike-response neuron in floats: its potential is linear in its input, also across its own spikes.

        i[t] = beta i[t-1] + (1 - beta) I[t]                beta = exp(-dt/tau_syn)
        p[t] = alpha p[t-1] + (1 - alpha) i[t-1]            alpha = exp(-dt/tau_mem)
        r[t] = rho r[t-1] - (1 - rho) w_ref z[t-1]          rho = exp(-dt/tau_ref)
        v[t] = p[t] + r[t] ,    z[t] = 1 if v[t] > v_threshold, else 0

    I is the summed input of the tick. A spike lowers v by a trace of its own and resets nothing, so that
    rules read the potential that caused the spike.

    Parameters
    ----------
    tau_syn, tau_mem
        Decay times of current and membrane, seconds; 12 and 32.8 ms are the paper's 0.92 and 0.97 per tick
        of 1 ms.
    tau_ref
        Decay time of the refractory trace, seconds; 2.32 ms is the paper's 0.65 per tick of 1 ms.
    w_ref
        Size of the refractory trace, in units of v; 1 as in the paper.
    v_threshold
        Threshold in units of v; the paper has 0 and a learned bias.

    Notes
    -----
    No synaptic memory is read or written; every neuron is updated in every tick.

    Hosts: loihi2, spinnaker (three decaying states).

    References
    ----------
    Kaiser, Mostafa & Neftci, Synaptic plasticity dynamics for deep continuous local learning (DECOLLE),
    Frontiers in Neuroscience 2020.

    >>> [field.name for field in SpikeResponse().fields()]
    ['i', 'p', 'r', 'v', 'z']
    """

    tau_syn: float = 0.012
    tau_mem: float = 0.0328
    tau_ref: float = 0.00232
    w_ref: float = 1.0
    v_threshold: float = 1.0

    def __post_init__(self) -> None:
        if not min(self.tau_syn, self.tau_mem, self.tau_ref) > 0:
            raise ValueError(
                f"tau_syn={self.tau_syn} s, tau_mem={self.tau_mem} s, tau_ref={self.tau_ref} s: "
                "give positive times"
            )
        if not 0 <= self.w_ref < float("inf") or not abs(self.v_threshold) < float("inf"):
            raise ValueError(
                f"w_ref={self.w_ref}, v_threshold={self.v_threshold}: give finite numbers, w_ref >= 0"
            )

    @property
    def integer(self) -> bool:
        """Always floats."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Current `i`, membrane `p`, refractory trace `r`, potential `v`, spike of the last tick `z`."""
        return tuple(Field(name, "f8", ("post",), lasting=False) for name in ("i", "p", "r", "v", "z"))

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(beta, alpha, rho, refractory weight, threshold)`."""
        keep = tuple(float(np.exp(-dt / tau)) for tau in (self.tau_syn, self.tau_mem, self.tau_ref))
        return (*keep, self.w_ref, self.v_threshold)

    def kernel(self) -> Kernel:
        """Filter, subtract, fire."""
        return _tick


@kernel
def _tick(
    acc: Floats,
    out: Int32s,
    count: Ints,
    const: Floats,
    i: Floats,
    p: Floats,
    r: Floats,
    v: Floats,
    z: Floats,
) -> int:
    beta, alpha, rho, w_ref, threshold = const[0], const[1], const[2], const[3], const[4]
    n_spikes = 0
    active = 0
    for j in range(v.size):
        active += int(acc[j] != 0.0)
        p[j] = alpha * p[j] + (1.0 - alpha) * i[j]
        i[j] = beta * i[j] + (1.0 - beta) * acc[j]
        r[j] = rho * r[j] - (1.0 - rho) * w_ref * z[j]
        acc[j] = 0.0
        v[j] = p[j] + r[j]
        z[j] = 0.0
        if v[j] > threshold:
            out[n_spikes] = j
            n_spikes += 1
            z[j] = 1.0
    tally(count, v.size, active, n_spikes)
    return n_spikes
