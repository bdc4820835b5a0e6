"""Counting units on an account, one object per class that knows of no other."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.core.oracles.integers import sample_key, uniform32


@dataclass
class OwnUnit:
    """One unit: its column, hits, hits by share, time of its last hit, and its non-zero levels."""

    column: int
    hits: int = 0
    mass: float = 0.0
    learned_at: int = 0
    level: dict[int, int] = field(default_factory=dict)


@dataclass
class Account:
    """A class: its clock, its money, its gates, and its units in the order in which they were opened."""

    clock: int = 0
    credit: float = 0.0
    widened: float = 1.0
    units: list[OwnUnit] = field(default_factory=list)


@dataclass
class BudgetedUnits:
    """The rule as its docstring tells it, with the parameters of the rule."""

    novelty: float
    familiarity: float
    max_units: int
    young: int
    base: float
    bits: int
    prior: float
    p_max: float
    write_budget: float
    seed: int = 0
    n_inputs: int = 0
    classes: dict[int, Account] = field(default_factory=dict)
    opened: int = 0

    @property
    def top(self) -> int:
        """Highest level."""
        return int(2**self.bits - 1)

    def growth(self, level: int) -> float:
        """(1 + 1/b)^l."""
        return float((1 + 1 / self.base) ** level)

    def overlap(self, unit: OwnUnit, active: Sequence[int]) -> float:
        """Mean count of the active inputs per hit."""
        counts = [self.base * (self.growth(unit.level.get(i, 0)) - 1) for i in active]
        return sum(counts) / (len(active) * unit.mass)

    def learn(self, active: Sequence[int], label: int) -> Counter[str]:
        """Learn one sample; what it cost."""
        own = self.classes.setdefault(label, Account())
        own.clock += 1
        own.credit += self.write_budget
        cost = Counter(state_reads=3, state_writes=3)
        slack = max(min(len(active) / 2, 0.1 * self.write_budget * own.clock), 4.0)
        if active and (not own.units or own.credit >= slack):
            self._spend(own, active, slack, cost)
        if not 0 <= own.credit <= slack:
            error = max(-1.0, min(1.0, (own.credit - slack) / (2 * slack)))
            own.widened = max(1.0, min(4.0, own.widened * math.exp(0.1 * error)))
        return cost

    def _spend(self, own: Account, active: Sequence[int], slack: float, cost: Counter[str]) -> None:
        n = len(active)
        means = own.credit + slack if own.units else max(20 * self.write_budget, 4.0)
        share = min(1.0, means / n)
        surplus = max(0.0, own.credit - slack - self.write_budget)
        gate = own.widened * math.exp(min(8.0, surplus / (2 * slack)))
        cost["lrn_rows_read"] += n
        cost["lrn_words_read"] += n * len({unit.column // (64 // self.bits) for unit in own.units})
        cost["lrn_synapses_visited"] += n * len(own.units)
        cost["state_reads"] += len(own.units)
        similar = sorted(own.units, key=lambda unit: -self.overlap(unit, active))  # stable: ties to the older
        s = self.overlap(similar[0], active) if similar else 0.0
        wide = self.novelty * gate**2
        novel = not similar or (share >= 0.8 and (s < wide or wide >= 1))
        oldest = min(own.units, key=lambda unit: unit.learned_at, default=None)
        if not similar or (novel and len(own.units) < self.max_units):
            own.units.append(OwnUnit(self.opened))
            self.opened += 1
            cost["lrn_words_read"] += n
            similar.insert(0, own.units[-1])
        elif novel and oldest and own.credit >= n + len(oldest.level) + self.write_budget + slack:
            self._empty(own, oldest, cost)
            similar.remove(oldest)
            similar.insert(0, oldest)
        elif not (
            s < self.familiarity * gate or self.familiarity * gate >= 1 or similar[0].hits < self.young
        ):
            return
        for nth, unit in enumerate(similar[:5]):
            if nth and own.credit < slack:
                break
            self._count(own, unit, active, share, cost)

    def _empty(self, own: Account, unit: OwnUnit, cost: Counter[str]) -> None:
        self._pay(own, len(unit.level), cost)
        for name in ("lrn_rows_read", "lrn_words_read", "lrn_synapses_visited"):
            cost[name] += self.n_inputs
        unit.hits, unit.mass, unit.level = 0, 0.0, {}

    def _count(
        self, own: Account, unit: OwnUnit, active: Sequence[int], share: float, cost: Counter[str]
    ) -> None:
        key = sample_key(self.seed, own.clock, own.units.index(unit))
        changed = 0
        for i in active:
            level = unit.level.get(i, 0)
            if level < self.top and uniform32(key, i, 0) / 2**32 < share / self.growth(level):
                unit.level[i] = level + 1
                changed += 1
        unit.hits += 1
        unit.mass += share
        unit.learned_at = own.clock
        cost["rng_draws"] += len(active)
        cost["state_writes"] += 1 + 2**self.bits  # hit count, and one word per level of the table
        self._pay(own, changed, cost)

    def _pay(self, own: Account, changed: int, cost: Counter[str]) -> None:
        own.credit -= changed
        for name in ("writes", "write_attempts", "lrn_words_written"):
            cost[name] += changed

    def weight(self, unit: OwnUnit, level: int) -> int:
        """8-bit log-odds weight of a level: clip(round(16 logit p), +-127)."""
        value = self.base * (self.growth(level) - 1)
        p = min((value + self.prior) / (unit.mass + 2 * self.prior + 2), self.p_max)
        return max(-127, min(127, math.floor(16 * math.log(p / (1 - p)) + 0.5)))

    def columns(self) -> list[tuple[int, OwnUnit]]:
        """(class, unit) of every column."""
        pairs = [(label, unit) for label, own in self.classes.items() for unit in own.units]
        return sorted(pairs, key=lambda pair: pair[1].column)
