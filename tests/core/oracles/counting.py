"""The recipe of counting units with one dictionary per unit."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.core.oracles.integers import uniform32


@dataclass
class Unit:
    """One unit: hits, the column it was given, and the level of each input that ever was active with it."""

    column: int
    hits: int
    level: dict[int, int]


@dataclass
class CountingUnits:
    """Units per class, in order of opening."""

    novelty: float
    familiarity: float
    max_units: int
    young: int
    base: float
    bits: int
    prior: float
    p_max: float
    write_budget: None = None  # with one: `tests.core.oracles.budgeted`
    units: dict[int, list[Unit]] = field(default_factory=dict)
    opened: int = 0

    @property
    def top(self) -> int:
        """Highest level."""
        return int(2**self.bits - 1)

    def value(self, level: int) -> float:
        """Count that a level stands for: b ((1 + 1/b)^l - 1)."""
        return self.base * ((1 + 1 / self.base) ** level - 1)

    def climb(self, level: int) -> float:
        """Probability to climb from a level: (1 + 1/b)^-l."""
        return float((1 + 1 / self.base) ** -level)

    def overlap(self, unit: Unit, active: Sequence[int]) -> float:
        """Mean count of the active inputs per hit of the unit."""
        return sum(self.value(unit.level.get(i, 0)) for i in active) / (len(active) * unit.hits)

    def learn(self, active: Sequence[int], label: int, key: int) -> Counter[str]:
        """Learn one sample; what it cost."""
        count: Counter[str] = Counter()
        if not active:
            return count
        own = self.units.setdefault(label, [])
        per_word = 64 // self.bits
        n = len(active)
        count["lrn_rows_read"] = n
        count["lrn_words_read"] = n * len({unit.column // per_word for unit in own})
        count["lrn_synapses_visited"] = n * len(own)
        count["state_reads"] = len(own)
        best = max(own, key=lambda unit: self.overlap(unit, active), default=None)
        s = self.overlap(best, active) if best else 0.0
        if best is None or (s < self.novelty and len(own) < self.max_units):
            own.append(Unit(self.opened, 1, dict.fromkeys(active, 1)))
            self.opened += 1
            changed = n
            count["lrn_words_read"] += n  # read, change and write the word of the new unit
        elif s < self.familiarity or best.hits < self.young:
            changed = self._count_sample(best, active, key)
            count["rng_draws"] = n
        else:
            return count
        count["state_writes"] = 1 + 2**self.bits  # hit count, and one word per level of the table
        for name in ("writes", "write_attempts", "lrn_words_written"):
            count[name] = changed
        return count

    def _count_sample(self, unit: Unit, active: Sequence[int], key: int) -> int:
        unit.hits += 1
        changed = 0
        for i in active:
            level = unit.level.get(i, 0)
            if level < self.top and uniform32(key, i, unit.column) / 2**32 < self.climb(level):
                unit.level[i] = level + 1
                changed += 1
        return changed

    def weight(self, unit: Unit, level: int) -> int:
        """8-bit log-odds weight of a level: clip(round(16 logit p), +-127)."""
        p = min((self.value(level) + self.prior) / (unit.hits + 2 * self.prior + 2), self.p_max)
        return max(-127, min(127, math.floor(16 * math.log(p / (1 - p)) + 0.5)))

    def potential(self, unit: Unit, active: Sequence[int]) -> int:
        """Sum of the log-odds of the active inputs."""
        return sum(self.weight(unit, unit.level.get(i, 0)) for i in active)

    def columns(self) -> list[tuple[int, Unit]]:
        """(class, unit) of every column."""
        pairs = [(label, unit) for label, own in self.units.items() for unit in own]
        return sorted(pairs, key=lambda pair: pair[1].column)

    def rows(self, n_pre: int) -> list[list[int]]:
        """Levels as a matrix `[n_pre][units]`."""
        return [[unit.level.get(i, 0) for _, unit in self.columns()] for i in range(n_pre)]
