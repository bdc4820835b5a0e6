"""Leaky integrate-and-fire neuron whose spikes say how far it was driven over its threshold."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import OVERFLOWS
from streamsnn.memory.fixed_point import decay, decay_constant, wrap24
from streamsnn.neurons._lif import V_LIMIT
from streamsnn.neurons._tally import tally
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

THETA_LIMIT = (1 << 17) - 1  # 17-bit threshold mantissa


@dataclass(frozen=True)
class GradedLIF:
    """Current-based leaky integrate-and-fire neuron with graded spikes.

        u[t] = wrap24( dec(u[t-1], d_u + 1) + a[t] )                   a: summed weights * payload * 2^6
        v[t] = clip( dec(v[t-1], d_v) + u[t] + bias, +-(2^23 - 1) )
        spike if v[t] > v_threshold * 2^6, with payload ceil( (v[t] - v_threshold 2^6) / 2^6 ) ;  then v := 0

    The integer form of `LIF`, which sends the excess over its threshold with the spike, in units of a
    weight of 1 and at least 1. A synapse delivers its weight times the payload; the summed input of a
    neuron saturates in 24 bits, which is counted as an overflow.

    Parameters
    ----------
    tau_syn, tau_mem
        Decay times of current and membrane, seconds; `inf` for none. Membrane default 20 ms as in Bellec
        et al. 2020.
    v_threshold
        Threshold in units of a weight of 1 (17 bits).
    bias
        Constant input per tick, in units of a weight of 1.

    Notes
    -----
    No synaptic memory is read or written. Every neuron is updated in every tick.

    Hosts: loihi2.

    References
    ----------
    Intel Labs, Taking neuromorphic computing to the next level with Loihi 2, 2021 (spikes with an integer
    payload); Davies et al., Loihi, IEEE Micro 2018 (the compartment).

    >>> GradedLIF(tau_mem=0.02).payload_bits
    18
    """

    tau_syn: float = 0.0
    tau_mem: float = 0.02
    v_threshold: float = 100.0
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not self.tau_syn >= 0 or not self.tau_mem > 0:
            raise ValueError(
                f"tau_syn={self.tau_syn} s, tau_mem={self.tau_mem} s: give tau_syn >= 0, tau_mem > 0"
            )
        if not 0 <= self.v_threshold <= THETA_LIMIT:
            raise ValueError(f"v_threshold={self.v_threshold}: there are 17 bits, give 0 to {THETA_LIMIT}")

    @property
    def integer(self) -> bool:
        """Integer currents only."""
        return True

    @property
    def payload_bits(self) -> int:
        """Bits of the largest payload, (2^23 - 1) / 2^6 rounded up."""
        return 18

    def fields(self) -> tuple[Field, ...]:
        """Current `u`, potential `v`."""
        return (Field("u", "i4", ("post",), lasting=False), Field("v", "i4", ("post",), lasting=False))

    def constants(self, dt: float) -> tuple[float, ...]:
        """Decays of u and v in 1/4096, threshold, bias."""
        d_u = min(4096, decay_constant(self.tau_syn, dt) + 1) if self.tau_syn > 0 else 4096
        theta, bias = 64.0 * float(np.rint(self.v_threshold)), 64.0 * float(np.rint(self.bias))
        return (float(d_u), float(decay_constant(self.tau_mem, dt)), theta, bias)

    def kernel(self) -> Kernel:
        """Advance all neurons by one tick."""
        return _tick


@kernel
def _tick(acc: Int32s, out: Int32s, payload: Int32s, count: Ints, const: Floats, u: Int32s, v: Int32s) -> int:
    d_u, d_v, theta, bias = int(const[0]), int(const[1]), int(const[2]), int(const[3])
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
        potential = min(max(decay(int(v[j]), d_v) + current + bias, -V_LIMIT), V_LIMIT)
        if potential > theta:
            out[n_spikes] = j
            payload[n_spikes] = (potential - theta + 63) >> 6
            n_spikes += 1
            potential = 0
        v[j] = potential
    tally(count, v.size, active, n_spikes)
    count[OVERFLOWS] += overflows
    return n_spikes
