"""Changing a row that is a list: what `memory.rows` does to full rows, on the stored synapses only."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.fixed_point import mix, row_key
from streamsnn.memory.formats import HIGH, LOW, LSB, PER_WORD, STOCHASTIC
from streamsnn.memory.lanes import moved, saturated
from streamsnn.memory.rows import add_floats, add_integers
from streamsnn.types import Floats, Int32s, Ints, Real, Weights

# A projection whose rows are lists (`memory.lists`): values, columns, and start and length of every row.
Lists = tuple[Weights, NDArray[Any], Ints, Int32s]


@kernel
def _rounded(old: int, post: Real, j: int, factor: float | np.float32, h: int, const: Floats) -> float:
    """Stored integer of old + factor * post[j]; `h` is the synapse's draw (in float32: see `memory.rows`)."""
    dx = factor * post[j]
    if const[STOCHASTIC] == 0.0:
        x = np.floor(post.dtype.type(old) + dx + post.dtype.type(0.5))
    else:
        x = old + moved(dx, h) if post.itemsize == 4 else np.floor(old + dx + h * 2.0**-32)
    return saturated(x, const[LOW], const[HIGH])


@kernel
def _change_list(w: Lists, key: int, i: int, scale: float, post: Real, const: Floats) -> tuple[int, int, int]:
    """post[column] for each stored synapse of list i, with the draws of the full row."""
    value, column, first, many = w
    row, to = value[first[i] : first[i] + many[i]], column[first[i] : first[i] + many[i]]
    lsb, per_word = const[LSB], int(const[PER_WORD])
    factor = post.dtype.type(scale / lsb if lsb != 0.0 else scale)
    own_key = row_key(key, i)
    changed = 0
    words = 0
    nonzero = 0
    for begin in range(0, row.size, per_word):
        in_word = 0
        for s in range(begin, min(begin + per_word, row.size)):
            old = row[s]
            if lsb == 0.0:
                row[s] = old + factor * post[to[s]]
            else:
                h = mix(own_key ^ int(to[s])) if const[STOCHASTIC] != 0.0 else 0
                row[s] = _rounded(old, post, to[s], factor, h, const)
            new = row[s]
            in_word += int(new != old)
            nonzero += int(new != 0) - int(old != 0)
        changed += in_word
        words += int(in_word > 0)
    return changed, words, nonzero


def change(
    w: Weights | Lists, key: int, i: int, scale: float, post: Real, const: Floats
) -> tuple[int, int, int]:
    """Row i += scale * post in its format; returns synapses and words changed, and the gain in non-zeros."""
    if isinstance(w, tuple):
        return _change_list(w, key, i, scale, post, const)
    if const[LSB] != 0.0:
        return add_integers(w, key, i, scale, post, const)
    return add_floats(w, i, scale, post)


def stored_in_row(w: Weights | Lists, i: int, post: Real) -> int:
    """Synapses that row i stores."""
    return int(w[3][i]) if isinstance(w, tuple) else post.size


# Which kind of row it is, is known when compiled: only the code of that kind is, as a part of the calling
# kernel (a call, and the owners of its arrays to be counted, would cost as much as a row of a vector).
@overload(change, strict=False, inline="always")
def _compiled_change(w: Any, key: Any, i: Any, scale: Any, post: Any, const: Any) -> Callable[..., Any]:
    if isinstance(w, types.BaseTuple):
        return lambda w, key, i, scale, post, const: _change_list(w, key, i, scale, post, const)
    if isinstance(w.dtype, types.Integer):
        return lambda w, key, i, scale, post, const: add_integers(w, key, i, scale, post, const)
    return lambda w, key, i, scale, post, const: add_floats(w, i, scale, post)


@overload(stored_in_row, strict=False, inline="always")
def _compiled_stored(w: Any, i: Any, post: Any) -> Callable[..., Any]:
    if isinstance(w, types.BaseTuple):
        return lambda w, i, post: int(w[3][i])
    return lambda w, i, post: post.size
