"""report.json: the stable keys, exact round trip, never a NaN, never half a file."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamsnn.view.comparison import compare, where_baselines_win
from streamsnn.view.summary import BaselineScore, EnergyBand, Latency, Summary

KEYS = [
    "scenario",
    "order",
    "seed",
    "learner",
    "n_samples",
    "acc_final",
    "acc_average_incremental",
    "forgetting_max",
    "bwt_gem",
    "prequential",
    "writes_per_sample",
    "words_written_per_sample",
    "words_read_per_sample",
    "synops_per_sample",
    "dense_writes_per_sample",
    "energy_nj_per_sample",
    "events_per_s",
    "latency_us",
    "baselines",
    "version",
    "machine",
    "command",
]

SUMMARY = Summary(
    scenario="digits",
    order="class",
    seed=3,
    learner="counting",
    n_samples=1438,
    acc_final=0.9777,
    acc_average_incremental=0.985,
    forgetting_max=0.0142,
    bwt_gem=-0.0121,
    prequential=0.951,
    writes_per_sample=20.0,
    words_written_per_sample=12.0,
    words_read_per_sample=640.0,
    synops_per_sample=5230.0,
    dense_writes_per_sample=8000.0,
    energy_nj_per_sample=EnergyBand(12.3, 41.0, 150.0),
    events_per_s=14233.2,
    latency_us=Latency(61.0, 142.0),
    baselines={
        "streaming_lda": BaselineScore(0.954, 0.028, 0.944),
        "repeat_last_label": BaselineScore(0.1, 1.0, 0.993),
    },
    version="0.1.0",
    machine="x86_64, 2 cores",
    command="streamsnn run digits",
)


def test_the_keys_are_exactly_the_promised_ones_in_order() -> None:
    report = json.loads(SUMMARY.to_json())
    assert list(report) == KEYS
    assert list(report["energy_nj_per_sample"]) == ["low", "mid", "high"]
    assert list(report["latency_us"]) == ["p50", "p99"]
    assert list(report["baselines"]["streaming_lda"]) == ["acc_final", "forgetting_max", "prequential"]


def test_round_trip_is_exact() -> None:
    assert Summary.from_json(SUMMARY.to_json()) == SUMMARY


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"bwt_gem": float("nan")}, "bwt_gem is nan"),
        ({"events_per_s": float("inf")}, "events_per_s is inf"),
        ({"energy_nj_per_sample": EnergyBand(1.0, float("nan"), 2.0)}, "energy_nj_per_sample.mid is nan"),
        (
            {"baselines": {"lda": BaselineScore(0.5, float("nan"), 0.5)}},
            "baselines.lda.forgetting_max is nan",
        ),
    ],
)
def test_numbers_that_json_cannot_hold_are_refused_by_name(change: Any, key: Any) -> None:
    with pytest.raises(ValueError, match=f"{key}, but a report holds finite numbers only"):
        replace(SUMMARY, **change)


@pytest.mark.parametrize("text", ["", "{}", '{"scenario": 3}', SUMMARY.to_json().replace("1438", '"many"')])
def test_other_json_is_refused_in_one_sentence(text: Any) -> None:
    with pytest.raises(ValueError, match="This is not the JSON of a report"):
        Summary.from_json(text)


def test_write_replaces_the_report_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    SUMMARY.write(path)
    replace(SUMMARY, seed=4).write(path)
    assert json.loads(path.read_text())["seed"] == 4
    assert os.listdir(path.parent) == ["report.json"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.mkdir()  # a folder stands where the file should go
    with pytest.raises(OSError):
        SUMMARY.write(path)
    assert os.listdir(tmp_path) == ["report.json"]
    assert os.listdir(path) == []


def test_dense_share() -> None:
    assert SUMMARY.dense_share == 0.0025
    assert replace(SUMMARY, dense_writes_per_sample=0.0).dense_share == 0.0


def test_comparison_marks_the_best_of_each_column() -> None:
    own, lda, repeat = compare(SUMMARY)
    assert own.is_this_run and own.name == "counting"
    assert own.best == {"acc_final", "forgetting_max"}
    assert lda.best == frozenset()
    assert repeat.name == "repeat last label" and repeat.best == {"prequential"}


def test_values_that_read_the_same_share_the_mark() -> None:
    own, lda, _ = compare(replace(SUMMARY, acc_final=0.95402))
    assert "acc_final" in own.best and "acc_final" in lda.best


def test_where_a_baseline_wins_is_said() -> None:
    assert where_baselines_win(compare(SUMMARY)) == [
        "In prequential, repeat last label does better: 99.3 % against 95.1 %."
    ]
    assert where_baselines_win(compare(replace(SUMMARY, baselines={}))) == []
