"""Small networks around a leaf: the few shapes that all tests of the whole core share.

A shape is compiled once and found in the cache after that; parameters and sizes do not make a new one.
"""

from dataclasses import replace

import numpy as np

from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.local import LocalFeedback
from streamsnn.memory import Fixed
from streamsnn.memory.initial import SignedRandom
from streamsnn.models.exemplar_network import exemplar_network
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.alif import ALIF
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.k_winners import KWinners
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.mixture import Mixture
from streamsnn.readouts.neighbours import Neighbours
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.counting import Counting
from streamsnn.rules.eprop import EProp
from streamsnn.rules.exemplars import Exemplars
from streamsnn.rules.rivals import Rivals
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Encoder, Feedback, Neuron, Readout, Rule

N_FEATURES, N_HIDDEN, K, N_CLASSES = 6, 30, 5, 3
TRUNK = Projection(
    "input", "code", SignedRandom(fan_in=4, amplitude=64.0, seed=3), Fixed(2, exponent=6), sparse=True
)
# steps of 1/64: an update of the host's learning rate is a few of them, so that writes and zeros both occur
PLASTIC = Fixed(8, exponent=-6)
LEARNING = ThreeFactor(learning_rate=0.1)
HIDDEN_LEARNING = ThreeFactor(learning_rate=2.0)


def rule_host(rule: Rule, encoder: Encoder | None = None) -> Network:
    """Encoder, frozen code of k winners, the rule, and the readout that suits it."""
    if isinstance(rule, Exemplars):  # it stores the features themselves
        return exemplar_network(replace(rule, size=N_HIDDEN), None, None)
    if isinstance(rule, Rivals):
        straight = Projection("input", "units", format=rule.format, rule=rule)
        return Network(encoder or GradedLevel(), (_per_class(),), (straight,), Linear())
    units = Layer("units", LI()) if rule.opens_units else _per_class()
    if isinstance(rule, EProp):  # it reads the adaptation
        units = replace(units, neuron=ALIF())
    return Network(
        encoder=encoder or Latency(),
        layers=(Layer("code", KWinners(K), N_HIDDEN), units),
        projections=(TRUNK, Projection("code", "units", format=rule.format, rule=rule)),
        readout=Mixture() if rule.opens_units else Linear(),
    )


def encoder_host(encoder: Encoder) -> Network:
    """The encoder in front of counting units."""
    return rule_host(Counting(), encoder)


def neuron_host(neuron: Neuron) -> Network:
    """The neuron as hidden layer, below an 8-bit three-factor projection.

    A spiking neuron gets a threshold that the host's input reaches now and then.
    """
    if isinstance(neuron, LIF):
        neuron = replace(neuron, v_threshold=100.0, refractory=2)
    return Network(
        encoder=Latency(),
        layers=(Layer("code", neuron, N_HIDDEN), _per_class()),
        projections=(TRUNK, Projection("code", "units", format=PLASTIC, rule=LEARNING)),
        readout=Linear(),
    )


def readout_host(readout: Readout) -> Network:
    """The readout behind a rule that gives it what it asks for: errors, or units."""
    if isinstance(readout, Neighbours):
        return exemplar_network(Exemplars(size=N_HIDDEN), None, readout)
    host = rule_host(Counting() if readout.error() is None else ThreeFactor())
    return replace(host, readout=readout)


def feedback_host(feedback: Feedback) -> Network:
    """The feedback onto a spiking hidden layer, whose input projection learns from it."""
    hidden = Layer("code", LIF(v_threshold=100.0), N_HIDDEN, feedback=feedback)
    error_driven = rule_host(LEARNING)
    trunk = replace(TRUNK, format=Fixed(8), rule=HIDDEN_LEARNING, sparse=False)
    return replace(
        error_driven,
        layers=(hidden, _per_class()),
        projections=(trunk, error_driven.projections[1]),
        readout=Tracking() if isinstance(feedback, LocalFeedback) else error_driven.readout,
    )


def targets_of(network: Network, target: np.ndarray) -> np.ndarray:
    """Class indices, or one-hot vectors (NaN without label) for a readout that wants vectors."""
    if network.readout.targets == "class":
        return target
    vectors: np.ndarray = np.eye(N_CLASSES)[np.maximum(target, 0)]
    vectors[target < 0] = np.nan
    return vectors


def _per_class() -> Layer:
    return Layer("units", LI(arithmetic="float"), per_class=True)


def samples(rng: np.random.Generator, n: int, n_features: int = N_FEATURES) -> tuple[np.ndarray, np.ndarray]:
    """Noisy patterns of three classes, some values missing, some samples without label."""
    centres = np.random.default_rng(5).random((N_CLASSES, n_features))
    label = rng.integers(0, N_CLASSES, n)
    x = np.clip(centres[label] + rng.normal(0, 0.1, (n, n_features)), 0, 1)
    x[rng.random(x.shape) < 0.02] = np.nan
    target = np.where(rng.random(n) < 0.05, -1, label)
    return x, target
