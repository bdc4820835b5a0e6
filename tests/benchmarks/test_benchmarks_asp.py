"""The benchmark of unsupervised rules on ordered digits: a tiny run, and the committed results."""

import json
from pathlib import Path

import pytest

from benchmarks import asp, asp_network, asp_tuning
from benchmarks.record import RESULTS

SIZES = (100, 400)


def committed(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((RESULTS / name).read_text())
    return found


def test_committed_thresholds_are_the_best_of_those_tried() -> None:
    tuned = committed("asp_tuning.json")
    assert tuned["command"] == "python -m benchmarks.asp_tuning --json FILE"
    for name in asp_tuning.TUNED:
        for n in SIZES:
            found = tuned[f"{name}_n{n}"]
            assert isinstance(found, dict)
            assert found["accuracy"] == max(found["tried"].values())
            point = f"start {found['start']:g} rise {found['rise']:g} tau {found['tau']:g}"
            assert found["tried"][point] == found["accuracy"]
            assert len(found["tried"]) == len(asp_tuning.STARTS) * len(asp_tuning.RISES) + len(
                asp_tuning.FASTER
            )
            if name in asp_tuning.OWN:
                chosen = found[asp_tuning.OWN[name][0]]
                assert found["own_tried"][f"{chosen:g} s"] == max(found["own_tried"].values())


def test_committed_figures_are_complete_and_consistent() -> None:
    found = committed("asp.json")
    seeds, samples = found["seeds"], found["samples"]
    assert found["command"] == "python -m benchmarks.asp --json FILE"
    assert isinstance(seeds, list)
    assert len(seeds) >= 3
    assert not set(seeds) & set(asp_tuning.SEEDS)
    assert samples == 4000
    for n in SIZES:
        row = {key: value for key, value in found.items() if f"_n{n}" in key}
        figures = {key: value for key, value in row.items() if isinstance(value, float)}
        for name in asp.LEARNERS:
            for order in asp.ORDERS:
                assert 0.1 < figures[f"{name}_n{n}_{order}_acc_mean"] < 1
                assert 0 < figures[f"{name}_n{n}_{order}_writes"] < 784 * n
        assert asp.comparisons(figures, n) == {key: figures[key] for key in asp.comparisons(figures, n)}, (
            "the comparisons follow from the figures"
        )
        assert row[f"asp_leak_writes_n{n}"] == 0.0
        assert figures[f"asp_dense_leak_writes_n{n}"] > 784 * n


def test_what_the_committed_figures_say() -> None:
    """Findings that the documentation repeats; they are measured, and may change with the next result."""
    found = committed("asp.json")
    figures = {key: value for key, value in found.items() if isinstance(value, float)}
    for n in SIZES:
        assert figures[f"stdp_over_asp_writes_n{n}"] > 1
        assert figures[f"stdp_n{n}_iid_acc_mean"] > figures[f"stdp_n{n}_ordered_acc_mean"]


def test_a_tiny_run_writes_its_record(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STREAMSNN_DATA", str(data_folder))
    monkeypatch.setattr(asp_network, "TICKS", 100)
    path = tmp_path / "asp.json"
    asp.main(["--seeds", "1", "--samples", "30", "--test", "20", "--neurons", "100", "--json", str(path)])
    found = json.loads(path.read_text())
    assert found["samples"] == 30
    assert found["asp_leak_writes_n100"] == 0 < found["asp_dense_leak_writes_n100"]
    assert found["stdp_n100_ordered_writes"] > 0
    assert "controlled_forgetting_over_stdp_points_n100" in capsys.readouterr().out


def test_streams_hold_out_what_they_say(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMSNN_DATA", str(data_folder))
    ordered, mixed = (asp_network.stream(o, 3, 200, validation=True, n_test=50) for o in asp.ORDERS)
    assert (ordered.y[1:] >= ordered.y[:-1]).all()
    assert (mixed.y[1:] < mixed.y[:-1]).any()
    assert sorted(ordered.y.tolist()) == sorted(mixed.y.tolist())
    held = {row.tobytes() for row in ordered.x_test}
    assert not held & {row.tobytes() for row in ordered.x}
    final = asp_network.stream("iid", 3, 200, validation=False, n_test=50)
    assert not held & {row.tobytes() for row in final.x_test}
