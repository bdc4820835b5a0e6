"""Sources of episodes: a few pictures of each of several classes, new ones every time."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from streamsnn.pretrain.redrawn import Hand


class Source(Protocol):
    """Where episodes come from."""

    def episode(self, rng: np.random.Generator, classes: int, each: int) -> Tensor:
        """Pictures `[classes * each, 1, 28, 28]` of 0 to 1, class by class."""
        ...


class Shapes(Protocol):
    """Synthetic classes, each of which can be drawn again and again."""

    def __len__(self) -> int: ...

    def pictures(self, rng: np.random.Generator, chosen: NDArray[Any], /) -> NDArray[np.float32]:
        """A picture `[28, 28]` of 0 to 1 of each class in `chosen`, no two alike."""
        ...


@dataclass(frozen=True)
class Drawn:
    """Characters of a synthetic alphabet, or shapes of a synthetic wardrobe.

    Parameters
    ----------
    shapes
        The classes; each episode takes some of them.
    """

    shapes: Shapes

    def episode(self, rng: np.random.Generator, classes: int, each: int) -> Tensor:
        """Each class drawn `each` times."""
        chosen = rng.integers(0, len(self.shapes), classes)
        return torch.from_numpy(self.shapes.pictures(rng, chosen.repeat(each)))[:, None]


@dataclass(frozen=True)
class Classes:
    """Labelled pictures, redrawn; an episode turns all of them by the same number of quarter turns.

    Parameters
    ----------
    pictures
        `[n, 28, 28]` of 0 to 1.
    labels
        Class of each picture, from 0 without gaps.
    hand
        How pictures are redrawn.
    turns
        Quarter turns to choose from: 4, or 1 to leave pictures upright.
    """

    pictures: NDArray[np.float32]
    labels: NDArray[np.int64]
    hand: Hand
    turns: int = 4

    def episode(self, rng: np.random.Generator, classes: int, each: int) -> Tensor:
        """Pictures of `classes` classes (all, if there are fewer)."""
        n_classes = int(self.labels.max()) + 1
        chosen = rng.permutation(n_classes)[:classes]
        of = [np.flatnonzero(self.labels == c) for c in chosen]
        rows = np.concatenate([rng.choice(i, each, replace=len(i) < each) for i in of])
        upright = torch.from_numpy(self.pictures[rows])[:, None]
        return self.hand.redrawn(torch.rot90(upright, int(rng.integers(self.turns)), (2, 3)), _torch(rng))


@dataclass(frozen=True)
class Instances:
    """Pictures without labels: each is a class of its own, and so is each of its quarter turns.

    Parameters
    ----------
    pictures
        `[n, 28, 28]` of 0 to 1.
    hand
        How pictures are redrawn.
    """

    pictures: NDArray[np.float32]
    hand: Hand

    def episode(self, rng: np.random.Generator, classes: int, each: int) -> Tensor:
        """Each of `classes` pictures redrawn `each` times."""
        rows = rng.choice(len(self.pictures), classes, replace=False)
        turns = rng.integers(0, 4, classes)
        turned = np.stack([np.rot90(self.pictures[i], k) for i, k in zip(rows, turns, strict=True)])
        upright = torch.from_numpy(turned.repeat(each, axis=0))[:, None]
        return self.hand.redrawn(upright, _torch(rng))


@dataclass(frozen=True)
class Turns:
    """Several sources, one after another.

    Parameters
    ----------
    sources
        The source of episode i is `sources[i % len(sources)]`.
    """

    sources: tuple[Source, ...]

    def at(self, step: int) -> Source:
        """The source of one step."""
        return self.sources[step % len(self.sources)]


def _torch(rng: np.random.Generator) -> torch.Generator:
    return torch.Generator().manual_seed(int(rng.integers(2**62)))
