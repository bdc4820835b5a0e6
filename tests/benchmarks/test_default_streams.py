"""The default beside river's models: the arithmetic by hand, on suites of a few rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import default_streams, readme
from benchmarks.default_tables import DEFAULT_TABLES, page

Json = dict[str, Any]


def rows(
    suite: str, dataset: str, scenario: str, order: str, iid_of: str | None, scores: dict[str, list[float]]
) -> list[Json]:
    """A row for each learner and seed; what is given is test-then-train accuracy and the final one alike."""
    names = {"suite": suite, "dataset": dataset, "scenario": scenario, "order": order, "iid_of": iid_of}
    return [
        {
            **names,
            "learner": learner,
            "seed": seed,
            "ours": not learner.startswith("river"),
            "prequential": score,
            "acc_final": None if scenario == "drift" else score,
            "writes_per_sample": 10.0 + seed if learner == "default" else None,
            "words_written_per_sample": 5.0 if learner == "default" else None,
            "events_per_s": 20_000.0,
        }
        for learner, values in scores.items()
        for seed, score in enumerate(values)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two suites of three seeds; a tree that lacks a seed on one stream; a twin that two suites have."""
    digits = (
        rows("digits", "digits", "class_incremental", "class", None,
             {"default": [0.9, 0.92, 0.94], "river_softmax": [0.5] * 3})
        + rows("digits", "digits", "class_incremental", "iid", "class",
               {"default": [0.95] * 3, "river_softmax": [0.97] * 3})
        + rows("digits", "digits", "blurry", "blurry", None, {"default": [0.1] * 3, "river_knn": [1.0] * 3})
        + rows("digits", "digits", "blurry", "iid", "blurry", {"default": [0.2] * 3, "river_knn": [1.0] * 3})
        + rows("digits", "digits", "domain_incremental", "permuted", None,
               {"default": [0.8] * 3, "river_softmax": [0.6] * 3})
    )  # fmt: skip
    drift = (
        rows("drift", "elec2", "drift", "time", None,
             {"default": [0.7, 0.8, 0.9], "river_softmax": [0.82, 0.82, 0.82], "river_knn": [0.99, 0.99]})
        + rows("drift", "elec2", "drift", "iid", "time",
               {"default": [0.60] * 3, "river_softmax": [0.5] * 3, "river_knn": [0.606] * 3})
        + rows("drift", "digits", "drift", "iid", "time", {"default": [0.3] * 3, "river_knn": [0.4] * 3})
        + rows("drift", "gas_drift", "drift", "time", None, {"river_knn": [0.9] * 3})
    )  # fmt: skip
    for name, made in (("digits", digits), ("drift", drift)):
        whole = {"command": f"streamsnn bench {name}", "code_version": "1", "rows": made, "failed": []}
        (tmp_path / f"suite_{name}.json").write_text(json.dumps(whole))
    return tmp_path


@pytest.fixture
def written(folder: Path) -> Json:
    """The record of that folder."""
    file = folder / "default_streams.json"
    assert default_streams.main(["--results", str(folder), "--json", str(file)]) == 0
    made: Json = json.loads(file.read_bytes())
    return made


def test_each_data_set_and_order_counts_once(written: Json) -> None:
    found = {group: list(streams) for group, streams in written["streams"].items()}
    assert found == {"iid": ["digits", "elec2"], "drift": ["elec2, time"], "domain": ["digits, permuted"]}
    assert written["streams"]["iid"]["digits"]["suite"] == "digits", "not the twin of a drift"
    assert written["streams"]["iid"]["digits"]["default_mean"] == pytest.approx(0.95), "nor of blurry"
    assert list(written["order"]) == ["digits, class"]
    assert written["seeds"] == [0, 1, 2]


