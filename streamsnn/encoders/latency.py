"""Latency codes: one spike per feature, earlier for larger values."""

from dataclasses import dataclass

import numpy as np

from streamsnn.encoders._range import HUGE
from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel


def _check_ticks(ticks: int) -> None:
    if not 1 <= ticks <= 64:
        raise ValueError(f"ticks={ticks}: a latency code has 1 to 64 ticks")


@dataclass(frozen=True)
class Latency:
    """Time-to-first-spike code of features with a known range.

        level = round( ticks * clip((x - low) / (high - low), 0, 1) )
        spike at tick (ticks - level); level 0 and missing features (NaN) stay silent

    Parameters
    ----------
    low, high
        Range of every feature (a sensor's data sheet), in the feature's unit.
    ticks
        Levels, and ticks per sample.

    References
    ----------
    Thorpe, Delorme, Van Rullen, Spike-based strategies for rapid processing, Neural Networks 2001.

    >>> Latency(low=0, high=16).constants(0.001)
    (8.0, 0.0, 0.5)
    """

    low: float = 0.0
    high: float = 1.0
    ticks: int = 8

    def __post_init__(self) -> None:
        if not self.low < self.high or not np.isfinite(self.high - self.low):
            raise ValueError(f"low={self.low}, high={self.high}: give a finite range with low < high")
        _check_ticks(self.ticks)

    @property
    def lines(self) -> int:
        """One input neuron per feature."""
        return 1

    def fields(self) -> tuple[Field, ...]:
        """Level of each input neuron in this sample."""
        return (Field("level", "i4", ("pre",), lasting=False),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(ticks, low, levels per unit)`."""
        return (float(self.ticks), float(self.low), self.ticks / (self.high - self.low))

    def kernel(self) -> Kernel:
        """Write the spikes of one sample."""
        return _encode


@dataclass(frozen=True)
class AdaptivePopulation:
    """Population code for features of unknown scale: neurons tuned to values, nearer ones spike earlier.

        z = (x - mean_f) / dev_f,   dev = mean |x - mean|        s = z / (2 + |z|)   in (-1, 1)
        neuron i of a feature is tuned to  c_i = -1 + (2i + 1) / n
        level = round( ticks * max(0, 1 - |s - c_i| * n / 3) );   spike at tick (ticks - level)

    Mean and deviation of a feature come from its first `n_calibrate` values and are then frozen: a code
    that goes on moving would change the meaning of everything counted before. The squashed scale keeps
    values apart that lie far outside what was seen while calibrating; values beyond 1e300 count as 1e300.

    Parameters
    ----------
    n
        Neurons per feature.
    n_calibrate
        Values of a feature before its scale is frozen.
    ticks
        Levels, and ticks per sample.

    References
    ----------
    Bohte, Kok, La Poutre, Error-backpropagation in temporally encoded networks of spiking neurons,
    Neurocomputing 2002 (population coding of real values in spike times).

    >>> AdaptivePopulation(n=8).lines
    8
    """

    n: int = 8
    n_calibrate: int = 50
    ticks: int = 8

    def __post_init__(self) -> None:
        if not 2 <= self.n <= 64:
            raise ValueError(f"n={self.n}: a population code has 2 to 64 neurons per feature")
        if self.n_calibrate < 2:
            raise ValueError(f"n_calibrate={self.n_calibrate}: a scale needs at least 2 values")
        _check_ticks(self.ticks)

    @property
    def lines(self) -> int:
        """Input neurons per feature."""
        return self.n

    def fields(self) -> tuple[Field, ...]:
        """Level of each input neuron; values seen, mean and mean deviation of each feature."""
        return (
            Field("level", "i4", ("pre",), lasting=False),
            Field("seen", "i4", ("feature",)),
            Field("mean", "f8", ("feature",)),
            Field("deviation", "f8", ("feature",)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(ticks, n_calibrate, neurons per feature)`."""
        return (float(self.ticks), float(self.n_calibrate), float(self.n))

    def kernel(self) -> Kernel:
        """Calibrate while learning, and write the spikes of one sample."""
        return _encode_population


@kernel
def spikes_by_tick(level: Int32s, ticks: int, ptr: Ints, index: Int32s) -> None:
    """Counting sort: neurons of level l > 0 spike at tick (ticks - l), each tick in index order."""
    for t in range(ticks + 1):
        ptr[t] = 0
    for i in range(level.size):
        if level[i] > 0:
            ptr[ticks - level[i]] += 1
    start = 0
    for t in range(ticks):
        n = ptr[t]
        ptr[t] = start
        start += n
    for i in range(level.size):
        if level[i] > 0:
            t = ticks - level[i]
            index[ptr[t]] = i
            ptr[t] += 1
    for t in range(ticks, 0, -1):  # each start moved to its end, which is the next one's start
        ptr[t] = ptr[t - 1]
    ptr[0] = 0


@kernel
def _encode(x: Floats, ptr: Ints, index: Int32s, const: Floats, level: Int32s) -> None:
    ticks = int(const[0])
    for f in range(x.size):
        if x[f] == x[f]:  # NaN: missing
            level[f] = int(np.floor(min(max((x[f] - const[1]) * const[2], 0.0), const[0]) + 0.5))
        else:
            level[f] = 0
    spikes_by_tick(level, ticks, ptr, index)


@kernel
def _encode_population(
    x: Floats,
    learn: int,
    ptr: Ints,
    index: Int32s,
    const: Floats,
    level: Int32s,
    seen: Int32s,
    mean: Floats,
    deviation: Floats,
) -> None:
    n = int(const[2])
    for f in range(x.size):
        value = min(max(x[f], -HUGE), HUGE)
        if x[f] == x[f] and learn and seen[f] < const[1]:
            seen[f] += 1
            mean[f] += (value - mean[f]) / seen[f]
            deviation[f] += (abs(value - mean[f]) - deviation[f]) / seen[f]
        e = value - mean[f]
        # A feature that was constant so far: any other value is as far away as can be.
        s = e / (2.0 * deviation[f] + abs(e)) if e != 0.0 else 0.0
        for i in range(n):
            near = 1.0 - abs(s - (2 * i + 1 - n) / n) * n / 3.0
            level[f * n + i] = int(np.floor(const[0] * max(near, 0.0) + 0.5)) if x[f] == x[f] else 0
    spikes_by_tick(level, int(const[0]), ptr, index)
