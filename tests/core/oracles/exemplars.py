"""Exemplar neurons and the votes behind them, in lists of Python numbers, one by one."""

import math
from collections.abc import Sequence

from streamsnn.memory.fixed_point import draw, draw_key
from tests.core.oracles.levels import Scale, apart, steps_of
from tests.core.oracles.rivals import Lines


class Model:
    """One exemplar is a dictionary of the levels that it holds; features and classes are numbers."""

    def __init__(
        self,
        size: int,
        n_features: int,
        n_classes: int,
        seed: int = 0,
        lines: Lines | None = None,
        completes: bool = True,
    ) -> None:
        self.completes = completes  # or leaves out what is missing
        self.size, self.seed, self.clock, self.writes = size, seed, 0, 0
        self.lines = lines
        self.scales = [Scale() for _ in range(n_features)]
        self.rows = [(0.0, 0.0)] * n_features  # scale in which a feature's levels are stored
        self.held: list[dict[int, int]] = []
        self.owner: list[int] = []
        self.born: list[int] = []
        self.rank: list[int] = []
        self.samples = [0] * n_classes
        self.relevance = [0] * n_features
        self.compared = 0
        self.right = [[0.0] * (9 + (lines is not None)) for _ in range(n_classes)]
        self.judged = [0.0] * n_classes
        self.changes = [0.0] * n_classes
        self.before = -1
        self.gaps = [0.0] * 3
        self.usual = [(0.0, 0.0)] * 3
        self.votes: list[list[float]] = []

    def _weigh(self, f: int) -> float:
        total, against = (sum(max(sign * r, 0) for r in self.relevance) for sign in (1, -1))
        if self.compared <= 30 or against >= 20 * total:
            return 1.0
        return 0.05 + max(self.relevance[f], 0) * len(self.relevance) / total

    def _distances(self, levels: dict[int, int]) -> tuple[list[int], int]:
        """Of every exemplar, and the largest that there could be."""
        distances, farthest = [0] * len(self.held), 0
        one = min(1024.0, 1.5e6 / len(self.scales))
        for f, level in levels.items():
            scale = self.scales[f]
            if not scale.step:
                continue
            steps = scale.deviation / scale.step
            gain = max(int(self._weigh(f) / steps * one + 0.5), 1)
            cut = max(int(4.0 * steps), 1)
            farthest += gain * cut
            for j, held in enumerate(self.held):
                far = apart(level, held[f]) if f in held else max(int(steps + 0.5), 1)
                distances[j] += gain * min(far, cut)
        return distances, farthest

    def _follow(self, x: Sequence[float]) -> None:
        for f, value in enumerate(x):
            if math.isnan(value):
                continue
            scale = self.scales[f]
            scale.follow(value)
            if self.rows[f] != (scale.origin, scale.step):
                origin, step = self.rows[f]
                for held in self.held:
                    if f in held and scale.step:
                        moved = scale.level(origin - scale.origin + steps_of(held[f]) * step + scale.origin)
                        self.writes += moved != held[f]
                        held[f] = moved
                self.rows[f] = (scale.origin, scale.step)

    def run(self, x: Sequence[float], label: int, learn: bool = True) -> list[float]:
        """Scores before the sample is learned."""
        if learn:
            self._follow(x)
        levels = {f: self.scales[f].level(v) for f, v in enumerate(x) if not math.isnan(v)}
        distances, farthest = self._distances(levels)
        straight = self.lines.potentials(levels) if self.lines else []
        scores = self._scores(distances, farthest, straight)
        if learn and label >= 0:
            if self.samples[label] and farthest:
                self._judge(label)
            self.before = label
            if levels:
                self._learn(levels, distances, label)
                if self.lines:
                    self.lines.learn(levels, straight, label, draw_key(self.seed, self.clock, 1))
        self.clock += int(learn)
        return scores

    def _scores(self, distances: list[int], farthest: int, straight: list[float]) -> list[float]:
        total = sum(self.samples)
        if not total or not farthest:
            return [math.log(n / total) if n else -math.inf for n in self.samples]
        self.votes = []
        nearest = []
        for oldest in (0, 120, 20):
            young = [
                j
                for j in range(len(self.held))
                if not oldest or self.samples[self.owner[j]] - self.born[j] <= oldest
            ]
            ranked = sorted(young, key=lambda j: (distances[j], j))
            near = [j for j in ranked if distances[j] <= distances[ranked[:15][-1]]]
            nearest.append(math.log(distances[near[0]] + 1))
            self.votes += [
                self._vote([distances[j] for j in some], some) for some in (near[:2], near[:5], near)
            ]
        self.gaps = [d - nearest[0] for d in nearest]
        doubts = [
            max((g - mean) / (spread + 0.01) - 2.0, 0.0)
            for g, (mean, spread) in zip(self.gaps, self.usual, strict=True)
        ]
        if self.lines:
            odds = [math.exp(v) if n else 0.0 for v, n in zip(straight, self.samples, strict=True)]
            self.votes.append([value / sum(odds) for value in odds])
        known = [c for c, n in enumerate(self.judged) if n]
        trust = [
            math.exp(
                50.0 * sum(self._record(c, e) for c in known) / max(len(known), 1)
                - (doubts[e // 3] if e < 9 else 0.0)
            )
            for e in range(len(self.votes))
        ]
        votes = list(zip(trust, self.votes, strict=True))
        p = [sum(t * vote[c] for t, vote in votes) / sum(trust) for c in range(len(self.samples))]
        return [math.log(value) if value > 0 else -math.inf for value in p]

    def _record(self, c: int, e: int) -> float:
        """How often vote e was right about class c; lines, where the class had just changed."""
        return self.right[c][e] / (max(self.changes[c], 1.0) if e == 9 else self.judged[c])

    def _vote(self, distances: list[int], near: list[int]) -> list[float]:
        reach = distances[-1] - 0.9 * distances[0] + 1
        p = [0.14 if n else 0.0 for n in self.samples]
        for d, j in zip(distances, near, strict=True):
            p[self.owner[j]] += math.exp((distances[0] - d) / reach)
        return [value / sum(p) for value in p]

    def _judge(self, label: int) -> None:
        self.judged[label] = 0.98 * self.judged[label] + 1
        changed = label != self.before
        if changed:
            self.changes[label] = 0.98 * self.changes[label] + 1
        for e, p in enumerate(self.votes if changed else self.votes[:9]):
            best = all(c == label or other < p[label] for c, other in enumerate(p))
            self.right[label][e] = 0.98 * self.right[label][e] + best
        for a, (gap, (mean, spread)) in enumerate(zip(self.gaps, self.usual, strict=True)):
            self.usual[a] = (mean + 0.02 * (gap - mean), spread + 0.02 * (abs(gap - mean) - spread))

    def _learn(self, levels: dict[int, int], distances: list[int], label: int) -> None:
        ranked = sorted(range(len(self.held)), key=lambda j: (distances[j], j))
        hit = next((j for j in ranked if self.owner[j] == label), None)
        miss = next((j for j in ranked if self.owner[j] != label), None)
        if hit is not None and miss is not None:
            self._compare(levels, self.held[hit], self.held[miss])
            if distances[miss] < distances[hit]:
                self.rank[miss] = -abs(self.rank[miss])
        whole = dict(levels)
        if self.completes and hit is not None and len(levels) > len(self.scales) / 2:
            whole = {**self.held[hit], **levels}
        j = self._room(label)
        old = self.held[j]
        self.writes += sum(old.get(f) != whole.get(f) for f in {*old, *whole})
        self.held[j], self.owner[j], self.born[j] = whole, label, self.samples[label]
        self.rank[j] = 1 + draw(draw_key(self.seed, self.clock, 0), len(self.scales), j)
        self.samples[label] += 1

    def _compare(self, levels: dict[int, int], hit: dict[int, int], miss: dict[int, int]) -> None:
        self.compared += 1
        rate = 1 / min(self.compared, 2000)
        key = draw_key(self.seed, self.clock, 0)
        for f, level in levels.items():
            scale = self.scales[f]
            if not scale.step or f not in hit or f not in miss:
                continue
            unit = scale.step / scale.deviation
            gap = min(apart(level, miss[f]) * unit, 4.0) - min(apart(level, hit[f]) * unit, 4.0)
            old = self.relevance[f]
            exact = old + rate * (2048 * gap - old)
            self.relevance[f] = math.floor(exact + draw(key, f, 0) * 2.0**-32)
            self.writes += self.relevance[f] != old

    def _room(self, label: int) -> int:
        if len(self.held) < self.size:
            self.held.append({})
            self.owner.append(-1)
            self.born.append(-1)
            self.rank.append(0)
            return len(self.held) - 1
        counts = [self.owner.count(c) for c in range(len(self.samples))]
        fullest = label if counts[label] == max(counts) else counts.index(max(counts))
        oldest_first = sorted(
            (j for j, c in enumerate(self.owner) if c == fullest), key=self.born.__getitem__
        )
        return min(oldest_first[: (len(oldest_first) + 1) // 2], key=lambda j: (self.rank[j], j))
