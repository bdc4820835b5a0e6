"""Graded spikes through shared rows: the spikes of one pixel go the same ways, and are added together."""

from streamsnn.jit import kernel
from streamsnn.memory.convolution import CHANNELS, count_shared, effective, find_rows
from streamsnn.memory.counters import OVERFLOWS, PAYLOAD_WORDS
from streamsnn.memory.graded import (
    AT_ONCE,
    INPUT_LIMIT,
    add_rows,
    are_short,
    fitting,
    largest_current,
    total,
)
from streamsnn.memory.synaptic import LSB
from streamsnn.types import Floats, Int32s, Ints, Real, Weights


@kernel
def _of_one_pixel(pre: Int32s, begin: int, first: int, channels: int) -> int:
    """End of the spikes from `begin` on whose pixel starts with neuron `first`, `AT_ONCE` at most."""
    end = begin + 1
    while end < min(begin + AT_ONCE, pre.size) and first <= pre[end] < first + channels:
        end += 1
    return end


@kernel
def deliver_shared_graded_integer(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    payload: Int32s,
    acc: Int32s,
    geometry: Floats,
    rows: Int32s,
    places: Int32s,
    const: Floats,
) -> int:
    """Add the integer currents of the rows that each spike reads times its payload; returns how many rows.

    Sums saturate as those of full rows do (`graded.deliver_graded_integer`): a spike adds one row at most to
    a neuron, so that the bound is the same.
    """
    channels, filters = int(geometry[CHANNELS]), w.shape[1]
    step = largest_current(const)
    reach = INPUT_LIMIT
    first, found = -1, 0
    overflows = read = synops = begin = 0
    while begin < pre.size:
        if pre[begin] // channels * channels != first:
            first = pre[begin] // channels * channels
            found = find_rows(first, geometry, rows, places)
        end = _of_one_pixel(pre, begin, first, channels)
        i, number = pre[begin:end], payload[begin:end]
        reach = fitting(reach, step * total(number), acc)
        short = are_short(number, const)
        for r in range(found):
            to = acc[places[r] * filters : (places[r] + 1) * filters]
            overflows += add_rows(w, i, rows[r] - first, number, short, reach, to, const)
            synops += effective(nnz, i, rows[r] - first)
        read += found * i.size
        begin = end
    count[OVERFLOWS] += overflows
    count[PAYLOAD_WORDS] += pre.size
    count_shared(count, pre.size, read, synops, filters, const)
    return read


@kernel
def deliver_shared_graded_float(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    payload: Int32s,
    acc: Real,
    geometry: Floats,
    rows: Int32s,
    places: Int32s,
    const: Floats,
) -> int:
    """The same in real values, in the order of the spikes."""
    lsb = acc.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    filters = w.shape[1]
    read = synops = 0
    for k in range(pre.size):
        factor = acc.dtype.type(lsb * payload[k])
        n = find_rows(pre[k], geometry, rows, places)
        for r in range(n):
            row, to = w[rows[r]], acc[places[r] * filters : (places[r] + 1) * filters]
            for f in range(row.size):
                to[f] += factor * row[f]
        read += n
        synops += effective(nnz, rows[:n], 0)
    count[PAYLOAD_WORDS] += pre.size
    count_shared(count, pre.size, read, synops, filters, const)
    return read
