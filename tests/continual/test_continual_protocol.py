"""The evaluation loop: what is called when, what comes out, and that testing disturbs nothing."""

from typing import Any

import numpy as np
import pytest

from streamsnn import SpikingClassifier
from streamsnn.continual import (
    ClassIncremental,
    Course,
    Domain,
    HeldOut,
    LabelledSet,
    acc_final,
    evaluate,
    forgetting_max,
    refusal,
)
from streamsnn.continual.baselines import NearestClassMean, RepeatLastLabel
from streamsnn.continual.figures import TIMED, figures


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

    def begin_experience(self, name: str) -> None:
        self.calls.append(("begin", name))


class Twin(Diary):
    """Predicts and learns in one go."""

    def prequential_one(self, x: Any, y: Any) -> Any:
        said, self.last = self.last, y
        self.calls.append(("both", x[0], y))
        return said


class Counting(Diary):
    """Counts two writes for each sample."""

    counters: Any

    def __init__(self) -> None:
        super().__init__()
        self.counters = {"writes": 10}

    def learn_one(self, x: Any, y: Any) -> None:
        super().learn_one(x, y)
        self.counters = {"writes": self.counters["writes"] + 2}


class Sure(Diary):
    """Says how sure it is: of class 1 as sure as the feature, of class 0 the rest."""

    def predict_proba_one(self, x: Any) -> Any:
        return {0: 1.0 - x[0], 1: x[0]}


def toy(delay: int = 0, **known: Any) -> Course:
    """Three samples of two classes, one at a time; two held out."""
    x = np.array([[10.0], [11.0], [20.0]])
    samples = LabelledSet("toy", x, np.array([0, 0, 1]), np.array([[12.0], [21.0]]), np.array([0, 1]))
    held_out = (HeldOut("0", np.array([0])), HeldOut("1", np.array([1])))
    return Course(samples, np.array([1, 0, 2]), (2, 3), ("0", "1"), held_out, delay=delay, **known)


def test_each_sample_is_predicted_then_learned_and_each_boundary_tested() -> None:
    learner = Diary()
    result = evaluate(learner, toy())
    assert learner.calls == [
        ("test", 1), ("test", 1),
        ("begin", "0"), ("predict", 11.0), ("learn", 11.0, 0), ("predict", 10.0), ("learn", 10.0, 0),
        ("test", 1), ("test", 1),
        ("begin", "1"), ("predict", 20.0), ("learn", 20.0, 1),
        ("test", 1), ("test", 1),
    ]  # fmt: skip
    assert result.matrix is not None
    assert result.matrix.accuracy.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert result.untrained.tolist() == [0.0, 0.0]
    assert result.prequential.cumulative == pytest.approx(1 / 3)  # None, 0 and 0 said of 0, 0 and 1
    assert result.seconds > 0 and (result.step_ns > 0).all()
    assert result.writes is None and result.counters is None and result.flags is None


def test_boundaries_are_not_told_where_the_course_keeps_them() -> None:
    learner = Diary()
    evaluate(learner, toy(told=False))
    assert not [call for call in learner.calls if call[0] == "begin"]


def test_one_pass_is_used_where_a_learner_offers_it_and_nothing_stands_between() -> None:
    learner = Twin()
    result = evaluate(learner, toy())
    assert [call for call in learner.calls if call[0] in ("both", "learn", "predict")] == [
        ("both", 11.0, 0), ("both", 10.0, 0), ("both", 20.0, 1),
    ]  # fmt: skip
    assert result.prequential.cumulative == pytest.approx(1 / 3)


def test_labels_come_late_in_order_and_none_is_lost() -> None:
    learner = Twin()
    evaluate(learner, toy(delay=2))
    assert [call for call in learner.calls if call[0] in ("learn", "predict")] == [
        ("predict", 11.0), ("predict", 10.0), ("predict", 20.0), ("learn", 11.0, 0), ("learn", 10.0, 0),
        ("learn", 20.0, 1),
    ]  # fmt: skip
    assert learner.calls[-1] == ("test", 1)  # the last test comes after the labels that were still owed


