"""The small tests again, with every kernel as the plain Python it was written in.

What only compiled code would hide shows up here: an index out of bounds, an integer that wraps, a name that
is not defined on every path.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is without JIT already")
def test_small_tests_pass_without_jit() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-m",
            "small",
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            "tests",
        ],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    closing = done.stdout.strip().splitlines()[-1:]
    assert done.returncode == 0, f"{done.stdout[-4000:]}{done.stderr[-2000:]}"
    assert " passed" in closing[0], "no test is marked small"
