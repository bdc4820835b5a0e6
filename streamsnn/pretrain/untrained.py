"""Trunks of random weights: smooth filters, sums over neighbouring places, and a random code.

Plain random weights in three strided convolutions are a poor code: what a picture moved by a pixel
excites has little in common with what it excited before. Smooth filters and sums keep more of it.
"""

from dataclasses import dataclass

import numpy as np
import torch

from streamsnn.pretrain.geometry import CODE, POOLED
from streamsnn.pretrain.trunk_net import TrunkNet
from streamsnn.types import Floats

SMOOTH = 5  # pixels over which noise is averaged to a filter


@dataclass(frozen=True)
class Untrained:
    """A network of random weights; the statistics of its norms are still to be taken.

    Parameters
    ----------
    contrast
        Share of its mean that a filter loses: 1 sees edges alone, 0 sees brightness as well.
    fan_in
        Inputs of a neuron of the code, as many with +1 as with -1; 0 for all, with Gaussian weights.
    patch
        Side of the square, in places of the last convolution, that these inputs lie in.

    >>> Untrained(contrast=0.5).made(np.random.default_rng(0)).full.weight.shape
    torch.Size([2048, 1176])
    """

    contrast: float = 1.0
    fan_in: int = 0
    patch: int = 5

    def made(self, rng: np.random.Generator) -> TrunkNet:
        """The network with weights of its own."""
        net = TrunkNet(POOLED)
        filters, pool = POOLED
        weights = [self._smooth(rng, filters.filters, filters.kernel), _sums(pool.filters)]
        with torch.no_grad():
            for layer, w in zip(net.convolutions, weights, strict=True):
                layer.weight.copy_(torch.from_numpy(w))
            net.full.weight.copy_(torch.from_numpy(self._code(rng, pool.filters, pool.side_out)))
        return net

    def _smooth(self, rng: np.random.Generator, n: int, side: int) -> Floats:
        """Noise averaged over squares: `[n, 1, side, side]`."""
        noise = rng.standard_normal((n, side + SMOOTH - 1, side + SMOOTH - 1))
        w = np.lib.stride_tricks.sliding_window_view(noise, (SMOOTH, SMOOTH), (1, 2)).mean((3, 4))
        filters: Floats = (w - self.contrast * w.mean((1, 2), keepdims=True))[:, None]
        return filters

    def _code(self, rng: np.random.Generator, channels: int, side: int) -> Floats:
        """Weights of the code `[CODE, channels * side * side]`."""
        if self.fan_in == 0:
            return rng.standard_normal((CODE, channels * side * side))
        w = np.zeros((CODE, channels, side, side))
        for neuron in w:
            top, left = rng.integers(0, side - self.patch + 1, 2)
            field = np.zeros(channels * self.patch * self.patch)
            chosen = rng.choice(field.size, self.fan_in, replace=False)
            field[chosen] = np.resize((1.0, -1.0), self.fan_in)
            seen = field.reshape(channels, self.patch, self.patch)
            neuron[:, top : top + self.patch, left : left + self.patch] = seen
        return w.reshape(CODE, -1)


def _sums(channels: int) -> Floats:
    """Each channel summed over 3 x 3 places, the middle most."""
    line = np.array([1.0, 2.0, 1.0])
    sums: Floats = np.eye(channels)[:, :, None, None] * np.outer(line, line)
    return sums
