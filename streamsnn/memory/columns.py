"""Writes to some synapses of a row or of a column, counted once a row or column: rules of spike pairs.

A spike changes only the synapses whose partner has spiked not long ago. Such synapses are given as a list
of neurons, with one change each, in real units of the weight (before any gain of a neuron).
"""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    LRN_WORDS_WRITTEN,
    RNG_DRAWS,
    WRITE_ATTEMPTS,
    WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import HIGH, LOW, LSB, PER_WORD, STOCHASTIC, STORED_BITS, count_delivery
from streamsnn.types import Floats, Int32s, Ints, Weights


@kernel
def sum_rows(w: Weights, pre: Int32s, total: Weights) -> None:
    """total[j] = sum of w[i, j] over the rows in `pre`, in their order; four a pass over `total`."""
    n = total.size
    total[:] = 0
    whole = pre.size - pre.size % 4
    for k in range(0, whole, 4):
        a, b, c, d = w[pre[k]], w[pre[k + 1]], w[pre[k + 2]], w[pre[k + 3]]
        for j in range(n):
            total[j] = total[j] + a[j] + b[j] + c[j] + d[j]
    for k in range(whole, pre.size):
        a = w[pre[k]]
        for j in range(n):
            total[j] += a[j]


@kernel
def deliver_gain(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    acc: Floats,
    total: Weights,
    gain: Floats,
    const: Floats,
) -> None:
    """Add gain[j] times the real value of each weight to the input of each neuron; `total` is scratch."""
    if pre.size == 0:
        return
    lsb = const[LSB] if const[LSB] > 0.0 else 1.0
    sum_rows(w, pre, total)
    for j in range(acc.size):
        acc[j] += lsb * gain[j] * total[j]
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def rounded(value: float, key: int, i: int, j: int, const: Floats) -> float:
    """Stored integer of a real value: rounded with the draw of (i, j), or to the nearest; saturated."""
    u = draw(key, i, j) * 2.0**-32 if const[STOCHASTIC] != 0.0 else 0.5
    return float(min(max(np.floor(value / const[LSB] + u), const[LOW]), const[HIGH]))


@kernel
def add_to_rows(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, n_post: int, who: Int32s, word: Int32s,
    change: Floats, low: Floats, high: Floats, moved: Floats, const: Floats,
) -> None:  # fmt: skip
    """In each row of `pre`: w[i, who[p]] += change[p], kept within low[p] and high[p].

    `moved[p]` grows by what was stored of it. `who` ascends, and `word[p]` is the word that synapse is in.
    Rows of `n_post` synapses are read; those listed are visited and attempted; a word is written if one of
    its synapses changed.
    """
    n = change.size
    lsb = const[LSB]
    changed, words = 0, 0
    for k in range(pre.size):
        i = pre[k]
        row = w[i]
        nonzero, last = 0, -1
        for p in range(n):
            j = np.uint64(who[p])
            old = row[j]
            if lsb == 0.0:
                row[j] = min(max(old + change[p], low[p]), high[p])
            else:
                row[j] = rounded(min(max(old * lsb + change[p], low[p]), high[p]), key, i, who[p], const)
            new = row[j]
            differs = int(new != old)
            changed += differs
            nonzero += int(new != 0) - int(old != 0)
            words += differs & int(word[p] != last)
            last = word[p] if differs else last
            moved[p] += np.float64(new) - np.float64(old)
        nnz[i] += nonzero
    count[LRN_ROWS_READ] += pre.size
    count[LRN_WORDS_READ] += pre.size * row_words(n_post, int(const[STORED_BITS]))
    _count(count, pre.size * n, changed, words, const)


@kernel
def _count(count: Ints, n: int, changed: int, words: int, const: Floats) -> None:
    count[LRN_SYNAPSES_VISITED] += n
    count[WRITE_ATTEMPTS] += n
    count[WRITES] += changed
    count[LRN_WORDS_WRITTEN] += words
    if const[LSB] != 0.0 and const[STOCHASTIC] != 0.0:
        count[RNG_DRAWS] += n


@kernel
def add_to_column(
    w: Weights, nnz: Int32s, count: Ints, key: int, j: int, who: Int32s, kept: float, owed: float,
    change: Floats, scale: float, low: float, high: float, const: Floats,
) -> float:  # fmt: skip
    """w[who[p], j] = kept w[who[p], j] - owed + scale change[p], kept within the bounds.

    What is owed takes no weight below 0. Each listed synapse is read, visited and attempted alone: it is in
    a row of its own, and so is its word. Returns by how much the sum has grown.
    """
    lsb = const[LSB]
    changed = 0
    moved = 0.0
    floor = 0.0 if owed > 0.0 else -np.inf
    for p in range(change.size):
        i = np.uint64(who[p])
        old = w[i, j]
        left = max(kept * (old if lsb == 0.0 else old * lsb) - owed, floor)
        value = min(max(left + scale * change[p], low), high)
        w[i, j] = value if lsb == 0.0 else rounded(value, key, who[p], j, const)
        new = w[i, j]
        moved += np.float64(new) - np.float64(old)
        if new != old:
            changed += 1
            nnz[i] += int(new != 0) - int(old != 0)
    count[LRN_ROWS_READ] += change.size
    count[LRN_WORDS_READ] += change.size
    _count(count, change.size, changed, changed, const)
    return moved * (lsb if lsb > 0.0 else 1.0)


@kernel
def scale_column(
    w: Weights, nnz: Int32s, count: Ints, key: int, j: int, n_rows: int, scale: float, const: Floats
) -> float:
    """w[i, j] *= scale in all rows; returns the new sum. Every synapse is read, visited and attempted."""
    lsb = const[LSB]
    changed = 0
    total = 0.0
    for i in range(n_rows):
        old = w[i, j]
        if lsb == 0.0:
            w[i, j] = old * scale
        else:
            w[i, j] = rounded(old * lsb * scale, key, i, j, const)
        new = w[i, j]
        total += new
        if new != old:
            changed += 1
            nnz[i] += int(new != 0) - int(old != 0)
    count[LRN_ROWS_READ] += n_rows
    count[LRN_WORDS_READ] += n_rows
    _count(count, n_rows, changed, changed, const)
    return total * (lsb if lsb > 0.0 else 1.0)


@kernel
def scale_rows(
    w: Weights, nnz: Int32s, count: Ints, key: int, n_rows: int, scale: Floats, const: Floats
) -> None:
    """w[i, j] *= scale[j] in all rows. Every synapse is read, visited and attempted, a row at a time."""
    n = scale.size
    lsb = const[LSB]
    per_word = int(const[PER_WORD])
    changed, words = 0, 0
    for i in range(n_rows):
        row = w[i]
        nonzero, last = 0, -1
        for j in range(n):
            old = row[j]
            if lsb == 0.0:
                row[j] = old * scale[j]
            else:
                row[j] = rounded(old * lsb * scale[j], key, i, j, const)
            new = row[j]
            if new != old:
                changed += 1
                words += int(j // per_word != last)
                last = j // per_word
                nonzero += int(new != 0) - int(old != 0)
        nnz[i] += nonzero
    count[LRN_ROWS_READ] += n_rows
    count[LRN_WORDS_READ] += n_rows * row_words(n, int(const[STORED_BITS]))
    _count(count, n_rows * n, changed, words, const)
