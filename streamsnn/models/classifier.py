"""A spiking classifier with river's verbs."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base

from streamsnn.core import Core
from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.memory.initial import Initial
from streamsnn.models.exemplar_network import exemplar_network
from streamsnn.models.explanation import Explanation, explain, softmax
from streamsnn.models.features import ClassIndex, FeatureIndex, Features, Label
from streamsnn.models.front import N_HIDDEN, K, front
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.mixture import Mixture
from streamsnn.readouts.neighbours import Neighbours
from streamsnn.rules.counting import Counting
from streamsnn.rules.exemplars import Exemplars
from streamsnn.trunks.trunk import Trunk
from streamsnn.types import Encoder, Readout, Rule


class SpikingClassifier(base.Classifier):
    """Learns classes from a stream, one event at a time, on the counting core.

        default     features -> graded spikes -> 3,000 exemplar neurons, and a line per class -> votes
        otherwise   features -> encoder -> frozen sparse code (k winners of n_hidden) -> rule -> readout

    The default is one setting for streams in any order: mixed, drifting, or class after class. Its neurons
    hold whole samples in 8-bit levels (`Exemplars`), and whatever ages does so only when its own class is
    seen; `Rivals` draw a line per class beside them, and `Neighbours` trusts each by its record. With a
    code, the default rule is `Counting()`: a few writes a sample where a code is known that suits the
    features. New classes and new features may appear at any time. `predict_*` change nothing: no weight, no
    counter, no clock.

    Parameters
    ----------
    encoder
        Features to spikes; default `GradedLevel()`, and `AdaptivePopulation()` for a code: both learn each
        feature's scale. Give `Latency(low, high)` for a code where the range is known.
    n_hidden, k
        Neurons of the code, default 2048, and how many of them spike per sample, default 40.
    trunk
        Frozen weights onto the code, default `SignedRandom(seed=seed)`; or a `Trunk`, a frozen network
        with an encoder and a number of neurons of its own, for arrays of as many numbers as it takes.
    rule
        Learning rule of the last projection; default `Exemplars()` if nothing above is given, nor a write
        budget or a readout of another kind, else `Counting()`.
    write_budget
        Synapses that may change per learned sample, on average, in any order of classes: asks for
        `Counting(write_budget=...)`. A class may borrow the budget of 20 samples for its first. None for
        what the rule writes by itself.
    readout
        Scores; default `Neighbours()` for exemplars, `Mixture()` for a rule that opens units, else
        `Linear()`.
    seed
        Equal seed and stream give equal bits.

    Memory in bytes, however long the stream: by default 3,000 per feature, 250 per class, one per feature
    and class, and 150,000 (`Exemplars(size=...)` for more or fewer). With counting units `n_hidden` + 100 per
    unit, at most `max_units` units per class, 30 per class, 30 `n_hidden`, 8 `n_hidden` + 300 per feature,
    or what the trunk takes. Up to twice that, for arrays double when they are full. No feature and no class
    is ever forgotten: a stream that goes on bringing new names goes on growing.

    What streams may do: a sample without any feature teaches only that its class exists. A class seen once is
    given about a third by default where it was seen, and is answered from its second sample on if nothing
    else is near; counting units answer it at once. When labels change their meaning, the default follows
    within about 100 samples; counting units hold on to the first meaning, unless a budget pays for new ones
    (`Counting` says how soon).

    Raises
    ------
    ValueError, TypeError
        On NaN, infinite, masked or non-numeric features, an array of another length, a label of another
        type. Nothing is learned from such a sample, and nothing is changed.

    Examples
    --------
    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(seed=1)
    >>> for _ in range(30):
    ...     model.learn_one({"a": 0.1, "b": 5.0}, "left")
    ...     model.learn_one({"a": 0.9, "b": 3.0}, "right")
    >>> model.predict_one({"a": 0.9, "b": 3.0})
    'right'
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        n_hidden: int | None = None,
        k: int | None = None,
        trunk: Trunk | Initial | None = None,
        rule: Rule | None = None,
        readout: Readout | None = None,
        seed: int = 0,
        write_budget: float | None = None,
    ) -> None:
        if rule is not None and write_budget is not None:
            raise ValueError(
                f"write_budget={write_budget} beside a rule: give it to the rule, Counting(write_budget=...)"
            )
        if seed < 0:
            raise ValueError(f"seed {seed}: give a number from 0")
        self.encoder = encoder
        self.n_hidden = n_hidden
        self.k = k
        self.trunk = trunk
        self.rule = rule
        self.readout = readout
        self.seed = seed
        self.write_budget = write_budget
        self.features_ = FeatureIndex()
        self.classes_ = ClassIndex()
        self.core = Core(self.network(), n_features=0, seed=seed)

    @property
    def _multiclass(self) -> bool:
        return True

    @classmethod
    def _unit_test_params(cls) -> Any:
        yield {}
        yield {"n_hidden": 256, "k": 16}

    @property
    def _raw_memory_usage(self) -> int:
        """Bytes of everything that is learned (river's `_memory_usage`)."""
        return self.core.nbytes + sys.getsizeof(self.features_.names) + sys.getsizeof(self.classes_.labels)

    def network(self) -> Network:
        """The frozen description of what runs."""
        for_a_code = {"n_hidden": self.n_hidden, "k": self.k, "trunk": self.trunk}
        code = {name: value for name, value in for_a_code.items() if value is not None}
        plain = (
            not code
            and self.write_budget is None
            and isinstance(self.encoder, GradedLevel | None)
            and isinstance(self.readout, Neighbours | None)
        )
        rule = self.rule or (Exemplars() if plain else Counting(write_budget=self.write_budget))
        if isinstance(rule, Exemplars):
            if code:
                raise ValueError(f"{', '.join(code)} beside Exemplars, which need no code: leave them out")
            return exemplar_network(rule, self.encoder, self.readout)
        default_readout: Readout = Mixture() if rule.opens_units else Linear()
        frozen = front(
            self.encoder,
            self.trunk,
            n_hidden=N_HIDDEN if self.n_hidden is None else self.n_hidden,
            k=K if self.k is None else self.k,
            seed=self.seed,
        )
        if rule.opens_units:
            units = Layer("units", LI())
        else:
            units = Layer("units", LI(arithmetic="float"), per_class=True)
        return Network(
            encoder=frozen.encoder,
            layers=(*frozen.layers, units),
            projections=(*frozen.projections, Projection("code", "units", format=rule.format, rule=rule)),
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
        return dict(zip(self.classes_.labels, softmax(self._scores(x)).tolist(), strict=True))

    def explain_one(
        self, x: Features, *, classes: int | None = 3, units: int | None = 3, features: int | None = 5
    ) -> Explanation:
        """Which units spoke for which class, and which features told them; nothing is changed.

        Parameters
        ----------
        x
            The features.
        classes, units, features
            How many to list: the likeliest classes, the strongest units of each, the features that drove
            each of these most. None for all.

        Raises
        ------
        TypeError
            If the rule or the readout cannot say who spoke.
        """
        vector = self.features_.vector(x)
        names, labels = self.features_.names, self.classes_.labels
        return explain(self.core, vector, names, labels, classes=classes, units=units, features=features)

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
            if isinstance(self.trunk, Trunk):
                self.trunk.check(vector.size)
            self.core.grow(n_features=vector.size, n_classes=n_classes)
        self.features_.add(new)
        return self.core.step(vector, None if label is None else self.classes_.index(label))
