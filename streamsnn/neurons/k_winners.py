"""k-winners-take-all layer: a sparse binary code of fixed size, one spike per winner and sample."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, NEURON_UPDATES_IDLE, OVERFLOWS, SPIKES
from streamsnn.memory.fixed_point import wrap24
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel


@dataclass(frozen=True)
class KWinners:
    """Integrators that compete once a sample: the k largest positive potentials spike.

        u[t] = wrap24( u[t-1] + a[t] )       v[t] = v[t-1] + u[t]         (t <= last input tick)
        in the last input tick: the k neurons with the largest v > 0 spike (ties: lowest index first)

    The current does not decay, so an input spike at tick s adds w * (last - s + 1) to v: with a latency
    code, v is the weighted sum of intensities at one spike per input. The choice is what a threshold
    that falls until k neurons have fired, or to zero, with global inhibition after that, would give; it is
    emulated as one search for that threshold. A layer that nothing has reached stays silent.

    Parameters
    ----------
    k
        Number of winners.

    References
    ----------
    Maass, On the computational power of winner-take-all, Neural Computation 2000.

    >>> KWinners(k=40).k
    40
    """

    k: int = 40

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k={self.k}: at least one neuron must win")

    @property
    def integer(self) -> bool:
        """Always integer currents."""
        return True

    def fields(self) -> tuple[Field, ...]:
        """Current `u` and potential `v`."""
        return (Field("u", "i4", ("post",), lasting=False), Field("v", "i4", ("post",), lasting=False))

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(k,)`."""
        return (float(self.k),)

    def kernel(self) -> Kernel:
        """Integrate, and choose in the last input tick."""
        return _tick


@kernel
def falling_threshold(v: Int32s, k: int) -> int:
    """Largest threshold that at least k potentials reach (found by bisection)."""
    low = int(v[0])
    high = low
    for j in range(v.size):
        low = min(low, int(v[j]))
        high = max(high, int(v[j]))
    while low < high:  # count(v >= low) >= k throughout; high is the largest candidate
        middle = low + (high - low + 1) // 2
        threshold = np.int32(middle)
        reached = np.int32(0)
        for j in range(v.size):
            reached += np.int32(v[j] >= threshold)
        if reached >= k:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def _tick(
    t: int, last: int, acc: Int32s, out: Int32s, count: Ints, const: Floats, u: Int32s, v: Int32s
) -> int:
    if t > last:
        return 0  # the winners have inhibited the layer until the next sample
    # All in 32 bits: the loop and its two counts then run in full vectors.
    active = np.int32(0)
    overflows = np.int32(0)
    for j in range(v.size):
        a = acc[j]
        exact = np.int32(u[j] + a)
        current = np.int32(wrap24(exact))
        overflows = np.int32(overflows + np.int32(current != exact))
        active = np.int32(active + np.int32(a != 0))
        u[j] = current
        v[j] = np.int32(v[j] + current)
        acc[j] = 0
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    count[OVERFLOWS] += overflows
    if t < last:
        return 0
    k = min(int(const[0]), v.size)
    threshold = max(falling_threshold(v, k), 0)
    above = 0
    for j in range(v.size):
        above += int(v[j] > threshold)
    ties = k - above if threshold > 0 else 0
    n_spikes = 0
    for j in range(v.size):
        if v[j] > threshold or (v[j] == threshold and ties > 0):
            ties -= int(v[j] == threshold)
            out[n_spikes] = j
            n_spikes += 1
    count[SPIKES] += n_spikes
    return n_spikes
