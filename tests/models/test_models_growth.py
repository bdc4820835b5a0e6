"""New features, new classes, missing features and unlabelled samples; copies; seeds; bounded memory."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from streamsnn import PES, Counting, Linear, SpikingClassifier, ThreeFactor
from streamsnn.types import Rule

RULES: dict[str, tuple[Rule | None, Linear | None]] = {
    "counting": (None, None),
    "three_factor": (ThreeFactor(), None),
    "pes": (PES(learning_rate=50.0), Linear("squared")),
}
Stream = list[tuple[dict[str, float], Any]]


def make(rule: str = "counting", seed: int = 0) -> SpikingClassifier:
    chosen, readout = RULES[rule]
    return SpikingClassifier(n_hidden=128, k=8, rule=chosen, readout=readout, seed=seed)


def growing(n: int = 150) -> Stream:
    """A feature appears at 50, one goes at 100; classes appear at 0, 40, 80."""
    rng = np.random.default_rng(11)
    found = []
    for i in range(n):
        label = int(rng.integers(0, 1 + min(i // 40, 2)))
        names = "ab" if i < 50 else "abc" if i < 100 else "ac"
        found.append(({name: float(rng.normal(label * 3)) for name in names}, f"c{label}"))
    return found


def learn(model: SpikingClassifier, stream: Stream) -> SpikingClassifier:
    for x, y in stream:
        model.learn_one(x, y)
    return model


def state(model: SpikingClassifier) -> dict[str, bytes]:
    arrays = {name: a.tobytes() for name, a in model.core.arrays().items()}
    sizes = (model.core.n_features, model.core.n_classes)
    return {**arrays, "names": repr((model.features_.names, model.classes_.labels, sizes)).encode()}


# -- growing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_features_and_classes_come_and_go(rule: str) -> None:
    model = learn(make(rule), growing())
    assert model.features_.names == ["a", "b", "c"]
    assert model.classes_.labels == ["c0", "c1", "c2"]
    right = [model.predict_one(x) == y for x, y in growing()[100:]]
    assert sum(right) / len(right) > 0.5  # chance is 1/3
    assert model.predict_one({}) in model.classes_.labels


@pytest.mark.parametrize("rule", RULES)
def test_growing_leaves_earlier_weights_alone(rule: str) -> None:
    model = learn(make(rule), growing(60))
    trunk, learned = model.core.weights("input->code"), model.core.weights("code->units")
    model.core.grow(n_features=9, n_classes=7)
    lines = model.core.network.encoder.lines
    assert (len(trunk), len(model.core.weights("input->code"))) == (3 * lines, 9 * lines)
    assert np.array_equal(model.core.weights("input->code")[: len(trunk)], trunk)
    assert np.array_equal(model.core.weights("code->units")[:, : learned.shape[1]], learned)


def test_a_new_feature_and_class_change_no_earlier_trunk_weight_while_learning() -> None:
    model = learn(make(), growing(50))
    trunk = model.core.weights("input->code")
    learn(model, growing()[50:])
    assert np.array_equal(model.core.weights("input->code")[: len(trunk)], trunk)
    lines = model.core.network.encoder.lines
    assert (len(trunk), len(model.core.weights("input->code"))) == (2 * lines, 3 * lines)


def test_a_counting_unit_is_never_changed_by_another_class() -> None:
    stream = growing()
    model = learn(make(), stream)
    owner = model.core.arrays()["p1.owner"][: model.core.size("units")]
    before = model.core.weights("code->units")
    learn(model, [(x, "c2") for x, _ in stream])
    after = model.core.weights("code->units")[:, : before.shape[1]]
    assert np.array_equal(after[:, owner != 2], before[:, owner != 2])
    assert not np.array_equal(after[:, owner == 2], before[:, owner == 2])


# -- labels --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([False, True], [False, True]),
        ([3, -1], [3, -1]),
        (["no", "yes"], ["no", "yes"]),
        ([np.bool_(True), np.bool_(False)], [True, False]),
        ([np.int64(2), np.uint8(5), 7], [2, 5, 7]),
        ([np.str_("é"), ""], ["é", ""]),
        ([2**70, 0], [2**70, 0]),
    ],
)
def test_labels_are_kept_as_plain_values(given: list[Any], kept: list[Any]) -> None:
    model = make()
    for label in given * 3:
        model.learn_one({"a": float(given.index(label))}, label)
    assert model.classes_.labels == kept
    assert [type(label) for label in model.classes_.labels] == [type(label) for label in kept]
    assert type(model.predict_one({"a": 0.0})) is type(kept[0])


@pytest.mark.parametrize("rule", RULES)
def test_a_sample_without_label_moves_scales_and_clock_but_no_weight(rule: str) -> None:
    model = learn(make(rule), growing(30))
    before, n = model.core.arrays(), model.core.counters["samples"]
    model.learn_one({"a": 100.0, "b": -3.0}, None)
    after = model.core.arrays()
    learned = [name for name in before if name.startswith("p1.") or name == "p0.w"]
    assert len(learned) >= 3
    assert all(np.array_equal(before[name], after[name]) for name in learned)
    assert model.core.counters["samples"] == n + 1
    assert model.core.counters["writes"] == before["counters"][:, 8].sum()
    assert not all(np.array_equal(before[name], after[name]) for name in before if name not in learned)


def test_samples_without_label_may_come_first_and_bring_features() -> None:
    model = make()
    model.learn_one({"b": 1.0, "a": 2.0}, None)
    assert (model.features_.names, model.classes_.labels) == (["a", "b"], [])
    assert model.predict_one({"a": 2.0}) is None
    assert model.prequential_one({"a": 2.0}, None) is None


# -- copies and seeds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_copies_go_on_bit_for_bit(rule: str) -> None:
    model = learn(make(rule), growing(70))
    pickled, copied = pickle.loads(pickle.dumps(model)), copy.deepcopy(model)
    assert state(model) == state(pickled) == state(copied)
    for other in (pickled, copied, model):  # one after the other: nothing may be shared
        learn(other, growing()[70:])
    assert state(model) == state(pickled) == state(copied)
    probes = [x for x, _ in growing()]
    assert [model.predict_one(x) for x in probes] == [pickled.predict_one(x) for x in probes]


@pytest.mark.parametrize("rule", RULES)
def test_a_clone_is_fresh_and_learns_the_same(rule: str) -> None:
    model = learn(make(rule), growing())
    clone = model.clone()
    assert clone.classes_.labels == [] and clone.core.counters["samples"] == 0
    assert state(learn(clone, growing())) == state(model)


@pytest.mark.parametrize("rule", RULES)
def test_equal_seeds_give_equal_bits_and_others_do_not(rule: str) -> None:
    first, again, other = (learn(make(rule, seed), growing()) for seed in (4, 4, 5))
    assert state(first) == state(again)
    for projection in ("input->code", "code->units"):
        assert first.core.weights(projection).tobytes() != other.core.weights(projection).tobytes()


# -- bounded memory ------------------------------------------------------------------------------------


def test_memory_stays_bounded_on_a_stream_that_is_always_new() -> None:
    model = SpikingClassifier(n_hidden=128, k=8, rule=Counting(novelty=1.0, max_units=5))
    rng = np.random.default_rng(2)
    sizes = []
    for i in range(1500):
        model.learn_one(rng.normal(size=6) * 10, i % 3)
        sizes.append(model.core.size("units"))
    per_class = model.core.arrays()["p1.class_units"][:3].tolist()
    assert per_class == [5, 5, 5]
    assert sizes[-1] == 15 and sizes == sorted(sizes)


def test_bytes_stop_growing_once_every_class_is_full() -> None:
    model = SpikingClassifier(n_hidden=128, k=8, rule=Counting(novelty=1.0, max_units=5))
    rng = np.random.default_rng(3)
    nbytes = []
    for i in range(1200):
        model.learn_one(rng.normal(size=6) * 10, i % 3)
        nbytes.append(model._raw_memory_usage)
    assert max(nbytes[200:]) == nbytes[200]
    assert nbytes[-1] < 2 * 10**6
