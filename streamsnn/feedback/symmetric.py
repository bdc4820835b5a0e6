"""Symmetric feedback: the forward weights carry the error back."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import LRN_ROWS_READ, LRN_SYNAPSES_VISITED, LRN_WORDS_READ
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import LSB, STORED_BITS
from streamsnn.types import Field, Floats, Ints, Kernel, Weights


@dataclass(frozen=True)
class SymmetricFeedback:
    """The transposed weights onto the last layer carry the error back, as in backpropagation.

        L_j = gain * sum_k w_jk e_k

    `w` are the stored weights of the projection from this layer to the last one: what a deferring rule
    holds back there is not seen. Every tick with error reads all of its rows, and they are counted.

    Parameters
    ----------
    gain
        Factor on the learning signal.

    References
    ----------
    Bellec et al., A solution to the learning dilemma for recurrent networks of spiking neurons, Nature
    Communications 2020 (symmetric e-prop).

    >>> SymmetricFeedback().gain
    1.0
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        if not self.gain > 0:
            raise ValueError(f"gain={self.gain}: give a positive factor")

    def fields(self) -> tuple[Field, ...]:
        """Nothing of its own."""
        return ()

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(gain,)`."""
        return (self.gain,)

    def kernel(self) -> Kernel:
        """Carry the error back."""
        return _carry


@kernel
def _eight_at_once(w: Weights, error: Floats, third: Floats, scale: np.float32) -> int:
    """third_j = scale sum_k w_jk e_k in single precision for whole groups of eight; returns how many.

    A sum waits for its own last addition, so eight are under way at once.
    """
    n, one, zero = int(third.size & -8), np.uint64(1), np.float32(0.0)
    for j in range(np.uint64(0), np.uint64(n), np.uint64(8)):
        i = j + one
        a, b, c, d = w[j], w[i], w[i + one], w[i + np.uint64(2)]
        e, f, g, h = w[i + np.uint64(3)], w[i + np.uint64(4)], w[i + np.uint64(5)], w[i + np.uint64(6)]
        s, t, u, v = zero, zero, zero, zero
        o, p, q, r = zero, zero, zero, zero
        for k in range(np.uint64(error.size)):
            x = np.float32(error[k])
            s += a[k] * x
            t += b[k] * x
            u += c[k] * x
            v += d[k] * x
            o += e[k] * x
            p += f[k] * x
            q += g[k] * x
            r += h[k] * x
        group = third[j : j + np.uint64(8)]
        group[0], group[1], group[2], group[3] = scale * s, scale * t, scale * u, scale * v
        group[4], group[5], group[6], group[7] = scale * o, scale * p, scale * q, scale * r
    return n


@kernel
def _carry(error: Floats, third: Floats, count: Ints, w: Weights, format: Floats, const: Floats) -> None:
    scale = const[0] * (format[LSB] if format[LSB] > 0.0 else 1.0)
    done = _eight_at_once(w, error, third, np.float32(scale)) if w.itemsize == 4 else 0
    for j in range(done, third.size):
        signal = 0.0
        for k in range(error.size):
            signal += w[j, k] * error[k]
        third[j] = scale * signal
    count[LRN_ROWS_READ] += third.size
    count[LRN_WORDS_READ] += third.size * row_words(error.size, int(format[STORED_BITS]))
    count[LRN_SYNAPSES_VISITED] += third.size * error.size
