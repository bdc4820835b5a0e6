"""What the rules do on a stream: counting units do not mind the order of classes, error-driven rules do.

The collapse of three-factor and PES in class order is no bug to be fixed here: each sample lowers every
other class, and nothing raises a class again after its last sample. It must stay visible.
"""

import numpy as np
import pytest

from streamsnn.encoders.latency import Latency
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.rules.counting import Counting
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Rule

N_CLASSES, N_FEATURES, N_TRAIN, N_TEST = 8, 16, 1000, 300
COUNTING = Counting(novelty=0.4, familiarity=0.6, prior=0.1, p_max=0.85)
THREE_FACTOR = ThreeFactor(learning_rate=0.05)
ERROR_DRIVEN: dict[str, Rule] = {"three-factor": THREE_FACTOR, "PES": PES(learning_rate=0.05)}


def blobs(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two Gaussian blobs a class around the middle of the unit cube; centres are the same for every seed."""
    rng = np.random.default_rng(seed)
    centres = 0.25 + 0.5 * np.random.default_rng(99).random((N_CLASSES, 2, N_FEATURES))
    y = rng.integers(0, N_CLASSES, n)
    x = centres[y, rng.integers(0, 2, n)] + rng.normal(0, 0.06, (n, N_FEATURES))
    return np.clip(x, 0, 1), y


def accuracy(rule: Rule, seed: int, *, ordered: bool) -> tuple[float, SpikingClassifier]:
    """Held-out accuracy after one pass, all classes, and the model."""
    model = SpikingClassifier(encoder=Latency(), n_hidden=300, k=40, rule=rule, seed=seed)
    x, y = blobs(seed, N_TRAIN)
    order = np.argsort(y, kind="stable") if ordered else np.arange(N_TRAIN)
    for row, label in zip(x[order], y[order].tolist(), strict=True):
        model.learn_one(row, label)
    x_test, y_test = blobs(1000 + seed, N_TEST)
    return float(np.mean(np.array(model.predict_many(x_test)) == y_test)), model


def test_counting_does_not_mind_the_order_of_classes() -> None:
    found = [(accuracy(COUNTING, s, ordered=False), accuracy(COUNTING, s, ordered=True)) for s in range(3)]
    iid, ordered = (float(np.mean([pair[i][0] for pair in found])) for i in range(2))
    # 3 x 300 samples at 0.97 have a standard error of 0.006 each
    assert iid > 0.95
    assert ordered > 0.95
    assert abs(iid - ordered) < 0.03
    for (_, mixed), (_, in_order) in found:
        writes = [model.core.counters["writes"] / N_TRAIN for model in (mixed, in_order)]
        assert writes[0] == pytest.approx(writes[1], rel=0.25)
        assert writes[0] < 15, "far fewer than the 40 active inputs of a sample"
        units = mixed.core.size("units")
        assert N_CLASSES <= units <= N_CLASSES * COUNTING.max_units


@pytest.mark.parametrize("rule", ERROR_DRIVEN.values(), ids=ERROR_DRIVEN)
def test_error_driven_rules_learn_iid_and_collapse_in_class_order(rule: Rule) -> None:
    iid, mixed = accuracy(rule, 0, ordered=False)
    ordered, _ = accuracy(rule, 0, ordered=True)
    # chance is 0.125; 300 samples have a standard error of at most 0.03. Seen: 0.99 and 0.90 against 0.37
    # and 0.47
    assert iid > 0.8
    assert ordered < 0.6
    assert iid - ordered > 0.3
    counting, sparse = accuracy(COUNTING, 0, ordered=False)
    assert counting > ordered
    dense = [model.core.counters["write_attempts"] for model in (mixed, sparse)]
    assert dense[0] > 5 * dense[1], "what counting saves"


def test_in_class_order_the_first_classes_are_overwritten() -> None:
    x, y = blobs(0, N_TRAIN)
    _, model = accuracy(THREE_FACTOR, 0, ordered=True)
    predicted = np.array(model.predict_many(x))
    right = [float(np.mean(predicted[y == c] == c)) for c in range(N_CLASSES)]
    # recent classes are known, the first ones overwritten
    assert np.mean(right[-2:]) > 0.8
    assert np.mean(right[:2]) < 0.4


def test_equal_seeds_learn_equal_bits() -> None:
    _, one = accuracy(COUNTING, 4, ordered=False)
    _, two = accuracy(COUNTING, 4, ordered=False)
    assert one.core.weights("code->units").tobytes() == two.core.weights("code->units").tobytes()
    assert one.core.counters.rows.tolist() == two.core.counters.rows.tolist()
