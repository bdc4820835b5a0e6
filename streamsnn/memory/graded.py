"""Graded spikes: a message carries a whole number, and a synapse delivers its weight times that number."""

from typing import Protocol, runtime_checkable

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import OVERFLOWS, PAYLOAD_WORDS
from streamsnn.memory.list_rows import Lists
from streamsnn.memory.lists import count_lists
from streamsnn.memory.synaptic import GAIN, HIGH, LOW, LSB, count_delivery
from streamsnn.types import Floats, Int32s, Ints, Real, Weights

INPUT_LIMIT = (1 << 23) - 1  # 24-bit signed input
AT_ONCE = 4  # rows that are summed before the input is loaded and stored
SHORT = 64  # largest number with which the sum of so many products of 8-bit weights fits in 16 bits


@runtime_checkable
class Graded(Protocol):
    """A neuron whose spikes carry numbers; its kernel names `payload` (int32 `[n]`) beside `out`."""

    @property
    def payload_bits(self) -> int:
        """Bits of the largest number."""
        ...


@kernel
def _saturated(acc: Int32s, j: int, added: int) -> int:
    """Add to the input of neuron j; returns 1 if its 24 bits did not hold the sum."""
    exact = int(acc[j]) + added
    clipped = min(max(exact, -INPUT_LIMIT), INPUT_LIMIT)
    acc[j] = clipped
    return int(clipped != exact)


@kernel
def _add_saturated(row: Weights, number: int, acc: Int32s, const: Floats) -> int:
    """Add w_eff (`synaptic.deliver_integer`) times the number, synapse by synapse; returns the overflows."""
    exponent = int(const[GAIN])
    up, down = max(exponent, 0), -min(exponent, 0)
    overflows = 0
    for j in range(acc.size):
        overflows += _saturated(acc, j, ((int(row[j]) * 64 << up) >> down & -64) * number)
    return overflows


@kernel
def _add_exact(row: Weights, number: int, acc: Int32s, const: Floats) -> None:
    """The same where no sum leaves 24 bits."""
    exponent = int(const[GAIN])
    if exponent >= 0:
        factor = np.int32((64 << exponent) * number)
        for j in range(np.uint64(acc.size)):
            acc[j] += np.int32(row[j]) * factor
    else:
        down, factor = np.int32(-exponent), np.int32(number)
        for j in range(np.uint64(acc.size)):
            acc[j] += (((np.int32(row[j]) * np.int32(64)) >> down) & np.int32(-64)) * factor


@kernel
def _add_four(
    a: Weights, b: Weights, c: Weights, d: Weights, number: Int32s, acc: Int32s, const: Floats
) -> None:
    """The same for four rows at once, if numbers are at most `SHORT` and the exponent is not negative."""
    gain = np.int32(64 << int(const[GAIN]))
    p, q = np.int16(number[0]), np.int16(number[1])
    r, s = np.int16(number[2]), np.int16(number[3])
    for j in range(np.uint64(acc.size)):
        first = np.int16(np.int16(np.int16(a[j]) * p) + np.int16(np.int16(b[j]) * q))
        second = np.int16(np.int16(np.int16(c[j]) * r) + np.int16(np.int16(d[j]) * s))
        acc[j] += np.int32(np.int16(first + second)) * gain


@kernel
def largest_current(const: Floats) -> int:
    """Largest |w_eff| that the format holds; beyond any input where weights are no integers."""
    if const[LSB] == 0.0:
        return INPUT_LIMIT + 1
    exponent = int(const[GAIN])
    most = int(max(const[HIGH], -const[LOW])) * 64
    return most << exponent if exponent >= 0 else (most >> -exponent) + 64


@kernel
def largest_input(acc: Int32s) -> int:
    """Largest |acc|."""
    low = high = np.int32(0)
    for j in range(np.uint64(acc.size)):
        low, high = min(low, acc[j]), max(high, acc[j])
    return max(int(high), -int(low))


