"""A learning engine of sums of products in unbounded Python integers: every term of every synapse, always.

Terms are given as tuples, not as text, so that nothing of the parser is shared. Only which rows count as
visited is decided as on the chip; values are computed for all.
"""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from tests.core.oracles.integers import M32, scramble, uniform32
from tests.core.oracles.memory import words

# (mantissa, exponent, dependency "x0" | "y0" | k of u_k, ((variable, constant), ...))
Product = tuple[int, int, str | int, tuple[tuple[str, int], ...]]
X_KEY, Y_KEY, TAG_KEY, R_KEY, DELAY_KEY = 0x2C9277, 0x6A09E6, 0x51F15E, 0x1F83D9, 0x3C6EF3
TAG_BITS, DELAY_BITS = 9, 6


def sat16(x: int) -> int:
    return max(-(2**15), min(2**15 - 1, x))


def shifted(x: int, left: int) -> int:
    """x << left; a negative shift goes right and floors."""
    return x << left if left >= 0 else x >> -left


@dataclass
class Trace:
    """One trace of all neurons of a side."""

    name: str
    values: list[int]
    decay: int  # in 4096ths
    impulse: int

    def fade(self, key: int) -> int:
        """One tick; the number of draws."""
        own = scramble((scramble(key ^ (X_KEY if self.name[0] == "x" else Y_KEY)) + self.index) % M32)
        draws = 0
        for i, x in enumerate(self.values):
            if self.decay and x:
                self.values[i] = (x * (4096 - self.decay) + uniform32(own, i, 0) // 2**20) // 4096
                draws += 1
        return draws

    @property
    def index(self) -> int:
        """Place among the traces of its side."""
        return int(self.name[1]) - 1


@dataclass
class Engine:
    """Weights, tags and traces of one projection."""

    w: list[list[int]]
    dw: list[Product]
    dt: list[Product]
    traces: list[Trace]  # those that the terms name, except the one that the third factor overwrites
    epoch: int
    bits: int
    high: int
    third_to: str = ""
    third_scale: float = 1.0
    reward_decay: int = 0  # of r1, in 4096ths
    reward_scale: float = 0.0
    dd: list[Product] = field(default_factory=list)
    delays: list[list[int]] = field(default_factory=list)
    longest: int = 0
    tags: list[list[int]] = field(default_factory=list)
    ticks: int = 0
    epochs: int = 0

    def __post_init__(self) -> None:
        self.tagged = bool(self.dt) or any(v == "t" for *_, fs in self.dw + self.dd for v, _ in fs)
        self.n_pre, self.n_post = len(self.w), len(self.w[0])
        self.tags = self.tags or [[0] * self.n_post for _ in range(self.n_pre)]
        self.delays = self.delays or [[0] * self.n_post for _ in range(self.n_pre)]
        self.third = [0] * self.n_post
        self.r1 = [0] * self.n_post
        named = {v for *_, factors in self.dw + self.dt + self.dd for v, _ in factors}
        self.delayed = bool(self.dd) or "d" in named
        self.channels = [name for name in ("r0", "r1") if name in named]
        self.clear()

    def clear(self) -> None:
        """A new epoch."""
        self.at_pre: dict[int, dict[str, list[int]]] = {}  # pre neuron -> all traces when it last spiked
        self.at_post: dict[int, dict[str, list[int]]] = {}
        self.r0 = [0] * self.n_post
        self.felt: set[str] = set()  # reward variables that were not 0 in this epoch

    def snapshot(self) -> dict[str, list[int]]:
        """All traces now."""
        now = {trace.name: list(trace.values) for trace in self.traces}
        now |= {"r0": list(self.r0), "r1": list(self.r1)}
        return {**now, self.third_to: list(self.third)} if self.third_to else now

    def tick(
        self, pre: list[int], post: list[int], key: int, error: list[float], ending: bool = False
    ) -> Counter[str]:
        """One tick; what it cost."""
        count: Counter[str] = Counter(rng_draws=sum(trace.fade(key) for trace in self.traces))
        count += self.reward(error, key)
        for j, e in enumerate(error):
            self.third[j] = max(-127, min(127, (Fraction(self.third_scale * e) + Fraction(1, 2)).__floor__()))
        for i in pre:
            self.at_pre[i] = self.snapshot()
        self.strike("x", pre)
        for j in post:
            self.at_post[j] = self.snapshot()
        self.strike("y", post)
        lengths = [len(trace.values) for trace in self.traces] + [self.n_post] * bool(self.third_to)
        lengths += [self.n_post] * len(self.channels)
        count += Counter(state_reads=sum(lengths), state_writes=sum(lengths))
        self.ticks += 1
        if self.ticks == self.epoch or ending:
            count += self.learn(key)
            self.ticks = 0
            self.clear()
        return count

    def reward(self, error: list[float], key: int) -> Counter[str]:
        """What the third factor does to both reward variables; the draws of the fading one."""
        if not self.channels:
            return Counter()
        own, draws = scramble(key ^ R_KEY), 0
        for j, e in enumerate(error):
            if self.reward_decay and self.r1[j]:
                kept = self.r1[j] * (4096 - self.reward_decay)
                self.r1[j] = (kept + uniform32(own, j, 0) // 2**20) // 4096
                draws += 1
            self.r0[j] |= e != 0
            self.r1[j] += (Fraction(self.reward_scale * e) + Fraction(1, 2)).__floor__() if e else 0
            self.r1[j] = max(-128, min(127, self.r1[j]))
        self.felt |= {name for name, values in (("r0", self.r0), ("r1", self.r1)) if any(values)}
        return Counter(rng_draws=draws)

    def strike(self, side: str, spikes: list[int]) -> None:
        """Saturating impulses."""
        for trace in self.traces:
            for i in spikes if trace.name[0] == side else []:
                trace.values[i] = min(127, trace.values[i] + trace.impulse)

    def moment(self, when: str | int, i: int, j: int) -> dict[str, list[int]] | None:
        """Traces at the time of a term's dependency, None where it did not happen."""
        if when == "x0":
            return self.at_pre.get(i)
        if when == "y0":
            return self.at_post.get(j)
        return self.snapshot() if self.epochs % 2 ** int(when) == 0 else None

    def total(self, start: int, terms: list[Product], i: int, j: int) -> int:
        """Equation (6) up to the accumulator."""
        acc = start * 2**7
        for mantissa, exponent, when, factors in terms:
            traces = self.moment(when, i, j)
            if traces is None:
                continue
            m, bits = mantissa, 0
            for name, c in factors:
                side = i if name[0] == "x" else j
                stored = {"w": self.w, "t": self.tags, "d": self.delays}
                value = stored[name][i][j] if name in stored else traces[name][side]
                m *= max(-256, min(255, value + c))
                bits += 8 if c != 0 else 1 if name == "r0" else 7 if name[0] in "xy" else 8
            out = max(0, bits + 4 - 15)
            acc = sat16(acc + sat16(shifted(m >> out, exponent + 7 + out)))
        return acc

    def asks(self, terms: list[Product], i: int) -> bool:
        """Whether row i is visited for these terms."""
        for _, _, when, factors in terms:
            gates = [name for name, c in factors if name[0] == "x" and c == 0]
            if {name for name, c in factors if name[0] == "r" and c == 0} - self.felt:
                continue
            if when == "x0" and i in self.at_pre:
                return True
            if when == "y0" and any(all(s[g][i] for g in gates) for s in self.at_post.values()):
                return True
            if isinstance(when, int) and self.epochs % 2**when == 0:
                return True
        return False

    def learn(self, key: int) -> Counter[str]:
        """The end of an epoch."""
        self.epochs += 1
        count: Counter[str] = Counter(epochs=1)
        tag_key, delay_key = scramble(key ^ TAG_KEY), scramble(key ^ DELAY_KEY)
        posts = range(self.n_post)
        for i in range(self.n_pre):
            kinds = (
                ("lrn", self.dw, self.w[i], key, (-self.high, self.high), self.bits, True),
                ("tag", self.dt, self.tags[i], tag_key, (-256, 255), TAG_BITS, self.tagged),
                ("delay", self.dd, self.delays[i], delay_key, (0, self.longest), DELAY_BITS, self.delayed),
            )
            # all from what was stored before, then all stored
            new = {
                name: [
                    max(low, min(high, self.stored(self.total(old[j], terms, i, j), own, i, j)))
                    for j in posts
                ]
                for name, terms, old, own, (low, high), _, there in kinds
                if there
            }
            asked = {name: self.asks(terms, i) for name, terms, *_ in kinds}
            if any(asked.values()):
                count += Counter(lrn_rows_read=1, lrn_synapses_visited=self.n_post)
                for name, *_, bits, there in kinds:
                    count[f"{name}_words_read"] += there * words(self.n_post, bits)
            for name, _, old, _, _, bits, there in kinds:
                changed = [j for j in posts if there and old[j] != new[name][j]]
                assert asked[name] or not changed, "a row that is not visited would have changed"
                count += Counter(rng_draws=self.n_post * asked[name])
                if name == "lrn":  # tags and delays are no weights: their words alone are counted
                    count += Counter(write_attempts=self.n_post * asked[name], writes=len(changed))
                count[f"{name}_words_written"] += len({j // (64 // bits) for j in changed})
                old[:] = new.get(name, old)
        return count

    @staticmethod
    def stored(acc: int, key: int, i: int, j: int) -> int:
        """Stochastic rounding of acc / 2^7."""
        return (Fraction(acc, 128) + Fraction(uniform32(key, i, j), M32)).__floor__()
