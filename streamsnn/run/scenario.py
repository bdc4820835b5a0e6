"""What a scenario is: a data set in an order, and the learners that are offered for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
from numpy.typing import NDArray

import streamsnn.run.scenarios as scenarios
from streams import ReplaySource, Schema
from streams.datasets import Dataset
from streamsnn.continual.class_incremental import ClassIncremental, Experiences, Order
from streamsnn.continual.split import stratified_split
from streamsnn.models.classifier import SpikingClassifier

DEFAULT_LEARNER = "counting"


@dataclass(frozen=True)
class Scenario:
    """One data set whose classes arrive in an order.

    A new scenario is one file in `streamsnn/run/scenarios/` that defines `SCENARIO`.

    Parameters
    ----------
    name
        What users type.
    summary
        One line for lists.
    load
        Gives the data set.
    learners
        Name and maker of each learner, from the data set and a seed.
    """

    name: str
    summary: str
    load: Callable[[], Dataset]
    learners: Mapping[str, Callable[[Dataset, int], SpikingClassifier]]


@dataclass(frozen=True, eq=False)
class Task:
    """A scenario made concrete by an order and a seed: the stream, and what is held out."""

    scenario: Scenario
    order: Order
    seed: int
    dataset: Dataset
    experiences: Experiences
    x_train: NDArray[Any]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.int64]

    @property
    def schema(self) -> Schema:
        """Description of the events on the wire."""
        return self.dataset.schema()

    def source(self, repeat: int = 1) -> ReplaySource:
        """The stream, `repeat` times over."""
        key = f"{self.scenario.name}-{self.order}-{self.seed}"
        return ReplaySource(self.x_train, self.y_train, self.experiences.order, key=key, repeat=repeat)

    def learner(self, name: str) -> SpikingClassifier:
        """A fresh learner."""
        makers = self.scenario.learners
        if name not in makers:
            raise ValueError(
                f"no learner {name!r} for {self.scenario.name}: choose one of {', '.join(makers)}"
            )
        return makers[name](self.dataset, self.seed)


def names() -> list[str]:
    """Names of all scenarios."""
    return sorted(module.name for module in iter_modules(scenarios.__path__))


def find(name: str) -> Scenario:
    """The scenario called `name`.

    Raises
    ------
    ValueError
        If there is none; the sentence names the nearest.
    """
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]!r}" if near else f"choose one of {', '.join(names())}"
        raise ValueError(f"no scenario {name!r}: {hint}")
    scenario = import_module(f"{scenarios.__name__}.{name}").SCENARIO
    assert isinstance(scenario, Scenario)
    return scenario


def prepare(scenario: Scenario, order: Order, seed: int, held_out: float = 0.2) -> Task:
    """Split by class, order the training part, keep the rest for the accuracy matrix."""
    dataset = scenario.load()
    assert dataset.y is not None
    x = dataset.x.reshape(len(dataset.x), -1)
    y = dataset.y.astype(np.int64)
    train, test = stratified_split(y, held_out, seed)
    experiences = ClassIncremental(order).experiences(y[train], seed)
    return Task(
        scenario,
        order,
        seed,
        dataset,
        experiences,
        x[train],
        y[train],
        np.ascontiguousarray(x[test], dtype=np.float64),
        y[test],
    )
