"""Child processes: this checkout's modules, one thread, nothing taken from the current folder."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = (sys.executable, "-P")  # -P: a folder called streams must not stand in for the package


def package_folder(name: str) -> Path:
    """Folder of an importable package, found without running it."""
    spec = find_spec(name)
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


def environment(first: Sequence[Path] = (), extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment in which a child finds the packages in `first`, then this checkout's.

    Threads are limited by `benchmarks/__init__.py`, whose settings children inherit.
    """
    folders = [*first, package_folder("streamsnn").parent, ROOT]
    path = os.pathsep.join(str(folder) for folder in folders)
    return {**os.environ, "PYTHONPATH": path, **(extra or {})}
