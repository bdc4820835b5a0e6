"""Synaptic delays: spikes that wait in a ring of lists, and currents that wait in a ring of accumulators.

One delay for a whole projection is a line of spikes: `late[slot]` holds the spikes of one tick, read when
they arrive. A delay of its own for every synapse needs the chip's way: `ring[slot, j]` holds what neuron j
receives in the tick of the slot. Both rings have a power of two of slots, and tick `now` has slot
`now & (slots - 1)`.

The chip keeps a delay of 6 bits at every synapse, so that both forms count alike: the delay words of the
rows that spikes read, a ring write for every stored synapse delivered, a ring read for every neuron and tick.
"""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import DELAY_WORDS_READ, RING_READS, RING_WRITES
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import GAIN, LSB, SPARSE, count_delivery
from streamsnn.types import Floats, Int32s, Ints, Weights

Delays = NDArray[np.int8]

LONGEST = 62  # ticks
DELAY_BITS = 6


def slots(longest: int) -> int:
    """Length of a ring that holds delays up to `longest` ticks beside the current tick.

    >>> slots(0), slots(3), slots(62)
    (1, 4, 64)
    """
    return 1 << longest.bit_length()


@kernel
def lag(pre: Int32s, late: Int32s, n_late: Ints, now: int, const: Floats) -> Int32s:
    """Keep the spikes `pre` of tick `now`; returns those of `const[0]` ticks ago."""
    last = n_late.size - 1
    new = now & last
    for k in range(pre.size):
        late[new, k] = pre[k]
    n_late[new] = pre.size
    old = (now - int(const[0])) & last
    return late[old, : n_late[old]]


@kernel
def count_delays(lengths: Int32s, count: Ints, pre: Int32s, n_post: int, const: Floats) -> None:
    """Count the delay words and ring writes of the rows that the spikes `pre` read.

    `lengths` are the synapses of each row, where it is a list.
    """
    words = 0
    stored = 0
    if const[SPARSE] != 0.0:
        for k in range(pre.size):
            n = int(lengths[pre[k]])
            stored += n
            words += row_words(n, DELAY_BITS)
    else:
        words = pre.size * row_words(n_post, DELAY_BITS)
        stored = pre.size * n_post
    count[DELAY_WORDS_READ] += words
    count[RING_WRITES] += stored


@kernel
def take(ring: Weights, acc: Weights, count: Ints, now: int) -> None:
    """Add what has waited for tick `now` to the input of each neuron, and clear its slot."""
    due = ring[now & (ring.shape[0] - 1)]
    for j in range(acc.size):
        acc[j] += due[j]
        due[j] = 0
    count[RING_READS] += acc.size


@kernel
def deliver_late_integer(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    delay: Delays,
    ring: Int32s,
    acc: Int32s,
    now: int,
    const: Floats,
) -> None:
    """Add each weight's integer current to the slot of its own delay."""
    exponent = int(const[GAIN])
    gain = np.int32(64 << max(exponent, 0))
    down = -min(exponent, 0)
    last = ring.shape[0] - 1
    n = acc.size
    for k in range(pre.size):
        row, wait = w[pre[k]], delay[pre[k]]
        for j in range(n):
            slot = np.uint64((now + wait[j]) & last)
            if down == 0:
                ring[slot, j] += np.int32(row[j]) * gain
            else:
                ring[slot, j] += (np.int32(row[j]) * 64 >> down) & -64
    count_delivery(nnz, count, pre, n, const)
    count_delays(nnz, count, pre, n, const)


@kernel
def deliver_late_float(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    delay: Delays,
    ring: Floats,
    acc: Floats,
    now: int,
    const: Floats,
) -> None:
    """Add each weight's real value to the slot of its own delay."""
    lsb = ring.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    last = ring.shape[0] - 1
    n = acc.size
    for k in range(pre.size):
        row, wait = w[pre[k]], delay[pre[k]]
        for j in range(n):
            ring[np.uint64((now + wait[j]) & last), j] += lsb * row[j]
    count_delivery(nnz, count, pre, n, const)
    count_delays(nnz, count, pre, n, const)