def test_writes_are_those_of_the_pass_sample_by_sample() -> None:
    result = evaluate(Counting(), toy())
    assert result.writes is not None and result.writes.tolist() == [2, 2, 2]
    assert result.counters == {"writes": 6}


def test_looks_between_boundaries_are_where_asked_on_samples_evenly_spaced() -> None:
    y = np.repeat([0, 1], 10)
    samples = LabelledSet(
        "toy", y[:, np.newaxis] * 1.0, y, np.arange(6.0)[:, np.newaxis], np.array([0, 1] * 3)
    )
    course = Course(samples, np.arange(20), (10, 20), ("0", "1"), (HeldOut("0", np.arange(6)),))
    learner = Diary()
    result = evaluate(learner, course, every=4, anytime_limit=3)
    assert result.anytime is not None
    assert result.anytime.times.tolist() == [4, 8, 10, 12, 16, 20]
    assert result.anytime.accuracies[:, 0].tolist() == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    assert result.matrix is not None and result.matrix.accuracy[:, 0].tolist() == [0.5, 0.5]  # on all six
    assert course.column(0, 3)[0][:, 0].tolist() == [0.0, 2.0, 4.0]
    assert [call[1] for call in learner.calls if call[0] == "test"] == [6, 3, 3, 6, 3, 3, 6]


def test_progress_is_told_up_to_the_end() -> None:
    seen: list[int] = []
    y = np.arange(1000) % 2
    samples = LabelledSet.split("toy", np.zeros((1000, 1)), y, held_out=0.5)
    evaluate(RepeatLastLabel(), ClassIncremental("class").course(samples, 0), watch=seen.append)
    assert seen == sorted(seen) and seen[-1] == 500 and len(seen) == 100


def test_allowed_answers_limit_predictions_and_need_probabilities() -> None:
    x = np.array([[0.9], [0.2]])
    samples = LabelledSet("toy", x, np.array([0, 1]), x, np.array([0, 1]))
    domains = (Domain("0", classes=(0,)), Domain("both", classes=(0, 1, 2)))
    held_out = (HeldOut("0", np.array([0, 1]), 0), HeldOut("both", np.array([0, 1]), 1))
    course = Course(samples, np.array([0, 1]), (1, 2), ("a", "b"), held_out, domains, np.array([0, 1]))
    result = evaluate(Sure(), course)
    assert result.matrix is not None
    # Column 0 may only say 0: right of the first. Column 1 says 1 of 0.9 and 0 of 0.2: both wrong.
    assert result.matrix.accuracy.tolist() == [[0.5, 0.0], [0.5, 0.0]]
    assert result.prequential.cumulative == 0.5  # 0 said of 0; 0 said of 1
    assert refusal(Sure(), course) is None
    with pytest.raises(TypeError, match=r"Diary has no predict_proba_one, which a scenario that tells"):
        evaluate(Diary(), course)


def test_unknown_classes_are_judged_by_confidence_on_the_stream() -> None:
    x = np.array([[0.9], [0.2], [0.6]])
    samples = LabelledSet(
        "toy", x, np.array([1, 0, 0]), np.array([[0.95], [0.55], [0.5]]), np.array([1, 0, 7])
    )
    held_out = (HeldOut("0", np.array([0])), HeldOut("1", np.array([1])))
    course = Course(samples, np.arange(3), (1, 3), ("1", "0"), held_out, unknown=np.array([2]))
    flags = evaluate(Sure(), course).flags
    assert flags is not None
    assert flags.known.tolist() == pytest.approx([0.95, 0.55]) and flags.unknown.tolist() == [0.5]
    assert flags.threshold == pytest.approx(0.8 + 0.05 * 0.1)  # 5 % between the right answers' 0.8 and 0.9
    assert "flagging unknown classes" in str(refusal(Diary(), course))


