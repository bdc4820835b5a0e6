"""Compiled and plain runs agree bit for bit, and an edited kernel is never served from the cache."""

import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streamsnn import jit
from streamsnn.core import Core
from streamsnn.rules.counting import Counting
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles import digests
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, rule_host

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is without JIT already")
def test_plain_python_learns_the_same_bits() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.core.oracles.digests"],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    plain_state, plain_scores = json.loads(done.stdout)
    state, scores = digests.of_all()
    assert plain_state == state, "everything learned and counted, bit for bit"
    for name, rows in scores.items():
        # exp and log of the compiler's library and of NumPy's may differ in the last bit: 2^-53 of a score
        # that sums a few of them. Nothing learned reads these last bits
        assert np.array(plain_scores[name]) == pytest.approx(np.array(rows), rel=1e-12, abs=1e-12)


@pytest.mark.small
def test_the_digest_covers_every_kernel_of_the_program() -> None:
    core = Core(rule_host(Counting()), n_features=N_FEATURES, n_classes=N_CLASSES)
    names = re.findall(r"^from (streamsnn\.\S+) import (\w+)", core.source, re.MULTILINE)
    imported = [getattr(importlib.import_module(module), name) for module, name in names]
    key = jit.digest(core.source, [k for k in imported if k not in (jit.entry, jit.kernel)])
    assert (jit.cache_folder() / key / "run.py").is_file()


def load(folder: Path, name: str) -> Callable[..., Any]:
    """The kernel `scale` of the file `name`, freshly imported."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    kernel: Callable[..., Any] = module.scale
    return kernel


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], bool]:
    """Does the digest of a kernel change when a text in one of its files is replaced?"""
    (tmp_path / "kernel_limits.py").write_text("LIMIT = 3\n")
    (tmp_path / "kernel_callee.py").write_text(
        "from streamsnn.jit import kernel\n@kernel\ndef scale(x):\n    return x * 2\n"
    )
    (tmp_path / "kernel_caller.py").write_text(
        "from streamsnn.jit import kernel\nfrom kernel_callee import scale as twice\n"
        "from kernel_limits import LIMIT\n@kernel\ndef scale(x):\n    return min(twice(x), LIMIT)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # edits within a second would be served stale

    def digest() -> str:
        for name in ("kernel_limits", "kernel_callee", "kernel_caller"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return jit.digest("source", [load(tmp_path, "kernel_caller")])

    def changes(name: str, old: str, new: str) -> bool:
        before = digest()
        assert digest() == before
        path = tmp_path / f"{name}.py"
        path.write_text(path.read_text().replace(old, new))
        return digest() != before

    return changes


@pytest.mark.small
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("kernel_caller", "min(", "max("),
        ("kernel_callee", "x * 2", "x * 3"),
        ("kernel_limits", "LIMIT = 3", "LIMIT = 4"),
    ],
    ids=["kernel", "callee", "constant"],
)
def test_an_edit_changes_the_digest(
    edited: Callable[[str, str, str], bool], name: str, old: str, new: str
) -> None:
    assert edited(name, old, new)


@pytest.mark.small
def test_a_kernel_that_asks_for_what_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"asks for 'nothing_like_it'; here it may name .*const"):
        Core(rule_host(Asking()), n_features=2, n_classes=2)


class Asking(ThreeFactor):
    """A rule whose kernel names an array that no one has."""

    def kernel(self) -> Callable[..., Any]:
        """Asks for too much."""
        return asking_kernel


@jit.kernel
def asking_kernel(w: np.ndarray, nothing_like_it: np.ndarray) -> None:
    """Never called."""
    w[0, 0] = nothing_like_it[0]


@pytest.mark.small
def test_a_folder_that_cannot_be_written_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    source = "from streamsnn.jit import entry, kernel\n\n\n@entry\ndef run(x):\n    return x + 1\n"
    assert jit.load_entry(source, [])(2) == 3
    assert blake2b(blocked.read_bytes()).digest() == blake2b(b"a file where a folder should be").digest()
