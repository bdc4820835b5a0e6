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
X_KEY, Y_KEY, TAG_KEY = 0x2C9277, 0x6A09E6, 0x51F15E
TAG_BITS = 9


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
    tags: list[list[int]] = field(default_factory=list)
    ticks: int = 0
    epochs: int = 0

    def __post_init__(self) -> None:
        self.tagged = bool(self.dt) or any(v == "t" for *_, fs in self.dw for v, _ in fs)
        self.n_pre, self.n_post = len(self.w), len(self.w[0])
        self.tags = self.tags or [[0] * self.n_post for _ in range(self.n_pre)]
        self.third = [0] * self.n_post
        self.clear()

    def clear(self) -> None:
        """A new epoch."""
        self.at_pre: dict[int, dict[str, list[int]]] = {}  # pre neuron -> all traces when it last spiked
        self.at_post: dict[int, dict[str, list[int]]] = {}

    def snapshot(self) -> dict[str, list[int]]:
        """All traces now."""
        now = {trace.name: list(trace.values) for trace in self.traces}
        return {**now, self.third_to: list(self.third)} if self.third_to else now

    def tick(
        self, pre: list[int], post: list[int], key: int, error: list[float], ending: bool = False
    ) -> Counter[str]:
        """One tick; what it cost."""
        count: Counter[str] = Counter(rng_draws=sum(trace.fade(key) for trace in self.traces))
        for j, e in enumerate(error):
            self.third[j] = max(-127, min(127, (Fraction(self.third_scale * e) + Fraction(1, 2)).__floor__()))
        for i in pre:
            self.at_pre[i] = self.snapshot()
        self.strike("x", pre)
        for j in post:
            self.at_post[j] = self.snapshot()
        self.strike("y", post)
        lengths = [len(trace.values) for trace in self.traces] + [self.n_post] * bool(self.third_to)
        count += Counter(state_reads=sum(lengths), state_writes=sum(lengths))
        self.ticks += 1
        if self.ticks == self.epoch or ending:
            count += self.learn(key)
            self.ticks = 0
            self.clear()
        return count

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
                stored = {"w": self.w, "t": self.tags}
                value = stored[name][i][j] if name in stored else traces[name][side]
                m *= max(-256, min(255, value + c))
                bits += 7 if name[0] in "xy" and c == 0 else 8
            out = max(0, bits + 4 - 15)
            acc = sat16(acc + sat16(shifted(m >> out, exponent + 7 + out)))
        return acc

    def asks(self, terms: list[Product], i: int) -> bool:
        """Whether row i is visited for these terms."""
        for _, _, when, factors in terms:
            gates = [name for name, c in factors if name[0] == "x" and c == 0]
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
        tag_key = scramble(key ^ TAG_KEY)
        for i in range(self.n_pre):
            for_w, for_t = self.asks(self.dw, i), self.asks(self.dt, i)
            posts = range(self.n_post)
            new_w = [self.stored(self.total(self.w[i][j], self.dw, i, j), key, i, j) for j in posts]
            new_t = [self.stored(self.total(self.tags[i][j], self.dt, i, j), tag_key, i, j) for j in posts]
            new_w = [max(-self.high, min(self.high, x)) for x in new_w]
            new_t = [max(-256, min(255, x)) for x in new_t]
            assert for_w or new_w == self.w[i], "a row that is not visited would have changed"
            assert for_t or new_t == self.tags[i]
            if for_w or for_t:
                count += Counter(lrn_rows_read=1, lrn_synapses_visited=self.n_post)
                count["lrn_words_read"] += words(self.n_post, self.bits)
                count["tag_words_read"] += self.tagged * words(self.n_post, TAG_BITS)
            for asked, old, new, bits, name in (
                (for_w, self.w[i], new_w, self.bits, "lrn"),
                (for_t, self.tags[i], new_t, TAG_BITS, "tag"),
            ):
                changed = [j for j in posts if old[j] != new[j]]
                count += Counter(
                    write_attempts=self.n_post * asked,
                    rng_draws=self.n_post * asked,
                    writes=len(changed),
                )
                count[f"{name}_words_written"] += len({j // (64 // bits) for j in changed})
            self.w[i], self.tags[i] = new_w, new_t
        return count

    @staticmethod
    def stored(acc: int, key: int, i: int, j: int) -> int:
        """Stochastic rounding of acc / 2^7."""
        return (Fraction(acc, 128) + Fraction(uniform32(key, i, j), M32)).__floor__()
