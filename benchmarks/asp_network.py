"""One run of an unsupervised network on handwritten digits: learn a stream, name the neurons, classify."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from streams import datasets
from streamsnn.core import Core
from streamsnn.encoders.poisson import Poisson
from streamsnn.models.assignment import Assignment
from streamsnn.models.diehl_cook import diehl_cook_network
from streamsnn.neurons.winner_take_all import WinnerTakeAll
from streamsnn.rules.asp import ASP
from streamsnn.rules.controlled_forgetting import ControlledForgetting
from streamsnn.rules.pair_stdp import PairSTDP
from streamsnn.types import Floats, Ints, Rule

Order = Literal["ordered", "iid"]
TICKS, MAX_RATE, NORM = 150, 128.0, 78.4
N_LABELS = 1000  # of the stream, for naming neurons after learning
N_TRAINING = 50_000  # of the 60,000 training digits; the others are for choosing thresholds

RULES: dict[str, Callable[[], Rule]] = {
    "stdp": lambda: PairSTDP(a_plus=1e-2, a_minus=1e-4, norm=NORM),
    "asp": lambda: ASP(learning_rate=0.2, stability=0.05, tau_leak=1e4),
    "asp_without_leak": lambda: ASP(learning_rate=0.2, stability=0.05, tau_leak=np.inf),
    "controlled_forgetting": lambda: ControlledForgetting(learning_rate=0.2, novelty=5.0, stability=0.1),
}


@dataclass(frozen=True)
class Thresholds:
    """How a neuron's threshold starts, rises with every spike and decays: mV, mV, seconds."""

    start: float
    rise: float
    tau: float

    @property
    def neuron(self) -> WinnerTakeAll:
        """Neurons with these thresholds; a spike takes all others down to the inhibitory reversal."""
        return WinnerTakeAll(
            v_threshold=self.start, theta_plus=self.rise, tau_theta=self.tau, inhibition=np.inf
        )


@dataclass(frozen=True, eq=False)
class Stream:
    """Digits to learn in an order, and digits to classify."""

    x: Floats
    y: Ints
    x_test: Floats
    y_test: Ints


@dataclass(frozen=True)
class Outcome:
    """What a network classified right, and what learning wrote and read, per sample."""

    accuracy: float
    writes: float
    words_read: float
    spikes: float


@cache
def _digits() -> tuple[Floats, Ints, Floats, Ints]:
    found = datasets.load("mnist")
    assert found.y is not None and found.x_test is not None and found.y_test is not None
    x, x_test = (part.reshape(len(part), -1) / 255.0 for part in (found.x, found.x_test))
    return x, found.y.astype(np.int64), x_test, found.y_test.astype(np.int64)


def stream(order: Order, seed: int, n: int, *, validation: bool, n_test: int) -> Stream:
    """`n` training digits, class after class or mixed; test digits, or training digits held out."""
    x, y, x_test, y_test = _digits()
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(N_TRAINING)[:n]
    if order == "ordered":
        chosen = chosen[np.argsort(y[chosen], kind="stable")]
    if validation:
        held: NDArray[np.int64] = N_TRAINING + rng.permutation(len(y) - N_TRAINING)[:n_test]
        return Stream(x[chosen], y[chosen], x[held], y[held])
    tested = rng.permutation(len(y_test))[:n_test]
    return Stream(x[chosen], y[chosen], x_test[tested], y_test[tested])


def network_core(rule: Rule, thresholds: Thresholds, n_neurons: int, seed: int) -> Core:
    """A fresh network."""
    network = diehl_cook_network(
        n_neurons,
        rule=rule,
        encoder=Poisson(TICKS, MAX_RATE),
        neuron=thresholds.neuron,
        norm=NORM,
        seed=seed,
    )
    return Core(network, n_features=784, n_classes=n_neurons, seed=seed)


def respond(core: Core, x: Floats, *, learn: bool) -> Floats:
    """Spikes of each neuron for each sample."""
    return core.run(x, np.full(len(x), -1), learn=learn)


def run(rule: Rule, thresholds: Thresholds, n_neurons: int, digits: Stream, seed: int) -> Outcome:
    """Learn the stream once without labels, then name the neurons by some of its labels, then classify."""
    core = network_core(rule, thresholds, n_neurons, seed)
    spikes = respond(core, digits.x, learn=True)
    counted = core.counters.of("input->excitatory")
    names = Assignment(n_neurons)
    labelled = np.random.default_rng(seed).permutation(len(digits.x))[:N_LABELS]
    for response, label in zip(
        respond(core, digits.x[labelled], learn=False), digits.y[labelled].tolist(), strict=True
    ):
        names.note(response, label)
    found = names.scores(respond(core, digits.x_test, learn=False)).argmax(axis=1)
    n = len(digits.x)
    return Outcome(
        accuracy=float((found == digits.y_test).mean()),
        writes=counted["writes"] / n,
        words_read=counted["lrn_words_read"] / n,
        spikes=float(spikes.sum() / n),
    )
