"""Leaky integrator: a neuron that never spikes, for readouts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, NEURON_UPDATES_IDLE, OVERFLOWS
from streamsnn.memory.fixed_point import decay, decay_constant
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

V_LIMIT = (1 << 23) - 1  # 24-bit signed state


@dataclass(frozen=True)
class LI:
    """Leaky integrator without spikes.

        fixed   v[t] = clip( dec(v[t-1], d_v) + a[t], +-(2^23 - 1) )
        float   v[t] = v[t-1] exp(-dt/tau_mem) + a[t]

    dec rounds toward zero, with a 12-bit decay d_v. A potential that the chip's 24-bit register clips is
    counted as an overflow.

    Parameters
    ----------
    tau_mem
        Decay time in seconds; `inf` sums without loss.
    arithmetic
        `"fixed"` or `"float"`.

    Notes
    -----
    No synaptic memory is read or written; every neuron is updated in every tick.

    Hosts: loihi1, loihi2, spinnaker; the float form brainscales2.

    References
    ----------
    NIR's `LI` node: Pedersen et al., Nature Communications 2024.

    >>> LI().constants(0.001)
    (0.0,)
    """

    tau_mem: float = float("inf")
    arithmetic: Literal["fixed", "float"] = "fixed"

    def __post_init__(self) -> None:
        if not self.tau_mem > 0:
            raise ValueError(f"tau_mem={self.tau_mem} s: give a positive number of seconds or inf")
        if self.arithmetic not in ("fixed", "float"):
            raise ValueError(f"arithmetic={self.arithmetic!r}: choose 'fixed' or 'float'")

    @property
    def integer(self) -> bool:
        """True for the fixed form."""
        return self.arithmetic == "fixed"

    def fields(self) -> tuple[Field, ...]:
        """Potential `v`."""
        return (Field("v", "i4" if self.integer else "f8", ("post",), lasting=False),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(decay,)`: 12-bit integer (fixed) or factor kept per tick (float)."""
        if self.integer:
            return (float(decay_constant(self.tau_mem, dt)),)
        return (float(np.exp(-dt / self.tau_mem)),)

    def kernel(self) -> Kernel:
        """The tick of this arithmetic."""
        return _tick_fixed if self.integer else _tick_float


@kernel
def _tick_fixed(acc: Int32s, count: Ints, const: Floats, v: Int32s) -> int:
    d_v = int(const[0])
    active = np.int32(0)
    for j in range(v.size):
        active = np.int32(active + np.int32(acc[j] != 0))
    overflows = 0
    if active > 0 or d_v > 0:
        for j in range(v.size):
            exact = decay(int(v[j]), d_v) + int(acc[j])
            clipped = min(max(exact, -V_LIMIT), V_LIMIT)
            overflows += int(clipped != exact)
            v[j] = clipped
            acc[j] = 0
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    count[OVERFLOWS] += overflows
    return 0


@kernel
def _tick_float(acc: Floats, count: Ints, const: Floats, v: Floats) -> int:
    active = 0
    for j in range(v.size):
        active += int(acc[j] != 0.0)
        v[j] = v[j] * const[0] + acc[j]
        acc[j] = 0.0
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    return 0
