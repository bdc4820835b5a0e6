"""Low-passed presynaptic activity, and row updates in proportion to it."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.synaptic import add_row
from streamsnn.types import Floats, Int32s, Ints, Weights


@kernel
def low_pass(trace: Floats, pre: Int32s, keep: float, rise: float, count: Ints) -> None:
    """x_i = keep x_i, plus `rise` for each spike in `pre`: one tick of every trace, read and written."""
    for i in range(trace.size):
        trace[i] *= keep
    for k in range(pre.size):
        trace[pre[k]] += rise
    count[STATE_READS] += trace.size
    count[STATE_WRITES] += trace.size


@kernel
def change_active_rows(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    scale: float,
    activity: Floats,
    post: Floats,
    const: Floats,
) -> None:
    """w[i, j] += scale * activity[i] * post[j] in every row whose activity is not zero."""
    for i in range(activity.size):
        if activity[i] != 0.0:
            add_row(w, nnz, count, key, i, scale * activity[i], post, const)
