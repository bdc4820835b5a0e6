"""From one flag per neuron to the list of those that fired."""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.types import Int32s

_WORD = np.uint64(8)  # flags looked at together
_SPAN = np.uint64(32)


@kernel
def list_fired(flags: NDArray[np.uint8], out: Int32s, known: int, base: int) -> int:
    """Write base + j for each j with flags[j] = 1 to out[known:], in order; returns the new length.

    Flags are 0 or 1. Every place is written and kept only if its flag is set: a branch on random flags would
    cost more than the store. Spans without any are skipped: most are, at 1 % activity.
    """
    whole = np.uint64(flags.size & -32)
    end = np.uint64(known)
    words = flags[:whole].view(np.uint64)
    start = np.uint64(base)
    for span in range(np.uint64(words.size) >> np.uint64(2)):
        w = span << np.uint64(2)
        if words[w] | words[w + np.uint64(1)] | words[w + np.uint64(2)] | words[w + np.uint64(3)]:
            first = span * _SPAN
            for k in range(np.uint64(32)):
                out[end] = start + first + k
                end += np.uint64(flags[first + k])
    for j in range(whole, np.uint64(flags.size)):
        if flags[j]:
            out[end] = start + j
            end += np.uint64(1)
    return int(np.int64(end))
