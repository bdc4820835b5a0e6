"""What an epoch of sums of products stores: weights on the one write path, tags and delays beside them."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    DELAY_WORDS_READ,
    DELAY_WORDS_WRITTEN,
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    RNG_DRAWS,
    TAG_WORDS_READ,
    TAG_WORDS_WRITTEN,
)
from streamsnn.memory.delays import DELAY_BITS
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.memory.packing import row_words
from streamsnn.memory.products import GUARD, TAG_HIGH, TAG_LOW, Stored
from streamsnn.memory.synaptic import LSB, STORED_BITS, add_row
from streamsnn.types import Floats, Int32s, Ints, Weights

TAG_BITS = 9
TAG_KEY, DELAY_KEY = 0x51F15E, 0x3C6EF3  # of draws that must not repeat those of the weights
TAGGED, DELAYED = 1, 2  # what synapses have beside weights


@kernel
def write_beside(
    values: Weights, count: Ints, key: int, i: int, total: Floats, low: int, high: int, bits: int
) -> int:
    """values[i, j] = total[j] / 2^7, stochastically rounded and clipped; returns the words that changed."""
    words_changed = 0
    per_word = 64 // bits
    for first in range(0, total.size, per_word):
        changed = False
        for j in range(first, min(first + per_word, total.size)):
            rounded = np.floor(total[j] / GUARD + draw(key, i, j) * 2.0**-32)
            new = int(min(max(rounded, low), high))
            changed |= new != values[i, j]
            values[i, j] = new
        words_changed += int(changed)
    count[RNG_DRAWS] += total.size
    return words_changed


@kernel
def write_back(
    stored: Stored,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    asked: int,
    beside: int,
    longest: int,
    totals: Floats,
    change: Floats,
    const: Floats,
) -> None:
    """Store what `accumulate` asked for in row i; the row is read once, with what its synapses have beside.

    Weights are counted as attempts and writes; tags and delays in words of their own.
    """
    w, tag, delay = stored
    n = change.size
    if asked & 1:
        lsb = const[LSB]
        for j in range(n):
            if lsb != 0.0:  # the write path takes a change: in binary it is exact, so acc / 2^7 is rounded
                change[j] = (totals[0, j] - GUARD * w[i, j]) / GUARD * lsb
            else:
                change[j] = totals[0, j]
        add_row(w, nnz, count, key, i, 1.0, change, const)
    else:
        count[LRN_ROWS_READ] += 1
        count[LRN_WORDS_READ] += row_words(n, int(const[STORED_BITS]))
        count[LRN_SYNAPSES_VISITED] += n
    if beside & TAGGED:
        count[TAG_WORDS_READ] += row_words(n, TAG_BITS)
    if beside & DELAYED:
        count[DELAY_WORDS_READ] += row_words(n, DELAY_BITS)
    if asked & 2:
        own_key = mix(key ^ TAG_KEY)
        count[TAG_WORDS_WRITTEN] += write_beside(
            tag, count, own_key, i, totals[1, :n], TAG_LOW, TAG_HIGH, TAG_BITS
        )
    if asked & 4:
        own_key = mix(key ^ DELAY_KEY)
        count[DELAY_WORDS_WRITTEN] += write_beside(
            delay, count, own_key, i, totals[2, :n], 0, longest, DELAY_BITS
        )
