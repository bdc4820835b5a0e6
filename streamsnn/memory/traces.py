"""Traces of 7 bits, tags of 9 bits and the 16-bit sums of products over them, as on a Loihi-like core.

A trace decays by a fraction in 4096ths, rounded stochastically with a draw of its own, and saturates at
127. `traces[r, i]` is trace r of neuron i; `last[i]` is 1 + the tick of the neuron's last spike in this
epoch, 0 without one.
"""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    RNG_DRAWS,
    TAG_WORDS_READ,
    TAG_WORDS_WRITTEN,
    WRITE_ATTEMPTS,
    WRITES,
)
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import LSB, STORED_BITS, add_row
from streamsnn.types import Floats, Int32s, Ints, Weights

Int8s = NDArray[np.int8]
Int16s = NDArray[np.int16]

TRACE_MAX = 127
TAG_BITS = 9
TAG_LOW, TAG_HIGH = -256, 255
TAGS_PER_WORD = 64 // TAG_BITS
X_KEY, Y_KEY, TAG_KEY = 0x2C9277, 0x6A09E6, 0x51F15E  # of draws that must not repeat those of the weights
GUARD = 128.0  # an accumulator holds 7 bits below the stored value
ACC_LOW, ACC_HIGH = -32768.0, 32767.0

# One term of a rule, as `streamsnn.expression.table` writes it: target (0 weight, 1 tag), dependency (0 x0,
# 1 y0, 2 u), period in epochs, mantissa, 2^-r, 2^e, the scale of float weights, and the factors (variable,
# constant); a variable is 0-1 x traces, 2-4 y traces, 5 weight, 6 tag, -1 none.
TARGET, DEPENDENCY, PERIOD, MANTISSA, DOWN, UP, SCALE, FACTORS = range(8)
TERM_WIDTH = FACTORS + 2 * 4
X0, Y0 = 0, 1
FIRST_Y, WEIGHT = 2, 5
Side = tuple[Int8s, Int8s, Int8s, Int8s]  # traces: now, seen by the last spike, of each tick; last spikes


@kernel
def fade(traces: Int8s, n: int, kept: Floats, key: int) -> int:
    """Decay of the traces of n neurons by one tick; returns the number of draws.

    x' = floor((x kept + u) / 4096) with u uniform in 0..4095; a trace that keeps all, or is 0, needs none.
    """
    draws = 0
    for r in range(traces.shape[0]):
        keep = int(kept[r])
        if keep == 4096:
            continue
        own_key = mix((key + r) & 0xFFFFFFFF)
        for i in range(n):
            x = int(traces[r, i])
            if x != 0:
                traces[r, i] = (x * keep + (draw(own_key, i, 0) >> 20)) >> 12
                draws += 1
    return draws


@kernel
def strike(traces: Int8s, seen: Int8s, last: Int8s, spikes: Int32s, impulse: Floats, tick: int) -> None:
    """Spikes of one tick: note what the traces were just before them, then add the impulses."""
    for k in range(spikes.size):
        i = spikes[k]
        last[i] = tick + 1
        for r in range(traces.shape[0]):
            x = int(traces[r, i])
            seen[r, i] = x
            traces[r, i] = min(x + int(impulse[r]), TRACE_MAX)


@kernel
def remember(traces: Int8s, past: Int8s, n: int, tick: int) -> None:
    """Keep the traces of this tick for the end of the epoch."""
    for r in range(traces.shape[0]):
        for i in range(n):
            past[tick * traces.shape[0] + r, i] = traces[r, i]


@kernel
def advance(
    x_state: Side,
    y_state: Side,
    pre: Int32s,
    post: Int32s,
    kept: Floats,
    impulse: Floats,
    tick: int,
    key: int,
) -> int:
    """One tick of all traces; returns the number of draws.

    The pre side comes first: post neurons see the x traces with this tick's impulses, as an arriving spike
    may cause one in the same tick, while pre spikes see the y traces without them.
    """
    x_trace, x_seen, x_past, x_last = x_state
    y_trace, y_seen, y_past, y_last = y_state
    draws = fade(x_trace, x_last.size, kept[:FIRST_Y], mix(key ^ X_KEY))
    draws += fade(y_trace, y_last.size, kept[FIRST_Y:], mix(key ^ Y_KEY))
    strike(x_trace, x_seen, x_last, pre, impulse[:FIRST_Y], tick)
    remember(x_trace, x_past, x_last.size, tick)
    remember(y_trace, y_past, y_last.size, tick)
    strike(y_trace, y_seen, y_last, post, impulse[FIRST_Y:], tick)
    return draws


@kernel
def overwrite(traces: Int8s, r: int, values: Floats, scale: float) -> None:
    """Trace r takes scale * values, rounded to the nearest integer and clipped to +-127; 0 for scale 0."""
    for j in range(values.size):
        x = np.floor(scale * values[j] + 0.5) if scale != 0.0 else 0.0  # a refused value may be no number
        traces[r, j] = int(min(max(x, -127.0), 127.0))


@kernel
def write_tags(tag: Int16s, count: Ints, key: int, i: int, total: Floats) -> None:
    """tag[i, j] = total[j] / 2^7, stochastically rounded and clipped to 9 bits; a write like any other."""
    changed = 0
    words_changed = 0
    for first in range(0, total.size, TAGS_PER_WORD):
        in_word = 0
        for j in range(first, min(first + TAGS_PER_WORD, total.size)):
            rounded = np.floor(total[j] / GUARD + draw(key, i, j) * 2.0**-32)
            new = int(min(max(rounded, TAG_LOW), TAG_HIGH))
            in_word += int(new != tag[i, j])
            tag[i, j] = new
        changed += in_word
        words_changed += int(in_word > 0)
    count[WRITE_ATTEMPTS] += total.size
    count[WRITES] += changed
    count[TAG_WORDS_WRITTEN] += words_changed
    count[RNG_DRAWS] += total.size


