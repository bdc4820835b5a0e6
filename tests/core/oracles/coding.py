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

    def squashed(self, x: float) -> float:
        """z / (2 + |z|) of z = (x - mean) / deviation; without a deviation, any difference is infinite."""
        e = x - self.mean
        if self.deviation > 0:
            z = e / self.deviation
            return z / (2 + abs(z))
        return math.copysign(1.0, e) if e else 0.0


def population_levels(x: Sequence[float], scales: Sequence[Scale], n: int, ticks: int) -> list[int]:
    """Levels of the n tuned neurons of every feature, by distance from their centres; 0 if missing."""
    levels = []
    for value, scale in zip(x, scales, strict=True):
        for i in range(n):
            if math.isnan(value):
                levels.append(0)
                continue
            centre = -1 + (2 * i + 1) / n
            near = max(0.0, 1 - abs(scale.squashed(value) - centre) * n / 3)
            levels.append(math.floor(ticks * near + 0.5))
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
