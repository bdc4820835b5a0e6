"""A trunk of random weights: smooth filters, sums over neighbouring places, and few inputs per neuron.

Plain random weights in three strided convolutions are a poor code: what a picture moved by a pixel
excites has little in common with what it excited before. Smooth filters and sums keep more of it.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from streamsnn.pretrain.geometry import CODE, POOLED
from streamsnn.pretrain.trunk_net import TrunkNet
from streamsnn.types import Floats

SMOOTH = 5  # pixels over which noise is averaged to a filter
PATCH, FAN_IN = 5, 6  # a neuron of the code sees so many inputs, in a square of so many pixels


def untrained(rng: np.random.Generator) -> TrunkNet:
    """The network with its random weights; the statistics of its norms are still to be taken."""
    net = TrunkNet(POOLED)
    filters, pool = POOLED
    weights = [_smooth(rng, filters.filters, filters.kernel), _sums(pool.filters)]
    with torch.no_grad():
        for layer, w in zip(net.convolutions, weights, strict=True):
            layer.weight.copy_(torch.from_numpy(w))
        net.full.weight.copy_(torch.from_numpy(_local(rng, pool.filters, pool.side_out)))
    return net


def _smooth(rng: np.random.Generator, n: int, side: int) -> Floats:
    """Noise averaged over squares, of mean 0: `[n, 1, side, side]`."""
    noise = rng.standard_normal((n, side + SMOOTH - 1, side + SMOOTH - 1))
    w = np.lib.stride_tricks.sliding_window_view(noise, (SMOOTH, SMOOTH), (1, 2)).mean((3, 4))
    filters: Floats = (w - w.mean((1, 2), keepdims=True))[:, None]
    return filters


def _sums(channels: int) -> Floats:
    """Each channel summed over 3 x 3 places, the middle most."""
    line = np.array([1.0, 2.0, 1.0])
    sums: Floats = np.eye(channels)[:, :, None, None] * np.outer(line, line)
    return sums


def _local(rng: np.random.Generator, channels: int, side: int) -> Floats:
    """As many inputs with +1 as with -1, from one square each: `[CODE, channels * side * side]`."""
    w = np.zeros((CODE, channels, side, side))
    for neuron in w:
        top, left = rng.integers(0, side - PATCH + 1, 2)
        field: NDArray[np.float64] = np.zeros(channels * PATCH * PATCH)
        field[rng.choice(field.size, FAN_IN, replace=False)] = np.resize((1.0, -1.0), FAN_IN)
        neuron[:, top : top + PATCH, left : left + PATCH] = field.reshape(channels, PATCH, PATCH)
    return w.reshape(CODE, -1)
