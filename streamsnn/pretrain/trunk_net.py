"""The network that is trained: strided convolutions and a k-winners code, with and without integers."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from streamsnn.pretrain.geometry import CODE, INPUT_LEVELS, STRIDED, WEIGHT_MAX, Stages

SHARES = tuple(0.15 + 0.05 * i for i in range(18))  # of the largest activity


def rounded(x: Tensor) -> Tensor:
    """floor(x + 1/2), with the gradient of x."""
    whole: Tensor = x + (torch.floor(x + 0.5) - x).detach()
    return whole


def eight_bit(weights: Tensor) -> Tensor:
    """Weights on the grid of one shared scale, -127 to 127 steps."""
    scale = weights.detach().abs().max() / WEIGHT_MAX
    return rounded(weights / scale) * scale


class TrunkNet(nn.Module):
    """Pictures to potentials of the code.

    Parameters
    ----------
    stages
        The convolutions.
    n_hidden
        Neurons of the code.
    levels
        Largest number that a spike between layers carries.

    Attributes
    ----------
    quantised
        Whether weights and levels are rounded as on the core.
    step
        Value of one level, for each convolution; `calibrate` sets it.
    """

    step: Tensor

    def __init__(self, stages: Stages = STRIDED, n_hidden: int = CODE, levels: int = 15) -> None:
        super().__init__()
        self.stages = stages
        self.levels = levels
        self.quantised = False
        self.convolutions = nn.ModuleList(
            nn.Conv2d(s.channels, s.filters, s.kernel, s.stride, s.padding, bias=False) for s in stages
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(s.filters) for s in stages)
        self.full = nn.Linear(stages[-1].n_out, n_hidden, bias=False)
        self.full_norm = nn.BatchNorm1d(n_hidden)
        self.register_buffer("step", torch.full((len(stages),), 4.0 / levels))

    def forward(self, pictures: Tensor) -> Tensor:
        """Potentials `[n, n_hidden]` of pictures `[n, 1, 28, 28]` of 0 to 1."""
        x = rounded(pictures * INPUT_LEVELS) / INPUT_LEVELS
        for i in range(len(self.convolutions)):
            x = self._activity(i, self.real(i, x))
        potentials: Tensor = self.full_norm(F.linear(x.flatten(1), self._code_weights()))
        return potentials

    def real(self, i: int, x: Tensor) -> Tensor:
        """Normalised potentials of convolution i."""
        layer = self.convolutions[i]
        w = eight_bit(layer.weight) if self.quantised else layer.weight
        normalised: Tensor = self.norms[i](F.conv2d(x, w, None, layer.stride, layer.padding))
        return normalised

    def _activity(self, i: int, x: Tensor) -> Tensor:
        if not self.quantised:
            return F.relu(x)
        step = self.step[i]
        return rounded((x / step).clamp(0.0, float(self.levels))) * step

    def _code_weights(self) -> Tensor:
        """Weights whose columns, scaled by the norm behind them, lie on one grid."""
        w: Tensor = self.full.weight
        if not self.quantised:
            return w
        gain = self.code_gain()[:, None]
        return eight_bit(w * gain) / gain

    def code_gain(self) -> Tensor:
        """What the norm of the code multiplies each neuron's potential by."""
        norm = self.full_norm
        gain: Tensor = norm.weight.detach() * torch.rsqrt(norm.running_var + norm.eps)
        return torch.where(gain.abs() < 1e-3, torch.full_like(gain, 1e-3), gain)

    def calibrate(self, pictures: Tensor) -> None:
        """Choose each layer's step: the one that rounds its activity with the least squared error."""
        with torch.no_grad():
            x = rounded(pictures * INPUT_LEVELS) / INPUT_LEVELS
            for i in range(len(self.convolutions)):
                active = F.relu(self.real(i, x))
                tried = [float(active.max()) * share / self.levels for share in SHARES]
                errors = [float(((self._on(active, step) - active) ** 2).mean()) for step in tried]
                self.step[i] = tried[errors.index(min(errors))]
                x = self._on(active, float(self.step[i]))

    def _on(self, active: Tensor, step: float) -> Tensor:
        return torch.floor((active / step).clamp(max=float(self.levels)) + 0.5) * step


def code(potentials: Tensor, k: int, spikes: bool) -> Tensor:
    """The k largest potentials: what each is above the next one, or 1 with the gradient of a sigmoid."""
    threshold = potentials.topk(k + 1, 1).values[:, -1:]
    above = potentials - threshold
    if not spikes:
        return F.relu(above)
    soft = torch.sigmoid(above * 2.0)
    hard: Tensor = (above > 0).float() + (soft - soft.detach())
    return hard
