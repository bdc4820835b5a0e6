"""Rate code: every feature is a rate, and its input neuron spikes by chance in each tick."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

TICKS, LOW, CHANCE, LARGEST = range(4)


@dataclass(frozen=True)
class Poisson:
    """Independent random spikes whose rate is the feature's value.

        p_i = min(1, dt max_rate clip((x_i - low) / (high - low), 0, 1))       chance of a spike in a tick
        gap to the next spike = 1 + floor( log(u) / log(1 - p_i) )             u uniform in (0, 1)

    Each tick of each neuron is an independent Bernoulli trial, which is what Poisson spikes are on a grid of
    ticks. The gaps between successes of such trials are geometric and are drawn directly, so that a sample
    costs one draw per spike and per neuron that is not silent, not one per neuron and tick. Missing features
    (NaN) stay silent. Equal seed, clock and values give equal spikes; other values give others, so that
    samples that are predicted at the same time do not share their noise.

    Parameters
    ----------
    ticks
        Ticks per sample; 350 ms in Diehl & Cook, 250 in common ports of their network.
    max_rate
        Rate at the top of the range, Hz. 63.75 in Diehl & Cook, 128 in common ports.
    low, high
        Range of every feature, in the feature's unit.

    Cost per tick: no synaptic memory; the spikes are drawn before the network and are not counted.

    Hosts: any, with the spikes drawn before the chip.

    References
    ----------
    Diehl & Cook, Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Front.
    Comput. Neurosci. 2015 (input); Devroye, Non-Uniform Random Variate Generation, 1986 (geometric gaps).

    >>> Poisson(ticks=100, max_rate=100.0).constants(0.001)
    (100.0, 0.0, 0.1, 0.1)
    """

    ticks: int = 250
    max_rate: float = 128.0
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.ticks <= 1 << 15:
            raise ValueError(f"ticks={self.ticks}: give 1 to {1 << 15} ticks per sample")
        if not 0 < self.max_rate < np.inf:
            raise ValueError(f"max_rate={self.max_rate} Hz: give a positive number of hertz")
        if not self.low < self.high or not np.isfinite(self.high - self.low):
            raise ValueError(f"low={self.low}, high={self.high}: give a finite range with low < high")

    @property
    def lines(self) -> int:
        """One input neuron per feature."""
        return 1

    def fields(self) -> tuple[Field, ...]:
        """First neuron that is due in each tick, the one due after each neuron, and 1 / log(1 - p)."""
        return (
            Field("due", "i4", (self.ticks,), lasting=False),
            Field("after", "i4", ("pre",), lasting=False),
            Field("scale", "f8", ("pre",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(ticks, low, chance of a spike in a tick per unit of the feature, largest chance)`."""
        return (
            float(self.ticks),
            float(self.low),
            float(dt * self.max_rate / (self.high - self.low)),
            float(min(1.0, dt * self.max_rate)),
        )

    def kernel(self) -> Kernel:
        """Draw the spikes of one sample."""
        return _encode


@kernel
def _next_spike(key: int, i: int, t: int, scale: float, ticks: int) -> int:
    """Tick of the next spike of neuron i after tick t, or `ticks` if it lies beyond the sample."""
    u = (draw(key, i, t + 1) + 0.5) * 2.0**-32
    gap = np.log(u) * scale  # compared before it becomes an integer: a small p makes it huge
    return int(t + 1 + int(gap)) if gap < ticks - t - 1 else ticks


@kernel
def _encode(
    x: Floats, key: int, ptr: Ints, index: Int32s, const: Floats, due: Int32s, after: Int32s, scale: Floats
) -> None:
    ticks = int(const[TICKS])
    content = 0
    for i in range(x.size):
        p = min((x[i] - const[LOW]) * const[CHANCE], const[LARGEST])
        if p > 0.0:  # not for NaN
            content += (i + 1) * int(p * 2.0**32)
            scale[i] = 1.0 / np.log1p(-p) if p < 1.0 else 0.0  # 0: every gap is one tick
        else:
            scale[i] = 1.0  # silent
    own_key = mix((key ^ content) & 0xFFFFFFFF)
    for i in range(x.size):
        if scale[i] <= 0.0:
            t = _next_spike(own_key, i, -1, scale[i], ticks)
            if t < ticks:
                after[i] = due[t]
                due[t] = i + 1
    n = 0
    for t in range(ticks):
        ptr[t] = n
        following = due[t]
        due[t] = 0
        while following > 0:
            i = following - 1
            following = after[i]
            index[n] = i
            n += 1
            later = _next_spike(own_key, i, t, scale[i], ticks)
            if later < ticks:
                after[i] = due[later]
                due[later] = i + 1
    ptr[ticks] = n
