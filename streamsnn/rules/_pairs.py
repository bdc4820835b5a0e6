"""Kernels of pair STDP: lists of neurons with a live trace, and the gain that keeps a column's sum.

A trace is live from its first spike on, until it is so small that the next spike's 1 swallows it in double
precision: what is not live could not change anything. Live traces lie densely in lists, so that a tick
costs as much as there is activity.
"""

from streamsnn.jit import kernel
from streamsnn.memory.columns import add_to_column, add_to_rows, deliver_gain, scale_column, scale_rows
from streamsnn.memory.counters import LRN_ROWS_READ, LRN_WORDS_READ, STATE_READS, STATE_WRITES
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import LSB, N_FORMAT, PER_WORD, STORED_BITS
from streamsnn.types import Floats, Int32s, Ints, Weights

(A_PLUS, A_MINUS, KEEP_PRE, KEEP_POST, NEAREST, TARGET, MU, W_MIN, W_MAX, NORM, DENSE) = range(
    N_FORMAT, N_FORMAT + 11
)
SMALLEST = 2.0**-60  # 1 + this is 1
LARGEST_GAIN = 16.0  # beyond, or below its inverse, a gain is written into its column

# Rows of `traced`: what is kept of each live post neuron, in the order of `who_post`.
X, STEP, UNIT, FLOOR, CEILING, MOVED = range(6)


@kernel
def _fade(x: Floats, keep: float) -> int:
    """Decay live traces; returns how many are no longer live."""
    gone = 0
    for p in range(x.size):
        x[p] *= keep
        gone += int(x[p] < SMALLEST)
    return gone


@kernel
def _fade_pre(live: Ints, x_pre: Floats, who_pre: Int32s, place: Int32s, keep: float) -> None:
    if _fade(x_pre[: live[0]], keep) == 0:
        return
    n = 0
    for p in range(live[0]):
        i = who_pre[p]
        if x_pre[p] >= SMALLEST:
            x_pre[n], who_pre[n] = x_pre[p], i
            n += 1
            place[i] = n
        else:
            place[i] = 0
    live[0] = n


@kernel
def _fade_post(live: Ints, traced: Floats, who_post: Int32s, word: Int32s, keep: float) -> None:
    if _fade(traced[X, : live[1]], keep) == 0:
        return
    n = 0
    for p in range(live[1]):
        if traced[X, p] >= SMALLEST:
            who_post[n], word[n] = who_post[p], word[p]
            for r in range(traced.shape[0]):
                traced[r, n] = traced[r, p]
            n += 1
    live[1] = n


@kernel
def _strike_pre(
    pre: Int32s, live: Ints, x_pre: Floats, who_pre: Int32s, place: Int32s, nearest: bool
) -> None:
    for k in range(pre.size):
        i = pre[k]
        if place[i] == 0:
            who_pre[live[0]] = i
            x_pre[live[0]] = 1.0
            live[0] += 1
            place[i] = live[0]
        else:
            p = place[i] - 1
            x_pre[p] = 1.0 if nearest else x_pre[p] + 1.0


@kernel
def _strike_post(
    j: int, live: Ints, traced: Floats, who_post: Int32s, word: Int32s, gain: Floats, const: Floats
) -> None:
    """A post spike: its trace rises, and it takes its place among the live ones, in ascending order."""
    m = live[1]
    p = 0
    while p < m and who_post[p] < j:
        p += 1
    if p < m and who_post[p] == j:
        traced[X, p] = 1.0 if const[NEAREST] != 0.0 else traced[X, p] + 1.0
        return
    for q in range(m, p, -1):
        who_post[q], word[q] = who_post[q - 1], word[q - 1]
        for r in range(traced.shape[0]):
            traced[r, q] = traced[r, q - 1]
    who_post[p] = j
    word[p] = j // int(const[PER_WORD])
    unit = 1.0 / gain[j]
    traced[X, p], traced[UNIT, p], traced[MOVED, p] = 1.0, unit, 0.0
    traced[FLOOR, p], traced[CEILING, p] = unit * const[W_MIN], unit * const[W_MAX]
    live[1] = m + 1


@kernel
def _power(part: float, mu: float) -> float:
    """part^mu with part cut to [0, 1], without a power where none is needed."""
    if mu == 0.0:
        return 1.0
    inside = min(max(part, 0.0), 1.0)
    return inside if mu == 1.0 else float(inside**mu)


@kernel
def _depress(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, m: int, who_post: Int32s, word: Int32s,
    traced: Floats, total: Floats, const: Floats,
) -> None:  # fmt: skip
    """What this tick's pre spikes do to the synapses onto neurons with a live trace."""
    who, step = who_post[:m], traced[STEP, :m]
    for p in range(m):
        step[p] = -const[A_MINUS] * traced[X, p] * traced[UNIT, p]
    lsb = const[LSB] if const[LSB] > 0.0 else 1.0
    span = const[W_MAX] - const[W_MIN]
    together = pre.size if const[MU] == 0.0 else 1  # the change of one row depends on its own weights
    for k in range(0, pre.size, together):
        rows = pre[k : k + together]
        if const[MU] != 0.0:
            for p in range(m):
                part = (w[rows[0], who[p]] * lsb / traced[UNIT, p] - const[W_MIN]) / span
                step[p] = -const[A_MINUS] * traced[X, p] * traced[UNIT, p] * _power(part, const[MU])
        add_to_rows(
            w, nnz, count, key, rows, total.size, who, word[:m], step, traced[FLOOR, :m],
            traced[CEILING, :m], traced[MOVED, :m], const,
        )  # fmt: skip
    if const[NORM] > 0.0:
        for p in range(m):
            total[who[p]] += lsb * traced[MOVED, p]
            traced[MOVED, p] = 0.0
        count[STATE_READS] += m
        count[STATE_WRITES] += m


