"""Spike-timing rules from lists of spike times: every trace is summed anew from all spikes so far."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from streamsnn.rules.pair_stdp import PairSTDP
from streamsnn.rules.reward_stdp import RewardSTDP
from streamsnn.rules.stochastic_stdp import StochasticSTDP
from streamsnn.rules.triplet_stdp import TripletSTDP
from tests.core.oracles.integers import uniform32
from tests.core.oracles.memory import Rounding, row_counts

DT = 1e-3


@dataclass
class Neurons:
    """Spike times of a population, in ticks."""

    n: int
    times: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.times = [[] for _ in range(self.n)]

    def fire(self, t: int, spikes: Sequence[int]) -> None:
        """Note the spikes of tick t."""
        for i in spikes:
            self.times[i].append(t)

    def heard(self) -> list[int]:
        """Neurons that have spiked so far."""
        return [i for i, times in enumerate(self.times) if times]

    def trace(self, i: int, t: int, tau: float, nearest: bool = False) -> float:
        """Sum over spikes (or the last one) of exp(-age / tau)."""
        times = self.times[i][-1:] if nearest else self.times[i]
        return math.fsum(math.exp(-(t - s) * DT / tau) for s in times)


@dataclass
class Projection:
    """Stored weights, and the costs of a row and of single synapses."""

    w: list[list[float]]
    lsb: float
    per_word: int
    bits: int
    random: bool
    count: Counter[str] = field(default_factory=Counter)

    def add_row(self, i: int, dw: Sequence[float], store: Rounding) -> None:
        """Change a whole row."""
        old = self.w[i]
        self.w[i] = [store(i, j, a, dw[j]) for j, a in enumerate(old)]
        self.count += row_counts(old, self.w[i], self.per_word, self.bits)
        self.count["rng_draws"] += len(old) if self.random else 0

    def add_listed(self, i: int, dw: dict[int, float], store: Rounding) -> None:
        """Change the named synapses of a row: the row is read, only they are visited."""
        old = list(self.w[i])
        for j, change in dw.items():
            self.w[i][j] = store(i, j, old[j], change)
        cost = row_counts(old, self.w[i], self.per_word, self.bits)
        cost["lrn_synapses_visited"] = cost["write_attempts"] = len(dw)
        self.count += cost
        self.count["rng_draws"] += len(dw) if self.random else 0

    def add_one(self, i: int, j: int, dw: float, store: Rounding) -> None:
        """Change one synapse of a column."""
        old = self.w[i][j]
        self.w[i][j] = store(i, j, old, dw)
        changed = int(self.w[i][j] != old)
        for name in ("lrn_rows_read", "lrn_words_read", "lrn_synapses_visited", "write_attempts"):
            self.count[name] += 1
        self.count["writes"] += changed
        self.count["lrn_words_written"] += changed
        self.count["rng_draws"] += int(self.random)


@dataclass
class PairOracle:
    """Pair STDP from all pairs of spikes."""

    rule: PairSTDP
    synapses: Projection
    pre: Neurons
    post: Neurons
    t: int = 0

    def _cut(self, i: int, j: int, dw: float) -> float:
        value = self.synapses.w[i][j] * self.synapses.lsb
        return min(max(value + dw, self.rule.w_min), self.rule.w_max) - value

    def tick(self, pre: Sequence[int], post: Sequence[int], rows: Rounding, columns: Rounding) -> None:
        """One tick."""
        r, t, s = self.rule, self.t, self.synapses
        nearest = r.traces == "nearest"
        span = r.w_max - r.w_min
        y = {j: self.post.trace(j, t, r.tau_post, nearest) for j in self.post.heard()}
        for i in pre if r.a_minus and y else ():
            dw = {}
            for j, trace in y.items():
                part = (s.w[i][j] * s.lsb - r.w_min) / span
                dw[j] = self._cut(i, j, -r.a_minus * trace * part**r.mu)
            s.add_listed(i, dw, rows)
        self.pre.fire(t, pre)
        for j in post:
            for i in range(self.pre.n):
                x = self.pre.trace(i, t, r.tau_pre, nearest)
                if x or r.x_target:
                    part = (r.w_max - s.w[i][j] * s.lsb) / span
                    s.add_one(i, j, self._cut(i, j, r.a_plus * (x - r.x_target) * part**r.mu), columns)
        self.post.fire(t, post)
        traces = len(self.pre.heard()) + len(self.post.heard())
        s.count += Counter(state_reads=traces, state_writes=traces)
        self.t += 1


@dataclass
class RewardOracle:
    """Reward-modulated STDP: at every tick each pair of spikes so far is worth what is left of it."""

    rule: RewardSTDP
    w: list[list[float]]
    pre: Neurons
    post: Neurons
    pairs: list[tuple[int, int, int, float]] = field(default_factory=list)  # i, j, tick, eligibility
    t: int = 0

    def tick(self, pre: Sequence[int], post: Sequence[int], reward: Sequence[float]) -> None:
        """One tick."""
        r, t = self.rule, self.t
        for i in pre:
            for j in range(self.post.n):
                self.pairs.append((i, j, t, -r.a_minus * self.post.trace(j, t, r.tau_minus)))
        self.pre.fire(t, pre)
        for j in post:
            for i in range(self.pre.n):
                self.pairs.append((i, j, t, r.a_plus * self.pre.trace(i, t, r.tau_plus)))
        self.post.fire(t, post)
        for i, j, since, size in self.pairs:
            left = size * math.exp(-(t - since) * DT / r.tau_e)
            self.w[i][j] += r.learning_rate * DT / r.tau_e * reward[j] * left
        self.t += 1


@dataclass
class TripletOracle:
    """Triplet STDP from all spikes so far."""

    rule: TripletSTDP
    synapses: Projection
    pre: Neurons
    post: Neurons
    t: int = 0

    def _cut(self, i: int, j: int, dw: float) -> float:
        value = self.synapses.w[i][j] * self.synapses.lsb
        return min(max(value + dw, self.rule.w_min), self.rule.w_max) - value

    def tick(self, pre: Sequence[int], post: Sequence[int], rows: Rounding, columns: Rounding) -> None:
        """One tick."""
        r, t = self.rule, self.t
        o1 = [self.post.trace(j, t, r.tau_minus) for j in range(self.post.n)]
        for i in pre if any(o1) else ():
            size = r.a2_minus + r.a3_minus * self.pre.trace(i, t, r.tau_x)
            dw = [self._cut(i, j, -o * size) if o else 0.0 for j, o in enumerate(o1)]
            self.synapses.add_row(i, dw, rows)
        self.pre.fire(t, pre)
        for j in post:
            size = r.a2_plus + r.a3_plus * self.post.trace(j, t, r.tau_y)
            for i in range(self.pre.n):
                if r1 := self.pre.trace(i, t, r.tau_plus):
                    self.synapses.add_one(i, j, self._cut(i, j, r1 * size), columns)
        self.post.fire(t, post)
        traces = 2 * (self.pre.n + self.post.n)
        self.synapses.count += Counter(state_reads=traces, state_writes=traces)
        self.t += 1


@dataclass
class BinaryOracle:
    """Stochastic STDP of bits, from the time of the last spike."""

    rule: StochasticSTDP
    w: list[list[int]]
    pre: Neurons
    count: Counter[str] = field(default_factory=Counter)
    t: int = 0

    def tick(self, pre: Sequence[int], post: Sequence[int], key: int) -> None:
        """One tick."""
        self.pre.fire(self.t, pre)
        for j in post:
            for i in range(self.pre.n):
                age = (self.t - self.pre.times[i][-1]) * DT if self.pre.times[i] else math.inf
                recent = round(age / DT, 6) <= round(self.rule.window / DT, 6)
                p = self.rule.p_on * math.exp(-age / self.rule.tau) if recent else self.rule.p_off
                wanted = int(recent)
                for name in ("lrn_rows_read", "lrn_words_read", "lrn_synapses_visited"):
                    self.count[name] += 1
                if self.w[i][j] == wanted:
                    continue
                self.count["rng_draws"] += 1
                if uniform32(key, i, j) / 2**32 < p:
                    self.w[i][j] = wanted
                    for name in ("write_attempts", "writes", "lrn_words_written"):
                        self.count[name] += 1
        self.count += Counter(state_reads=2 * self.pre.n, state_writes=2 * self.pre.n)
        self.t += 1
