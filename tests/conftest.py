"""Fixtures for all tests, and a compiled-code cache that no edited kernel can outlive."""

import ast
import importlib.util
import os
import sys
import tempfile
import zlib
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def source_digest() -> str:
    """Digest of every source file of the packages under test, wherever they are imported from."""
    h = blake2b(digest_size=8)
    for package in ("streamsnn", "streams"):
        spec = importlib.util.find_spec(package)  # finds the folder without running the package
        folders = spec.submodule_search_locations if spec else None
        for file in sorted(f for folder in folders or () for f in Path(folder).rglob("*.py")):
            h.update(str(file).encode() + b"\0" + file.read_bytes())
    return h.hexdigest()


# Numba's own cache looks at one file only: a kernel whose callee was edited in another file would be
# served stale. Numba reads the variable when it is imported, so this cannot wait for a fixture.
if "numba" in sys.modules:
    raise pytest.UsageError("numba was imported before tests/conftest.py could set its cache folder")
os.environ["NUMBA_CACHE_DIR"] = str(
    Path(tempfile.gettempdir()) / f"streamsnn-tests-{os.getuid()}-{source_digest()}"
)

# The first call of a kernel compiles it, so no test can promise a time; equal runs test equal cases.
settings.register_profile("streamsnn", deadline=None, derandomize=True, database=None)
settings.load_profile("streamsnn")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed of the test's own, equal in every run."""
    return zlib.crc32(request.node.name.encode())


@pytest.fixture
def rng(seed: int) -> np.random.Generator:
    """A random generator of the test's own, equal in every run."""
    return np.random.default_rng(seed)


@pytest.fixture(scope="session")
def sources() -> Mapping[str, ast.Module]:
    """Every Python file of the checkout, parsed, by its path from the root: what the house tests read."""
    folders = ("streamsnn", "streams", "benchmarks", "examples", "tests")
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return {f.relative_to(ROOT).as_posix(): ast.parse(f.read_text("utf-8"), str(f)) for f in files}


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the larger data sets, which are not shipped."""
    folder = Path(os.environ.get("STREAMSNN_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no data folder {folder}; set STREAMSNN_DATA to run this test")
    return folder
