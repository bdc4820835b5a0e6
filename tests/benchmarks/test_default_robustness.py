"""The default disturbed: disturbances as exact functions, losses by hand, the benchmark on blobs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import default_cost, default_robustness, readme
from benchmarks.default_disturbances import Before, LeavesOut, Misled, mislabelled, rescaled, with_gaps
from benchmarks.default_losses import DISTURBED, losses
from benchmarks.disturbed_tables import DISTURBED_TABLES, disturbed_page
from streamsnn.bench.dataset import BenchDataset
from streamsnn.continual.labelled import LabelledSet
from streamsnn.models.classifier import SpikingClassifier

Json = dict[str, Any]


def blobs(seed: int, held_out: float = 0.0) -> LabelledSet:
    """Three clouds of points, 180 in time, a share of them held out."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=180)
    x = 3.0 * rng.normal(size=(3, 4))[y] + rng.normal(size=(180, 4))
    test = np.arange(180) % 5 == 0 if held_out else np.zeros(180, np.bool_)
    return LabelledSet.parted("blobs", x, y, test, in_time=True)


def test_rescaling_is_a_line_for_each_feature_and_can_be_undone() -> None:
    samples = blobs(0, 0.2)
    x = np.column_stack([samples.x_train, np.full(len(samples.x_train), 7.0)])  # and a constant one
    flat = np.column_stack([samples.x_test, np.full(len(samples.x_test), 7.0)])
    wide = LabelledSet("wide", x, samples.y_train, flat, samples.y_test, image=(1, 5), low=0.0, high=1.0)
    made = rescaled(wide, 0)
    factor = np.ones(5)
    factor[:4] = made.x_train[:, :4].std(axis=0) / x[:, :4].std(axis=0)
    assert ((factor >= 1e-4) & (factor <= 1e4)).all() and factor.max() / factor.min() > 10.0
    for seen, plain in ((made.x_train, x), (made.x_test, flat)):
        back = (seen - made.x_train.mean(axis=0)) / factor + x.mean(axis=0)
        # offsets of hundreds of deviations leave 13 of 16 digits
        assert back[:, :4] == pytest.approx(plain[:, :4], abs=1e-10)
    assert np.ptp(made.x_train[:, 4]) == 0.0
    assert made.image is None and made.low is None and made.high is None, "no longer true"
    assert np.array_equal(made.y_train, samples.y_train)
    offset = np.abs(made.x_train.mean(axis=0) - factor * x.mean(axis=0))[:4] / made.x_train.std(axis=0)[:4]
    assert offset.max() > 30.0, "four draws of a normal of 100 deviations"
    assert np.array_equal(rescaled(wide, 0).x_train, made.x_train)
    assert not np.array_equal(rescaled(wide, 1).x_train, made.x_train)


def test_a_fifth_of_the_values_is_missing_and_the_others_are_as_they_were() -> None:
    samples = blobs(0, 0.2)
    made = with_gaps(samples, 0)
    gone = np.isnan(np.vstack([made.x_train, made.x_test]))
    assert gone.mean() == pytest.approx(0.2, abs=0.06)  # 720 values: four deviations of the binomial
    assert np.array_equal(made.x_train[~np.isnan(made.x_train)], samples.x_train[~np.isnan(made.x_train)])
    assert np.array_equal(made.x_test[~np.isnan(made.x_test)], samples.x_test[~np.isnan(made.x_test)])


def test_one_label_in_ten_is_wrong_and_of_another_class() -> None:
    labels = ["a"] * 100 + ["b"] * 50 + ["c"] * 50
    wrong = mislabelled(labels, 0)
    changed = [(was, now) for was, now in zip(labels, wrong, strict=True) if was != now]
    assert len(changed) == 20
    assert {now for _, now in changed} == {"a", "b", "c"}
    assert mislabelled(labels, 0) == wrong != mislabelled(labels, 1)
    assert mislabelled([3] * 10, 0) == [3] * 10, "there is no other class"


