"""k-winners-take-all layer: a sparse binary code of fixed size, one spike per winner and sample."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import OVERFLOWS, SPIKES
from streamsnn.neurons._integrate import check_scale, integrate
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

SCORE_LIMIT = (1 << 31) - 1


@dataclass(frozen=True)
class KWinners:
    """Integrators that compete once a sample: the k largest positive potentials spike.

        u[t] = wrap24( u[t-1] + a[t] )       v[t] = v[t-1] + u[t]         (t <= last input tick)
        in the last input tick: the k neurons with the largest s > 0 spike (ties: lowest index first)
        s_j = v_j        or, with gain or bias,      s_j = floor( (v_j / 2^6 * gain_j + bias_j) / 2^shift )

    The current does not decay, so an input spike at tick s adds w * (last - s + 1) to v: with a latency
    code, v is the weighted sum of intensities at one spike per input. The choice is what a threshold
    that falls until k neurons have fired, or to zero, with global inhibition after that, would give; it is
    emulated as one search for that threshold. A layer that nothing has reached stays silent.

    Parameters
    ----------
    k
        Number of winners.
    bias
        Integer offset of each neuron (32 bits), in units of a weight of 1 times the gain; empty for 0. Of C
        given, neuron j takes element j mod C; C divides the layer's size.
    gain
        Integer factor of each neuron (16 bits), likewise; empty for 1. A score that leaves 32 bits
        saturates and is counted as an overflow.
    shift
        Right shift after the gain, 0 to 31 bits.

    References
    ----------
    Maass, On the computational power of winner-take-all, Neural Computation 2000.

    >>> KWinners(k=40).k
    40
    """

    k: int = 40
    bias: tuple[int, ...] = ()
    gain: tuple[int, ...] = ()
    shift: int = 0

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k={self.k}: at least one neuron must win")
        check_scale("KWinners", self.gain, self.bias, self.shift)
        if self.shift and not self._scaled:
            raise ValueError(f"KWinners: shift={self.shift} without gain or bias shifts nothing; give one")

    @property
    def _scaled(self) -> bool:
        return bool(self.gain or self.bias)

    @property
    def period(self) -> int:
        """Neurons after which gains and biases repeat."""
        return max(1, len(self.gain), len(self.bias))

    @property
    def integer(self) -> bool:
        """Always integer currents."""
        return True

    def fields(self) -> tuple[Field, ...]:
        """Current `u` and potential `v`; with gain or bias, the scores."""
        names = ("u", "v", "score") if self._scaled else ("u", "v")
        return tuple(Field(name, "i4", ("post",), lasting=False) for name in names)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(k,)`; with gain or bias also their number, the shift, the gains and the biases."""
        if not self._scaled:
            return (float(self.k),)
        gain, bias = self.gain or (1,) * self.period, self.bias or (0,) * self.period
        return tuple(float(n) for n in (self.k, self.period, self.shift, *gain, *bias))

    def kernel(self) -> Kernel:
        """Integrate, and choose in the last input tick."""
        return _tick_scaled if self._scaled else _tick


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
def _choose(score: Int32s, k: int, out: Int32s, count: Ints) -> int:
    """Fire the k neurons with the largest positive scores; returns how many fired."""
    k = min(k, score.size)
    threshold = max(falling_threshold(score, k), 0)
    above = 0
    for j in range(score.size):
        above += int(score[j] > threshold)
    ties = k - above if threshold > 0 else 0
    n_spikes = 0
    for j in range(score.size):
        if score[j] > threshold or (score[j] == threshold and ties > 0):
            ties -= int(score[j] == threshold)
            out[n_spikes] = j
            n_spikes += 1
    count[SPIKES] += n_spikes
    return n_spikes


@kernel
def _tick(
    t: int, last: int, acc: Int32s, out: Int32s, count: Ints, const: Floats, u: Int32s, v: Int32s
) -> int:
    if t > last:
        return 0  # the winners have inhibited the layer until the next sample
    integrate(acc, count, u, v)
    return _choose(v, int(const[0]), out, count) if t == last else 0


@kernel
def _tick_scaled(
    t: int,
    last: int,
    acc: Int32s,
    out: Int32s,
    count: Ints,
    const: Floats,
    u: Int32s,
    v: Int32s,
    score: Int32s,
) -> int:
    if t > last:
        return 0
    integrate(acc, count, u, v)
    if t < last:
        return 0
    period, shift = int(const[1]), int(const[2])
    overflows = 0
    for first in range(0, v.size, period):
        for c in range(period):
            j = first + c
            exact = ((int(v[j]) >> 6) * int(const[3 + c]) + int(const[3 + period + c])) >> shift
            held = min(max(exact, -SCORE_LIMIT), SCORE_LIMIT)
            overflows += int(held != exact)
            score[j] = held
    count[OVERFLOWS] += overflows
    return _choose(score, int(const[0]), out, count)
