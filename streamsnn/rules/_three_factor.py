"""Kernels of the three-factor rule: dense, and deferred to the next presynaptic spike."""

import numpy as np

from streamsnn.jit import kernel, seldom
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import add_interval, add_owed, any_change, remember_tick
from streamsnn.memory.synaptic import add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.rules._eligibility import BLOCK, CENTRE, KEEP, KEEP_RISE, KIND, POWERS, RATE, STEEPNESS
from streamsnn.surrogates import BOX, FAST_SIGMOID, TRIANGLE, surrogate
from streamsnn.types import Floats, Int32s, Ints, Real, Weights


@kernel
def changes_by_potential(third: Floats, v: Floats, delta: Real, const: Floats) -> None:
    """delta_j = psi(v_j) e_j."""
    real = delta.dtype.type
    kind, steepness, centre = const[KIND], const[STEEPNESS], const[CENTRE]
    if kind == BOX:  # one loop a kind: a choice within would keep it from running in vectors
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(BOX, steepness, v[j] - centre))
    elif kind == TRIANGLE:
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(TRIANGLE, steepness, v[j] - centre))
    else:
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(FAST_SIGMOID, steepness, v[j] - centre))


@kernel
def changes(third: Floats, v: Floats, post: Int32s, delta: Real, const: Floats) -> None:
    """The same, with psi = 1 where a spike has reset the potential."""
    changes_by_potential(third, v, delta, const)
    for k in range(post.size):
        delta[post[k]] = third[post[k]]


@kernel
def dense(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    post: Int32s,
    third: Floats,
    v: Floats,
    p: Real,
    q: Real,
    delta: Real,
    const: Floats,
) -> None:
    """Update every trace, then every synapse."""
    low_pass(p, pre, const[KEEP], 1.0, count)
    if const[KEEP_RISE] > 0.0:
        q *= const[KEEP_RISE]
        for k in range(pre.size):
            q[pre[k]] += 1.0
    if not calls_for_change(third, count):
        return
    changes(third, v, post, delta, const)
    for i in range(p.size):
        add_row(w, nnz, count, key, i, -const[RATE] * (p[i] - q[i]), delta, const)


@seldom
def _add_difference(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    x: float,
    x_rise: float,
    delta: Real,
    now: int,
    start: int,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """What a trace of two poles owes."""
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    delta[:] = 0.0
    add_interval(delta, prefix, start, now, const[POWERS : POWERS + many], block, x)
    add_interval(delta, prefix_rise, start, now, const[POWERS + many :], block, -x_rise)
    add_row(w, nnz, count, key, i, -const[RATE], delta, const)


def _settle_row(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    p: Real,
    q: Real,
    delta: Real,
    now: int,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Write what row i is owed for the ticks since its last spike."""
    start = opened[i] - 1
    if start < 0 or now <= start or owed[0] <= start:
        return
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    count[STATE_READS] += 2 * delta.size
    power = const[POWERS : POWERS + many]
    if const[KEEP_RISE] == 0.0:
        add_owed(w, nnz, count, key, i, -const[RATE], p[i], prefix, start, now, power, block, delta, const)
        return
    _add_difference(w, nnz, count, key, i, p[i], q[i], delta, now, start, prefix, prefix_rise, const)


_settle_soon, _settle_late = kernel(_settle_row), seldom(_settle_row)


@kernel
def arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Settle the rows that are about to be read, and move their traces to now."""
    for k in range(pre.size):
        i = int(np.int64(pre[k]))  # as elsewhere: what it is handed to is compiled once
        _settle_soon(w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const)
        silent = now[0] - (opened[i] - 1) if opened[i] > 0 else 0
        p[i] = p[i] * const[POWERS + silent] + 1.0
        if const[KEEP_RISE] > 0.0:
            q[i] = q[i] * const[POWERS + prefix.shape[0] + 1 + silent] + 1.0
        opened[i] = now[0] + 1
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size


@kernel
def note_changes(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    ending: int,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Add delta to the history, end the tick, and settle rows that have been silent for half the history."""
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    remember_tick(prefix, delta, now[0], const[POWERS : POWERS + many], block, count)
    if const[KEEP_RISE] > 0.0:
        remember_tick(prefix_rise, delta, now[0], const[POWERS + many :], block, count)
    now[0] += 1
    if any_change(delta):
        owed[0] = now[0]
    kept = prefix.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(p.size):
            if 0 < opened[i] <= oldest:
                _settle_late(
                    w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const
                )
                p[i] = 0.0
                q[i] = 0.0
                opened[i] = 0


@kernel
def remember(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    post: Int32s,
    third: Floats,
    ending: int,
    v: Floats,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Add this tick to the history."""
    if calls_for_change(third, count):
        changes(third, v, post, delta, const)
    else:
        delta[:] = 0.0
    note_changes(w, nnz, count, key, ending, p, q, delta, now, opened, owed, prefix, prefix_rise, const)


@kernel
def settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Settle every row."""
    for i in range(p.size):
        if opened[i] > 0:
            _settle_late(w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const)
            silent = now[0] - (opened[i] - 1)
            p[i] *= const[POWERS + silent]
            if const[KEEP_RISE] > 0.0:
                q[i] *= const[POWERS + prefix.shape[0] + 1 + silent]
            opened[i] = now[0] + 1
