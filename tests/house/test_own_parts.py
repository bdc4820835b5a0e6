"""A rule, a neuron and an encoder in one file outside the package: run as a script, imported, and edited."""

import json
import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "05_own_parts.py"
USE = """
import numpy as np
import parts
from streamsnn import Core, Layer, Linear, Network, Projection
rule = parts.UnlessClear()
out = Layer("out", parts.Clipped(), per_class=True)
learned = Projection("input", "out", format=rule.format, rule=rule)
core = Core(Network(parts.OnOff(0.5), (out,), (learned,), Linear()), n_features=3, n_classes=2)
core.run(np.array([[1.0, 0.0, np.nan]]), np.array([1]), learn=True)
c = core.counters.of("input->out")
print(c["syn_rows_read"], c["lrn_rows_read"], c["write_attempts"], core.weights("input->out").tolist())
"""


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run in `folder`, with a compile cache of its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_parts_of_ones_own_run_from_any_folder_and_may_be_edited(tmp_path: Path) -> None:
    script = tmp_path / "parts.py"
    script.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    cold, warm = (python(tmp_path, "-P", str(script)) for _ in range(2))
    assert cold.returncode == warm.returncode == 0, cold.stderr + warm.stderr
    assert cold.stdout == warm.stdout
    assert "% right" in cold.stdout
    used = python(tmp_path, "-P", "-c", USE)
    assert used.returncode == 0, used.stderr
    # two of three features are not missing; both of their rows are read, and written by the error of -1/2,
    # times 0.1 in steps of 1/32: 1.6 steps, rounded by chance
    read, learned, attempts, weights = used.stdout.split(maxsplit=3)
    assert (read, learned, attempts) == ("2", "2", "4")
    stored = [row for row in json.loads(weights) if any(row)]
    assert stored and all(abs(value) in (1, 2) for row in stored for value in row)
    # what was compiled before an edit is never served after it
    script.write_text(
        script.read_text("utf-8").replace("pre[k], -rate, third", "pre[k], rate, third"), "utf-8"
    )
    edited = python(tmp_path, "-P", str(script))
    assert edited.returncode != 0 and "assert right > 0.8" in edited.stderr
