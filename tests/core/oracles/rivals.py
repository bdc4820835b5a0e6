"""Lines of `Rivals`, one list of numbers a class."""

import math

from streamsnn.memory.fixed_point import draw
from tests.core.oracles.levels import STEPS, steps_of

ALWAYS = 1 << 30  # row of the offsets' draws


class Lines:
    """Weights in steps of 1/64 by class and feature, and offsets likewise."""

    def __init__(self, n_features: int, n_classes: int, rate: float = 0.5, least: float = 0.05) -> None:
        self.rate, self.least = rate, least
        self.weights = [[0] * n_features for _ in range(n_classes)]
        self.offset = [0] * n_classes
        self.credit = [0.0] * n_classes
        self.samples = [0] * n_classes
        self.writes = 0

    def potentials(self, levels: dict[int, int]) -> list[float]:
        if not levels:
            return [0.0] * len(self.offset)
        return [
            b / 64 + sum(w[f] / 64 * self._far(level) for f, level in levels.items())
            for w, b in zip(self.weights, self.offset, strict=True)
        ]

    @staticmethod
    def _far(level: int) -> float:
        return max(-8.0, min(8.0, steps_of(level) / STEPS))

    def learn(self, levels: dict[int, int], v: list[float], label: int, key: int) -> None:
        self.credit[label] = min(self.credit[label] + 1, 1.0)
        known = [c for c, n in enumerate(self.samples) if n]
        rivals = [c for c in known if c != label]
        first = label not in known
        self.samples[label] += 1
        if first or not rivals:
            return
        rival = max(rivals, key=lambda c: (v[c], -c))
        error = min(math.exp(v[rival]) / sum(math.exp(v[c]) for c in known), self.credit[rival])
        if error < self.least:
            return
        self.credit[rival] -= error
        square = 1 + sum(self._far(level) ** 2 for level in levels.values())
        for c, sign in ((label, 1), (rival, -1)):
            step = sign * self.rate * error / square * 64
            for f, level in levels.items():
                exact = self.weights[c][f] + step * self._far(level)
                new = max(-127, min(127, math.floor(exact + draw(key, f, c) * 2.0**-32)))
                self.writes += new != self.weights[c][f]
                self.weights[c][f] = new
            raised = math.floor(self.offset[c] + step + draw(key, ALWAYS, c) * 2.0**-32)
            self.writes += raised != self.offset[c]
            self.offset[c] = raised
