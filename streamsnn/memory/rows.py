"""Changing a row of synapses, and how many synapses and words changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from streamsnn.jit import kernel
from streamsnn.memory import lanes
from streamsnn.memory.fixed_point import row_key
from streamsnn.memory.formats import HIGH, LOW, LSB, PER_WORD, STOCHASTIC
from streamsnn.memory.steps import GROUP, change_floats, change_nearest, change_stochastic
from streamsnn.types import Floats, Real, Weights

_ONE, _ALL = np.uint64(1), np.uint64(2**64 - 1)


def set_bits(mask: np.uint64) -> int:
    """Number of bits that are set."""
    return int(mask).bit_count()


def _count(typing: Any, mask: Any) -> Any:
    return types.int64(types.uint64), lambda context, b, signature, given: lanes.ones(b, given[0])


_ones: Any = intrinsic(_count)


@overload(set_bits, strict=False, inline="always")
def _compiled_set_bits(mask: Any) -> Callable[..., Any]:
    return lambda mask: _ones(mask)


@kernel
def words_changed(changed: np.uint64, per_word: int, starts: np.uint64) -> int:
    """Words that hold a synapse which changed; `starts` has the bits of the words' first synapses."""
    wide = np.uint64(per_word)
    seen = _ONE
    while seen + seen <= wide:  # bit k becomes: one of bits k ... k + seen - 1 is set
        changed |= changed >> seen
        seen += seen
    if seen < wide:
        changed |= changed >> (wide - seen)
    return set_bits(changed & starts)


@kernel
def word_starts(per_word: int) -> tuple[int, np.uint64]:
    """How many synapses of whole words fit in 64 bits, and the bits at which words start.

    >>> step, starts = word_starts(21)
    >>> step, bin(starts)
    (63, '0b1000000000000000000001000000000000000000001')
    """
    step = GROUP - GROUP % per_word
    return step, (_ALL >> np.uint64(GROUP - step)) // (_ALL >> np.uint64(GROUP - per_word))


def floats_in_word(w: Weights) -> int:
    """1 or 2, known when compiled."""
    return int(8 // w.itemsize)


@overload(floats_in_word, strict=False, inline="always")
def _compiled_floats_in_word(w: Any) -> Callable[..., Any]:
    return (lambda w: 1) if w.dtype == types.float64 else (lambda w: 2)


def add_floats(w: Weights, i: int, scale: float, post: Real) -> tuple[int, int, int]:
    """w[i] += scale * post; returns synapses and words changed, and the gain in non-zeros."""
    factor = post.dtype.type(scale)
    per_word = floats_in_word(w)
    step, starts = word_starts(per_word)
    first, changed, words, nonzero = 0, 0, 0, 0
    while first < post.size:
        which, gain = change_floats(w, i, first, min(step, post.size - first), factor, post)
        changed += set_bits(which)
        words += words_changed(which, per_word, starts)
        nonzero += gain
        first += step
    return changed, words, nonzero


def add_integers(
    w: Weights, key: int, i: int, scale: float, post: Real, const: Floats
) -> tuple[int, int, int]:
    """The same for stored integers, rounded and saturated."""
    factor = post.dtype.type(scale / const[LSB])  # exact: the least significant bit is a power of two
    per_word = int(const[PER_WORD])
    step, starts = word_starts(per_word)
    low, high = const[LOW], const[HIGH]
    own_key = row_key(key, i)
    first, changed, words, nonzero = 0, 0, 0, 0
    while first < post.size:
        n = min(step, post.size - first)
        if const[STOCHASTIC] != 0.0:
            which, gain = change_stochastic(w, i, first, n, factor, post, low, high, own_key)
        else:
            which, gain = change_nearest(w, i, first, n, factor, post, low, high)
        changed += set_bits(which)
        words += words_changed(which, per_word, starts)
        nonzero += gain
        first += step
    return changed, words, nonzero


for _whole_row in (add_floats, add_integers):
    # part of the calling kernel: a call would cost as much as a short row
    overload(_whole_row, strict=False, inline="always")(lambda *_, body=_whole_row: body)
