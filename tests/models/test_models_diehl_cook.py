"""The unsupervised network: what it learns without labels, what labels do, and what it refuses."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn import Float32
from streamsnn.encoders.poisson import Poisson
from streamsnn.memory.uniform import Uniform
from streamsnn.models.assignment import Assignment
from streamsnn.models.diehl_cook import DiehlCook, diehl_cook_network
from streamsnn.neurons.winner_take_all import WinnerTakeAll
from streamsnn.rules.pair_stdp import PairSTDP

N_FEATURES, N_NEURONS = 24, 8
ENCODER = Poisson(ticks=60, max_rate=200.0)
NEURON = WinnerTakeAll(theta_plus=0.2)
NORM = 6.0


def pictures(rng: np.random.Generator, n: int, order: str) -> tuple[np.ndarray, np.ndarray]:
    """Three patterns of eight features, noisy, mixed or class after class."""
    y = np.arange(n) % 3 if order == "mixed" else np.sort(np.arange(n) % 3)
    x = np.kron(np.eye(3), np.ones(8))[y] * rng.uniform(0.6, 1.0, (n, N_FEATURES))
    return np.maximum(x, 0.1 * rng.random(x.shape)), y


def model(seed: int = 1, rule: PairSTDP | None = None) -> DiehlCook:
    return DiehlCook(N_NEURONS, rule=rule, encoder=ENCODER, neuron=NEURON, norm=NORM, seed=seed)


@pytest.mark.parametrize("order", ["mixed", "class after class"])
def test_classes_are_found_without_labels(order: str, rng: np.random.Generator) -> None:
    learner = model()
    x, _ = pictures(rng, 150, order)
    for row in x:
        learner.learn_one(row)
    assert learner.predict_one(x[0]) is None, "no label was ever given"
    # twelve labels name the neurons
    for row, label in zip(*pictures(rng, 12, "mixed"), strict=True):
        learner.names_.note(learner.respond(row), learner.classes_.index(int(label)))
    x_test, y_test = pictures(rng, 60, "mixed")
    right = sum(learner.predict_one(row) == label for row, label in zip(x_test, y_test, strict=True))
    assert right >= 54


def test_labels_never_reach_a_weight(rng: np.random.Generator) -> None:
    x, y = pictures(rng, 20, "mixed")
    weights = []
    for labels in (y.tolist(), y[::-1].tolist(), [None] * 20):
        learner = model()
        for row, label in zip(x, labels, strict=True):
            learner.learn_one(row, label)
        weights.append(learner.core.weights("input->excitatory").tobytes())
        assert len(learner.classes_) == (0 if labels[0] is None else 3)
    assert len(set(weights)) == 1


def test_prediction_changes_nothing_and_prequential_is_both(rng: np.random.Generator) -> None:
    x, y = pictures(rng, 30, "mixed")
    both, apart = model(), model()
    agreed = 0
    for row, label in zip(x, y.tolist(), strict=True):
        before = {name: array.tobytes() for name, array in apart.core.arrays().items()}
        expected = apart.predict_one(row)
        assert {name: array.tobytes() for name, array in apart.core.arrays().items()} == before
        apart.learn_one(row, label)
        agreed += both.prequential_one(row, label) == expected
    # both draw the same spikes, but while learning weights and thresholds move within the sample
    assert agreed >= 20
    assert (
        both.core.weights("input->excitatory").tobytes() == apart.core.weights("input->excitatory").tobytes()
    )


def test_columns_keep_their_sum(rng: np.random.Generator) -> None:
    learner = model()
    x, _ = pictures(rng, 30, "mixed")
    for row in x:
        learner.learn_one(dict(enumerate(row.tolist())))
    learner.learn_one({**dict(enumerate(x[0].tolist())), "new": 1.0})
    learner.core.settle()
    w = learner.core.weights("input->excitatory")
    assert w.shape == (N_FEATURES + 1, N_NEURONS)
    # sums of 25 numbers in single precision, each rounded once when the gain was written
    assert w.astype(float).sum(axis=0) == pytest.approx(np.full(N_NEURONS, NORM), rel=25 * 2.0**-24)


@pytest.mark.small
def test_scores_are_mean_responses_of_the_neurons_of_a_class() -> None:
    names = Assignment(4)
    assert names.owner.tolist() == [-1] * 4
    names.note(np.array([4.0, 0.0, 1.0, 0.0]), 2)
    names.note(np.array([0.0, 2.0, 3.0, 0.0]), 0)
    names.note(np.array([2.0, 2.0, 3.0, 0.0]), 0)
    # means per class: neuron 0 has 1 and 4, neuron 1 has 2 and 0, neuron 2 has 3 and 1, neuron 3 none
    assert names.owner.tolist() == [2, 0, 0, -1]
    assert names.scores(np.array([5.0, 1.0, 2.0, 9.0])).tolist() == [1.5, -1.0, 5.0]


@pytest.mark.small
def test_uniform_weights_and_what_is_refused() -> None:
    w = Uniform(high=0.4, seed=3).rows(0, 500, 2)
    assert 0 <= w.min() < 0.01 < 0.39 < w.max() <= 0.4
    assert Uniform(norm=7.0).rows(0, 9, 4).sum(axis=0) == pytest.approx([7.0] * 4, rel=1e-15)
    assert diehl_cook_network(3).projections[0].format == Float32()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiehlCook(0), "n_neurons=0"),
        (lambda: Uniform(high=0.0), r"high=0\.0"),
        (lambda: Uniform(norm=math.inf), "norm=inf"),
        (lambda: DiehlCook(2).learn_one({"a": math.nan}), "feature 'a' is nan"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
