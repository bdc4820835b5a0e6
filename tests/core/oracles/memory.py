"""Synaptic memory as a table of Python numbers, with counters in a dictionary."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from tests.core.oracles.integers import uniform32

Rounding = Callable[[int, int, float, float], float]  # (i, j, old, dw) -> stored


def words(n: int, bits: int) -> int:
    """64-bit words of n synapses in groups of at most 64, each with a 10-bit header."""
    groups = [min(64, n - first) for first in range(0, n, 64)]
    return sum(math.ceil(Fraction(g * bits + 10, 64)) for g in groups)


def effective_weight(n: int, exponent: int) -> int:
    """Equation (2): n 2^(6 + e), floored to a multiple of 2^6."""
    return math.floor(Fraction(n) * Fraction(2) ** (6 + exponent) / 64) * 64


def delivery_counts(
    rows: Sequence[Sequence[float]], spikes: Sequence[int], bits: int, sparse: bool
) -> Counter[str]:
    """What the spikes of presynaptic neurons read; a sparse row stores its non-zero weights only."""
    count: Counter[str] = Counter()
    for i in spikes:
        nonzero = sum(1 for weight in rows[i] if weight != 0)
        stored = nonzero if sparse else len(rows[i])
        count["syn_rows_read"] += 1
        count["messages"] += 1
        count["syn_words_read"] += words(stored, bits)
        count["synops_stored"] += stored
        count["synops"] += nonzero
    return count


def round_fixed(x: float, low: int, high: int, u: float) -> int:
    """floor(x + u), saturated."""
    return min(max(math.floor(x + u), low), high)


def fixed_rounding(lsb: float, low: int, high: int, key: int | None, *, single: bool = False) -> Rounding:
    """How a synapse (i, j) takes old + dw: stochastic with `key`, to the nearest with None.

    `single`: dw was computed in single precision, which moves a weight by its whole part, and by one more
    with the probability of its fraction.
    """

    def store(i: int, j: int, old: float, dw: float) -> float:
        u = 0.5 if key is None else uniform32(key, i, j) / 2**32
        if single and key is not None:
            whole = math.trunc(dw / lsb)
            up = u < abs(dw / lsb - whole)
            return min(max(old + whole + up * math.copysign(1, dw), low), high)
        return round_fixed(old + dw / lsb, low, high, u)

    return store


def float_rounding(i: int, j: int, old: float, dw: float) -> float:
    """IEEE single precision of the sum."""
    return float(np.float32(old + dw))


def row_counts(old: Sequence[float], new: Sequence[float], per_word: int, bits: int) -> Counter[str]:
    """What rewriting one row costs: all of it is read, words with a change are written."""
    changed = [j for j, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    return Counter(
        lrn_rows_read=1,
        lrn_words_read=words(len(old), bits),
        lrn_synapses_visited=len(old),
        write_attempts=len(old),
        writes=len(changed),
        lrn_words_written=len({j // per_word for j in changed}),
    )
