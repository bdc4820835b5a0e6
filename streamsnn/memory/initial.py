"""Initial weights of a projection, row by row, so that rows of new features can be made at any time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from streamsnn.types import Floats


class Initial(Protocol):
    """Weights of rows `start..stop` of a projection onto `n_post` neurons."""

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Real-valued weights `[stop - start, n_post]`; equal arguments give equal bits."""
        ...


@dataclass(frozen=True)
class Zeros:
    """All weights zero: nothing learned yet.

    >>> Zeros().rows(0, 2, 3).shape
    (2, 3)
    """

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Zeros `[stop - start, n_post]`."""
        return np.zeros((stop - start, n_post))


@dataclass(frozen=True)
class Gaussian:
    """Independent Gaussian weights of mean zero.

    Parameters
    ----------
    seed
        Seed of the draws.
    deviation
        Standard deviation.

    >>> Gaussian(seed=1).rows(0, 2, 3).shape
    (2, 3)
    """

    seed: int
    deviation: float = 0.3

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Weights `[stop - start, n_post]`."""
        rng = np.random.default_rng((self.seed, start, stop))
        return rng.normal(0.0, self.deviation, (stop - start, n_post))


@dataclass(frozen=True)
class SignedRandom:
    """Each neuron sees `fan_in` inputs with weights +amplitude and -amplitude in equal number.

    Equal numbers cancel what all inputs share (brightness, offset), which would otherwise decide the
    winners. With `image=(height, width)` and `patch`, the inputs of a neuron lie in one square of
    `patch` x `patch` pixels. Rows added later connect with the same density and random signs.

    Parameters
    ----------
    fan_in
        Inputs per neuron (all, if there are fewer).
    amplitude
        Size of every weight.
    seed
        Seed of the choice.
    image, patch
        Shape of the picture whose pixels are the inputs, and side of the square; None for no locality.

    >>> w = SignedRandom(fan_in=4, seed=1).rows(0, 16, 3)
    >>> abs(w).sum(axis=0), w.sum(axis=0)
    (array([4., 4., 4.]), array([0., 0., 0.]))
    """

    fan_in: int = 12
    amplitude: float = 1.0
    seed: int = 0
    image: tuple[int, int] | None = None
    patch: int | None = None

    def __post_init__(self) -> None:
        if self.fan_in < 2:
            raise ValueError(f"fan_in={self.fan_in}: a signed neuron needs at least 2 inputs")
        if (self.image is None) != (self.patch is None):
            raise ValueError(f"image={self.image} and patch={self.patch}: give both or neither")
        if self.image and self.patch and not 2 <= self.patch <= min(self.image):
            raise ValueError(f"patch={self.patch} does not fit in an image of {self.image} pixels")

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Weights `[stop - start, n_post]` of the inputs `start..stop`."""
        one = self.amplitude
        rng = np.random.default_rng((self.seed, start, stop))
        w = np.zeros((stop - start, n_post))
        if start > 0:
            dense = rng.random(w.shape) < min(1.0, self.fan_in / start)
            return np.where(dense, rng.choice((-one, one), w.shape), 0.0)
        if self.image is not None and stop != self.image[0] * self.image[1]:
            raise ValueError(f"{stop} inputs are no image of {self.image[0]} x {self.image[1]} pixels")
        for j in range(n_post):
            field = self._field(rng, stop)
            chosen = rng.choice(field, min(self.fan_in, field.size), replace=False)
            w[chosen, j] = np.resize((one, -one), chosen.size)
        return w

    def _field(self, rng: np.random.Generator, n_inputs: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        if self.image is None or self.patch is None:
            return np.arange(n_inputs)
        height, width = self.image
        top = rng.integers(0, height - self.patch + 1)
        left = rng.integers(0, width - self.patch + 1)
        side = np.arange(self.patch)
        return ((top + side)[:, None] * width + left + side).ravel()
