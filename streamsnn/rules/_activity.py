"""Low-passed presynaptic activity."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.types import Int32s, Ints, Real


@kernel
def low_pass(trace: Real, pre: Int32s, keep: float, rise: float, count: Ints) -> None:
    """x_i = keep x_i, plus `rise` for each spike in `pre`: one tick of every trace, read and written."""
    kept = trace.dtype.type(keep)
    for i in range(np.uint64(trace.size)):
        trace[i] *= kept
    for k in range(pre.size):
        trace[pre[k]] += rise
    count[STATE_READS] += trace.size
    count[STATE_WRITES] += trace.size