def test_repeating_the_last_label_looks_good_only_while_streaming() -> None:
    samples = LabelledSet.split("toy", np.zeros((400, 2)), np.repeat(np.arange(5), 80), held_out=0.5)
    result = evaluate(RepeatLastLabel(), ClassIncremental("class").course(samples, 1))
    assert result.prequential.cumulative == pytest.approx(195 / 200)
    assert result.prequential.kappa_t == 0.0
    assert result.matrix is not None
    assert acc_final(result.matrix.accuracy, result.matrix.sizes) == pytest.approx(0.2)
    assert forgetting_max(result.matrix.accuracy) == 1.0


def test_no_order_disturbs_a_nearest_class_mean_in_the_end() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    samples = LabelledSet.split("toy", y[:, np.newaxis] + 0.3 * rng.normal(size=(120, 2)), y, held_out=0.5)
    ends = []
    for order in ("class", "iid"):
        result = evaluate(NearestClassMean(), ClassIncremental(order).course(samples, 0))
        assert result.matrix is not None
        ends.append(result.matrix.accuracy[-1].tolist())
    assert ends[0] == ends[1]


def test_tests_leave_a_spiking_learner_as_it_was() -> None:
    """Weights, counters and clock are those of a learner that was never tested, bit for bit."""
    rng = np.random.default_rng(1)
    y = np.arange(60) % 3
    samples = LabelledSet.split("toy", rng.random((60, 4)), y, held_out=0.5)
    course = ClassIncremental("class").course(samples, 0)
    tested, untested = (SpikingClassifier(n_hidden=64, k=4, seed=3) for _ in range(2))
    result = evaluate(tested, course, every=1)
    said = [untested.prequential_one(x, label) for x, label in course.stream()]
    assert dict(tested.core.counters) == dict(untested.core.counters)
    np.testing.assert_array_equal(tested.core.weights("code->units"), untested.core.weights("code->units"))
    right = [a == b for a, b in zip(said, course.labels.tolist(), strict=True)]
    assert result.prequential.cumulative == pytest.approx(sum(right) / len(right))
    assert result.anytime is not None and len(result.anytime.times) == 30
    found = figures(result, course, tested)
    assert found["writes_per_sample"] == tested.core.counters["writes"] / 30
    assert (
        found["energy_nj_low"] and found["energy_nj_mid"] and found["energy_nj_low"] < found["energy_nj_mid"]
    )
    again = SpikingClassifier(n_hidden=64, k=4, seed=3)
    twice = figures(evaluate(again, course, every=1), course, again)
    assert {k: v for k, v in found.items() if k not in TIMED} == {
        k: v for k, v in twice.items() if k not in TIMED
    }


@pytest.mark.parametrize(("every", "limit"), [(0, 100), (5, 0)])
def test_it_refuses_looks_that_make_no_sense(every: int, limit: int) -> None:
    with pytest.raises(ValueError, match="give numbers of samples from 1"):
        evaluate(RepeatLastLabel(), toy(), every=every, anytime_limit=limit)


def test_it_refuses_what_is_no_learner() -> None:
    with pytest.raises(TypeError, match="int has no learn_one: a learner has learn_one and predict_one"):
        evaluate(3, toy())


def test_a_network_that_no_chip_holds_has_no_energy_and_all_other_figures() -> None:
    """520 features of eight lines each are 4,160 inputs; a core of Loihi takes 4,096."""
    rng = np.random.default_rng(2)
    samples = LabelledSet.split("wide", rng.random((20, 520)), np.arange(20) % 2, held_out=0.5)
    course, model = ClassIncremental().course(samples, 0), SpikingClassifier(n_hidden=64, k=4)
    found = figures(evaluate(model, course), course, model)
    assert found["energy_nj_mid"] is None and found["writes_per_sample"] and found["acc_final"] is not None
