"""Shapes of trunks: what a trained network and the core's network have in common."""

from dataclasses import dataclass

SIDE = 28  # pixels of a picture
INPUT_LEVELS = 16  # of a pixel, and ticks of the latency code
WEIGHT_MAX = 127  # of 8 bits, symmetric
CODE = 2048  # neurons of the code


@dataclass(frozen=True)
class Convolved:
    """One convolution over a square picture.

    Parameters
    ----------
    side
        Side of the input in pixels.
    kernel, stride, padding
        As in `Convolution`; kernels are square.
    channels, filters
        Neurons per input pixel and per output pixel.

    >>> Convolved(28, 5, 2, 2, channels=1, filters=32).side_out
    14
    """

    side: int
    kernel: int
    stride: int
    padding: int
    channels: int
    filters: int

    @property
    def side_out(self) -> int:
        """Side of the output in pixels."""
        return (self.side + 2 * self.padding - self.kernel) // self.stride + 1

    @property
    def n_out(self) -> int:
        """Neurons of the output."""
        return self.side_out**2 * self.filters


Stages = tuple[Convolved, ...]


def strided(filters: tuple[int, int, int]) -> Stages:
    """Three convolutions, 28 to 14 to 7 to 4 pixels: strides, where others would pool."""
    a, b, c = filters
    return (
        Convolved(28, 5, 2, 2, 1, a),
        Convolved(14, 3, 2, 1, a, b),
        Convolved(7, 3, 2, 1, b, c),
    )


STRIDED = strided((32, 64, 64))
POOLED: Stages = (Convolved(28, 7, 2, 3, 1, 24), Convolved(14, 3, 2, 1, 24, 24))  # the second one sums places
