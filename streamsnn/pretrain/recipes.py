"""The trunks that can be made, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from streamsnn.pretrain.episodes import Classes, Drawn, Instances, Turns
from streamsnn.pretrain.export import Origin, export
from streamsnn.pretrain.glyphs import Alphabet
from streamsnn.pretrain.integers import Integers
from streamsnn.pretrain.one_layer import OneLayer
from streamsnn.pretrain.pictures import Pictures
from streamsnn.pretrain.redrawn import Hand
from streamsnn.pretrain.silhouettes import Wardrobe
from streamsnn.pretrain.training import Schedule, Watch, train
from streamsnn.pretrain.trunk_net import TrunkNet
from streamsnn.pretrain.untrained import Untrained

CHARACTERS = 40_000  # of the synthetic alphabet
SHAPES = 4_000  # of the synthetic wardrobe


Found = Mapping[str, Pictures]
Draw = Callable[[Found, np.random.Generator], Turns]
Build = Callable[[np.random.Generator], TrunkNet]


@dataclass(frozen=True)
class Recipe:
    """How a trunk of some name is made.

    Parameters
    ----------
    trained_on
        What its weights come from, in words.
    needs
        Data sets that it takes pictures from.
    turns
        Makes its sources.
    steps
        Steps of training that the shipped trunk had.
    net
        Makes the network before training.
    """

    trained_on: str
    needs: tuple[str, ...]
    turns: Draw
    steps: int
    net: Build


def _glyphs(found: Found, rng: np.random.Generator) -> Turns:
    return Turns((Drawn(Alphabet.drawn(rng, CHARACTERS)),))


def _clothes(found: Found, rng: np.random.Generator) -> Turns:
    return Turns((Drawn(Wardrobe.drawn(rng, SHAPES)),))


def _convolutions(rng: np.random.Generator) -> TrunkNet:
    return TrunkNet()  # torch draws its weights


def _strokes(found: Found, rng: np.random.Generator) -> Turns:
    hand = Hand(turn=0.2, shear=0.28, bend=1.0)
    glyphs, omniglot = Drawn(Alphabet.drawn(rng, CHARACTERS)), found["omniglot_small1"]
    return Turns((glyphs, glyphs, Classes(omniglot.ink, omniglot.labels, hand)))


def _unlabelled(found: Found, rng: np.random.Generator) -> Turns:
    return Turns((Instances(found["omniglot_small1"].ink, Hand(turn=0.2, shear=0.28, bend=1.2)),))


RECIPES: Mapping[str, Recipe | OneLayer] = {
    "strokes": Recipe(
        "labelled episodes: a synthetic alphabet of pen strokes (two of three), and 136 Omniglot characters",
        ("omniglot_small1",),
        _strokes,
        8000,
        _convolutions,
    ),
    "unlabelled": Recipe(
        "pictures of Omniglot without their labels: to tell each redrawn picture from the others",
        ("omniglot_small1",),
        _unlabelled,
        3000,
        _convolutions,
    ),
    "random": Recipe(
        "nothing: random weights; only the mean and spread of each neuron, on a synthetic alphabet",
        (),
        _glyphs,
        0,
        Untrained(fan_in=6).made,
    ),
    "silhouettes": Recipe(
        "nothing: random weights; only the mean and spread of each neuron, on synthetic shapes of clothes",
        (),
        _clothes,
        0,
        Untrained(contrast=0.5).made,
    ),
    "keyword": OneLayer(
        "nothing: signed random weights, for 12 slices of 32 bands of sound",
        shape=(12, 32),
        ticks=16,
        fan_in=12,
        neurons=2048,
        k=40,
    ),
}


def recipe(name: str) -> Recipe | OneLayer:
    """The recipe of a trunk.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}: give one of {', '.join(RECIPES)}")
    return RECIPES[name]


@dataclass(frozen=True)
class Making:
    """One making of a trunk; equal arguments give equal files on one machine.

    Parameters
    ----------
    name
        Name of a recipe.
    steps
        Steps of training; None for the recipe's own.
    seed
        Seed of weights and episodes.

    Raises
    ------
    ValueError
        If there is no such recipe, steps or seed are negative, or a random layer is to be trained.

    >>> Making("random").n_steps
    0
    """

    name: str
    steps: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        recipe(self.name)
        if self.n_steps < 0 or self.seed < 0:
            raise ValueError(f"{self.n_steps} steps, seed {self.seed}: give numbers from 0")
        if self.n_steps and isinstance(recipe(self.name), OneLayer):
            raise ValueError(f"{self.n_steps} steps: {self.name!r} is one random layer and is not trained")

    @property
    def n_steps(self) -> int:
        """Steps of training."""
        return recipe(self.name).steps if self.steps is None else self.steps

    @property
    def command(self) -> str:
        """What makes the same file again."""
        return f"streamsnn pretrain {self.name} --steps {self.n_steps} --seed {self.seed}"

    def write(self, path: Path, found: Found, watch: Watch, schedule: Schedule | None = None) -> None:
        """Train, where the recipe trains, and write the trunk's file.

        Raises
        ------
        ValueError
            If the loss is no longer finite.
        OSError
            If the file cannot be written.
        """
        chosen = recipe(self.name)
        if isinstance(chosen, OneLayer):
            chosen.write(path, self.seed, self.command)
            return
        schedule = schedule or Schedule(self.n_steps)
        integers = Integers.of(self._trained(chosen, found, watch, schedule))
        origin = Origin(chosen.trained_on, chosen.needs, self.n_steps, self.seed, schedule.k, self.command)
        export(path, integers, origin)

    def _trained(self, chosen: Recipe, found: Found, watch: Watch, schedule: Schedule) -> TrunkNet:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # the order of sums, and so their bits, depends on it
        torch.manual_seed(self.seed)
        try:
            net = chosen.net(np.random.default_rng((self.seed, 2)))
            source = chosen.turns(found, np.random.default_rng((self.seed, 1)))
            train(net, source, schedule, self.seed, watch)
        finally:
            torch.set_num_threads(threads)
        return net
