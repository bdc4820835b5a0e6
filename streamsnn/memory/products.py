"""Sums of products over traces, weights, tags and delays, in a 16-bit accumulator as on a Loihi-like core."""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.traces import N_X, N_Y, Int8s, Side
from streamsnn.types import Floats, Weights

Int16s = NDArray[np.int16]
Stored = tuple[Weights, Int16s, Int8s]  # weights, tags, delays
Moment = tuple[int, int, int]  # epoch, ticks with post spikes, reward variables that were not 0

TAG_LOW, TAG_HIGH = -256, 255
GUARD = 128.0  # an accumulator holds 7 bits below the stored value
ACC_LOW, ACC_HIGH = -32768.0, 32767.0

# One term of a rule, as `streamsnn.expression.table` writes it: target (0 weight, 1 tag, 2 delay), dependency
# (0 x0, 1 y0, 2 u), period in epochs, mantissa, 2^-r, 2^e, the scale of float weights, and the factors
# (variable, constant); a variable is 0-1 x traces, 2-4 y traces, 5-6 reward, 7 weight, 8 tag, 9 delay, or -1.
TARGET, DEPENDENCY, PERIOD, MANTISSA, DOWN, UP, SCALE, FACTORS = range(8)
TERM_WIDTH = FACTORS + 2 * 4
X0, Y0 = 0, 1
FIRST_Y = N_X
REWARD, WEIGHT, TAG = FIRST_Y + 3, FIRST_Y + N_Y, FIRST_Y + N_Y + 1


@kernel
def fires(term: Floats, now: Moment, i: int, x_past: Int8s, x_last: Int8s) -> bool:
    """Whether a term can differ from 0 in row i: not where a bare x trace or all of a bare reward is 0."""
    epochs, struck, some_reward = now
    for f in range(FACTORS, TERM_WIDTH, 2):
        r = int(term[f]) - REWARD
        if 0 <= r < 2 and term[f + 1] == 0.0 and (some_reward >> r) & 1 == 0:
            return False
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
def multiply_traces(
    product: Floats, term: Floats, variable: int, c: float, i: int, x_state: Side, y_state: Side
) -> None:
    """product[j] *= sat(V_ij + c), a trace or reward as it was at the time of the term's dependency."""
    x_trace, x_seen, x_past, x_last = x_state
    y_trace, y_seen, y_past, y_last = y_state
    when = int(term[DEPENDENCY])
    n = product.size
    if variable < FIRST_Y and when == Y0:
        for j in range(n):
            if y_last[j] > 0:
                product[j] *= x_past[N_X * (int(y_last[j]) - 1) + variable, i] + c
    elif variable < FIRST_Y:
        value = (x_seen[variable, i] if when == X0 else x_trace[variable, i]) + c
        for j in range(n):
            product[j] *= value
    else:
        r = variable - FIRST_Y
        if when == X0:
            values = y_past[N_Y * (int(x_last[i]) - 1) + r]
        else:
            values = y_seen[r] if when == Y0 else y_trace[r]
        for j in range(n):
            product[j] *= values[j] + c


@kernel
def multiply_stored(product: Floats, variable: int, c: float, i: int, stored: Stored) -> None:
    """The same for what is stored in the synapses."""
    w, tag, delay = stored
    for j in range(product.size):
        if variable == WEIGHT:
            product[j] *= w[i, j] + c
        elif variable == TAG:
            product[j] *= min(max(tag[i, j] + c, TAG_LOW), TAG_HIGH)
        else:
            product[j] *= delay[i, j] + c


@kernel
def accumulate(
    table: Floats,
    now: Moment,
    i: int,
    exact: bool,
    stored: Stored,
    x_state: Side,
    y_state: Side,
    product: Floats,
    totals: Floats,
) -> int:
    """Sum of the terms that fire in row i; returns 1 for a change of weights + 2 of tags + 4 of delays.

    `now` is the number of the epoch, from 1, the ticks in which post neurons last spiked, and `rewarded`
    over the epoch. `totals` start from what is stored, times 2^7; without `exact` (float weights)
    `totals[0]` is the real-valued change. Integers stay below 2^53.
    """
    w, tag, delay = stored
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
                if target == 0:
                    totals[0, j] = GUARD * w[i, j] if exact else 0.0
                else:
                    totals[target, j] = GUARD * (tag[i, j] if target == 1 else delay[i, j])
        for j in range(n):
            product[j] = term[MANTISSA] if term[DEPENDENCY] != Y0 or y_state[3][j] > 0 else 0.0
        for f in range(FACTORS, TERM_WIDTH, 2):
            if term[f] >= WEIGHT:
                multiply_stored(product, int(term[f]), term[f + 1], i, stored)
            elif term[f] >= 0:
                multiply_traces(product, term, int(term[f]), term[f + 1], i, x_state, y_state)
        for j in range(n):
            if target == 0 and not exact:
                totals[0, j] += term[SCALE] * product[j]
                continue
            m = np.floor(np.floor(product[j] * term[DOWN]) * term[UP])
            m = min(max(m, ACC_LOW), ACC_HIGH)
            totals[target, j] = min(max(totals[target, j] + m, ACC_LOW), ACC_HIGH)
    return asked
