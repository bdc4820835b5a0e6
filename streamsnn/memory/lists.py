"""Rows that hold their synapses only (CSR): values and columns one after the other, row by row.

Such a projection's `w` is a tuple: `value[s]` and `column[s]` of every stored synapse, `first[i]` and
`many[i]`, where row i starts and how many it has. `synaptic.add_row` takes both forms.
"""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    MESSAGES,
    SYN_ROWS_READ,
    SYN_WORDS_READ,
    SYNOPS,
    SYNOPS_STORED,
)
from streamsnn.memory.delays import Delays, count_delays
from streamsnn.memory.list_rows import Lists
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import GAIN, LSB, STORED_BITS
from streamsnn.types import Floats, Int32s, Ints

Columns = NDArray[np.uint16] | NDArray[np.uint32]  # unsigned: an index needs no check for a negative one


@kernel
def count_lists(many: Int32s, nnz: Int32s, count: Ints, pre: Int32s, const: Floats) -> None:
    """Count the rows, words and synops that the spikes `pre` read."""
    bits = int(const[STORED_BITS])
    stored = 0
    effective = 0
    words = 0
    for k in range(pre.size):
        n = int(many[pre[k]])
        stored += n
        effective += int(nnz[pre[k]])
        words += row_words(n, bits)
    count[SYN_ROWS_READ] += pre.size
    count[SYN_WORDS_READ] += words
    count[SYNOPS_STORED] += stored
    count[SYNOPS] += effective
    count[MESSAGES] += pre.size


@kernel
def deliver_lists_integer(
    w: Lists, nnz: Int32s, count: Ints, pre: Int32s, acc: Int32s, const: Floats
) -> None:
    """Add each stored weight's integer current (`synaptic.deliver_integer`) to the neuron of its column."""
    value, column, first, many = w
    exponent = int(const[GAIN])
    gain = np.int32(64 << max(exponent, 0))
    down = -min(exponent, 0)
    for k in range(pre.size):
        start, n = first[pre[k]], many[pre[k]]
        row, to = value[start : start + n], column[start : start + n]
        if down == 0:
            for s in range(row.size):
                acc[to[s]] += np.int32(row[s]) * gain
        else:
            for s in range(row.size):
                acc[to[s]] += (np.int32(row[s]) * 64 >> down) & -64
    count_lists(many, nnz, count, pre, const)


@kernel
def deliver_lists_float(w: Lists, nnz: Int32s, count: Ints, pre: Int32s, acc: Floats, const: Floats) -> None:
    """Add each stored weight's real value to the neuron of its column."""
    value, column, first, many = w
    lsb = acc.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    for k in range(pre.size):
        start, n = first[pre[k]], many[pre[k]]
        row, to = value[start : start + n], column[start : start + n]
        for s in range(row.size):
            acc[to[s]] += lsb * row[s]
    count_lists(many, nnz, count, pre, const)


@kernel
def deliver_late_lists_integer(
    w: Lists,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    delay: Delays,
    ring: Int32s,
    now: int,
    const: Floats,
) -> None:
    """The same into the slot of each synapse's own delay (`memory.delays`)."""
    value, column, first, many = w
    exponent = int(const[GAIN])
    gain = np.int32(64 << max(exponent, 0))
    down = -min(exponent, 0)
    last = ring.shape[0] - 1
    for k in range(pre.size):
        start, n = first[pre[k]], many[pre[k]]
        row, to, wait = value[start : start + n], column[start : start + n], delay[start : start + n]
        for s in range(row.size):
            slot = np.uint64((now + wait[s]) & last)
            if down == 0:
                ring[slot, to[s]] += np.int32(row[s]) * gain
            else:
                ring[slot, to[s]] += (np.int32(row[s]) * 64 >> down) & -64
    count_lists(many, nnz, count, pre, const)
    count_delays(many, count, pre, 0, const)


@kernel
def deliver_late_lists_float(
    w: Lists,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    delay: Delays,
    ring: Floats,
    now: int,
    const: Floats,
) -> None:
    """The same in real values."""
    value, column, first, many = w
    lsb = ring.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    last = ring.shape[0] - 1
    for k in range(pre.size):
        start, n = first[pre[k]], many[pre[k]]
        row, to, wait = value[start : start + n], column[start : start + n], delay[start : start + n]
        for s in range(row.size):
            ring[np.uint64((now + wait[s]) & last), to[s]] += lsb * row[s]
    count_lists(many, nnz, count, pre, const)
    count_delays(many, count, pre, 0, const)