def test_a_set_in_time_is_cut_to_stretches_of_neighbours() -> None:
    kept = default_robustness.stretches(95, 31)
    assert len(kept) == len(set(kept.tolist())) == 31
    jumps = np.flatnonzero(np.diff(kept) > 1)
    assert len(jumps) == 9 and kept[0] == 0 and kept[-1] >= 95 * 9 // 10, "ten stretches, the last at the end"
    for m, limit in ((15, 14), (11, 10), (1001, 1000)):
        kept = default_robustness.stretches(m, limit)
        assert (np.diff(kept) > 0).all() and kept[-1] < m
        assert limit - 10 <= len(kept) <= limit  # each stretch may lose one to rounding


class Hears:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def learn_one(self, x: Any, y: Any) -> None:
        self.heard.append((x, y))

    def predict_one(self, x: Any) -> Any:
        return x


def test_missing_values_are_left_out_of_the_dict() -> None:
    model = Hears()
    learner = LeavesOut(model)
    learner.learn_one(np.array([1.0, np.nan, 3.0]), 5)
    assert model.heard == [({0: 1.0, 2: 3.0}, 5)]
    assert learner.seen(np.array([np.nan, np.inf])) == {1: np.inf}
    assert str(learner.predict_one(np.array([np.nan, 2.0]))) == "{1: 2.0}", "what the model was asked"


def test_wrong_labels_are_told_one_by_one_as_samples_are_learned() -> None:
    model = Hears()
    learner = Misled(model, ["x", "y"])
    for label in ("a", "b"):
        learner.predict_one(np.zeros(1))
        learner.learn_one(np.zeros(1), label)
    assert [y for _, y in model.heard] == ["x", "y"]


def test_who_stands_before_the_default_changes_nothing_by_standing_there() -> None:
    samples = blobs(1)
    course = default_robustness.course_of(samples, "drift", 1)
    plain = default_robustness.accuracy(SpikingClassifier(seed=1), course)
    true = course.labels.tolist()
    for learner in (
        Before(SpikingClassifier(seed=1)),
        LeavesOut(SpikingClassifier(seed=1)),
        Misled(SpikingClassifier(seed=1), true),
    ):
        assert default_robustness.accuracy(learner, course) == plain


def row(accuracy: float, *apart: float) -> Json:
    """What losses reads of a stream."""
    return {
        "accuracy_mean": accuracy,
        **{name: {"difference_points_mean": d} for name, d in zip(DISTURBED, apart, strict=True)},
    }


def test_losses_by_hand() -> None:
    gaps = {
        "default": {"plain": 0.9, "missing": 0.8, "difference_points": -10.0},
        "river_gaussian_nb": {"plain": 0.86, "missing": 0.8, "difference_points": -6.0},
        "river_hoeffding_tree": {"plain": 0.5, "missing": 0.5, "difference_points": 0.0},
    }
    figures = losses(
        {
            "iid": {"a": row(0.9, 0.4, -2.0, -1.0, 0.0, 0.1), "b": row(0.7, -0.2, -6.0, -3.0, 0.5, -0.1)},
            "drift": {"a": row(0.8, 0.0, -10.0, -2.0, -4.0, 0.0) | {"missing_beside": gaps}},
        }
    )
    iid, everything = figures["losses"]["iid"], figures["losses"]["all"]
    assert iid["accuracy_mean"] == pytest.approx(0.8)
    assert iid["missing"] == {"mean_points": -4.0, "worst_points": -6.0, "worst_stream": "b"}
    assert everything["missing"]["mean_points"] == pytest.approx(-6.0)
    assert everything["missing"]["worst_stream"] == "a, drift"
    assert figures["rescaled_largest_points"] == 0.4 and figures["reseeded_largest_points"] == 0.1
    assert figures["goal_rescaled_0_5_points"] is True and figures["goal_missing_8_points"] is False
    beside = figures["missing_beside_river"]
    assert beside["streams"] == 1
    assert beside["default"]["missing_mean"] == 0.8 and "near" not in beside["default"]
    near = {"streams": 1, "mean_points": -6.0, "default_mean_points": -10.0}
    assert beside["river_gaussian_nb"]["near"] == near, "4 points below the default"
    assert "near" not in beside["river_hoeffding_tree"], "40 points below it"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Json, Path]]:
    """The benchmark's record of the blobs, one data set absent; costs of a short stream."""
    folder = tmp_path_factory.mktemp("results")
    file = folder / "default_robustness.json"

    def find(name: str) -> BenchDataset:
        if name == "nowhere":
            raise OSError("data set 'nowhere' could not be found; set STREAMSNN_DATA")
        return BenchDataset("blobs", "three clouds", blobs)

    with pytest.MonkeyPatch.context() as patch:
        streams = {"blobs": ("iid", "drift", "order"), "nowhere": ("iid",)}
        patch.setattr(default_robustness, "STREAMS", streams)
        patch.setattr(default_robustness, "find", find)
        patch.setattr(default_robustness, "DELAY", 20)
        patch.setattr(default_cost, "FILL", 40)
        patch.setattr(default_cost, "BLOCK", 10)
        patch.setattr(default_cost, "GOALS_US", {20: 1e9, 200: 0.0})
        default_robustness.samples_of.cache_clear()
        options = ["--seeds", "0", "1", "--limit", "150", "--json", str(file)]
        assert default_robustness.main(options) == 0
        assert default_robustness.main(["--only", "nowhere"]) == 1
    yield json.loads(file.read_bytes()), folder
    default_robustness.samples_of.cache_clear()


