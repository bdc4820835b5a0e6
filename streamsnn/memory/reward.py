"""The reward of each post neuron, as sums of products see it: a flag and a fading trace with sign."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.memory.traces import TRACE_MAX, Int8s
from streamsnn.types import Floats

R_KEY = 0x1F83D9  # of draws that must not repeat those of weights, tags and traces
R0, R1 = 3, 4  # rows behind the three post traces


@kernel
def take_reward(traces: Int8s, values: Floats, scale: float, kept: float, key: int) -> int:
    """One tick of r1, which fades and takes scale * values; r0 stays 1 where there was a reward.

    Returns the number of draws.
    """
    flag, trace = traces[R0], traces[R1]
    own_key = mix(key ^ R_KEY)
    draws = 0
    for j in range(values.size):
        x = int(trace[j])
        if kept != 4096.0 and x != 0:
            x = (x * int(kept) + (draw(own_key, j, 0) >> 20)) >> 12
            draws += 1
        if scale != 0.0 and values[j] != 0.0:
            flag[j] = 1
            x += int(min(max(np.floor(scale * values[j] + 0.5), -256.0), 256.0))
        trace[j] = min(max(x, -128), TRACE_MAX)
    return draws


@kernel
def rewarded(traces: Int8s, n: int) -> int:
    """Bit 0 is set if r0 of some neuron is not 0, bit 1 if r1 is not."""
    found = 0
    for r in range(2):
        for j in range(n):
            if traces[R0 + r, j] != 0:
                found |= 1 << r
                break
    return found
