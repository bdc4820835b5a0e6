"""Kernels of the three-factor rule: dense, and deferred to the next presynaptic spike."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import add_interval, any_change, remember_tick
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.surrogates import surrogate
from streamsnn.types import Floats, Int32s, Ints, Weights

RATE, KEEP, KEEP_RISE, KIND, STEEPNESS, CENTRE, BLOCK = range(N_FORMAT, N_FORMAT + 7)
N_OWN = N_FORMAT + 7  # constants of a rule that builds on this one start here


@kernel
def changes(third: Floats, v: Floats, post: Int32s, delta: Floats, const: Floats) -> None:
    """delta_j = psi(v_j) e_j."""
    for j in range(delta.size):
        e = third[j]
        delta[j] = e * surrogate(const[KIND], const[STEEPNESS], v[j] - const[CENTRE]) if e != 0.0 else 0.0
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
    p: Floats,
    q: Floats,
    delta: Floats,
    const: Floats,
) -> None:
    """Update every trace, then every synapse."""
    for i in range(p.size):
        p[i] *= const[KEEP]
        q[i] *= const[KEEP_RISE]
    for k in range(pre.size):
        p[pre[k]] += 1.0
        if const[KEEP_RISE] > 0.0:
            q[pre[k]] += 1.0
    count[STATE_READS] += p.size
    count[STATE_WRITES] += p.size
    if not calls_for_change(third, count):
        return
    changes(third, v, post, delta, const)
    for i in range(p.size):
        add_row(w, nnz, count, key, i, -const[RATE] * (p[i] - q[i]), delta, const)


@kernel
def _settle_row(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: int,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Write what row i is owed for the ticks since its last spike."""
    start = opened[i] - 1
    if start < 0 or now <= start:
        return
    block = int(const[BLOCK])
    delta[:] = 0.0
    add_interval(delta, prefix, start, now, const[KEEP], block, p[i])
    if const[KEEP_RISE] > 0.0:
        add_interval(delta, prefix_rise, start, now, const[KEEP_RISE], block, -q[i])
    count[STATE_READS] += 2 * delta.size
    if any_change(delta):
        add_row(w, nnz, count, key, i, -const[RATE], delta, const)


@kernel
def arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Settle the rows that are about to be read, and move their traces to now."""
    for k in range(pre.size):
        i = pre[k]
        _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
        silent = now[0] - (opened[i] - 1) if opened[i] > 0 else 0
        p[i] = p[i] * const[KEEP] ** silent + 1.0
        if const[KEEP_RISE] > 0.0:
            q[i] = q[i] * const[KEEP_RISE] ** silent + 1.0
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
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Add delta to the history, end the tick, and settle rows that have been silent for half the history."""
    block = int(const[BLOCK])
    remember_tick(prefix, delta, now[0], const[KEEP], block, count)
    if const[KEEP_RISE] > 0.0:
        remember_tick(prefix_rise, delta, now[0], const[KEEP_RISE], block, count)
    now[0] += 1
    kept = prefix.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(p.size):
            if 0 < opened[i] <= oldest:
                _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
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
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Add this tick to the history."""
    if calls_for_change(third, count):
        changes(third, v, post, delta, const)
    else:
        delta[:] = 0.0
    note_changes(w, nnz, count, key, ending, p, q, delta, now, opened, prefix, prefix_rise, const)


@kernel
def settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Settle every row."""
    for i in range(p.size):
        if opened[i] > 0:
            _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
            silent = now[0] - (opened[i] - 1)
            p[i] *= const[KEEP] ** silent
            q[i] *= const[KEEP_RISE] ** silent
            opened[i] = now[0] + 1
