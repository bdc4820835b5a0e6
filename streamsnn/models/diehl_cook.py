"""Diehl and Cook's network: neurons that compete and learn without labels what recurs in their input."""

from typing import Any

import numpy as np
from river import base

from streamsnn.core import Core
from streamsnn.encoders.poisson import Poisson
from streamsnn.memory.uniform import Uniform
from streamsnn.models.assignment import Assignment
from streamsnn.models.features import ClassIndex, FeatureIndex, Features, Label
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.winner_take_all import WinnerTakeAll
from streamsnn.readouts.spike_counts import SpikeCounts
from streamsnn.rules.pair_stdp import PairSTDP
from streamsnn.types import Encoder, Floats, Rule

NORM = 78.4  # sum of a neuron's weights: 0.1 for each of 784 inputs, as in ports of the network


def diehl_cook_network(
    n_neurons: int = 100,
    *,
    rule: Rule | None = None,
    encoder: Encoder | None = None,
    neuron: WinnerTakeAll | None = None,
    norm: float = NORM,
    seed: int = 0,
) -> Network:
    """Random spikes of the features, plastic weights, and neurons of which one wins at a time.

    Without a rule it is pair STDP with the amplitudes of ports of the network, and the norm; a rule of
    your own has its own norm, and `norm` is that of the initial weights alone.

    >>> diehl_cook_network(400).ticks
    250
    """
    rule = rule or PairSTDP(a_plus=1e-2, a_minus=1e-4, norm=norm)
    return Network(
        encoder=encoder or Poisson(),
        layers=(Layer("excitatory", neuron or WinnerTakeAll(), n_neurons),),
        projections=(Projection("input", "excitatory", Uniform(norm=norm, seed=seed), rule.format, rule),),
        readout=SpikeCounts(),
    )


class DiehlCook(base.Classifier):
    """Learns without labels; labels, where there are any, only name the neurons.

        features -> random spikes -> plastic weights -> neurons that compete -> class of those that answer

    Weights learn from every sample, labelled or not, by spikes alone. A label counts the neurons'
    responses for its class (`Assignment`), so that they can be read out. Samples start from rest; weights
    and thresholds last. `predict_*` change nothing.

    Parameters
    ----------
    n_neurons
        Neurons that compete.
    rule
        Learning rule; default pair STDP with depression and the norm below.
    encoder
        Features to spikes; default `Poisson()`, for features between 0 and 1.
    neuron
        Competing neurons; by default a spike takes all others down to `v_min`. Streams far shorter than
        the 60,000 samples of the paper need a larger `theta_plus` than the default.
    norm
        Sum of a neuron's weights; 0.1 an input in ports of the paper's network.
    seed
        Equal seed and stream give equal bits.

    References
    ----------
    Diehl & Cook, Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Front.
    Comput. Neurosci. 2015.

    Examples
    --------
    >>> from streamsnn.models.diehl_cook import DiehlCook
    >>> model = DiehlCook(4, norm=3.0, seed=1)
    >>> for _ in range(10):
    ...     model.learn_one({"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0}, "left")
    ...     model.learn_one({"a": 0.0, "b": 0.0, "c": 1.0, "d": 1.0})
    >>> model.predict_one({"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0})
    'left'
    """

    def __init__(
        self,
        n_neurons: int = 100,
        rule: Rule | None = None,
        encoder: Encoder | None = None,
        neuron: WinnerTakeAll | None = None,
        norm: float = NORM,
        seed: int = 0,
    ) -> None:
        if n_neurons < 1:
            raise ValueError(f"n_neurons={n_neurons}: give at least one neuron")
        self.n_neurons = n_neurons
        self.rule = rule
        self.encoder = encoder
        self.neuron = neuron
        self.norm = norm
        self.seed = seed
        self.features_ = FeatureIndex()
        self.classes_ = ClassIndex()
        self.names_ = Assignment(n_neurons)
        self.core = Core(self.network(), n_features=0, n_classes=n_neurons, seed=seed)

    def network(self) -> Network:
        """The frozen description of what runs."""
        return diehl_cook_network(
            self.n_neurons,
            rule=self.rule,
            encoder=self.encoder,
            neuron=self.neuron or WinnerTakeAll(inhibition=np.inf),
            norm=self.norm,
            seed=self.seed,
        )

    def learn_one(self, x: Features, y: Label | None = None, **kwargs: Any) -> None:
        """Learn one sample; a label names the neurons that answered."""
        self._learn(x, y)

    def predict_one(self, x: Features, **kwargs: Any) -> Label | None:
        """Class of the neurons that answer most; None before the first label, or without an answer."""
        return self._named(self.respond(x))

    def prequential_one(self, x: Features, y: Label | None = None) -> Label | None:
        """Predict, then learn, with one forward pass; returns the prediction."""
        return self._learn(x, y)

    def respond(self, x: Features) -> Floats:
        """Spikes of each neuron for one sample `[n_neurons]`; nothing is learned."""
        response: Floats = self.core.run(self.features_.vector(x)[None], np.array([-1]), learn=False)[0]
        return response

    def _named(self, response: Floats) -> Label | None:
        scores = self.names_.scores(response)
        return self.classes_.labels[int(scores.argmax())] if scores.max(initial=0.0) > 0 else None

    def _learn(self, x: Features, y: Label | None) -> Label | None:
        # Everything that can be refused comes before the first name is added.
        label = None if y is None else self.classes_.check(y)
        new = self.features_.unknown(x)
        vector = self.features_.vector(x, new)
        if vector.size > self.core.n_features:
            self.core.grow(n_features=vector.size)
        self.features_.add(new)
        response = self.core.run(vector[None], np.array([-1]), learn=True)[0]
        predicted = self._named(response)
        if label is not None:
            self.names_.note(response, self.classes_.index(label))
        return predicted