@kernel
def _potentiate(
    w: Weights, nnz: Int32s, count: Ints, key: int, j: int, x: Floats, who: Int32s, change: Floats,
    gain: Floats, total: Floats, const: Floats,
) -> None:  # fmt: skip
    """What a post spike of j does to the synapses from `who`, whose traces are `x`."""
    lsb = const[LSB] if const[LSB] > 0.0 else 1.0
    span = const[W_MAX] - const[W_MIN]
    for p in range(x.size):
        change[p] = const[A_PLUS] * (x[p] - const[TARGET])
    if const[MU] != 0.0:
        for p in range(x.size):
            part = (const[W_MAX] - w[who[p], j] * lsb * gain[j]) / span
            change[p] *= _power(part, const[MU])
    unit = 1.0 / gain[j]
    low, high = unit * const[W_MIN], unit * const[W_MAX]
    added = change[: x.size]
    total[j] += add_to_column(w, nnz, count, key, j, who, 1.0, 0.0, added, unit, low, high, const)


@kernel
def _add_rows(w: Weights, start: int, stop: int, total: Floats, const: Floats) -> None:
    lsb = const[LSB] if const[LSB] > 0.0 else 1.0
    for i in range(start, stop):
        for j in range(total.size):
            total[j] += lsb * w[i, j]


@kernel
def _sum_new_rows(w: Weights, count: Ints, summed: Ints, n_pre: int, total: Floats, const: Floats) -> None:
    """Rows that the sums do not hold yet, when the first sample is learned or features were added."""
    _add_rows(w, summed[0], n_pre, total, const)
    n = n_pre - summed[0]
    count[LRN_ROWS_READ] += n
    count[LRN_WORDS_READ] += n * row_words(total.size, int(const[STORED_BITS]))
    summed[0] = n_pre


@kernel
def _normalise(
    w: Weights, nnz: Int32s, count: Ints, key: int, n_pre: int, gain: Floats, total: Floats,
    const: Floats,
) -> None:  # fmt: skip
    """Gains that bring each column's sum to the norm; the dense form writes them into all synapses."""
    limit = LARGEST_GAIN if const[LSB] == 0.0 else 2.0
    for j in range(gain.size):
        gain[j] = const[NORM] / total[j] if total[j] > 0.0 else 1.0
    count[STATE_READS] += gain.size
    count[STATE_WRITES] += gain.size
    if const[DENSE] == 0.0:
        for j in range(gain.size):
            if not 1.0 / limit <= gain[j] <= limit:
                total[j] = scale_column(w, nnz, count, key, j, n_pre, gain[j], const)
                gain[j] = 1.0
        return
    scale_rows(w, nnz, count, key, n_pre, gain, const)
    total[:] = 0.0
    _add_rows(w, 0, n_pre, total, const)
    gain[:] = 1.0


@kernel
def deliver(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Floats, sums: Weights, gain: Floats, const: Floats
) -> None:
    """Weights times their neuron's gain."""
    deliver_gain(w, nnz, count, pre, acc, sums, gain, const)


@kernel
def settle(
    w: Weights, nnz: Int32s, count: Ints, key: int, place: Int32s, gain: Floats, total: Floats, const: Floats
) -> None:
    """Write the gains into their columns."""
    for j in range(gain.size):
        if gain[j] != 1.0:
            total[j] = scale_column(w, nnz, count, key, j, place.size, gain[j], const)
            gain[j] = 1.0


@kernel
def tick(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, ending: int, live: Ints,
    x_pre: Floats, who_pre: Int32s, place: Int32s, traced: Floats, who_post: Int32s, word: Int32s,
    change: Floats, gain: Floats, total: Floats, summed: Ints, const: Floats,
) -> None:  # fmt: skip
    """Traces, depression by pre spikes, potentiation by post spikes, and the norm at the end of a sample."""
    if const[NORM] > 0.0 and summed[0] < place.size:
        _sum_new_rows(w, count, summed, place.size, total, const)
    _fade_pre(live, x_pre, who_pre, place, const[KEEP_PRE])
    _fade_post(live, traced, who_post, word, const[KEEP_POST])
    if const[A_MINUS] != 0.0 and live[1] > 0 and pre.size > 0:
        _depress(w, nnz, count, key, pre, live[1], who_post, word, traced, total, const)
    _strike_pre(pre, live, x_pre, who_pre, place, const[NEAREST] != 0.0)
    for k in range(post.size):
        # another key than the rows': a synapse may be rounded twice in this tick
        if const[TARGET] == 0.0:
            x, who = x_pre[: live[0]], who_pre[: live[0]]
        else:
            x, who = x_pre, who_pre
            _complete(live, x_pre, who_pre, place)
        _potentiate(w, nnz, count, key + 1, post[k], x, who, change, gain, total, const)
    for k in range(post.size):
        _strike_post(post[k], live, traced, who_post, word, gain, const)
    count[STATE_READS] += live[0] + live[1]
    count[STATE_WRITES] += live[0] + live[1]
    if ending != 0 and const[NORM] > 0.0:
        _normalise(w, nnz, count, key + 2, place.size, gain, total, const)


@kernel
def _complete(live: Ints, x_pre: Floats, who_pre: Int32s, place: Int32s) -> None:
    """List all inputs, those without a live trace last and with a trace of 0."""
    n = live[0]
    for i in range(place.size):
        if place[i] == 0:
            who_pre[n] = i
            x_pre[n] = 0.0
            n += 1
