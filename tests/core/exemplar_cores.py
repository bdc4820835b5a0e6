"""Cores with exemplars, and how often they are right."""

import numpy as np

from streamsnn.core import Core
from streamsnn.models.exemplar_network import exemplar_network
from streamsnn.readouts.neighbours import Neighbours
from streamsnn.rules.exemplars import Exemplars


def core_of(size: int, n_features: int, n_classes: int, seed: int = 0, lines: bool = True) -> Core:
    network = exemplar_network(Exemplars(size=size), None, Neighbours(lines=lines))
    return Core(network, n_features=n_features, n_classes=n_classes, seed=seed)


def accuracy(core: Core, x: np.ndarray, y: np.ndarray) -> float:
    return float((core.run(x, np.full(len(y), -1), learn=False).argmax(axis=1) == y).mean())
