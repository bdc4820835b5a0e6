"""Graded spikes: a message carries a whole number, and a synapse delivers its weight times that number."""

from typing import Protocol, runtime_checkable

from streamsnn.jit import kernel
from streamsnn.memory.counters import OVERFLOWS, PAYLOAD_WORDS
from streamsnn.memory.list_rows import Lists
from streamsnn.memory.lists import count_lists
from streamsnn.memory.synaptic import GAIN, LSB, count_delivery
from streamsnn.types import Floats, Int32s, Ints, Weights

INPUT_LIMIT = (1 << 23) - 1  # 24-bit signed input


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
def deliver_graded_integer(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Int32s, const: Floats
) -> None:
    """Add w_eff (`synaptic.deliver_integer`) times the payload; the sum saturates at +-(2^23 - 1)."""
    exponent = int(const[GAIN])
    up, down = max(exponent, 0), -min(exponent, 0)
    overflows = 0
    for k in range(pre.size):
        row, number = w[pre[k]], int(payload[k])
        for j in range(acc.size):
            overflows += _saturated(acc, j, ((int(row[j]) * 64 << up) >> down & -64) * number)
    count[OVERFLOWS] += overflows
    count[PAYLOAD_WORDS] += pre.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def deliver_graded_float(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Floats, const: Floats
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
    w: Lists, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, acc: Floats, const: Floats
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
