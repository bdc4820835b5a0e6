"""The packaged digits, the table of data sets, and the way to a file that is not packaged."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from streams import Dataset, ReplaySource, datasets
from streams.datasets import digits
from streams.datasets.catalogue import content_digest, entry

NAMES = [name for name in datasets.names() if name != "digits"]
RECORDINGS = {
    "braille_tactile": 1350,
    "dvs128_objects_s1": 7,
    "dvs128_pendulum": 2,
    "fsdd_8khz": 3000,
    "myo_emg_pretraining": 616,
    "myo_emg_rounds": 756,
    "nmnist_small_events": 1000,
    "wrist_adl_accel": 620,
}


@pytest.fixture
def own_copies(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """STREAMSNN_DATA names the folder of local copies."""
    monkeypatch.setenv("STREAMSNN_DATA", str(data_folder))
    return data_folder


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders for the user's copies and the cache."""
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("STREAMSNN_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_digits_are_the_uci_test_file() -> None:
    data = datasets.load("digits")
    assert (data.x.shape, data.x.dtype, data.y is not None) == ((1797, 8, 8), np.dtype("u1"), True)
    assert data.y is not None
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert data.y[:20].tolist() == [*range(10), *range(10)]
    assert (int(data.x.sum()), int(data.x.min()), int(data.x.max())) == (561718, 0, 16)
    # the first image, a nought
    assert data.x[0].tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
        [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0],
        [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0],
        [0, 0, 6, 13, 10, 0, 0, 0],
    ]


def test_digits_say_whose_they_are() -> None:
    data = datasets.load("digits")
    assert data.licence == "CC BY 4.0"
    assert "Alpaydin" in data.citation
    assert "Kaynak (1998)" in data.citation
    assert data.labels == tuple("0123456789")
    sidecar = Path(digits.__file__).with_name("digits.txt").read_text("utf-8")
    assert "CC BY 4.0" in sidecar
    packed = Path(digits.__file__).with_name("digits.npz").read_bytes()
    assert len(packed) < 60_000
    assert hashlib.sha256(packed).hexdigest() == digits.SHA256


def test_digits_become_a_stream() -> None:
    data = datasets.load("digits")
    schema = data.schema()
    assert (schema.dtype, schema.n_features, len(schema.labels), schema.feature_high) == ("|u1", 64, 10, 16.0)
    first = ReplaySource(data.x, data.y, key="digits").take(1)[0]
    assert (first.x[2:6].tolist(), first.y) == ([5, 13, 9, 1], 0)


