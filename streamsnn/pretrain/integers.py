"""A trained trunk in integers: 8-bit weights, and each norm as a gain, an offset and a shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from streamsnn.pretrain.geometry import INPUT_LEVELS, WEIGHT_MAX, Convolved
from streamsnn.pretrain.trunk_net import TrunkNet

GAIN_MAX, BIAS_MAX, SHIFT_MAX = 2**15 - 1, 2**31 - 1, 31  # of the neuron `Level`
CURRENT_MAX = 2**17 - 1  # 24 bits, in units of a weight of 1


@dataclass(frozen=True)
class Scaled:
    """Potentials S of a convolution to levels.

    q = clip( floor( (S gain_c + bias_c) / 2^shift + 1/2 ), 0, levels )
    """

    stage: Convolved
    weights: NDArray[np.int8]  # [filters, channels, height, width]
    gain: NDArray[np.int32]
    bias: NDArray[np.int32]
    shift: int


@dataclass(frozen=True)
class Integers:
    """Everything that the core needs of a trunk.

    Attributes
    ----------
    scaled
        The convolutions.
    weights
        Onto the code `[neuron, channel * pixel]`.
    bias
        Added to the potential of each neuron of the code before the largest are chosen.
    levels
        Largest number between layers.
    """

    scaled: tuple[Scaled, ...]
    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    levels: int

    @classmethod
    def of(cls, net: TrunkNet) -> "Integers":
        """The integers that the trained network has been rounding to."""
        steps = [1.0 / INPUT_LEVELS, *net.step.tolist()]
        scaled = tuple(
            _scaled(stage, net.convolutions[i].weight, net.norms[i], steps[i : i + 2])
            for i, stage in enumerate(net.stages)
        )
        gain = net.code_gain()
        weights, scale = _eight_bit(net.full.weight * gain[:, None])
        norm = net.full_norm
        offset = norm.bias - norm.running_mean * gain
        bias = torch.round(offset.double() / (scale * steps[-1]))
        return cls(scaled, weights, bias.detach().numpy().astype(np.int32), net.levels)

    def potentials(self, pictures: NDArray[np.floating[Any]]) -> NDArray[np.int32]:
        """Potentials of the code `[n, neuron]` for pictures `[n, 28, 28]` of 0 to 1, bias and all.

        In single precision every sum is exact: none reaches 2^24.

        Raises
        ------
        ValueError
            If a potential would leave the core's 24 bits.
        """
        x = torch.from_numpy(np.floor(pictures * INPUT_LEVELS + 0.5).astype(np.float32))[:, None]
        for layer in self.scaled:
            w = torch.from_numpy(layer.weights.astype(np.float32))
            s = _checked(F.conv2d(x, w, None, layer.stage.stride, layer.stage.padding))
            gain, bias = (torch.from_numpy(a.astype(np.int64)) for a in (layer.gain, layer.bias))
            q = s * gain[:, None, None] + bias[:, None, None] + ((1 << layer.shift) >> 1)
            x = (q >> layer.shift).clamp(0, self.levels).float()
        s = _checked(x.flatten(1) @ torch.from_numpy(self.weights.astype(np.float32)).T)
        potentials: NDArray[np.int32] = (s.numpy() + self.bias).astype(np.int32)
        return potentials

    def codes(self, pictures: NDArray[np.floating[Any]], k: int) -> NDArray[np.int32]:
        """The k winners of each picture `[n, k]`, largest first; ties: lowest index first."""
        found = [
            np.argsort(-self.potentials(pictures[i : i + 250]), 1, kind="stable")[:, :k]
            for i in range(0, len(pictures), 250)
        ]
        return np.concatenate(found).astype(np.int32)


def _checked(s: Tensor) -> Tensor:
    if float(s.abs().max()) > CURRENT_MAX:
        raise ValueError(f"a potential of {float(s.abs().max()):.0f} does not fit the core's 24 bits")
    return s.long()


def _eight_bit(weights: Tensor) -> tuple[NDArray[np.int8], float]:
    w = weights.detach()
    scale = w.abs().max() / WEIGHT_MAX
    return torch.floor(w / scale + 0.5).numpy().astype(np.int8), float(scale)


def _scaled(stage: Convolved, weight: Tensor, norm: Any, steps: Sequence[float]) -> Scaled:
    step_in, step_out = steps
    weights, scale = _eight_bit(weight)
    slope = (norm.weight.double() * torch.rsqrt(norm.running_var.double() + norm.eps)).detach().numpy()
    gain = slope * scale * step_in / step_out
    bias = (norm.bias.double().detach().numpy() - slope * norm.running_mean.double().numpy()) / step_out
    shift = _shift(gain, bias)
    whole = [np.rint(a * 2.0**shift).astype(np.int32) for a in (gain, bias)]
    return Scaled(stage, weights, whole[0], whole[1], shift)


def _shift(gain: NDArray[np.float64], bias: NDArray[np.float64]) -> int:
    """The finest shift with which gain and offset fit their bits."""
    fits: Sequence[int] = [
        s
        for s in range(SHIFT_MAX + 1)
        if abs(gain).max() * 2.0**s <= GAIN_MAX and abs(bias).max() * 2.0**s <= BIAS_MAX
    ]
    if not fits:
        raise ValueError(
            f"a gain of {abs(gain).max():.3g} or an offset of {abs(bias).max():.3g} is too large"
        )
    return fits[-1]
