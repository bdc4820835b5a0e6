"""Delivery of spikes and the one write path: nothing else in the package changes a weight.

A projection's `const` starts with the constants below, in this order.
"""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    LRN_WORDS_WRITTEN,
    MESSAGES,
    REFUSED,
    RNG_DRAWS,
    SYN_ROWS_READ,
    SYN_WORDS_READ,
    SYNOPS,
    SYNOPS_STORED,
    WRITE_ATTEMPTS,
    WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.packing import row_words
from streamsnn.types import Floats, Int32s, Ints, Weights

LSB, LOW, HIGH, STOCHASTIC, PER_WORD, GAIN, STORED_BITS, SPARSE = range(8)
N_FORMAT = 8  # a rule's own constants start here


@kernel
def count_delivery(nnz: Int32s, count: Ints, pre: Int32s, n_post: int, const: Floats) -> None:
    """Count the rows, words and synops that the spikes `pre` read."""
    if pre.size == 0:
        return
    bits = int(const[STORED_BITS])
    words = 0
    effective = 0
    if const[SPARSE] != 0.0:
        for k in range(pre.size):
            n = int(nnz[pre[k]])
            effective += n
            words += row_words(n, bits)
        stored = effective
    else:
        for k in range(pre.size):
            effective += int(nnz[pre[k]])
        words = pre.size * row_words(n_post, bits)
        stored = pre.size * n_post
    count[SYN_ROWS_READ] += pre.size
    count[SYN_WORDS_READ] += words
    count[SYNOPS_STORED] += stored
    count[SYNOPS] += effective
    count[MESSAGES] += pre.size


@kernel
def deliver_integer(w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Int32s, const: Floats) -> None:
    """Add w_eff = (w * 2^(6+e)) floored to a multiple of 2^6 to the integer input of each neuron.

    Source: equation 2 of the compartment arithmetic (Davies et al. 2018; Michaelis et al. 2022).
    """
    exponent = int(const[GAIN])
    gain = np.int32(64 << max(exponent, 0))
    down = -min(exponent, 0)
    n = acc.size
    for k in range(pre.size):
        row = w[pre[k]]
        if down == 0:
            for j in range(n):
                acc[j] += np.int32(row[j]) * gain
        else:
            for j in range(n):
                acc[j] += (np.int32(row[j]) * 64 >> down) & -64
    count_delivery(nnz, count, pre, n, const)


@kernel
def deliver_float(w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Floats, const: Floats) -> None:
    """Add the real value of each weight (n * 2^e, or the float itself) to the input of each neuron."""
    lsb = const[LSB] if const[LSB] > 0.0 else 1.0
    for k in range(pre.size):
        row = w[pre[k]]
        for j in range(acc.size):
            acc[j] += lsb * row[j]
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def write(w: Weights, nnz: Int32s, count: Ints, i: int, j: int, value: int) -> None:
    """Store `value` in synapse (i, j); counts an attempt, and a write if the stored value changes."""
    count[WRITE_ATTEMPTS] += 1
    old = w[i, j]
    w[i, j] = value
    new = w[i, j]
    if new != old:
        count[WRITES] += 1
        count[LRN_WORDS_WRITTEN] += 1  # one word read and written per synapse that changes alone
        nnz[i] += int(new != 0) - int(old != 0)


@kernel
def calls_for_change(third: Floats, count: Ints) -> bool:
    """Whether a third factor asks for any update; a non-finite one is refused and counted."""
    wanted = False
    for j in range(third.size):
        if not np.isfinite(third[j]):
            count[REFUSED] += 1
            return False
        wanted |= third[j] != 0.0
    return wanted


@kernel
def _add_to_singles(row: Weights, scale: float, post: Floats) -> tuple[int, int]:
    """row += scale * post, one float a word; returns words changed, and the gain in non-zeros."""
    changed = np.int32(0)
    nonzero = np.int32(0)
    for j in range(post.size):
        old = row[j]
        row[j] = old + scale * post[j]
        new = row[j]
        changed += np.int32(new != old)
        nonzero += np.int32(new != 0) - np.int32(old != 0)
    return int(changed), int(nonzero)


@kernel
def _add_to_pairs(row: Weights, scale: float, post: Floats) -> tuple[int, int, int]:
    """row += scale * post, two floats a word; returns changed floats and words, and the gain in non-zeros.

    Both floats of a word in one step without a branch, so that the loop runs in full vectors.
    """
    changed = np.int32(0)
    words = np.int32(0)
    nonzero = np.int32(0)
    one = np.uint64(1)
    for word in range(np.uint64(post.size >> 1)):
        j = np.uint64(word + word)
        old, other = row[j], row[j + one]
        row[j] = old + scale * post[j]
        row[j + one] = other + scale * post[j + one]
        new, next_new = row[j], row[j + one]
        first, second = np.int32(new != old), np.int32(next_new != other)
        changed += first + second
        words += first | second
        nonzero += np.int32(new != 0) - np.int32(old != 0)
        nonzero += np.int32(next_new != 0) - np.int32(other != 0)
    if post.size & 1:
        last, gain = _add_to_singles(row[post.size - 1 :], scale, post[post.size - 1 :])
        return int(changed) + last, int(words) + last, int(nonzero) + gain
    return int(changed), int(words), int(nonzero)


@kernel
def _add_to_integers(
    row: Weights, key: int, i: int, scale: float, post: Floats, const: Floats
) -> tuple[int, int, int]:
    """The same for stored integers, rounded and saturated."""
    stochastic = const[STOCHASTIC] != 0.0
    per_word = int(const[PER_WORD])
    changed = 0
    words = 0
    nonzero = 0
    for first in range(0, post.size, per_word):
        in_word = 0
        for j in range(first, min(first + per_word, post.size)):
            old = row[j]
            u = draw(key, i, j) * 2.0**-32 if stochastic else 0.5
            x = np.floor(old + scale * post[j] / const[LSB] + u)
            row[j] = min(max(x, const[LOW]), const[HIGH])
            new = row[j]
            in_word += int(new != old)
            nonzero += int(new != 0) - int(old != 0)
        changed += in_word
        words += int(in_word > 0)
    return changed, words, nonzero


@kernel
def add_row(
    w: Weights, nnz: Int32s, count: Ints, key: int, i: int, scale: float, post: Floats, const: Floats
) -> None:
    """w[i, j] += scale * post[j] for all j, rounded to the format and saturated.

    Fixed point stores floor(x + u) with u uniform in [0, 1) (stochastic) or u = 1/2 (nearest), where x is
    in units of the least significant bit. Every synapse of the row is read and counts as an attempt; a
    word is written if one of its synapses changed.
    """
    n = post.size
    if const[LSB] != 0.0:
        changed, words_changed, nonzero = _add_to_integers(w[i], key, i, scale, post, const)
    elif const[PER_WORD] == 2.0:
        changed, words_changed, nonzero = _add_to_pairs(w[i], scale, post)
    else:
        changed, nonzero = _add_to_singles(w[i], scale, post)
        words_changed = changed
    nnz[i] += nonzero
    count[LRN_ROWS_READ] += 1
    count[LRN_WORDS_READ] += row_words(n, int(const[STORED_BITS]))
    count[LRN_SYNAPSES_VISITED] += n
    count[WRITE_ATTEMPTS] += n
    count[WRITES] += changed
    count[LRN_WORDS_WRITTEN] += words_changed
    if const[LSB] != 0.0 and const[STOCHASTIC] != 0.0:
        count[RNG_DRAWS] += n
