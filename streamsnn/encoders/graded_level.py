"""One graded spike per feature, which carries the value on a scale that the encoder finds by itself."""

from dataclasses import dataclass

import numpy as np

from streamsnn.encoders._range import HUGE
from streamsnn.jit import kernel
from streamsnn.memory.levels import LARGEST, level_of
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

LINEAR, OCTAVE, STEPS, SETTLED, MEMORY = range(5)
TINY = 1e-290  # deviations below are cut: ratios stay finite
OUTLIER = 8.0  # deviations; a value further out moves mean and deviation as if it were there
TRUSTED = 20  # values after which the deviation tells outliers


@dataclass(frozen=True)
class GradedLevel:
    """One spike per feature, which carries its value in 8 bits: linear near the usual, logarithmic far off.

        d = (x - origin_f) / step_f
        |level| = ceil|d|                                                 |d| <= linear
                = min( ceil( linear + octave log2(|d| / linear) ), 127 )  beyond
        step_f = 2^round( log2( dev_f / steps ) ) ,                       dev_f = mean |x - mean_f|

    Levels are 1 to 127 above the origin and -1 to -127 below it; missing features stay silent. A feature's
    origin is its mean, and its step follows its deviation, when it changes for the first time and at its
    4th, 8th, ... value up to the `settled`th. Then the origin stands, and the step only doubles: what was
    stored in coarser steps is not wrong, and a narrower range would lose what absent classes had stored far
    out. The logarithm keeps values apart that lie up to a hundred thousand deviations off.

    Parameters
    ----------
    linear
        Levels of one step each on either side of the origin.
    octave
        Levels for every doubling beyond.
    steps
        Steps per mean deviation.
    settled
        Values of a feature after which its origin stands, a power of two.
    memory
        Values over which mean and deviation are taken, at most.

    Notes
    -----
    No synaptic memory is read or written here; a rule that stores levels has to follow the scale.
    Values beyond 1e300 count as 1e300. 5 numbers of state per feature.

    Hosts: loihi2 and spinnaker (spikes with a payload); the scale is found where the sensor is read.

    References
    ----------
    Smith, Instantaneous companding of quantized signals, Bell System Technical Journal 1957 (linear near
    zero, logarithmic beyond). The defaults were chosen on validation streams.

    >>> GradedLevel().payload_bits
    8
    """

    linear: int = 64
    octave: int = 4
    steps: float = 16.0
    settled: int = 64
    memory: int = 2000

    def __post_init__(self) -> None:
        if not 1 <= self.linear <= LARGEST or self.octave < 1:
            raise ValueError(
                f"linear={self.linear}, octave={self.octave}: give 1 to {LARGEST} levels, and at least 1"
            )
        if not 0 < self.steps < np.inf:
            raise ValueError(f"steps={self.steps}: give a positive number of steps per deviation")
        if self.settled < 4 or self.settled & (self.settled - 1):
            raise ValueError(f"settled={self.settled}: give a power of two from 4")
        if self.memory < 1:
            raise ValueError(f"memory={self.memory}: give at least 1 value")

    @property
    def ticks(self) -> int:
        """All spikes at once: the payload tells the value."""
        return 1

    @property
    def lines(self) -> int:
        """One input neuron per feature."""
        return 1

    @property
    def payload_bits(self) -> int:
        """Bits of a level, with its sign."""
        return 8

    def fields(self) -> tuple[Field, ...]:
        """Values seen, mean, mean deviation, origin and step (0: constant so far) of each feature."""
        return (
            Field("seen", "i8", ("feature",)),
            Field("mean", "f8", ("feature",)),
            Field("deviation", "f8", ("feature",)),
            Field("origin", "f8", ("feature",)),
            Field("step", "f8", ("feature",)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(linear, octave, steps, settled, memory)`."""
        return (float(self.linear), float(self.octave), self.steps, float(self.settled), float(self.memory))

    def kernel(self) -> Kernel:
        """Follow the scales while learning, and write the spikes of one sample."""
        return _encode


@kernel
def _follow(
    f: int,
    value: float,
    seen: Ints,
    mean: Floats,
    deviation: Floats,
    origin: Floats,
    step: Floats,
    const: Floats,
) -> None:
    """Mean, deviation, origin and step of feature f after one more value."""
    seen[f] += 1
    if seen[f] == 1:
        mean[f] = value
        origin[f] = value
        return
    e = value - mean[f]
    if seen[f] > TRUSTED and deviation[f] > 0.0:
        e = min(max(e, -OUTLIER * deviation[f]), OUTLIER * deviation[f])
    rate = 1.0 / min(float(seen[f]), const[MEMORY])
    mean[f] += rate * e
    if deviation[f] == 0.0:
        deviation[f] = 0.5 * abs(e) if abs(e) > TINY else 0.0
    else:
        deviation[f] = max(deviation[f] + rate * (abs(e) - deviation[f]), TINY)
    if deviation[f] == 0.0:
        return
    n = seen[f]
    young = n <= int(const[SETTLED])
    # Rounding goes up at sqrt(2), and a logarithm is dear.
    due = n >= 4 and n & (n - 1) == 0 if young else deviation[f] > 1.4 * const[STEPS] * step[f]
    if step[f] > 0.0 and not due:
        return
    step[f] = max(2.0 ** np.floor(np.log2(deviation[f] / const[STEPS]) + 0.5), 0.0 if young else step[f])
    if young:
        origin[f] = mean[f]


@kernel
def _encode(
    x: Floats,
    learn: int,
    ptr: Ints,
    index: Int32s,
    payload: Int32s,
    seen: Ints,
    mean: Floats,
    deviation: Floats,
    origin: Floats,
    step: Floats,
    const: Floats,
) -> None:
    n = 0
    for f in range(x.size):
        if x[f] != x[f]:  # NaN: missing
            continue
        value = min(max(x[f], -HUGE), HUGE)
        if learn:
            _follow(f, value, seen, mean, deviation, origin, step, const)
        index[n] = f
        payload[n] = 1
        if step[f] > 0.0:
            payload[n] = level_of((value - origin[f]) / step[f], const[LINEAR], const[OCTAVE])
        n += 1
    ptr[0] = 0
    ptr[1] = n
