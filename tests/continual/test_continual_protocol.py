"""The evaluation loop: what is called when, and what comes out."""

from typing import Any

import numpy as np
import pytest

from streamsnn.continual import ClassIncremental, acc_final, evaluate, forgetting_max
from streamsnn.continual.baselines import NearestClassMean, RepeatLastLabel


class Diary:
    """Writes down every call; predicts the label learned last."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.last: Any = None

    def predict_one(self, x: Any) -> Any:
        self.calls.append(("predict", x[0]))
        return self.last

    def learn_one(self, x: Any, y: Any) -> None:
        self.calls.append(("learn", x[0], y))
        self.last = y

    def predict_many(self, X: Any) -> Any:
        self.calls.append(("test", len(X)))
        return [self.last] * len(X)


def test_each_sample_is_predicted_then_learned_and_each_boundary_tested() -> None:
    x, y = np.array([[10.0], [11.0], [20.0]]), np.array([0, 0, 1])
    parts = ClassIncremental("class").experiences(y, seed=0)
    first, second = (x[position, 0] for position in parts.order[:2])
    learner = Diary()
    result = evaluate(learner, x[parts.order], y[parts.order], parts, x, y)
    assert learner.calls == [
        ("predict", first),
        ("learn", first, 0),
        ("predict", second),
        ("learn", second, 0),
        ("test", 3),
        ("predict", 20.0),
        ("learn", 20.0, 1),
        ("test", 3),
    ]
    assert result.matrix.accuracy.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert result.prequential.cumulative == pytest.approx(1 / 3)  # None, 0 and 0 said of 0, 0 and 1
    assert result.seconds > 0


def test_repeating_the_last_label_looks_good_only_while_streaming() -> None:
    y = np.repeat(np.arange(5), 40)
    x = np.zeros((200, 2))
    parts = ClassIncremental("class").experiences(y, seed=1)
    result = evaluate(RepeatLastLabel(), x[parts.order], y[parts.order], parts, x, y)
    assert result.prequential.cumulative == pytest.approx(195 / 200)
    assert acc_final(result.matrix.accuracy, result.matrix.sizes) == pytest.approx(0.2)
    assert forgetting_max(result.matrix.accuracy) == 1.0


def test_class_means_do_not_forget_separated_classes() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(4), 30)
    x = 10.0 * np.eye(4)[y] + rng.normal(size=(120, 4))
    parts = ClassIncremental("pairs").experiences(y, seed=0)
    result = evaluate(NearestClassMean(), x[parts.order], y[parts.order], parts, x, y)
    assert result.matrix.accuracy.tolist() == [[1.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("n_stream", "n_test", "message"),
    [
        (3, 4, "3 samples and 4 labels, but its experiences end at 4"),
        (4, 2, "2 held-out samples but 4 labels"),
    ],
)
def test_samples_and_labels_must_match(n_stream: Any, n_test: Any, message: Any) -> None:
    y = np.array([0, 0, 1, 1])
    parts = ClassIncremental("class").experiences(y, seed=0)
    with pytest.raises(ValueError, match=message):
        evaluate(Diary(), np.zeros((n_stream, 1)), y, parts, np.zeros((n_test, 1)), y)
