"""Uniform random initial weights with a given sum per neuron."""

from dataclasses import dataclass

import numpy as np

from streamsnn.types import Floats


@dataclass(frozen=True)
class Uniform:
    """Independent weights, uniform between 0 and `high`.

    Parameters
    ----------
    high
        Upper end, in the unit of the weight.
    norm
        Sum of each neuron's weights from its first inputs, 0 for none. Rows added later (new features) are
        not normalised: the weights that are there already keep their values.
    seed
        Seed of the draws.

    >>> Uniform(norm=2.0, seed=1).rows(0, 4, 3).sum(axis=0).round(6).tolist()
    [2.0, 2.0, 2.0]
    """

    high: float = 0.3
    norm: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.high < np.inf or not 0 <= self.norm < np.inf:
            raise ValueError(f"high={self.high}, norm={self.norm}: give finite numbers, high > 0, norm >= 0")

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Weights `[stop - start, n_post]`."""
        w = np.random.default_rng((self.seed, start, stop)).uniform(0.0, self.high, (stop - start, n_post))
        return w * (self.norm / w.sum(axis=0)) if start == 0 and self.norm > 0 else w
