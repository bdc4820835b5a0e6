"""`Core.step`: the same as `run`, one sample a call, whatever it is handed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.spikes import Spikes
from streamsnn.memory import Float32
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Readout

N_FEATURES, N_CLASSES = 5, 3


def network(readout: Readout, continuous: bool) -> Network:
    out = Layer("out", LI(arithmetic="float"), per_class=True)
    learned = Projection("input", "out", format=Float32(), rule=ThreeFactor(deferred=continuous))
    return Network(Spikes(), (out,), (learned,), readout, continuous=continuous)


NETWORKS = {
    "class": network(Linear(), False),
    "vector": network(Tracking(), True),
}


def new(kind: str) -> Core:
    return Core(NETWORKS[kind], n_features=N_FEATURES, n_classes=N_CLASSES, seed=2)


def stream(rng: np.random.Generator, kind: str, ordered: bool) -> tuple[np.ndarray, list[Any]]:
    x = (rng.random((60, N_FEATURES)) < 0.5).astype(np.float64)
    y = rng.integers(-1, N_CLASSES, 60)
    y = np.sort(y) if ordered else y
    if kind == "class":
        return x, [int(c) for c in y]
    goals = np.where(y[:, None] >= 0, np.eye(N_CLASSES)[y], np.nan)
    return x, list(goals)


@pytest.mark.parametrize("ordered", [False, True], ids=["iid", "ordered"])
@pytest.mark.parametrize("kind", ["class", "vector"])
def test_steps_equal_a_run_bit_for_bit(kind: str, ordered: bool, rng: np.random.Generator) -> None:
    x, targets = stream(rng, kind, ordered)
    together, alone = new(kind), new(kind)
    scores = together.run(x, np.array(targets), learn=True)
    assert scores.any()
    for i, (row, target) in enumerate(zip(x, targets, strict=True)):
        assert alone.step(row, target).tobytes() == scores[i].tobytes()
    for name, array in together.arrays().items():
        assert array.tobytes() == alone.arrays()[name].tobytes(), name


@pytest.mark.parametrize("kind", ["class", "vector"])
def test_predicting_changes_nothing(kind: str, rng: np.random.Generator) -> None:
    x, targets = stream(rng, kind, False)
    core = new(kind)
    for row, target in zip(x, targets, strict=True):
        core.step(row, target)
    before = {name: array.tobytes() for name, array in core.arrays().items()}
    expected = core.run(x[:1], np.array(targets[:1]), learn=False)[0]
    assert core.step(x[0], learn=False).tobytes() == expected.tobytes()
    assert {name: array.tobytes() for name, array in core.arrays().items()} == before


@pytest.mark.small
@pytest.mark.parametrize(
    "form",
    [
        lambda x: x.tolist(),
        lambda x: x.astype(np.float32),
        lambda x: x.astype(np.int64),
        lambda x: np.repeat(x, 2)[::2],
        lambda x: np.broadcast_to(x, x.shape),  # not to be written
    ],
    ids=["list", "float32", "int", "strided", "read only"],
)
@pytest.mark.parametrize("kind", ["class", "vector"])
def test_other_forms_of_numbers_mean_the_same(kind: str, form: Callable[[np.ndarray], Any]) -> None:
    x = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    target: Any = 1 if kind == "class" else np.array([0.0, 1.0, 0.0])
    plain, other = new(kind), new(kind)
    for _ in range(3):
        expected = plain.step(x, target).copy()
        given = np.int32(1) if kind == "class" else form(target)
        assert other.step(form(x), given).tobytes() == expected.tobytes()
    assert plain.counters["writes"] == other.counters["writes"] > 0


@pytest.mark.parametrize(
    ("kind", "x", "target", "message"),
    [
        ("class", np.zeros(4), 1, r"features of shape \(4,\), expected \(5,\)"),
        ("class", np.zeros((1, 5)), 1, r"features of shape \(1, 5\), expected \(5,\)"),
        ("class", np.zeros(5), 3, "target 3: there are 3 classes"),
        ("class", np.zeros(5), 1.7, r"target 1\.7: give the index of a class"),
        ("class", np.zeros(5), "dog", "target 'dog': give the index of a class"),
        ("vector", np.zeros(6), np.zeros(3), r"features of shape \(6,\), expected \(5,\)"),
        ("vector", np.zeros(5), np.zeros(2), r"target of shape \(2,\), expected \(3,\)"),
        ("vector", np.zeros(5), 1.0, r"target of shape \(\), expected \(3,\)"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    kind: str, x: Any, target: Any, message: str
) -> None:
    core = new(kind)
    core.step(np.ones(5), None)
    before = {name: array.tobytes() for name, array in core.arrays().items()}
    with pytest.raises(ValueError, match=message):
        core.step(x, target)
    assert {name: array.tobytes() for name, array in core.arrays().items()} == before


def test_a_core_that_grew_takes_the_new_features() -> None:
    core = new("class")
    core.step(np.ones(5), 0)
    core.grow(n_features=7, n_classes=4)
    assert core.step(np.ones(7), 3).shape == (4,)
    with pytest.raises(ValueError, match=r"features of shape \(5,\), expected \(7,\)"):
        core.step(np.ones(5), 0)
