"""Exact deferral of rules that are linear in an exponential presynaptic trace.

A weight is only read when its presynaptic neuron spikes. Between two spikes of neuron i, at t0 and t1, its
trace is x_i(t) = x_i(t0) alpha^(t - t0), so that a whole interval of the dense rule is one update:

    sum_{t=t0}^{t1-1} x_i(t) delta_j(t) = x_i(t0) D_j(t0, t1)
    D_j(t0, t1) = sum_{t=t0}^{t1-1} alpha^(t - t0) delta_j(t)

D_j comes from prefix sums that restart in every block of ticks, S_j(t) = sum alpha^(t' - b) delta_j(t')
from the block's first tick b to t: restarting keeps alpha^(b - t0) near one, so that nothing cancels. The
sums live in a ring of some hundred ticks per neuron of the post layer: neuron memory, a word written a tick.

A row that has been silent for half the ring is settled once and its trace is dropped: the history is
bounded, every interval that a spike opens is written at most once, and writes never exceed synops.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from streamsnn.jit import kernel, seldom
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import LSB
from streamsnn.memory.list_rows import Lists
from streamsnn.memory.sums import Three, add_sum
from streamsnn.memory.synaptic import add_row, count_row
from streamsnn.types import Floats, Int32s, Ints, Real, Weights


def block_ticks(keep: float, keep_rise: float, history: int) -> int:
    """Ticks of a block: a power of two of at most 4 decay times of the faster trace, half the history.

    >>> block_ticks(np.exp(-1 / 20), 0.0, 1024)
    64
    """
    fastest = min(k for k in (keep, keep_rise) if k > 0) if max(keep, keep_rise) > 0 else 0.5
    ticks = max(1.0, min(-4.0 / np.log(fastest) if fastest < 1 else history, history / 2))
    return int(2 ** np.floor(np.log2(ticks)))


@kernel
def remember_tick(prefix: Real, delta: Real, now: int, power: Floats, block: int, count: Ints) -> None:
    """Add delta_j(now) to the block's prefix sums: S_j(now) = S_j(now - 1) + alpha^(now - b) delta_j."""
    ring = prefix.shape[0]
    within = now & (block - 1)
    weight = delta.dtype.type(power[within])
    new = prefix[now & (ring - 1)]
    old = prefix[(now - 1) & (ring - 1)]
    if within == 0:
        for j in range(np.uint64(delta.size)):
            new[j] = delta[j]
    else:
        for j in range(np.uint64(delta.size)):
            new[j] = old[j] + weight * delta[j]
    count[STATE_READS] += delta.size
    count[STATE_WRITES] += delta.size


def powers(keep: float, history: int) -> tuple[float, ...]:
    """keep^0 to keep^history: a trace after so many silent ticks.

    >>> powers(0.5, 3)
    (1.0, 0.5, 0.25, 0.125)
    """
    return tuple(float(keep**k) for k in range(history + 1))


@kernel
def _ends(
    prefix: Real, start: int, stop: int, power: Floats, block: int, scale: float
) -> tuple[Three, tuple[Any, Any, Any]]:
    """Rows of `prefix`, and factors: scale * D_j(start, stop) over the first two blocks is their sum.

    A factor of 0 goes with a row that the sum has anyway.
    """
    last, real = prefix.shape[0] - 1, prefix.dtype.type
    first = start & -block
    second = first + block
    end = (min(second, stop) - 1) & last
    before, next_end = end, end
    plus = real(scale / power[start - first])
    minus, next_plus = real(0.0), real(0.0)
    if start > first:
        before, minus = (start - 1) & last, -plus
    if second < stop:
        next_end, next_plus = (min(second + block, stop) - 1) & last, real(scale * power[second - start])
    return (end, before, next_end), (plus, minus, next_plus)


@kernel
def add_interval(
    d: Real, prefix: Real, start: int, stop: int, power: Floats, block: int, scale: float
) -> None:
    """d_j += scale * D_j(start, stop), with start < stop and stop - start at most the ring.

    Up to two blocks, which is nearly always, in one pass over d.
    """
    rows, by = _ends(prefix, start, stop, power, block, scale)
    end, before, next_end = prefix[rows[0]], prefix[rows[1]], prefix[rows[2]]
    for j in range(np.uint64(d.size)):
        d[j] += by[0] * end[j] + by[1] * before[j] + by[2] * next_end[j]
    last = prefix.shape[0] - 1
    for base in range((start & -block) + 2 * block, stop, block):
        factor = d.dtype.type(scale * power[base - start])
        end = prefix[(min(base + block, stop) - 1) & last]
        for j in range(np.uint64(d.size)):
            d[j] += factor * end[j]


@kernel
def any_change(d: Real) -> bool:
    """Whether any element is not zero: a row that is owed nothing is not touched."""
    found = False
    for j in range(d.size):
        found |= d[j] != 0.0
    return found


def add_owed(
    w: Weights | Lists,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    scale: float,
    x: float,
    prefix: Real,
    start: int,
    stop: int,
    power: Floats,
    block: int,
    delta: Real,
    const: Floats,
) -> None:
    """w[i, j] += scale * x * D_j(start, stop), stored and counted as by `synaptic.add_row`."""
    delta[:] = 0.0
    add_interval(delta, prefix, start, stop, power, block, x)
    add_row(w, nnz, count, key, i, scale, delta, const)


_through_delta = seldom(add_owed)


@kernel
def _in_one_pass(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    scale: float,
    x: float,
    prefix: Real,
    start: int,
    stop: int,
    power: Floats,
    block: int,
    delta: Real,
    const: Floats,
) -> None:
    """The same without `delta` where the interval spans at most two blocks, which is nearly always."""
    if (start & -block) + 2 * block < stop:
        _through_delta(w, nnz, count, key, i, scale, x, prefix, start, stop, power, block, delta, const)
        return
    unit = scale * x if const[LSB] == 0.0 else scale * x / const[LSB]
    rows, by = _ends(prefix, start, stop, power, block, unit)
    changed, words, nonzero = add_sum(w, key, i, delta.size, prefix, rows, by, const)
    nnz[i] += nonzero
    count_row(count, delta.size, changed, words, const)


@overload(add_owed, strict=False, inline="always")
def _compiled_add_owed(
    w: Any, nnz: Any, count: Any, key: Any, i: Any, scale: Any, x: Any, prefix: Any, start: Any, stop: Any,
    power: Any, block: Any, delta: Any, const: Any,
) -> Callable[..., Any]:  # fmt: skip
    chosen = _in_one_pass if isinstance(w, types.Array) else _through_delta  # lists hold some columns only
    return lambda w, nnz, count, key, i, scale, x, prefix, start, stop, power, block, delta, const: chosen(
        w, nnz, count, key, i, scale, x, prefix, start, stop, power, block, delta, const
    )
