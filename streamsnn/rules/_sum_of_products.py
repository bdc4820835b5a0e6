"""Kernels of sums of products: traces every tick, terms at the end of an epoch."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import EPOCHS, RNG_DRAWS, STATE_READS, STATE_WRITES
from streamsnn.memory.delays import LONGEST
from streamsnn.memory.products import TERM_WIDTH, Int16s, Stored, accumulate
from streamsnn.memory.reward import R0, rewarded, take_reward
from streamsnn.memory.synaptic import LSB, N_FORMAT, calls_for_change
from streamsnn.memory.traces import N_X, N_Y, Int8s, Side, advance, overwrite, ticks_with_spikes
from streamsnn.memory.write_back import write_back
from streamsnn.types import Floats, Int32s, Ints, Weights

EPOCH, THIRD_TO, THIRD_SCALE, BESIDE, N_TERMS, X_USED, Y_USED = range(N_FORMAT, N_FORMAT + 7)
R_USED, R_SCALE, R_KEPT, KEPT = range(N_FORMAT + 7, N_FORMAT + 11)
IMPULSE = KEPT + N_X + N_Y
TABLE = IMPULSE + N_X + N_Y


@kernel
def tick(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, third: Floats, ending: int,
    const: Floats, tag: Int16s, no_delay: Int8s, x_trace: Int8s, x_seen: Int8s, x_past: Int8s, x_last: Int8s,
    y_trace: Int8s, y_seen: Int8s, y_past: Int8s, y_last: Int8s, elapsed: Ints, product: Floats,
    totals: Floats,
) -> None:  # fmt: skip
    """One tick where delays are not learned."""
    x_state, y_state = (x_trace, x_seen, x_past, x_last), (y_trace, y_seen, y_past, y_last)
    if _advance(count, key, pre, post, third, ending, x_state, y_state, elapsed, const):
        _learn((w, tag, no_delay), nnz, count, key, 0, x_state, y_state, elapsed, product, totals, const)


@kernel
def tick_delays(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, third: Floats, ending: int,
    const: Floats, tag: Int16s, delay: Int8s, ring: Weights, x_trace: Int8s, x_seen: Int8s, x_past: Int8s,
    x_last: Int8s, y_trace: Int8s, y_seen: Int8s, y_past: Int8s, y_last: Int8s, elapsed: Ints,
    product: Floats, totals: Floats,
) -> None:  # fmt: skip
    """One tick where delays are learned, up to what the layer's ring of input can hold."""
    x_state, y_state = (x_trace, x_seen, x_past, x_last), (y_trace, y_seen, y_past, y_last)
    longest = min(LONGEST, ring.shape[0] - 1)
    if _advance(count, key, pre, post, third, ending, x_state, y_state, elapsed, const):
        _learn((w, tag, delay), nnz, count, key, longest, x_state, y_state, elapsed, product, totals, const)


@kernel
def _advance(
    count: Ints, key: int, pre: Int32s, post: Int32s, third: Floats, ending: int, x_state: Side,
    y_state: Side, elapsed: Ints, const: Floats,
) -> bool:  # fmt: skip
    """One tick of all traces; whether the epoch ends with it."""
    y_trace, x_last, y_last = y_state[0], x_state[3], y_state[3]
    if const[THIRD_TO] >= 0 or const[R_USED] > 0:
        wanted = calls_for_change(third, count)
        if const[THIRD_TO] >= 0:
            overwrite(y_trace, int(const[THIRD_TO]), third, const[THIRD_SCALE] if wanted else 0.0)
        if const[R_USED] > 0:
            scale = const[R_SCALE] if wanted else 0.0
            count[RNG_DRAWS] += take_reward(y_trace, third, scale, const[R_KEPT], key)
            elapsed[2] |= rewarded(y_trace, third.size)
    kept, impulse = const[KEPT:IMPULSE], const[IMPULSE:TABLE]
    count[RNG_DRAWS] += advance(x_state, y_state, pre, post, kept, impulse, int(elapsed[0]), key)
    touched = x_last.size * int(const[X_USED]) + y_last.size * int(const[Y_USED] + const[R_USED])
    count[STATE_READS] += touched
    count[STATE_WRITES] += touched
    elapsed[0] += 1
    return bool(elapsed[0] >= const[EPOCH] or ending != 0)


@kernel
def _learn(
    stored: Stored, nnz: Int32s, count: Ints, key: int, longest: int, x_state: Side, y_state: Side,
    elapsed: Ints, product: Floats, totals: Floats, const: Floats,
) -> None:  # fmt: skip
    """The end of an epoch."""
    elapsed[0] = 0
    elapsed[1] += 1
    count[EPOCHS] += 1
    x_last, y_last = x_state[3], y_state[3]
    table = const[TABLE:].reshape((-1, TERM_WIDTH))[: int(const[N_TERMS])]
    exact, beside = const[LSB] != 0.0, int(const[BESIDE])
    now = (int(elapsed[1]), ticks_with_spikes(y_last), int(elapsed[2]))
    for i in range(x_last.size):
        asked = accumulate(table, now, i, exact, stored, x_state, y_state, product, totals)
        if asked != 0:
            write_back(stored, nnz, count, key, i, asked, beside, longest, totals, product, const)
    x_last[:] = 0
    y_last[:] = 0
    y_state[0][R0] = 0
    elapsed[2] = 0
