"""Convolution by shared rows: the kernel is stored once, and a spike adds its rows where they belong."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    MESSAGES,
    SYN_ROWS_READ,
    SYN_WORDS_READ,
    SYNOPS,
    SYNOPS_STORED,
)
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import GAIN, LSB, STORED_BITS
from streamsnn.types import Floats, Int32s, Ints, Real, Weights

CHANNELS = 1  # position in the geometry


@dataclass(frozen=True)
class Convolution:
    """Synapses of a two-dimensional convolution, as `storage` of a projection with fixed weights.

        acc[oy, ox, f] += sum w[dy, dx, c, f] s[oy stride + dy - padding, ox stride + dx - padding, c]

    Neurons on both sides are numbered channel by channel, pixel by pixel, line by line: neuron (y, x, c) is
    `(y * width + x) * channels + c`. The projection's `weights` are the kernel's rows
    `[kernel[0] * kernel[1] * channels, filters]`, in the same order of (dy, dx, c).

    A spike reads one row of `filters` weights for every position of the kernel over it. The chip stores the
    kernel once a core, as populations that share their rows.

    Parameters
    ----------
    shape
        Height and width of the input in pixels.
    channels
        Neurons per input pixel.
    kernel
        Height and width of the kernel.
    filters
        Neurons per output pixel.
    stride
        Pixels between neighbouring positions of the kernel.
    padding
        Pixels without spikes around the input.

    References
    ----------
    Shared rows on Loihi: Rueckauer et al., NxTF, 2022.

    >>> Convolution(shape=(28, 28), kernel=(5, 5), filters=8, stride=2, padding=2).out_shape
    (14, 14)
    """

    shape: tuple[int, int]
    channels: int = 1
    kernel: tuple[int, int] = (3, 3)
    filters: int = 1
    stride: int = 1
    padding: int = 0

    def __post_init__(self) -> None:
        sizes = (*self.shape, self.channels, *self.kernel, self.filters, self.stride)
        if min(sizes) < 1 or self.padding < 0:
            raise ValueError(f"{self}: give sizes and a stride of at least 1, and a padding of at least 0")
        if min(self.out_shape) < 1:
            raise ValueError(f"{self}: the kernel is larger than the padded input")

    @property
    def out_shape(self) -> tuple[int, int]:
        """Height and width of the output in pixels."""
        height, width = (
            (n + 2 * self.padding - k) // self.stride + 1
            for n, k in zip(self.shape, self.kernel, strict=True)
        )
        return height, width

    @property
    def n_pre(self) -> int:
        """Neurons of the input."""
        return self.shape[0] * self.shape[1] * self.channels

    @property
    def n_post(self) -> int:
        """Neurons of the output."""
        return self.out_shape[0] * self.out_shape[1] * self.filters

    @property
    def n_rows(self) -> int:
        """Stored rows."""
        return self.kernel[0] * self.kernel[1] * self.channels

    @property
    def n_synapses(self) -> int:
        """Pairs of neurons that it joins: synapses, where rows cannot be shared."""
        places = self.channels * self.filters
        for n, k, out in zip(self.shape, self.kernel, self.out_shape, strict=True):
            lines = [o * self.stride + tap - self.padding for o in range(out) for tap in range(k)]
            places *= sum(0 <= line < n for line in lines)
        return places

    def inputs(self, n: int) -> int:
        """Inputs that any n neighbours of the output read at most: whole lines of the input.

        >>> Convolution(shape=(8, 8), kernel=(3, 3), filters=2).inputs(12), Convolution((8, 8)).inputs(36)
        (24, 64)
        """
        line = self.out_shape[1] * self.filters
        lines = n // line if n % line == 0 else min(self.out_shape[0], (line + n - 2) // line + 1)
        return min(self.shape[0], (lines - 1) * self.stride + self.kernel[0]) * self.shape[1] * self.channels

    def constants(self) -> tuple[float, ...]:
        """Width, channels, kernel, stride, padding and output, as kernels read them."""
        sizes = (self.shape[1], self.channels, *self.kernel, self.stride, self.padding, *self.out_shape)
        return tuple(float(n) for n in sizes)


@kernel
def find_rows(i: int, geometry: Floats, rows: Int32s, places: Int32s) -> int:
    """Rows that a spike of neuron i reads, and the output pixels they are added to; returns how many.

    Output line oy reads the kernel's line dy = y + padding - oy stride: from the last such line to the first.
    """
    width, channels = int(geometry[0]), int(geometry[CHANNELS])
    height_k, width_k = int(geometry[2]), int(geometry[3])
    stride, padding, height, columns = int(geometry[4]), int(geometry[5]), int(geometry[6]), int(geometry[7])
    pixel, channel = i // channels, i % channels
    y, x = pixel // width + padding, pixel % width + padding
    left = max(0, (x - width_k + stride) // stride)
    right = min(x // stride, columns - 1)
    found = 0
    for oy in range(min(y // stride, height - 1), max(0, (y - height_k + stride) // stride) - 1, -1):
        for ox in range(right, left - 1, -1):
            tap = (y - oy * stride) * width_k + x - ox * stride
            rows[found] = tap * channels + channel
            places[found] = oy * columns + ox
            found += 1
    return found


@kernel
def effective(nnz: Int32s, rows: Int32s, offset: int) -> int:
    """Weights that are not zero in the rows, of which each comes `offset` later."""
    found = 0
    for r in range(rows.size):
        found += int(nnz[rows[r] + offset])
    return found


@kernel
def count_shared(count: Ints, spikes: int, read: int, synops: int, filters: int, const: Floats) -> None:
    """Count the rows that spikes have read."""
    count[SYN_ROWS_READ] += read
    count[SYN_WORDS_READ] += read * row_words(filters, int(const[STORED_BITS]))
    count[SYNOPS_STORED] += read * filters
    count[SYNOPS] += synops
    count[MESSAGES] += spikes


@kernel
def deliver_shared_integer(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    acc: Int32s,
    geometry: Floats,
    rows: Int32s,
    places: Int32s,
    const: Floats,
) -> int:
    """Add the integer currents (`synaptic.deliver_integer`) of the rows that each spike reads; how many."""
    exponent = int(const[GAIN])
    gain = np.int32(64 << max(exponent, 0))
    down = -min(exponent, 0)
    filters = w.shape[1]
    read = 0
    synops = 0
    for k in range(pre.size):
        n = find_rows(pre[k], geometry, rows, places)
        read += n
        synops += effective(nnz, rows[:n], 0)
        for r in range(n):
            row, to = w[rows[r]], acc[places[r] * filters : (places[r] + 1) * filters]
            if down == 0:
                for f in range(row.size):
                    to[f] += np.int32(row[f]) * gain
            else:
                for f in range(row.size):
                    to[f] += (np.int32(row[f]) * 64 >> down) & -64
    count_shared(count, pre.size, read, synops, filters, const)
    return read


@kernel
def deliver_shared_float(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    acc: Real,
    geometry: Floats,
    rows: Int32s,
    places: Int32s,
    const: Floats,
) -> int:
    """The same in real values."""
    lsb = acc.dtype.type(const[LSB] if const[LSB] > 0.0 else 1.0)
    filters = w.shape[1]
    read = 0
    synops = 0
    for k in range(pre.size):
        n = find_rows(pre[k], geometry, rows, places)
        read += n
        synops += effective(nnz, rows[:n], 0)
        for r in range(n):
            row, to = w[rows[r]], acc[places[r] * filters : (places[r] + 1) * filters]
            for f in range(row.size):
                to[f] += lsb * row[f]
    count_shared(count, pre.size, read, synops, filters, const)
    return read
