"""A spiking classifier with river's verbs."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base

from streamsnn.core import Core
from streamsnn.encoders.latency import AdaptivePopulation
from streamsnn.memory.formats import Fixed
from streamsnn.memory.initial import Initial, SignedRandom
from streamsnn.models.features import ClassIndex, FeatureIndex, Features, Label
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.k_winners import KWinners
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.mixture import Mixture
from streamsnn.rules.counting import Counting
from streamsnn.types import Encoder, Readout, Rule

TRUNK_EXPONENT = 7  # weights of -1, 0, +1 in two bits deliver +-2^13: far above the rounding of a tick


class SpikingClassifier(base.Classifier):
    """Learns classes from a stream, one event at a time, on the counting core.

        features -> encoder -> frozen sparse code (k winners of n_hidden) -> learned projection -> readout

    With the default rule, counting units, a class's memory changes only when that class is seen: classes
    may come in any order. New classes and new features may appear at any time. `predict_*` change
    nothing: no weight, no counter, no clock.

    Parameters
    ----------
    encoder
        Features to spikes; default `AdaptivePopulation()`, which learns each feature's scale.
        Give `Latency(low, high)` where the range is known.
    n_hidden, k
        Neurons of the code, and how many of them spike per sample.
    trunk
        Frozen weights onto the code; default `SignedRandom(seed=seed)`.
    rule
        Learning rule of the last projection; default `Counting()`.
    readout
        Scores; default `Mixture()` for a rule that opens units, else `Linear()`.
    seed
        Equal seed and stream give equal bits.

    Memory: about `n_hidden` bytes per unit, at most `max_units` units per class with the default rule.

    Raises
    ------
    ValueError, TypeError
        On NaN, infinite or non-numeric features, an array of another length, a label of another type.
        Nothing is learned from such a sample.

    Examples
    --------
    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(n_hidden=256, k=10, seed=1)
    >>> for _ in range(30):
    ...     model.learn_one({"a": 0.1, "b": 5.0}, "left")
    ...     model.learn_one({"a": 0.9, "b": 3.0}, "right")
    >>> model.predict_one({"a": 0.9, "b": 3.0})
    'right'
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        n_hidden: int = 2048,
        k: int = 40,
        trunk: Initial | None = None,
        rule: Rule | None = None,
        readout: Readout | None = None,
        seed: int = 0,
    ) -> None:
        if not 1 <= k <= n_hidden:
            raise ValueError(f"k={k} winners of n_hidden={n_hidden} neurons: give 1 <= k <= n_hidden")
        if seed < 0:
            raise ValueError(f"seed {seed}: give a number from 0")
        self.encoder = encoder
        self.n_hidden = n_hidden
        self.k = k
        self.trunk = trunk
        self.rule = rule
        self.readout = readout
        self.seed = seed
        self.features_ = FeatureIndex()
        self.classes_ = ClassIndex()
        self.core = Core(self.network(), n_features=0, seed=seed)

    @property
    def _multiclass(self) -> bool:
        return True

    @classmethod
    def _unit_test_params(cls) -> Any:
        yield {"n_hidden": 256, "k": 16}

    @property
    def _raw_memory_usage(self) -> int:
        """Bytes of everything that is learned (river's `_memory_usage`)."""
        return self.core.nbytes + sys.getsizeof(self.features_.names) + sys.getsizeof(self.classes_.labels)

    def network(self) -> Network:
        """The frozen description of what runs."""
        rule = self.rule or Counting()
        default_readout: Readout = Mixture() if rule.opens_units else Linear()
        trunk = self.trunk or SignedRandom(amplitude=2.0**TRUNK_EXPONENT, seed=self.seed)
        if rule.opens_units:
            units = Layer("units", LI())
        else:
            units = Layer("units", LI(arithmetic="float"), per_class=True)
        return Network(
            encoder=self.encoder or AdaptivePopulation(),
            layers=(Layer("code", KWinners(self.k), self.n_hidden), units),
            projections=(
                Projection("input", "code", trunk, Fixed(2, exponent=TRUNK_EXPONENT), sparse=True),
                Projection("code", "units", format=rule.format, rule=rule),
            ),
            readout=self.readout or default_readout,
        )

    # -- river's verbs --------------------------------------------------------------------------------

    def learn_one(self, x: Features, y: Label | None, **kwargs: Any) -> None:
        """Learn one sample; with `y=None` only scales are learned."""
        self._learn(x, y)

    def predict_one(self, x: Features, **kwargs: Any) -> Label | None:
        """The most likely class, None before the first label."""
        return self._best(self._scores(x), len(self.classes_))

    def predict_proba_one(self, x: Features, **kwargs: Any) -> dict[Label, float]:
        """Probability of each class seen (softmax of the readout's scores)."""
        if not len(self.classes_):
            return {}
        scores = self._scores(x)
        if not np.isfinite(scores).any():
            return dict.fromkeys(self.classes_.labels, 1.0 / len(self.classes_))
        p = np.exp(scores - scores.max())
        return dict(zip(self.classes_.labels, (p / p.sum()).tolist(), strict=True))

    def prequential_one(self, x: Features, y: Label | None = None) -> Label | None:
        """Predict, then learn, with one forward pass; returns the prediction."""
        known = len(self.classes_)
        return self._best(self._learn(x, y), known)

    def predict_many(self, x: NDArray[Any]) -> list[Label | None]:
        """Predictions for the rows of `[n, n_features]`."""
        rows = self.features_.matrix(x)
        scores = self.core.run(rows, np.full(len(rows), -1), learn=False)
        return [self._best(row, len(self.classes_)) for row in scores]

    # -- between names and indices --------------------------------------------------------------------

    def _best(self, scores: NDArray[np.float64], n_classes: int) -> Label | None:
        """Class of the highest score among those known before the sample."""
        return self.classes_.labels[int(scores[:n_classes].argmax())] if n_classes else None

    def _scores(self, x: Features) -> NDArray[np.float64]:
        return self.core.step(self.features_.vector(x), learn=False)

    def _learn(self, x: Features, y: Label | None) -> NDArray[np.float64]:
        # Everything that can be refused comes before the first name is added.
        label = None if y is None else self.classes_.check(y)
        new = self.features_.unknown(x)
        vector = self.features_.vector(x, new)
        n_classes = len(self.classes_) + int(label is not None and label not in self.classes_)
        if vector.size > self.core.n_features or n_classes > self.core.n_classes:
            self.core.grow(n_features=vector.size, n_classes=n_classes)
        self.features_.add(new)
        return self.core.step(vector, None if label is None else self.classes_.index(label))