def test_the_difference_is_to_the_best_of_the_models_that_have_every_seed(written: Json) -> None:
    row = written["streams"]["drift"]["elec2, time"]
    assert (row["best"], row["river"]) == ("river_softmax", {"river_softmax": pytest.approx(0.82)})
    assert row["default_mean"] == pytest.approx(0.8) and row["default_sd"] == pytest.approx(0.1)
    assert row["difference_points"] == pytest.approx(-2.0)
    assert row["writes_per_sample"] == pytest.approx(11.0) and row["us_per_sample"] == pytest.approx(50.0)
    iid = written["streams"]["iid"]["elec2"]
    assert iid["best"] == "river_knn" and iid["difference_points"] == pytest.approx(-0.6)


def test_summaries_count_and_average_the_same_streams(written: Json) -> None:
    iid, everything = written["summaries"]["iid"], written["summaries"]["all"]
    # -2.0 on digits, -0.6 on elec2
    assert (iid["streams"], iid["best"], iid["within_1"], iid["worst_stream"]) == (2, 0, 1, "digits")
    assert iid["default_mean"] == pytest.approx((0.95 + 0.60) / 2)
    knn = iid["models"]["river_knn"]
    assert (knn["streams"], knn["mean"], knn["default_mean"]) == (1, pytest.approx(0.606), 0.6)
    # and -2.0 in time, +20 permuted
    assert (everything["streams"], everything["best"], everything["within_1"]) == (4, 1, 2)
    assert everything["worst_points"] == pytest.approx(-2.0)
    assert written["goal_within_1_on_22_of_26"] is False, "2 of 4"
    assert written["goal_never_5_below"] is True


def test_class_order_stands_beside_the_same_samples_shuffled(written: Json) -> None:
    row = written["order"]["digits, class"]
    assert row["default_mean"] == pytest.approx(0.92) and row["iid_mean"] == pytest.approx(0.95)
    assert row["difference_points"] == pytest.approx(-3.0)
    assert (row["best"], row["best_mean"]) == ("river_softmax", pytest.approx(0.5))
    assert written["order_summary"]["within_2"] == 0
    assert written["goal_order_within_2_on_9_of_11"] is False
    assert written["goal_order_never_4_below"] is True


def test_the_page_and_the_table_say_what_is_missing(written: Json, folder: Path) -> None:
    text = (folder / "default_streams.md").read_text("utf-8")
    assert text == page(written)
    assert "Of 4 streams, the default is best or within 1 point of the best of river's models on 2" in text
    assert "Without the suites biosignals, events, few_shot, keywords" in text
    assert "| elec2, time | 80.0 ± 10.0 | softmax 82.0 ± 0.0 | -2.0 | 1 | 11.0 | 50.0 |" in text
    table = DEFAULT_TABLES["default"](readme.load(folder))
    assert "| digits, class | 92.0 ± 2.0 | 95.0 | -3.0 | softmax 50.0 | 11.0 |" in table
    assert "Made by `python -m benchmarks.default_streams" in table
    page_of = "<!-- results: default -->\n<!-- end -->\n"
    assert table in readme.filled(page_of, readme.load(folder))


def test_failed_runs_are_mentioned(folder: Path) -> None:
    file = folder / "suite_digits.json"
    whole = json.loads(file.read_bytes())
    whole["failed"] = [{"learner": "river_knn", "reason": "it broke"}]
    file.write_text(json.dumps(whole))
    figures = default_streams.figures_of(*default_streams.suites(folder))
    assert "Failed runs of the suites: 1;" in page(figures | {"command": "", "seeds": []})


def test_no_results_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.json"
    assert default_streams.main(["--results", str(tmp_path), "--json", str(file)]) == 1
    assert "run streamsnn bench first" in capsys.readouterr().out
    assert not file.exists()
    none = rows("digits", "digits", "class_incremental", "iid", "class", {"river_knn": [0.5]})
    whole = {"command": "", "code_version": "", "rows": none, "failed": []}
    (tmp_path / "suite_digits.json").write_text(json.dumps(whole))
    assert default_streams.main(["--results", str(tmp_path)]) == 1, "nothing of the default"
