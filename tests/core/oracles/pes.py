"""The PES family and recursive least squares, number by number in plain Python."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.core.oracles.error_rules import Synapses
from tests.core.oracles.integers import scramble, uniform32

Row = Sequence[float]


def low_pass(activity: list[float], spikes: Sequence[int], tau: float, dt: float) -> list[float]:
    """Filtered spikes of height 1 / dt."""
    keep = math.exp(-dt / tau)
    return [a * keep + (1 - keep) / dt * (i in spikes) for i, a in enumerate(activity)]


@dataclass
class WeightPES:
    """dw_ij = -kappa (dt / n) a_i <enc_j, e>."""

    kappa: float
    tau: float
    dt: float
    encoders: Sequence[Row]
    synapses: Synapses
    activity: list[float]

    def tick(self, spikes: Sequence[int], error: Row) -> Counter[str]:
        """One tick; `error` in the decoded space."""
        n = len(self.activity)
        self.activity = low_pass(self.activity, spikes, self.tau, self.dt)
        count = Counter(state_reads=n, state_writes=n)
        for i, a in enumerate(self.activity):
            if a and any(error):
                inner = [sum(x * e for x, e in zip(row, error, strict=True)) for row in self.encoders]
                count += self.synapses.add(i, [-self.kappa * self.dt / n * a * e for e in inner])
        return count


@dataclass
class IntegerPES:
    """The on-chip form in exact fractions: x 7 bit, E in -127..127, epochs of 2 and 4 ticks."""

    keep: int  # of 4096, in two ticks
    impulse: int  # of 256
    average: bool
    w: list[list[int]]
    paired: bool = False
    x: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    errors: list[Row] = field(default_factory=list)
    overflows: int = 0

    def __post_init__(self) -> None:
        self.x = [0] * len(self.w)
        self.fresh = [0] * len(self.w)

    def tick(self, spikes: Sequence[int], error: Row, key: int, ending: bool = False) -> None:
        """One tick: rounding is floor(value + u), u from the same draws as the kernel's."""
        self.errors.append(error)
        for i in spikes:
            self.fresh[i] += 1
        ticks = len(self.errors)
        if ticks % 2 == 0:
            for i, x in enumerate(self.x):
                exact = Fraction(x * self.keep, 4096) + Fraction(self.fresh[i] * self.impulse, 256)
                rounded = math.floor(exact + Fraction(uniform32(key, i, 1 << 24) % 4096, 4096))
                self.overflows += rounded > 127
                self.x[i] = min(rounded, 127)
            self.fresh = [0] * len(self.x)
        if ticks == 4 or ending:
            self._learn(key, ticks)
            self.errors = []

    def _learn(self, key: int, ticks: int) -> None:
        n = len(self.w[0])
        used = range(len(self.errors)) if self.average else [-1]
        sums = [math.fsum(self.errors[t][j] for t in used) for j in range(n)]
        for j in range(n):
            other = j ^ 1
            lone = not self.paired or other >= n
            exact = round(100 * (sums[j] if lone else (sums[j] - sums[other]) / 2) / len(used))
            self.overflows += abs(exact) > 127
            level = min(max(exact, -127), 127)
            for i, x in enumerate(self.x):
                size = x * abs(level) // 4 * 4  # two bits of the product do not fit
                step = size if level > 0 else -size
                u = Fraction(uniform32(key, i, j), 2**32)
                value = self.w[i][j] - Fraction(step * ticks, 512)
                self.w[i][j] = min(max(math.floor(value + u), -127), 127)


@dataclass
class EventPES:
    """Smoothed error, epochs, floor, dead zone, and 8-bit columns that widen by doubling their step."""

    kappa: float
    taus: tuple[float, float]  # activity, error
    epoch: int
    floor: float
    dead_zone: float
    dt: float
    lsb: float
    w: list[list[int]]
    activity: list[float]
    smooth: list[float]
    shift: list[int]
    elapsed: int = 0
    count: Counter[str] = field(default_factory=Counter)

    def tick(self, spikes: Sequence[int], error: Row, key: int, ending: bool = False) -> None:
        """One tick; attempts and writes are added to `count`."""
        self.activity = low_pass(self.activity, spikes, self.taus[0], self.dt)
        keep = math.exp(-self.dt / self.taus[1])
        self.smooth = [m * keep + (1 - keep) * e for m, e in zip(self.smooth, error, strict=True)]
        self.elapsed += 1
        if self.elapsed < self.epoch and not ending:
            return
        rate, self.elapsed = -self.kappa * self.elapsed * self.dt / len(self.w), 0
        live = [m if abs(m) > self.dead_zone else 0.0 for m in self.smooth]
        if not any(live):
            return
        for i, a in enumerate(self.activity):
            if a > self.floor:
                for j, m in enumerate(live):
                    while abs(self.w[i][j] + self._steps(rate * a * m, j)) > 127:
                        self._widen(j, key)
                for j, m in enumerate(live):
                    u = uniform32(key, i, j) / 2**32
                    self._store(i, j, math.floor(self.w[i][j] + self._steps(rate * a * m, j) + u))

    def _steps(self, change: float, j: int) -> float:
        return change / (self.lsb * 2.0 ** self.shift[j])

    def _widen(self, j: int, key: int) -> None:
        self.shift[j] += 1
        self.count["widened"] += 1
        for i in range(len(self.w)):
            up = uniform32(scramble(key + self.shift[j]), i, j) >= 2**31
            self._store(i, j, math.floor(Fraction(self.w[i][j] + up, 2)))

    def _store(self, i: int, j: int, value: int) -> None:
        value = min(max(value, -127), 127)
        self.count["write_attempts"] += 1
        self.count["writes"] += value != self.w[i][j]
        self.w[i][j] = value


def ridge(samples: Sequence[tuple[Row, float]], penalty: float) -> list[float]:
    """Weights d that minimise sum (a . d - y)^2 + penalty |d|^2, by elimination."""
    n = len(samples[0][0])
    rows = [
        [sum(a[i] * a[k] for a, _ in samples) + penalty * (i == k) for k in range(n)]
        + [sum(a[i] * y for a, y in samples)]
        for i in range(n)
    ]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(n):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[n] for row in rows]
