"""The sparsity benchmark: a short run, and the committed result."""

import json
from pathlib import Path

import pytest

from benchmarks import sparsity
from benchmarks.record import RESULTS

EXACT = ("three_factor", "eprop_lif", "eprop_alif", "rstdp")


def test_committed_result_meets_its_goals() -> None:
    found = json.loads((RESULTS / "sparsity.json").read_text())
    assert found["command"] == "python -m benchmarks.sparsity --json FILE"
    assert len(found["seeds"]) >= 3
    for name in EXACT:
        assert found[f"{name}_spikes_equal"] is True
        assert found[f"{name}_max_dw"] <= 1e-9
    assert found["asp_leak_max_dw"] <= 1e-12
    assert found["asp_leak_writes"] == 0 < found["asp_leak_dense_writes"]
    assert found["three_factor_8bit_writes_ratio"] >= 300
    assert found["three_factor_8bit_rmse_ratio"] <= 1.10
    assert found["pes_event_writes_ratio"] >= 80
    assert found["pes_event_rmse_ratio"] <= 1.06


def test_a_short_run_writes_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sparsity, "EXACT_TICKS", 200)
    path = tmp_path / "sparsity.json"
    sparsity.main(["--seeds", "1", "--ticks", "2000", "--json", str(path)])
    found = json.loads(path.read_text())
    assert found["three_factor_spikes_equal"] is True
    assert found["three_factor_max_dw"] <= 1e-11
    assert found["three_factor_learners"]["frozen"]["writes_per_tick"] == 0
    assert found["asp_leak_writes"] == 0
    assert "three_factor_8bit_writes_ratio" in capsys.readouterr().out
