"""Finding a data set's file: the user's folder, the cache, or its home."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.datasets.catalogue import Entry, content_digest
from streams.datasets.originals import CONVERTERS
from streams.disk import write_atomic

__all__ = ["FOLDER_VARIABLE", "cache_folder", "read_file"]

FOLDER_VARIABLE = "STREAMSNN_DATA"
"""Environment variable that names the folder of the user's own copies."""

TIMEOUT_S = 30
LARGEST_ORIGINAL = 1 << 30


def cache_folder() -> Path:
    """Return the folder where converted downloads are kept (XDG base directory rules)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "streamsnn"


def read_file(name: str, entry: Entry) -> bytes:
    """Return the checked content of a data set's file.

    Looked up in the folder that STREAMSNN_DATA names, then in the cache, then at the data set's home.

    Raises
    ------
    OSError
        If a folder or file cannot be read, is not what the catalogue says, or the set is nowhere to be had.
    """
    for folder in _folders():
        path = folder / entry.file
        if path.exists():
            return _checked(path, _content(path), entry)
    if entry.original is None:
        raise FileNotFoundError(f"data set {name!r} is not on this machine; {_both_ways(entry)}")
    path = cache_folder() / entry.file
    content = _download(name, entry)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content)
    except OSError as error:
        raise OSError(
            f"cannot keep {name!r} in {path.parent}: {error.strerror}; set XDG_CACHE_HOME"
        ) from error
    return content


def _folders() -> list[Path]:
    given = os.environ.get(FOLDER_VARIABLE)
    if not given:
        return [cache_folder()]
    try:
        os.listdir(given)
    except OSError as error:
        sentence = (
            f"{FOLDER_VARIABLE} names {given}, which cannot be read ({error.strerror}); name another folder"
        )
        raise OSError(sentence) from error
    return [Path(given), cache_folder()]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OSError(
            f"cannot read {path}: {error.strerror}; set {FOLDER_VARIABLE} to another folder"
        ) from error


def _checked(path: Path, content: bytes, entry: Entry) -> bytes:
    if hashlib.sha256(content).hexdigest() == entry.sha256:
        return content
    # A converted download holds the same arrays in other bytes.
    if entry.original is not None and _digest(content) == entry.original.content:
        return content
    raise OSError(
        f"{path} is not the file that the catalogue describes (SHA-256 differs); remove or replace it"
    )


def _digest(npz: bytes) -> str:
    try:
        with np.load(io.BytesIO(npz), allow_pickle=False) as arrays:
            return content_digest({name: arrays[name] for name in arrays.files})
    except (ValueError, OSError, EOFError):
        return "unreadable"


def _download(name: str, entry: Entry) -> bytes:
    assert entry.original is not None  # the caller has asked
    try:
        arrays = CONVERTERS[entry.original.convert]([_fetch(url) for url in entry.original.urls])
    except (OSError, ValueError, EOFError) as error:
        raise OSError(f"data set {name!r} could not be downloaded ({error}); {_both_ways(entry)}") from error
    if content_digest(arrays) != entry.original.content:
        raise OSError(f"data set {name!r} arrived with other content than expected; {_both_ways(entry)}")
    return _packed(arrays)


def _fetch(url: str) -> bytes:
    import urllib.error  # slow to import, and most runs never download
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read(LARGEST_ORIGINAL + 1)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise OSError(f"{url} answers {error.code} {error.reason}") from None
    if len(content) > LARGEST_ORIGINAL:
        raise ValueError(f"{url} is larger than {LARGEST_ORIGINAL} bytes")
    return content


def _packed(arrays: dict[str, NDArray[Any]]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _both_ways(entry: Entry) -> str:
    return (
        f"set {FOLDER_VARIABLE} to a folder that holds {entry.file}, or get the originals from {entry.home} "
        f"and convert them ({entry.conversion})"
    )