def test_the_benchmark_writes_its_record(written: tuple[Json, Path]) -> None:
    made, _ = written
    assert made["command"] == "python -m benchmarks.default_robustness --seeds 0 1 --limit 150 --json FILE"
    assert made["left_out"] == {"nowhere": "data set 'nowhere' could not be found; set STREAMSNN_DATA"}
    assert set(made["streams"]) == {"iid", "drift", "order"}
    drift, order = (made["streams"][name]["blobs"] for name in ("drift", "order"))
    assert (drift["learned"], drift["tested"], order["learned"], order["tested"]) == (150, 0, 144, 36)
    assert (drift["features"], drift["classes"]) == (4, 3)
    assert drift["accuracy_mean"] > 0.7, "clouds that hardly touch"
    for found in (drift, order):
        for each in DISTURBED:
            apart = 100.0 * (found[each]["accuracy_mean"] - found["accuracy_mean"])
            if each != "delayed":
                assert found[each]["difference_points_mean"] == pytest.approx(apart)
        assert found["missing"]["accuracy_mean"] < found["accuracy_mean"], "a fifth of four features is gone"
        own = found["missing_beside"]["default"]
        assert own["difference_points"] == pytest.approx(100.0 * (own["missing"] - own["plain"]))
        assert found["missing_beside"]["river_gaussian_nb"]["plain"] > 0.7
    assert made["goal_1000000000_us_at_20"] is True and made["goal_0_us_at_200"] is False
    assert made["cost_20"]["words_written_per_sample_mean"] > 0.0 < made["cost_20"]["us_per_sample_min"]


def test_a_stream_that_ends_before_a_late_label_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        default_robustness.main(["--limit", "100"])
    assert "--limit 100: give more samples than the 100 that a label comes late" in capsys.readouterr().err


def test_page_and_table_hold_the_record(written: tuple[Json, Path]) -> None:
    made, folder = written
    text = (folder / "default_robustness.md").read_text("utf-8")
    assert text == disturbed_page(made)
    table = DISTURBED_TABLES["disturbed"](readme.load(folder))
    accuracy = f"{100.0 * made['streams']['drift']['blobs']['accuracy_mean']:.1f}"
    assert f"| in time, or drifting | 1 | {accuracy} |" in table
    assert "| gaussian nb |" in table and "| 20 features |" in table
    assert "Made by `python -m benchmarks.default_robustness" in table
    assert f"by more than {made['rescaled_largest_points']:.1f} points, another" in table
    assert f"| blobs | 4 | 150 | {accuracy} ±" in text
