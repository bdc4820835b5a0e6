"""Changing a row by a weighted sum of three rows of another array, without storing the sum.

What a deferring rule owes a row is such a sum of its history (`memory.deferred`). The bits are those of
`memory.rows`, given the sum.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from streamsnn.jit import kernel
from streamsnn.memory import lanes
from streamsnn.memory.fixed_point import row_key
from streamsnn.memory.formats import HIGH, LOW, LSB, PER_WORD, STOCHASTIC
from streamsnn.memory.rows import floats_in_word, set_bits, word_starts, words_changed
from streamsnn.memory.steps import change_floats, change_nearest, change_stochastic, group
from streamsnn.types import Floats, Real, Weights

Three = tuple[int, int, int]


def _change(
    w: Weights, i: int, first: int, n: int, a: Real, rows: Three, by: Any, key: int, const: Floats
) -> tuple[np.uint64, int]:
    """Up to 64 synapses from `first`, in the format of w; which changed, and the gain in non-zeros."""
    one, added = a.dtype.type(1.0), _sum(a, rows, by)
    if const[LSB] == 0.0:
        return change_floats(w, i, first, n, one, added)
    if const[STOCHASTIC] == 0.0:
        return change_nearest(w, i, first, n, one, added, const[LOW], const[HIGH])
    return change_stochastic(w, i, first, n, one, added, const[LOW], const[HIGH], key)


def _sum(a: Real, rows: Three, by: Any) -> Real:
    total: Real = by[0] * a[rows[0]] + by[1] * a[rows[1]] + by[2] * a[rows[2]]
    return total


_ARGUMENTS = ("w", "i", "first", "n", "a", "rows", "by", "low", "high", "key")
_tuple: Any = types.Tuple
_uniform: Any = types.UniTuple


def _vectors(kind: str) -> Any:
    @intrinsic
    def change(
        typing: Any, w: Any, i: Any, first: Any, n: Any, a: Any, rows: Any, by: Any, low: Any, high: Any,
        key: Any,
    ) -> Any:  # fmt: skip
        real, i8 = types.float64, types.int64
        given = (w, i8, i8, i8, a, _uniform(i8, 3), _uniform(a.dtype, 3), real, real, i8)

        def code(context: Any, b: Any, signature: Any, values: Any) -> Any:
            x = dict(zip(_ARGUMENTS, values, strict=True))
            table = context.make_array(w)(context, b, x["w"])
            start = b.add(b.mul(x["i"], b.extract_value(table.shape, 1)), x["first"])
            x["row"] = lanes.Memory(context, b, w, table, start)
            sources = context.make_array(a)(context, b, x["a"])
            width = b.extract_value(sources.shape, 1)
            terms = []
            for term in range(3):
                begin = b.add(b.mul(b.extract_value(x["rows"], term), width), x["first"])
                factor = lanes.spread(b, b.extract_value(x["by"], term))
                terms.append((factor, lanes.Memory(context, b, a, sources, begin)))

            def dx(k: Any, mask: Any) -> Any:
                one, two, three = (b.fmul(factor, memory.load(k, mask)) for factor, memory in terms)
                return b.fadd(b.fadd(one, two), three)

            x["dx"] = dx
            return context.make_tuple(b, signature.return_type, group(b, kind, x))

        return _tuple((types.uint64, i8))(*given), code

    return change


_floats, _nearest, _stochastic = _vectors("floats"), _vectors("nearest"), _vectors("stochastic")


@overload(_change, strict=False, inline="always")
def _compiled(
    w: Any, i: Any, first: Any, n: Any, a: Any, rows: Any, by: Any, key: Any, const: Any
) -> Callable[..., Any]:
    if not isinstance(w.dtype, types.Integer):
        return lambda w, i, first, n, a, rows, by, key, const: _floats(
            w, i, first, n, a, rows, by, 0.0, 0.0, key
        )
    return lambda w, i, first, n, a, rows, by, key, const: (
        _stochastic(w, i, first, n, a, rows, by, const[LOW], const[HIGH], key)
        if const[STOCHASTIC] != 0.0
        else _nearest(w, i, first, n, a, rows, by, const[LOW], const[HIGH], key)
    )


def _per_word(w: Weights, const: Floats) -> int:
    """Synapses in a word; of floats, known when compiled."""
    return int(const[PER_WORD])


@overload(_per_word, strict=False, inline="always")
def _compiled_per_word(w: Any, const: Any) -> Callable[..., Any]:
    if isinstance(w.dtype, types.Integer):
        return _per_word
    return lambda w, const: floats_in_word(w)


@kernel
def add_sum(w: Weights, key: int, i: int, n_post: int, a: Real, rows: Three, by: Any, const: Floats) -> Three:
    """w[i] += sum_k by[k] a[rows[k]], rounded and saturated; `by` is in units of the least significant bit.

    Returns synapses and words changed, and the gain in non-zeros.
    """
    per_word = _per_word(w, const)
    step, starts = word_starts(per_word)
    own_key = row_key(key, i)
    first, changed, words, nonzero = 0, 0, 0, 0
    while first < n_post:
        which, gain = _change(w, i, first, min(step, n_post - first), a, rows, by, own_key, const)
        changed += set_bits(which)
        words += words_changed(which, per_word, starts)
        nonzero += gain
        first += step
    return changed, words, nonzero
