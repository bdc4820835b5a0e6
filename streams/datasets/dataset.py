"""A data set in memory, with what is owed to its makers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.sample import Schema

__all__ = ["Dataset"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Readings and labels in their original order.

    In a set of recordings `x` holds them end to end; recording `i` is rows `offsets[i]` to `offsets[i + 1]`.
    In a set of camera events each row of `x` is one record with fields t (us), x, y, p.

    Attributes
    ----------
    name
        Name under which it is loaded.
    x
        Readings, shape (n, ...).
    y
        Labels from 0, shape (n,) or (recordings,) or (n, ...); None where there are none.
    labels
        Names of the classes.
    feature_low, feature_high
        Range of the sensor, where it is known.
    licence, citation, source
        Terms, paper, home.
    x_test, y_test
        The standard test split, where the set has one.
    offsets
        Where recordings begin and end, shape (recordings + 1,).
    offsets_test
        The same for the test split.
    arrays
        Everything else that the file holds, by name.

    Examples
    --------
    >>> from streams import datasets
    >>> digits = datasets.load("digits")
    >>> digits.x.shape, digits.y[:3].tolist(), digits.feature_high
    ((1797, 8, 8), [0, 1, 2], 16.0)
    """

    name: str
    x: Array
    y: Array | None
    labels: tuple[str, ...]
    feature_low: float | None
    feature_high: float | None
    licence: str
    citation: str
    source: str
    x_test: Array | None = None
    y_test: Array | None = None
    offsets: Array | None = None
    offsets_test: Array | None = None
    arrays: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))

    def schema(self) -> Schema:
        """Return the description of a stream of its rows.

        Raises
        ------
        ValueError
            If rows are of a type that cannot travel.

        Examples
        --------
        >>> from streams import datasets
        >>> datasets.load("digits").schema().n_features
        64
        """
        n_features = int(np.prod(self.x.shape[1:], dtype=int))
        low, high = self.feature_low, self.feature_high
        return Schema(self.name, self.x.dtype.str, n_features, self.labels, low, high)
