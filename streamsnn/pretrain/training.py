"""Training of a trunk by episodes: the code must put pictures of a class near their own prototype."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from streamsnn.pretrain.episodes import Turns
from streamsnn.pretrain.trunk_net import TrunkNet, code

STATISTICS = 60  # episodes that the final statistics of the norms are taken from
CALIBRATION = 8  # episodes that the levels are chosen on

Watch = Callable[[int, float, float], None]  # step, loss, share of queries at their own prototype


@dataclass(frozen=True)
class Schedule:
    """How a trunk is trained.

        z = code of a picture,  p_c = mean z of the support pictures of class c
        loss = cross-entropy of  s cos(z_query, p_c)  over c,   s learned

    For the first `real` of the steps z are the real amounts by which k potentials exceed the next one,
    then spikes with a straight-through gradient, and weights and levels are integers as on the core.

    Parameters
    ----------
    steps
        Episodes, one step of the optimiser each; 0 for random weights.
    classes, support, query
        Classes of an episode, and pictures of each.
    k
        Winners.
    rate
        Largest learning rate of Adam; warm-up over `warm_up` steps, then a cosine down to a hundredth.
    warm_up
        Steps.
    real
        Share of the steps before spikes and integers.
    """

    steps: int
    classes: int = 40
    support: int = 3
    query: int = 3
    k: int = 80
    rate: float = 2e-3
    warm_up: int = 50
    real: float = 0.5

    def rate_at(self, step: int) -> float:
        """Learning rate of one step."""
        warm = min(1.0, step / self.warm_up + 0.02)
        return self.rate * warm * (0.5 * (1.0 + math.cos(math.pi * step / self.steps)) + 0.01)


def train(net: TrunkNet, source: Turns, schedule: Schedule, seed: int, watch: Watch) -> None:
    """Train in place; equal arguments give equal bits on one machine.

    Raises
    ------
    ValueError
        If the loss is no longer finite.
    """
    rng = np.random.default_rng(seed)
    scale = nn.Parameter(torch.tensor(10.0))
    optimiser = torch.optim.Adam([*net.parameters(), scale], schedule.rate)
    net.train()
    for step in range(schedule.steps):
        if step == int(schedule.real * schedule.steps):
            _to_integers(net, source, rng, schedule)
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate_at(step)
        pictures = source.at(step).episode(rng, schedule.classes, schedule.support + schedule.query)
        loss, right = _episode(net(pictures), scale, schedule, spikes=net.quantised)
        if not math.isfinite(float(loss.detach())):
            raise ValueError(f"the loss is {float(loss)} at step {step}: lower the learning rate")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        watch(step, float(loss.detach()), right)
    if not net.quantised:
        _to_integers(net, source, rng, schedule)
    _settle(net, source, rng, schedule)


def _episode(potentials: Tensor, scale: Tensor, schedule: Schedule, spikes: bool) -> tuple[Tensor, float]:
    each = schedule.support + schedule.query
    z = code(potentials, schedule.k, spikes).reshape(-1, each, potentials.shape[1])
    prototypes = F.normalize(z[:, : schedule.support].mean(1), dim=1)
    queries = F.normalize(z[:, schedule.support :].reshape(-1, z.shape[2]), dim=1)
    scores = scale * queries @ prototypes.T
    own = torch.arange(len(prototypes)).repeat_interleave(schedule.query)
    return F.cross_entropy(scores, own), float((scores.argmax(1) == own).float().mean())


def _to_integers(net: TrunkNet, source: Turns, rng: np.random.Generator, schedule: Schedule) -> None:
    each = schedule.support + schedule.query
    episodes = [source.at(i).episode(rng, schedule.classes, each) for i in range(CALIBRATION)]
    net.calibrate(torch.cat(episodes))
    net.quantised = True


def _settle(net: TrunkNet, source: Turns, rng: np.random.Generator, schedule: Schedule) -> None:
    """Statistics of the norms as the mean over many episodes: those of training trail behind the weights."""
    norms: list[Any] = [*net.norms, net.full_norm]
    net.train()
    for step in range(STATISTICS):
        for norm in norms:
            norm.momentum = 1.0 / (step + 1)
        with torch.no_grad():
            net(source.at(step).episode(rng, schedule.classes, schedule.support + schedule.query))
    net.eval()