@kernel
def fitting(reach: int, more: int, acc: Int32s) -> int:
    """Bound of |acc| after `more` is added to a neuron at most; beyond the limit if a sum may leave 24 bits.

    `reach` is such a bound from before. Only where it is too coarse is the input looked at again.
    """
    if reach + more > INPUT_LIMIT:
        reach = largest_input(acc)
    return reach + more


@kernel
def are_short(number: Int32s, const: Floats) -> bool:
    """Whether `_add_four` may take these numbers."""
    most = np.int32(0)
    for k in range(number.size):
        most = max(most, abs(number[k]))
    return bool(number.size == AT_ONCE and most <= SHORT and const[GAIN] >= 0.0)


@kernel
def total(number: Int32s) -> int:
    """Sum of the absolute numbers."""
    found = 0
    for k in range(number.size):
        found += abs(int(number[k]))
    return found


@kernel
def add_rows(
    w: Weights, pre: Int32s, offset: int, number: Int32s, short: bool, reach: int, acc: Int32s, const: Floats
) -> int:
    """Rows pre[k] + offset times number[k]: in vectors if no input leaves `reach`; returns the overflows."""
    overflows = 0
    if reach > INPUT_LIMIT:
        for k in range(pre.size):
            overflows += _add_saturated(w[pre[k] + offset], int(number[k]), acc, const)
    elif short:
        a, b = w[pre[0] + offset], w[pre[1] + offset]
        c, d = w[pre[2] + offset], w[pre[3] + offset]
        _add_four(a, b, c, d, number, acc, const)
    else:
        for k in range(pre.size):
            _add_exact(w[pre[k] + offset], int(number[k]), acc, const)
    return overflows


@kernel
def deliver_graded_integer(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Int32s, const: Floats
) -> None:
    """Add w_eff (`synaptic.deliver_integer`) times the payload; the sum saturates at +-(2^23 - 1).

    Sums saturate synapse by synapse, but where a bound shows that none can, rows are added in vectors.
    """
    step = largest_current(const)
    reach = INPUT_LIMIT
    overflows = 0
    for begin in range(0, pre.size, AT_ONCE):
        i, number = pre[begin : begin + AT_ONCE], payload[begin : begin + AT_ONCE]
        reach = fitting(reach, step * total(number), acc)
        overflows += add_rows(w, i, 0, number, are_short(number, const), reach, acc, const)
    count[OVERFLOWS] += overflows
    count[PAYLOAD_WORDS] += pre.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def deliver_graded_float(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Real, const: Floats
) -> None:
    """Add the real value of each weight times the payload."""
    lsb = acc.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    for k in range(pre.size):
        row, factor = w[pre[k]], acc.dtype.type(lsb * payload[k])
        for j in range(acc.size):
            acc[j] += factor * row[j]
    count[PAYLOAD_WORDS] += pre.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def deliver_graded_lists_integer(
    w: Lists, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Int32s, const: Floats
) -> None:
    """The integer form on stored synapses only."""
    value, column, first, many = w
    exponent = int(const[GAIN])
    up, down = max(exponent, 0), -min(exponent, 0)
    overflows = 0
    for k in range(pre.size):
        start, number = first[pre[k]], int(payload[k])
        for s in range(start, start + many[pre[k]]):
            overflows += _saturated(acc, column[s], ((int(value[s]) * 64 << up) >> down & -64) * number)
    count[OVERFLOWS] += overflows
    count[PAYLOAD_WORDS] += pre.size
    count_lists(many, nnz, count, pre, const)


@kernel
def deliver_graded_lists_float(
    w: Lists, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Real, const: Floats
) -> None:
    """The real form on stored synapses only."""
    value, column, first, many = w
    lsb = acc.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    for k in range(pre.size):
        start, factor = first[pre[k]], acc.dtype.type(lsb * payload[k])
        for s in range(start, start + many[pre[k]]):
            acc[column[s]] += factor * value[s]
    count[PAYLOAD_WORDS] += pre.size
    count_lists(many, nnz, count, pre, const)
