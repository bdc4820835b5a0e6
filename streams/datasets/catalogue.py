"""The table of data sets: what each file holds, where it comes from and what it must hash to."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from numpy.typing import NDArray

__all__ = ["Entry", "Original", "content_digest", "entry", "names"]


class Original(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that the data set's home offers, and how they become arrays."""

    convert: Literal["idx", "fsdd"]
    urls: tuple[str, ...]
    content: str  # digest of the arrays that come out


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One data set: its file and which arrays of it are readings, labels, names."""

    file: str
    sha256: str
    licence: str
    citation: str
    home: str
    conversion: str
    x: str = ""
    y: str = ""
    x_test: str = ""
    y_test: str = ""
    offsets: str = ""
    offsets_test: str = ""
    events: tuple[str, ...] = ()  # prefixes of the t, x, y, p arrays: training, test
    labels: str | tuple[str, ...] = ()  # an array of the file, or the names themselves
    low: float | None = None
    high: float | None = None
    original: Original | None = None


@cache
def _table() -> dict[str, Entry]:
    text = (files(__package__) / "catalogue.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Entry])


def names() -> tuple[str, ...]:
    """Return the names of all data sets that `load` knows.

    Examples
    --------
    >>> "mnist" in names()
    True
    """
    return tuple(sorted([*_table(), "digits"]))


def entry(name: str) -> Entry:
    """Return the table row of a data set.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> entry("mnist").file
    'mnist.npz'
    """
    found = _table().get(name)
    if found is None:
        near = difflib.get_close_matches(name, names(), 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(names())}"
        raise ValueError(f"there is no data set {name!r}; {hint}")
    return found


def content_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of names, types, shapes and values, whatever file they came in.

    Examples
    --------
    >>> import numpy as np
    >>> content_digest({"a": np.zeros(2)}) == content_digest({"a": np.zeros((2, 1))})
    False
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
