"""Exact deferral of rules that are linear in an exponential presynaptic trace.

A weight is only read when its presynaptic neuron spikes. Between two spikes of neuron i, at t0 and t1, its
trace is x_i(t) = x_i(t0) alpha^(t - t0), so that a whole interval of the dense rule is one update:

    sum_{t=t0}^{t1-1} x_i(t) delta_j(t) = x_i(t0) D_j(t0, t1)
    D_j(t0, t1) = sum_{t=t0}^{t1-1} alpha^(t - t0) delta_j(t)

D_j comes from prefix sums that restart in every block of ticks, S_j(t) = sum alpha^(t' - b) delta_j(t')
from the block's first tick b to t: restarting keeps alpha^(b - t0) near one, so that nothing cancels. The
sums live in a ring of some hundred ticks per neuron of the post layer: neuron memory, a word written a tick.

A row that has been silent for half the ring is settled once and its trace is dropped: the history is
bounded, every interval that a spike opens is written at most once, and writes never exceed synops.
"""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.types import Floats, Ints


def block_ticks(keep: float, keep_rise: float, history: int) -> int:
    """Ticks of a block: a power of two of at most 4 decay times of the faster trace, half the history.

    >>> block_ticks(np.exp(-1 / 20), 0.0, 1024)
    64
    """
    fastest = min(k for k in (keep, keep_rise) if k > 0) if max(keep, keep_rise) > 0 else 0.5
    ticks = max(1.0, min(-4.0 / np.log(fastest) if fastest < 1 else history, history / 2))
    return int(2 ** np.floor(np.log2(ticks)))


@kernel
def remember_tick(prefix: Floats, delta: Floats, now: int, alpha: float, block: int, count: Ints) -> None:
    """Add delta_j(now) to the block's prefix sums: S_j(now) = S_j(now - 1) + alpha^(now - b) delta_j."""
    ring = prefix.shape[0]
    within = now & (block - 1)
    weight = alpha**within
    new = prefix[now & (ring - 1)]
    old = prefix[(now - 1) & (ring - 1)]
    if within == 0:
        for j in range(delta.size):
            new[j] = delta[j]
    else:
        for j in range(delta.size):
            new[j] = old[j] + weight * delta[j]
    count[STATE_READS] += delta.size
    count[STATE_WRITES] += delta.size


@kernel
def add_interval(
    d: Floats, prefix: Floats, start: int, stop: int, alpha: float, block: int, scale: float
) -> None:
    """d_j += scale * D_j(start, stop), with start < stop and stop - start at most the ring."""
    last = prefix.shape[0] - 1
    first = start & -block
    factor = scale * alpha ** (first - start)
    row = prefix[(min(first + block, stop) - 1) & last]
    for j in range(d.size):
        d[j] += factor * row[j]
    if start > first:
        row = prefix[(start - 1) & last]
        for j in range(d.size):
            d[j] -= factor * row[j]
    for base in range(first + block, stop, block):
        factor = scale * alpha ** (base - start)
        row = prefix[(min(base + block, stop) - 1) & last]
        for j in range(d.size):
            d[j] += factor * row[j]


@kernel
def any_change(d: Floats) -> bool:
    """Whether any element is not zero: a row that is owed nothing is not touched."""
    found = False
    for j in range(d.size):
        found |= d[j] != 0.0
    return found
