"""Levels and scales of `GradedLevel`, one feature at a time, in Python numbers."""

import math

LINEAR, OCTAVE, STEPS, SETTLED, MEMORY = 64, 4, 16.0, 64, 2000


def level_of(d: float) -> int:
    """Level of a distance in steps: each step its own below 64, a quarter of an octave beyond."""
    if abs(d) <= LINEAR:
        return math.floor(d) + 1 if d >= 0 else math.floor(d)
    far = math.ceil(max(LINEAR + OCTAVE * math.log2(abs(d) / LINEAR), LINEAR + 1))
    return min(far, 127) if d > 0 else -min(far, 127)


def steps_of(level: int) -> float:
    far = abs(level) - 0.5
    if far > LINEAR:
        far = LINEAR * 2 ** ((far - LINEAR) / OCTAVE)
    return math.copysign(far, level)


def apart(a: int, b: int) -> int:
    """Levels between two, of which there is no level 0."""
    return abs(a - b) - int((a > 0) != (b > 0))


class Scale:
    """Of one feature."""

    def __init__(self) -> None:
        self.seen, self.mean, self.deviation, self.origin, self.step = 0, 0.0, 0.0, 0.0, 0.0

    def follow(self, x: float) -> None:
        self.seen += 1
        if self.seen == 1:
            self.mean = self.origin = x
            return
        e = x - self.mean
        if self.seen > 20 and self.deviation > 0:
            e = max(-8 * self.deviation, min(8 * self.deviation, e))
        rate = 1 / min(self.seen, MEMORY)
        self.mean += rate * e
        if self.deviation == 0:
            self.deviation = abs(e) / 2
        else:
            self.deviation += rate * (abs(e) - self.deviation)
        if self.deviation == 0:
            return
        wanted = 2.0 ** math.floor(math.log2(self.deviation / STEPS) + 0.5)
        if self.step == 0 or self.seen in (4, 8, 16, 32, 64):
            self.step = wanted
            if self.seen <= SETTLED:
                self.origin = self.mean
        elif self.seen > SETTLED and wanted > self.step:
            self.step = wanted

    def level(self, x: float) -> int:
        return level_of((x - self.origin) / self.step) if self.step else 1
