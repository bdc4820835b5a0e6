"""From a name to a `Dataset`."""

from __future__ import annotations

import io
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.datasets import digits
from streams.datasets.babi import babi_arrays
from streams.datasets.catalogue import Entry, entry
from streams.datasets.dataset import Dataset
from streams.datasets.lookup import read_file

__all__ = ["load", "load_entry"]

Array = NDArray[Any]
EVENT = np.dtype([("t", "<u4"), ("x", "u1"), ("y", "u1"), ("p", "u1")])


def load(name: str) -> Dataset:
    """Return a data set by name; `streams.datasets.names()` lists them.

    Raises
    ------
    ValueError
        If there is none of that name.
    OSError
        If its file is nowhere to be had, unreadable or not what it should be; the message says what to do.

    Examples
    --------
    >>> len(load("digits").x)
    1797
    """
    return digits.load() if name == "digits" else load_entry(name, entry(name))


def load_entry(name: str, row: Entry) -> Dataset:
    """Return the data set that a row of the catalogue describes.

    Raises
    ------
    OSError
        As for `load`.
    """
    content = read_file(name, row)
    if row.file.endswith(".zip"):
        arrays = babi_arrays(content)
    else:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {each: file[each] for each in file.files}
    named = (row.x, row.y, row.x_test, row.y_test, row.offsets, row.offsets_test)
    labels = arrays[row.labels].tolist() if isinstance(row.labels, str) else row.labels
    parts = [arrays.pop(each) if each else None for each in named]
    x, y, x_test, y_test, offsets, offsets_test = parts
    events = [_events(arrays, prefix) for prefix in row.events]
    if events:
        x, x_test = events[0], events[1] if len(events) > 1 else None
    assert x is not None  # every row of the catalogue names readings or events
    return Dataset(
        name=name,
        x=x,
        y=y,
        labels=tuple(map(str, labels)),
        feature_low=row.low,
        feature_high=row.high,
        licence=row.licence,
        citation=row.citation,
        source=row.home,
        x_test=x_test,
        y_test=y_test,
        offsets=offsets,
        offsets_test=offsets_test,
        arrays=MappingProxyType(arrays),
    )


def _events(arrays: dict[str, Array], prefix: str) -> Array:
    columns = {name: arrays.pop(prefix + name) for name in ("t", "x", "y", "p")}
    events = np.empty(len(columns["t"]), EVENT)
    for name, column in columns.items():
        events[name] = column
    return events
