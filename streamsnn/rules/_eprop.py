"""Kernels of e-prop: a row's eligibilities, every tick or replayed when the row is next read."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import any_change
from streamsnn.memory.replay import count_tags
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.types import Floats, Int32s, Ints, Weights

RATE, KEEP, KEEP_OUT, KEEP_A, BETA, V_TH, GAMMA = range(N_FORMAT, N_FORMAT + 7)
FADED = 1e-12  # below this nothing is added that the double of a weight near one could hold


@kernel
def _note_post(
    now: int, third: Floats, v: Floats, a: Floats, psi: Floats, signal: Floats, count: Ints, const: Floats
) -> bool:
    """Surrogate and learning signal of this tick into the ring; whether there is any signal."""
    slot = now & (psi.shape[0] - 1)
    wanted = calls_for_change(third, count)
    for j in range(third.size):
        distance = abs(v[j] - const[V_TH] - const[BETA] * a[j]) / const[V_TH]
        psi[slot, j] = const[GAMMA] / const[V_TH] * max(0.0, 1.0 - distance)
        signal[slot, j] = third[j] if wanted else 0.0
    return wanted


@kernel
def _advance(
    eps: Floats, f: Floats, delta: Floats, x: float, psi: Floats, signal: Floats, const: Floats
) -> None:
    """One tick of a row's eligibilities; delta_j += L_j f_ij."""
    for j in range(delta.size):
        e = psi[j] * (x - const[BETA] * eps[j])
        eps[j] = psi[j] * x + (const[KEEP_A] - const[BETA] * psi[j]) * eps[j]
        f[j] = const[KEEP_OUT] * f[j] + (1.0 - const[KEEP_OUT]) * e
        delta[j] += signal[j] * f[j]


@kernel
def dense(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    v: Floats,
    a: Floats,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Advance every row by one tick."""
    low_pass(x_pre, pre, const[KEEP], 1.0, count)
    wanted = _note_post(0, third, v, a, psi, signal, count, const)
    for i in range(x_pre.size):
        delta[:] = 0.0
        _advance(eps[i], f[i], delta, x_pre[i], psi[0], signal[0], const)
        if wanted:
            add_row(w, nnz, count, key, i, -const[RATE], delta, const)
    count_tags(count, x_pre.size, delta.size, 2)


@kernel
def _catch_up(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    now: int,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    opened: Ints,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Replay row i from its last update up to, but without, tick `now`."""
    start = opened[i] - 1
    if start < 0 or start == now:
        return
    delta[:] = 0.0
    for t in range(start, now):
        slot = t & (psi.shape[0] - 1)
        _advance(eps[i], f[i], delta, x_pre[i], psi[slot], signal[slot], const)
        x_pre[i] *= const[KEEP]
    opened[i] = now + 1
    count[STATE_READS] += 2 * (now - start) * delta.size
    count_tags(count, 1, delta.size, 2)
    if any_change(delta):
        add_row(w, nnz, count, key, i, -const[RATE], delta, const)


@kernel
def arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Bring the rows up to date that are about to be read."""
    for k in range(pre.size):
        i = pre[k]
        _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, psi, signal, const)
        x_pre[i] += 1.0
        opened[i] = now[0] + 1
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size


@kernel
def _largest(values: Floats) -> float:
    peak = 0.0
    for j in range(values.size):
        peak = max(peak, abs(values[j]))
    return peak


@kernel
def remember(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    third: Floats,
    ending: int,
    v: Floats,
    a: Floats,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Keep what this tick means to rows that are not read now."""
    _note_post(now[0], third, v, a, psi, signal, count, const)
    count[STATE_WRITES] += 2 * third.size
    now[0] += 1
    kept = psi.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(x_pre.size):
            if 0 < opened[i] <= oldest:
                _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, psi, signal, const)
                if const[BETA] == 0.0 and x_pre[i] < FADED and _largest(f[i]) < FADED:
                    opened[i] = 0
                    x_pre[i] = 0.0


@kernel
def settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Bring every row up to date."""
    for i in range(x_pre.size):
        _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, psi, signal, const)
