"""Traces of 7 bits, as on a Loihi-like core.

A trace decays by a fraction in 4096ths, rounded stochastically with a draw of its own, and saturates at
127. `traces[r, i]` is trace r of neuron i; `last[i]` is 1 + the tick of the neuron's last spike in this
epoch, 0 without one. The reward of each post neuron, a flag and a trace with sign, stands behind its traces.
"""

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.types import Floats, Int32s

Int8s = NDArray[np.int8]

TRACE_MAX = 127
X_KEY, Y_KEY = 0x2C9277, 0x6A09E6  # of draws that must not repeat those of the weights
N_X, N_Y = 2, 5  # rows of the pre side; of the post side, three traces and the reward
Side = tuple[Int8s, Int8s, Int8s, Int8s]  # traces: now, seen by the last spike, of each tick; last spikes


@kernel
def fade(traces: Int8s, n: int, kept: Floats, key: int) -> int:
    """Decay of the traces of n neurons by one tick; returns the number of draws.

    x' = floor((x kept + u) / 4096) with u uniform in 0..4095; a trace that keeps all, or is 0, needs none.
    """
    draws = 0
    for r in range(traces.shape[0]):
        keep = int(kept[r])
        if keep == 4096:
            continue
        own_key = mix((key + r) & 0xFFFFFFFF)
        for i in range(n):
            x = int(traces[r, i])
            if x != 0:
                traces[r, i] = (x * keep + (draw(own_key, i, 0) >> 20)) >> 12
                draws += 1
    return draws


@kernel
def strike(traces: Int8s, seen: Int8s, last: Int8s, spikes: Int32s, impulse: Floats, tick: int) -> None:
    """Spikes of one tick: note what the traces were just before them, then add the impulses."""
    for k in range(spikes.size):
        i = spikes[k]
        last[i] = tick + 1
        for r in range(traces.shape[0]):
            x = int(traces[r, i])
            seen[r, i] = x
            traces[r, i] = min(x + int(impulse[r]), TRACE_MAX)


@kernel
def remember(traces: Int8s, past: Int8s, n: int, tick: int) -> None:
    """Keep the traces of this tick for the end of the epoch."""
    for r in range(traces.shape[0]):
        for i in range(n):
            past[tick * traces.shape[0] + r, i] = traces[r, i]


@kernel
def advance(
    x_state: Side,
    y_state: Side,
    pre: Int32s,
    post: Int32s,
    kept: Floats,
    impulse: Floats,
    tick: int,
    key: int,
) -> int:
    """One tick of all traces; returns the number of draws.

    The pre side comes first: post neurons see the x traces with this tick's impulses, as an arriving spike
    may cause one in the same tick, while pre spikes see the y traces without them.
    """
    x_trace, x_seen, x_past, x_last = x_state
    y_trace, y_seen, y_past, y_last = y_state
    draws = fade(x_trace, x_last.size, kept[:N_X], mix(key ^ X_KEY))
    draws += fade(y_trace, y_last.size, kept[N_X:], mix(key ^ Y_KEY))
    strike(x_trace, x_seen, x_last, pre, impulse[:N_X], tick)
    remember(x_trace, x_past, x_last.size, tick)
    remember(y_trace, y_past, y_last.size, tick)
    strike(y_trace, y_seen, y_last, post, impulse[N_X:], tick)
    return draws


@kernel
def overwrite(traces: Int8s, r: int, values: Floats, scale: float) -> None:
    """Trace r takes scale * values, rounded to the nearest integer and clipped to +-127; 0 for scale 0."""
    for j in range(values.size):
        x = np.floor(scale * values[j] + 0.5) if scale != 0.0 else 0.0  # a refused value may be no number
        traces[r, j] = int(min(max(x, -127.0), 127.0))


@kernel
def ticks_with_spikes(last: Int8s) -> int:
    """Bit t is set if some neuron's last spike of this epoch fell in its tick t."""
    found = 0
    for j in range(last.size):
        if last[j] > 0:
            found |= 1 << (int(last[j]) - 1)
    return found
