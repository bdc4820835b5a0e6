"""What is loaded when: the package and the help page are light, a run loads nothing it does not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import streamsnn

HEAVY = ("numba", "river", "zmq", "torch", "matplotlib", "nir", "dask", "pandas", "sklearn", "safetensors")


def heavy_after(code: str, cwd: Path) -> list[str]:
    """Run code in a fresh interpreter; which heavy packages are loaded then."""
    told = f"{code}\nimport sys\nprint('LOADED', *[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit("LOADED", 1)[1].split()


def command(*arguments: str) -> str:
    return (
        f"import sys\nsys.argv = ['streamsnn', *{arguments!r}]\nfrom streamsnn.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code"
    )


@pytest.mark.parametrize(
    "code",
    [
        "import streamsnn",
        "import streamsnn; dir(streamsnn); streamsnn.__version__",
        command("--help"),
        command("--version"),
        command("run", "--help"),
    ],
    ids=["import", "dir", "help", "version", "run help"],
)
def test_nothing_heavy_is_loaded(code: str, tmp_path: Path) -> None:
    assert heavy_after(code, tmp_path) == []


def test_a_description_needs_no_sockets_and_a_run_no_machine_learning_package(tmp_path: Path) -> None:
    described = heavy_after("from streamsnn import Latency; Latency()", tmp_path)
    assert "zmq" not in described and "river" not in described
    run = heavy_after("import streamsnn.cli.run", tmp_path)
    assert set(run) == {"numba", "river", "zmq", "safetensors"}