def test_a_dataset_is_frozen() -> None:
    data = datasets.load("digits")
    with pytest.raises(AttributeError):
        data.x = data.x[:1]  # type: ignore[misc]
    with pytest.raises(TypeError):
        data.arrays["x"] = data.x  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mnst", "did you mean mnist"),
        ("Digits", "did you mean digits"),
        ("zzz", "choose from air_quality, babi_en"),
    ],
)
def test_an_unknown_name_lists_near_ones(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"there is no data set '{name}'; {words}"):
        datasets.load(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_is_complete(name: str) -> None:
    row = entry(name)
    assert row.file.rsplit(".")[0] == name
    assert re.fullmatch(r"[0-9a-f]{64}", row.sha256)
    assert row.home.startswith("http")
    assert min(len(row.licence), len(row.citation), len(row.conversion)) > 2


def test_the_catalogue_agrees_with_the_manifest(data_folder: Path) -> None:
    lines = (data_folder / "MANIFEST").read_text().split("\n")
    listed = {file: sha256 for sha256, file in (line.split() for line in lines if line)}
    assert {entry(name).file: entry(name).sha256 for name in NAMES} == listed


@pytest.mark.parametrize("name", NAMES)
def test_every_set_loads(name: str, own_copies: Path) -> None:
    data = datasets.load(name)
    check_split(data, data.y, data.x, data.offsets)
    if data.x_test is not None:
        check_split(data, data.y_test, data.x_test, data.offsets_test)
    assert data.name == name
    assert data.feature_low is None or data.feature_low <= data.x.min()
    assert data.feature_high is None or data.feature_high >= data.x.max()


def check_split(data: Dataset, y: NDArray[Any] | None, x: NDArray[Any], offsets: NDArray[Any] | None) -> None:
    if y is None:
        assert data.name == "air_quality"
        return
    if offsets is None:
        assert len(y) == len(x)
    else:
        assert (len(y) + 1, offsets[0], offsets[-1]) == (len(offsets), 0, len(x))
        assert (np.diff(offsets) > 0).all()
    if data.labels:
        assert int(y.max()) < len(data.labels)


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_are_counted(name: str, own_copies: Path) -> None:
    data = datasets.load(name)
    assert data.y is not None
    assert len(data.y) == RECORDINGS[name]


def test_camera_events_keep_their_fields(own_copies: Path) -> None:
    data = datasets.load("nmnist_small_events")
    assert data.x.dtype.names == ("t", "x", "y", "p")
    assert data.offsets is not None
    first = data.x[: data.offsets[1]]
    assert (np.diff(first["t"].astype(np.int64)) >= 0).all()
    assert set(first["p"].tolist()) == {0, 1}
    with np.load(own_copies / "nmnist_small_events.npz") as file:
        assert np.array_equal(data.x["y"], file["train_y"])


def test_babi_stories_are_text(own_copies: Path) -> None:
    data = datasets.load("babi_en")
    assert data.y is not None
    assert data.x_test is not None
    assert (len(data.x), len(data.x_test)) == (20000, 20000)
    assert data.x[0] == "Mary moved to the bathroom.\nJohn went to the hallway.\nWhere is Mary?"
    assert data.labels[data.y[0]] == "bathroom"
    assert np.bincount(data.arrays["task"]).tolist() == [0, *[1000] * 20]


def test_what_cannot_travel_says_so(own_copies: Path) -> None:
    with pytest.raises(ValueError, match=r"element type '\|i1' cannot travel"):
        datasets.load("myo_emg_rounds").schema()


def test_a_set_that_is_nowhere_names_both_ways(nothing_here: Path) -> None:
    with pytest.raises(FileNotFoundError) as refusal:
        datasets.load("elec2")
    assert "set STREAMSNN_DATA to a folder that holds elec2.npz" in str(refusal.value)
    assert "get the originals from https://github.com/vlosing/driftDatasets and convert them" in str(
        refusal.value
    )


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (tmp_path / "absent", file):
        monkeypatch.setenv("STREAMSNN_DATA", str(folder))
        with pytest.raises(
            OSError, match=f"STREAMSNN_DATA names {folder}, which cannot be read .*; name another"
        ):
            datasets.load("elec2")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_without_permission_is_named(nothing_here: Path) -> None:
    (nothing_here / "own").chmod(0)
    with pytest.raises(OSError, match="Permission denied"):
        datasets.load("elec2")


def test_a_file_that_is_a_folder_is_named(nothing_here: Path) -> None:
    (nothing_here / "own" / "elec2.npz").mkdir()
    with pytest.raises(OSError, match=r"cannot read .*elec2\.npz: Is a directory"):
        datasets.load("elec2")


@pytest.mark.parametrize("name", ["elec2", "mnist"])
def test_a_changed_file_is_refused(nothing_here: Path, name: str) -> None:
    (nothing_here / "own" / f"{name}.npz").write_bytes(b"something else")
    with pytest.raises(OSError, match=rf"{name}\.npz is not the file that the catalogue describes"):
        datasets.load(name)


def test_content_digest_sees_names_types_shapes_and_values() -> None:
    base: dict[str, NDArray[Any]] = {"a": np.arange(4, dtype=np.uint8), "b": np.zeros(1)}
    others: list[dict[str, NDArray[Any]]] = [
        {"a": np.arange(4, dtype=np.uint8), "c": np.zeros(1)},
        {"a": np.arange(4, dtype=np.int8), "b": np.zeros(1)},
        {"a": np.arange(4, dtype=np.uint8).reshape(2, 2), "b": np.zeros(1)},
        {"a": np.arange(1, 5, dtype=np.uint8), "b": np.zeros(1)},
    ]
    assert len({content_digest(base), *map(content_digest, others)}) == 5
    assert content_digest(dict(reversed(base.items()))) == content_digest(base)