@kernel
def write_back(
    w: Weights,
    nnz: Int32s,
    tag: Int16s,
    count: Ints,
    key: int,
    i: int,
    asked: int,
    tagged: bool,
    totals: Floats,
    change: Floats,
    const: Floats,
) -> None:
    """Store what `accumulate` asked for in row i; the row is read once, with its tags if there are any."""
    n = change.size
    if asked & 1:
        lsb = const[LSB]
        for j in range(n):
            if lsb != 0.0:  # the write path takes a change: in binary it is exact, so acc / 2^7 is rounded
                change[j] = (totals[0, j] - GUARD * w[i, j]) / GUARD * lsb
            else:
                change[j] = totals[0, j]
        add_row(w, nnz, count, key, i, 1.0, change, const)
    else:
        count[LRN_ROWS_READ] += 1
        count[LRN_WORDS_READ] += row_words(n, int(const[STORED_BITS]))
        count[LRN_SYNAPSES_VISITED] += n
    if tagged:
        count[TAG_WORDS_READ] += row_words(n, TAG_BITS)
    if asked & 2:
        write_tags(tag, count, mix(key ^ TAG_KEY), i, totals[1, :n])


@kernel
def ticks_with_spikes(last: Int8s) -> int:
    """Bit t is set if some neuron's last spike of this epoch fell in its tick t."""
    found = 0
    for j in range(last.size):
        if last[j] > 0:
            found |= 1 << (int(last[j]) - 1)
    return found


@kernel
def fires(term: Floats, now: tuple[int, int], i: int, x_past: Int8s, x_last: Int8s) -> bool:
    """Whether a term can differ from 0 in row i; a bare x trace of 0 makes it 0 for all post neurons."""
    epochs, struck = now
    if term[DEPENDENCY] == X0:
        return bool(x_last[i] > 0)
    if term[DEPENDENCY] != Y0:
        return epochs % int(term[PERIOD]) == 0
    tick = 0
    while struck >> tick != 0:
        open_gates = (struck >> tick) & 1 == 1
        for f in range(FACTORS, TERM_WIDTH, 2):
            if 0 <= term[f] < FIRST_Y and term[f + 1] == 0.0:
                open_gates &= bool(x_past[2 * tick + int(term[f]), i] != 0)
        if open_gates:
            return True
        tick += 1
    return False


@kernel
def multiply(
    product: Floats,
    term: Floats,
    variable: int,
    c: float,
    i: int,
    w: Weights,
    tag: Int16s,
    x_state: Side,
    y_state: Side,
) -> None:
    """product[j] *= sat(V_ij + c), the variable as it was at the time of the term's dependency."""
    x_trace, x_seen, x_past, x_last = x_state
    y_trace, y_seen, y_past, y_last = y_state
    when = int(term[DEPENDENCY])
    n = product.size
    if variable < FIRST_Y and when == Y0:
        for j in range(n):
            if y_last[j] > 0:
                product[j] *= x_past[2 * (int(y_last[j]) - 1) + variable, i] + c
    elif variable < FIRST_Y:
        value = (x_seen[variable, i] if when == X0 else x_trace[variable, i]) + c
        for j in range(n):
            product[j] *= value
    elif variable < WEIGHT:
        r = variable - FIRST_Y
        if when == X0:
            values = y_past[3 * (int(x_last[i]) - 1) + r]
        else:
            values = y_seen[r] if when == Y0 else y_trace[r]
        for j in range(n):
            product[j] *= values[j] + c
    elif variable == WEIGHT:
        for j in range(n):
            product[j] *= w[i, j] + c
    else:
        for j in range(n):
            product[j] *= min(max(tag[i, j] + c, TAG_LOW), TAG_HIGH)


@kernel
def accumulate(
    table: Floats,
    now: tuple[int, int],
    i: int,
    exact: bool,
    w: Weights,
    tag: Int16s,
    x_state: Side,
    y_state: Side,
    product: Floats,
    totals: Floats,
) -> int:
    """Sum of the terms that fire in row i; returns 1 for a change of weights plus 2 for one of tags.

    `now` is the number of the epoch, from 1, and the ticks in which post neurons last spiked.
    `totals[0]` starts from the stored weights and `totals[1]` from the tags, both times 2^7; without
    `exact` (float weights) `totals[0]` is the real-valued change. Integers stay below 2^53.
    """
    asked = 0
    n = product.size
    for k in range(table.shape[0]):
        term = table[k]
        target = int(term[TARGET])
        if not fires(term, now, i, x_state[2], x_state[3]):
            continue
        if asked & (1 << target) == 0:
            asked |= 1 << target
            for j in range(n):
                start = GUARD * w[i, j] if exact else 0.0
                totals[target, j] = start if target == 0 else GUARD * tag[i, j]
        for j in range(n):
            product[j] = term[MANTISSA] if term[DEPENDENCY] != Y0 or y_state[3][j] > 0 else 0.0
        for f in range(FACTORS, TERM_WIDTH, 2):
            if term[f] >= 0:
                multiply(product, term, int(term[f]), term[f + 1], i, w, tag, x_state, y_state)
        for j in range(n):
            if target == 0 and not exact:
                totals[0, j] += term[SCALE] * product[j]
                continue
            m = np.floor(np.floor(product[j] * term[DOWN]) * term[UP])
            m = min(max(m, ACC_LOW), ACC_HIGH)
            totals[target, j] = min(max(totals[target, j] + m, ACC_LOW), ACC_HIGH)
    return asked
