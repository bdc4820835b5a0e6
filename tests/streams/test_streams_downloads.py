"""Converters on files made here, and the downloader against a server on this machine."""

import gzip
import io
import struct
import threading
import wave
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from streams.datasets.catalogue import Entry, Original, content_digest, entry
from streams.datasets.loading import load_entry
from streams.datasets.originals import CONVERTERS, fsdd, idx

IDX_FILES = ("train-images.gz", "train-labels.gz", "test-images.gz", "test-labels.gz")


def to_idx(array: NDArray[np.uint8]) -> bytes:
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.tobytes()


def to_wav(samples: NDArray[np.int16], channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(channels)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def to_zip(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def spoken(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """The repository's archive that these arrays come from."""
    names, offsets = arrays["speaker_names"].tolist(), arrays["offsets"].tolist()
    ids = zip(arrays["label"].tolist(), arrays["speaker"].tolist(), arrays["take"].tolist(), strict=True)
    bounds = pairwise(offsets)
    audio = arrays["audio"].astype(np.int16)
    files = {
        f"spoken-abc/recordings/{label}_{names[speaker]}_{take}.wav": to_wav(audio[begin:end])
        for (label, speaker, take), (begin, end) in zip(ids, bounds, strict=True)
    }
    return to_zip({"spoken-abc/README.md": b"read me", **dict(reversed(files.items()))})


def small_images(rng: np.random.Generator) -> dict[str, NDArray[np.uint8]]:
    shapes = {"x_train": (6, 4, 5), "y_train": (6,), "x_test": (2, 4, 5), "y_test": (2,)}
    return {name: rng.integers(0, 9, shape, dtype=np.uint8) for name, shape in shapes.items()}


@contextmanager
def home(folder: Path) -> Iterator[str]:
    """A web server of one folder that lives as long as the block."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No copies of the user's own, an empty cache, and a folder `web` to serve."""
    monkeypatch.delenv("STREAMSNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "web").mkdir()
    return tmp_path


def small_mnist(url: str, content: str) -> Entry:
    original = Original("idx", tuple(f"{url}/{file}" for file in IDX_FILES), content)
    return msgspec.structs.replace(entry("mnist"), sha256="0" * 64, original=original)


def publish(arrays: dict[str, NDArray[np.uint8]], web: Path) -> None:
    for file, array in zip(IDX_FILES, arrays.values(), strict=True):
        (web / file).write_bytes(gzip.compress(to_idx(array)))


def test_downloaded_once_then_kept(folders: Path, rng: np.random.Generator) -> None:
    arrays = small_images(rng)
    publish(arrays, folders / "web")
    with home(folders / "web") as url:
        row = small_mnist(url, content_digest(arrays))
        data = load_entry("mnist", row)
    assert np.array_equal(data.x, arrays["x_train"])
    assert data.y_test is not None
    assert np.array_equal(data.y_test, arrays["y_test"])
    again = load_entry("mnist", row)  # the server is gone
    assert np.array_equal(again.x, arrays["x_train"])
    assert [path.name for path in (folders / "cache" / "streamsnn").iterdir()] == ["mnist.npz"]


def test_a_cached_file_that_was_changed_is_refused(folders: Path, rng: np.random.Generator) -> None:
    arrays = small_images(rng)
    publish(arrays, folders / "web")
    with home(folders / "web") as url:
        row = small_mnist(url, content_digest(arrays))
        load_entry("mnist", row)
    kept = folders / "cache" / "streamsnn" / "mnist.npz"
    np.savez(kept, **{**arrays, "y_test": arrays["y_test"] + 1})  # type: ignore[arg-type]
    with pytest.raises(OSError, match=r"mnist\.npz is not the file that the catalogue describes"):
        load_entry("mnist", row)


def test_other_content_than_expected_is_not_kept(folders: Path, rng: np.random.Generator) -> None:
    arrays = small_images(rng)
    publish(arrays, folders / "web")
    with (
        home(folders / "web") as url,
        pytest.raises(OSError, match="arrived with other content than expected"),
    ):
        load_entry("mnist", small_mnist(url, "0" * 64))
    assert not (folders / "cache").exists()


@pytest.mark.parametrize("fault", ["absent", "no idx", "cut"])
def test_a_failed_download_names_both_ways(folders: Path, rng: np.random.Generator, fault: str) -> None:
    arrays = small_images(rng)
    publish(arrays, folders / "web")
    last = folders / "web" / IDX_FILES[-1]
    if fault == "absent":
        last.unlink()
    elif fault == "no idx":
        last.write_bytes(b"<html>moved</html>")
    else:
        last.write_bytes(last.read_bytes()[:-9])
    with home(folders / "web") as url, pytest.raises(OSError, match="could not be downloaded") as refusal:
        load_entry("mnist", small_mnist(url, content_digest(arrays)))
    assert "set STREAMSNN_DATA to a folder that holds mnist.npz" in str(refusal.value)
    assert "get the originals from http://yann.lecun.com" in str(refusal.value)
    assert not (folders / "cache").exists()


def test_a_home_that_does_not_answer_names_both_ways(folders: Path) -> None:
    with pytest.raises(OSError, match=r"could not be downloaded \(.*refused.*\); set STREAMSNN_DATA"):
        load_entry("mnist", small_mnist("http://127.0.0.1:9", "0" * 64))


def test_a_cache_that_cannot_be_written_is_named(folders: Path, rng: np.random.Generator) -> None:
    arrays = small_images(rng)
    publish(arrays, folders / "web")
    (folders / "cache").write_text("in the way")
    with (
        home(folders / "web") as url,
        pytest.raises(OSError, match=r"cannot keep 'mnist' in .*set XDG_CACHE_HOME"),
    ):
        load_entry("mnist", small_mnist(url, content_digest(arrays)))


def test_idx_by_hand() -> None:
    array = idx(bytes.fromhex("000008020000000200000003010203040506"))
    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert idx(gzip.compress(bytes.fromhex("000008010000000107"))).tolist() == [7]


@pytest.mark.parametrize("content", ["", "0000", "00000902 00000001 07", "00000801 00000002 07"])
def test_what_is_no_idx_file_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="idx file"):
        idx(bytes.fromhex(content))


def test_spoken_digits_by_hand() -> None:
    takes = {"0_ann_0": [1, 2], "0_ann_10": [3], "0_ann_2": [4, 5, 6], "1_bob_0": [-7]}
    content = to_zip({f"x/recordings/{n}.wav": to_wav(np.array(a, np.int16)) for n, a in takes.items()})
    arrays = fsdd([content])
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "audio": [1, 2, 3, 4, 5, 6, -7],
        "offsets": [0, 2, 3, 6, 7],
        "label": [0, 0, 0, 1],
        "speaker": [0, 0, 0, 1],
        "speaker_names": ["ann", "bob"],
        "take": [0, 10, 2, 0],
        "rate": 8000,
    }


def test_archives_without_recordings_are_refused() -> None:
    with pytest.raises(ValueError, match="holds no recordings"):
        fsdd([to_zip({"README.md": b""})])
    with pytest.raises(ValueError, match="not 16-bit mono"):
        fsdd([to_zip({"recordings/0_ann_0.wav": to_wav(np.zeros(4, np.int16), channels=2)})])


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "fsdd_8khz"])
def test_the_local_copy_goes_to_its_original_form_and_back(name: str, data_folder: Path) -> None:
    with np.load(data_folder / entry(name).file) as file:
        arrays = {each: file[each] for each in file.files}
    original = entry(name).original
    assert original is not None
    if original.convert == "idx":
        contents = [to_idx(arrays[each]) for each in ("x_train", "y_train", "x_test", "y_test")]
    else:
        contents = [spoken(arrays)]
    assert content_digest(CONVERTERS[original.convert](contents)) == original.content
