"""Initial weights of a projection, row by row, so that rows of new features can be made at any time."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from streamsnn.types import Floats, Ints


class Initial(Protocol):
    """Weights of rows `start..stop` of a projection onto `n_post` neurons."""

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Real-valued weights `[stop - start, n_post]`; equal arguments give equal bits."""
        ...


@runtime_checkable
class Listed(Initial, Protocol):
    """Weights that are few: lists can be made of them without full rows."""

    def lists(self, start: int, stop: int, n_post: int) -> tuple[Ints, Ints, Floats]:
        """Weights of each row `[stop - start]`, then columns and values of all, row by row."""
        ...


class Delays(Initial, Protocol):
    """A delay for each synapse, in whole ticks."""

    @property
    def longest(self) -> int:
        """No delay is longer."""
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


@dataclass(frozen=True, eq=False)
class Given:
    """Values from an array `[n_pre, n_post]`: weights, delays, or a mask.

    Parameters
    ----------
    values
        The array; a copy is kept. Rows beyond it cannot be made.

    >>> Given(np.array([[1, 0], [0, 2]])).rows(1, 2, 2)
    array([[0., 2.]])
    """

    values: NDArray[Any]

    def __post_init__(self) -> None:
        own = np.array(self.values, np.float64)
        if own.ndim != 2 or not np.isfinite(own).all():
            raise ValueError(f"given values of shape {own.shape}: give finite numbers [n_pre, n_post]")
        own.flags.writeable = False
        object.__setattr__(self, "values", own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Given) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.values.shape, self.values.tobytes()))

    @property
    def longest(self) -> int:
        """Largest value, rounded up: the longest delay, where these are delays."""
        return int(np.ceil(self.values.max(initial=0.0)))

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Rows `start..stop`."""
        if stop > self.values.shape[0] or n_post != self.values.shape[1]:
            raise ValueError(
                f"given values of shape {self.values.shape} hold no rows {start} to {stop} of {n_post}"
            )
        return self.values[start:stop]


@dataclass(frozen=True)
class RandomDelays:
    """Independent delays, each of `shortest..longest` ticks equally likely.

    Parameters
    ----------
    longest, shortest
        Bounds in ticks, both included.
    seed
        Seed of the draws.

    >>> RandomDelays(longest=3, seed=1).rows(0, 1, 4).max() <= 3
    np.True_
    """

    longest: int
    shortest: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.shortest <= self.longest:
            raise ValueError(
                f"shortest={self.shortest}, longest={self.longest}: give 0 <= shortest <= longest"
            )

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Delays `[stop - start, n_post]` in ticks."""
        each = (np.random.default_rng((self.seed, i)) for i in range(start, stop))  # whatever the block
        rows = [rng.integers(self.shortest, self.longest + 1, n_post) for rng in each]
        return np.array(rows, np.float64).reshape(stop - start, n_post)


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
class RandomFanOut:
    """Each input reaches `fan_out` neurons, chosen at random, with Gaussian weights of mean zero.

    Parameters
    ----------
    fan_out
        Neurons per input (all, if there are fewer).
    deviation
        Standard deviation of the weights.
    seed
        Seed of the draws.

    >>> many, columns, values = RandomFanOut(fan_out=3, seed=1).lists(0, 2, 1000)
    >>> many, columns.size, values.size
    (array([3, 3]), 6, 6)
    """

    fan_out: int
    deviation: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.fan_out < 1:
            raise ValueError(f"fan_out={self.fan_out}: give at least 1 neuron per input")

    def lists(self, start: int, stop: int, n_post: int) -> tuple[Ints, Ints, Floats]:
        """Length of each row, then columns (rising in a row) and weights of all."""
        n, k = stop - start, min(self.fan_out, n_post)
        rng = np.random.default_rng((self.seed, start, stop))
        columns = [np.sort(rng.choice(n_post, k, replace=False, shuffle=False)) for _ in range(n)]
        return np.full(n, k), np.concatenate(columns), rng.normal(0.0, self.deviation, n * k)

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """The same as full rows `[stop - start, n_post]`."""
        many, columns, values = self.lists(start, stop, n_post)
        rows = np.zeros((stop - start, n_post))
        rows[np.repeat(np.arange(stop - start), many), columns] = values
        return rows


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
