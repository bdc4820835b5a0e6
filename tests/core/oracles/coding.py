"""Encoders and readouts, feature by feature and class by class."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


def latency_level(x: float, low: float, high: float, ticks: int) -> int:
    """round(ticks clip((x - low) / (high - low), 0, 1)), halves up; 0 if missing."""
    if math.isnan(x):
        return 0
    return math.floor(ticks * min(max((x - low) / (high - low), 0.0), 1.0) + 0.5)


def spikes_of(levels: Sequence[int], ticks: int) -> list[list[int]]:
    """Neurons that spike at each tick: level l at tick (ticks - l), level 0 never."""
    return [[i for i, level in enumerate(levels) if level and level == ticks - t] for t in range(ticks)]


@dataclass
class Scale:
    """Mean and mean deviation of one feature, from its first `n` values.

    Both are running averages: the deviation of the m-th value is taken from the mean of the first m.
    """

    n: int
    values: list[float] = field(default_factory=list)
    deviations: list[float] = field(default_factory=list)

    def see(self, x: float) -> None:
        """Calibrate with one value, unless missing or frozen."""
        if math.isnan(x) or len(self.values) == self.n:
            return
        self.values.append(x)
        self.deviations.append(abs(x - self.mean))

    @property
    def mean(self) -> float:
        """Mean of the values seen."""
        return math.fsum(self.values) / len(self.values) if self.values else 0.0

    @property
    def deviation(self) -> float:
        """Mean deviation of the values seen."""
        return math.fsum(self.deviations) / len(self.deviations) if self.deviations else 0.0

    def z(self, x: float) -> float:
        """(x - mean) / (2 deviation); without a deviation, any difference counts as infinite."""
        e = x - self.mean
        if self.deviation > 0:
            return e / (2 * self.deviation)
        return math.copysign(math.inf, e) if e else 0.0


def on_off_levels(x: Sequence[float], scales: Sequence[Scale], ticks: int) -> list[int]:
    """Levels of the ON and OFF neuron of every feature."""
    levels = []
    for value, scale in zip(x, scales, strict=True):
        z = 0.0 if math.isnan(value) else scale.z(value)
        level = math.floor(ticks * min(abs(z), 1.0) + 0.5)
        levels += [level if z > 0 else 0, level if z < 0 else 0]
    return levels


def log_sum_exp(values: Sequence[float]) -> float:
    """log sum exp, -inf without values."""
    if not values:
        return -math.inf
    peak = max(values)
    return peak + math.log(math.fsum(math.exp(value - peak) for value in values))


def softmax_error(v: Sequence[float], target: int) -> list[float]:
    """softmax(v) - [c is the target]."""
    norm = log_sum_exp(v)
    return [math.exp(value - norm) - (c == target) for c, value in enumerate(v)]
