"""Current-based leaky integrate-and-fire neuron, in the chip's integers and in floats."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, NEURON_UPDATES_IDLE, OVERFLOWS, SPIKES
from streamsnn.memory.fixed_point import decay, decay_constant, wrap24
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

V_LIMIT = (1 << 23) - 1  # 24-bit signed state
THETA_LIMIT = (1 << 17) - 1  # 17-bit threshold mantissa


@dataclass(frozen=True)
class LIF:
    """Current-based leaky integrate-and-fire neuron (CUBA-LIF).

    Integer form (`arithmetic="fixed"`), with dec(x, d) = sign(x) floor(|x| (4096 - d) / 4096):

        u[t] = wrap24( dec(u[t-1], d_u + 1) + a[t] )             a: summed weights * 2^6
        v[t] = clip( dec(v[t-1], d_v) + u[t] + bias, +-(2^23 - 1) )
        spike if v[t] > v_threshold * 2^6 ;  then v := 0 and silent for `refractory` ticks

    Float twin (`arithmetic="float"`), weights in their own unit and no rounding:

        u[t] = u[t-1] exp(-dt/tau_syn) + a[t]
        v[t] = v[t-1] exp(-dt/tau_mem) + u[t] + bias ;           spike if v[t] > v_threshold

    The `+ 1` on the current decay is a fixed offset of the chip. Rounding is toward zero, so any decay
    ends at exactly zero. During `refractory` ticks v stays 0; u goes on.

    Parameters
    ----------
    tau_syn, tau_mem
        Decay times of current and membrane, seconds; `inf` for none.
    v_threshold
        Threshold in units of a weight of 1 (integer form: 17 bits).
    bias
        Constant input per tick, in units of a weight of 1.
    refractory
        Silent ticks after a spike, 0 to 63.
    arithmetic
        `"fixed"` or `"float"`.

    References
    ----------
    Davies et al., Loihi: a neuromorphic manycore processor with on-chip learning, IEEE Micro 2018;
    Michaelis, Lehr, Oed, Tetzlaff, Brian2Loihi, Front. Neuroinform. 2022 (the integer form).

    >>> LIF(tau_mem=0.02).constants(dt=0.001)[:2]
    (4096.0, 200.0)
    """

    tau_syn: float = 0.0
    tau_mem: float = 0.02
    v_threshold: float = 100.0
    bias: float = 0.0
    refractory: int = 0
    arithmetic: Literal["fixed", "float"] = "fixed"

    def __post_init__(self) -> None:
        if self.tau_syn < 0 or not self.tau_mem > 0:
            raise ValueError(
                f"tau_syn={self.tau_syn} s, tau_mem={self.tau_mem} s: give tau_syn >= 0, tau_mem > 0"
            )
        if self.arithmetic not in ("fixed", "float"):
            raise ValueError(f"arithmetic={self.arithmetic!r}: choose 'fixed' or 'float'")
        if not 0 <= self.refractory <= 63:
            raise ValueError(f"refractory={self.refractory}: the chip counts 0 to 63 silent ticks")
        if self.integer and not 0 <= self.v_threshold <= THETA_LIMIT:
            raise ValueError(
                f"v_threshold={self.v_threshold}: the fixed form has 17 bits, 0 to {THETA_LIMIT}"
            )

    @property
    def integer(self) -> bool:
        """True for the fixed form."""
        return self.arithmetic == "fixed"

    def fields(self) -> tuple[Field, ...]:
        """Current `u`, potential `v`, ticks of silence left."""
        dtype = "i4" if self.integer else "f8"
        return (
            Field("u", dtype, ("post",), lasting=False),
            Field("v", dtype, ("post",), lasting=False),
            Field("silent", "i4", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(current decay, membrane decay, threshold, bias, refractory)`, in the form's own units."""
        if not self.integer:
            keep_u = float(np.exp(-dt / self.tau_syn)) if self.tau_syn > 0 else 0.0
            keep_v = float(np.exp(-dt / self.tau_mem))
            return (keep_u, keep_v, self.v_threshold, self.bias, float(self.refractory))
        d_u = min(4096, decay_constant(self.tau_syn, dt) + 1) if self.tau_syn > 0 else 4096
        d_v = decay_constant(self.tau_mem, dt)
        theta = float(np.rint(self.v_threshold)) * 64
        return (float(d_u), float(d_v), theta, float(np.rint(self.bias)) * 64, float(self.refractory))

    def kernel(self) -> Kernel:
        """The tick of this arithmetic."""
        return _tick_fixed if self.integer else _tick_float


@kernel
def _tick_fixed(
    acc: Int32s, out: Int32s, count: Ints, const: Floats, u: Int32s, v: Int32s, silent: Int32s
) -> int:
    d_u, d_v, theta, bias, refractory = (
        int(const[0]),
        int(const[1]),
        int(const[2]),
        int(const[3]),
        int(const[4]),
    )
    n_spikes = 0
    active = 0
    overflows = 0
    for j in range(v.size):
        a = int(acc[j])
        acc[j] = 0
        active += int(a != 0)
        exact = decay(int(u[j]), d_u) + a
        current = wrap24(exact)
        overflows += int(current != exact)
        u[j] = current
        if silent[j] > 0:
            silent[j] -= 1
            v[j] = 0
            continue
        potential = decay(int(v[j]), d_v) + current + bias
        potential = min(max(potential, -V_LIMIT), V_LIMIT)
        if potential > theta:
            out[n_spikes] = j
            n_spikes += 1
            potential = 0
            silent[j] = refractory
        v[j] = potential
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    count[SPIKES] += n_spikes
    count[OVERFLOWS] += overflows
    return n_spikes


@kernel
def _tick_float(
    acc: Floats, out: Int32s, count: Ints, const: Floats, u: Floats, v: Floats, silent: Int32s
) -> int:
    n_spikes = 0
    active = 0
    for j in range(v.size):
        active += int(acc[j] != 0.0)
        u[j] = u[j] * const[0] + acc[j]
        acc[j] = 0.0
        if silent[j] > 0:
            silent[j] -= 1
            v[j] = 0.0
            continue
        v[j] = v[j] * const[1] + u[j] + const[3]
        if v[j] > const[2]:
            out[n_spikes] = j
            n_spikes += 1
            v[j] = 0.0
            silent[j] = int(const[4])
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    count[SPIKES] += n_spikes
    return n_spikes
