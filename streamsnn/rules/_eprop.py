"""Kernels of e-prop: a row's eligibilities every tick, or by spans of ticks when the row is next read."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.eligibility import count_tags
from streamsnn.memory.spans import cross_spans, note_span
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.types import Floats, Int32s, Ints, Weights

RATE, KEEP, KEEP_OUT, KEEP_A, BETA, V_TH, GAMMA, HISTORY = range(N_FORMAT, N_FORMAT + 8)
FADED = 1e-12  # below this nothing is added that the double of a weight near one could hold


@kernel
def _planes(const: Floats) -> int:
    """Eligibilities that a synapse keeps: one of the adaptation, one of the output's filter."""
    return int(const[BETA] != 0.0) + int(const[KEEP_OUT] != 0.0)


@kernel
def _row(plane: Floats, i: int) -> Floats:
    """Row i of a plane of eligibilities; a plane that is not kept has one row of scratch."""
    row: Floats = plane[i if plane.shape[0] > 1 else 0]
    return row


@kernel
def _note_post(
    third: Floats,
    v: Floats,
    a: Floats,
    silent: Int32s,
    resting: Int32s,
    psi: Floats,
    signal: Floats,
    count: Ints,
    const: Floats,
) -> bool:
    """Surrogate and learning signal of this tick; whether there is any signal.

    `resting` is what the neuron's `silent` was a tick ago: above zero, this tick could not have had a spike.
    """
    wanted = calls_for_change(third, count)
    for j in range(third.size):
        distance = abs(v[j] - const[V_TH] - const[BETA] * a[j]) / const[V_TH]
        open_to_fire = 1.0 if resting[j] == 0 else 0.0
        psi[j] = open_to_fire * const[GAMMA] / const[V_TH] * max(0.0, 1.0 - distance)
        signal[j] = third[j] if wanted else 0.0
        resting[j] = silent[j]
    return wanted


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
    silent: Int32s,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    resting: Int32s,
    psi: Floats,
    signal: Floats,
    const: Floats,
) -> None:
    """Advance every row by one tick."""
    low_pass(x_pre, pre, const[KEEP], 1.0, count)
    wanted = _note_post(third, v, a, silent, resting, psi, signal, count, const)
    keep, rho, beta = const[KEEP_OUT], const[KEEP_A], const[BETA]
    for i in range(x_pre.size):
        own_eps, own_f, x = _row(eps, i), _row(f, i), x_pre[i]
        for j in range(delta.size):
            e = psi[j] * (x - beta * own_eps[j])
            own_eps[j] = psi[j] * x + (rho - beta * psi[j]) * own_eps[j] if beta != 0.0 else 0.0
            own_f[j] = keep * own_f[j] + (1.0 - keep) * e
            delta[j] = signal[j] * own_f[j]
        if wanted:
            add_row(w, nnz, count, key, i, -const[RATE], delta, const)
    count_tags(count, x_pre.size, delta.size, _planes(const))


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
    spans: Floats,
    const: Floats,
) -> None:
    """Bring row i from its last update up to, but without, tick `now`."""
    start = opened[i] - 1
    if start < 0 or start == now:
        return
    delta[:] = 0.0
    x_pre[i] = cross_spans(
        _row(eps, i), _row(f, i), delta, x_pre[i], spans, start, now,
        const[KEEP], const[KEEP_OUT], const[BETA], count,
    )  # fmt: skip
    opened[i] = now + 1
    count_tags(count, 1, delta.size, _planes(const))
    if delta.any():
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
    spans: Floats,
    const: Floats,
) -> None:
    """Bring the rows up to date that are about to be read."""
    for k in range(pre.size):
        i = int(np.int64(pre[k]))  # as `remember` counts rows: one compiled `_catch_up` serves both
        _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, spans, const)
        x_pre[i] += 1.0
        opened[i] = now[0] + 1
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size


@kernel
def _faded(plane: Floats, i: int) -> bool:
    """Whether nothing is left of a row that is kept."""
    peak = 0.0
    if plane.shape[0] > 1:
        for j in range(plane.shape[1]):
            peak = max(peak, abs(plane[i, j]))
    return peak < FADED


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
    silent: Int32s,
    x_pre: Floats,
    eps: Floats,
    f: Floats,
    delta: Floats,
    resting: Int32s,
    psi: Floats,
    signal: Floats,
    now: Ints,
    opened: Ints,
    spans: Floats,
    const: Floats,
) -> None:
    """Keep what this tick means to rows that are not read now."""
    _note_post(third, v, a, silent, resting, psi, signal, count, const)
    keep, rho, beta = const[KEEP_OUT], const[KEEP_A], const[BETA]
    note_span(spans, now[0], psi, signal, const[KEEP], keep, rho, beta, count)
    now[0] += 1
    kept = int(const[HISTORY]) >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(x_pre.size):
            if 0 < opened[i] <= oldest:
                _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, spans, const)
                if x_pre[i] < FADED and _faded(eps, i) and _faded(f, i):
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
    spans: Floats,
    const: Floats,
) -> None:
    """Bring every row up to date."""
    for i in range(x_pre.size):
        _catch_up(w, nnz, count, key, i, now[0], x_pre, eps, f, delta, opened, spans, const)
