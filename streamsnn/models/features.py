"""Features and labels of any hashable name to the indices of a core, checked at the border."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from streamsnn.types import Floats

Label = bool | int | str
Features = Mapping[Hashable, Any] | np.ndarray[Any, np.dtype[Any]]


def _sort_key(name: Hashable) -> tuple[str, Any]:
    return (type(name).__name__, name if isinstance(name, (str, int, float)) else repr(name))


class FeatureIndex:
    """Index of each feature, in order of appearance (sorted within a sample, so that order cannot matter)."""

    def __init__(self, names: tuple[Hashable, ...] = ()) -> None:
        self.names: list[Hashable] = list(names)
        self._index = {name: i for i, name in enumerate(names)}

    def __len__(self) -> int:
        return len(self.names)

    def vector(self, x: Features, *, add: bool) -> Floats:
        """Values by index; missing features are NaN. New features are added if `add`, else left out.

        Raises
        ------
        ValueError
            For NaN or infinite values, or a vector of another length.
        TypeError
            For values that are no numbers.
        """
        if isinstance(x, np.ndarray):
            return self._from_array(x, add=add)
        new = sorted((name for name in x if name not in self._index), key=_sort_key)
        values = {name: self._number(name, x[name]) for name in x}  # all checked before any is added
        if add:
            for name in new:
                self._index[name] = len(self.names)
                self.names.append(name)
        vector = np.full(len(self.names), np.nan)
        for name, value in values.items():
            i = self._index.get(name)
            if i is not None:
                vector[i] = value
        return vector

    def _from_array(self, x: np.ndarray[Any, np.dtype[Any]], *, add: bool) -> Floats:
        if x.ndim != 1 or x.dtype.kind not in "biuf":
            raise TypeError(f"features {x.dtype} {x.shape}: give a one-dimensional array of numbers")
        if self.names and x.size != len(self.names):
            raise ValueError(
                f"a feature vector of length {x.size} after vectors of length {len(self.names)}: "
                "give every sample the same features, or a dict that names those it has"
            )
        vector = x.astype(np.float64)
        finite = np.isfinite(vector)
        if not finite.all():
            i = int(np.argmin(finite))
            raise ValueError(f"feature {i} is {vector[i]}: leave a missing value out of a dict, or repair it")
        if add and not self.names:
            self.names = list(range(x.size))
            self._index = {name: i for i, name in enumerate(self.names)}
        return vector[: len(self.names)]

    @staticmethod
    def _number(name: Hashable, value: Any) -> float:
        if isinstance(value, str) or not hasattr(value, "__float__"):
            raise TypeError(f"feature {name!r} is {value!r}: encode it as a number first")
        number = float(value)
        if not np.isfinite(number):
            raise ValueError(
                f"feature {name!r} is {number}: leave missing values out of the dict, or repair it"
            )
        return number


class ClassIndex:
    """Index of each class label, in order of appearance; all labels are of one type."""

    def __init__(self, labels: tuple[Label, ...] = ()) -> None:
        self.labels = list(labels)
        self._index = {label: i for i, label in enumerate(labels)}

    def __len__(self) -> int:
        return len(self.labels)

    def check(self, y: Any) -> Label:
        """The label as a plain Python value.

        Raises
        ------
        TypeError
            If its type is not that of the labels before it.
        """
        label: Any = y.item() if isinstance(y, np.generic) else y
        if not isinstance(label, (bool, int, str)):
            raise TypeError(
                f"label {label!r} is a {type(label).__name__}: "
                "give bool, int or str, and None for a sample without label"
            )
        if self.labels and type(label) is not type(self.labels[0]):
            raise TypeError(
                f"label {label!r} is a {type(label).__name__} after labels like {self.labels[0]!r}: "
                f"keep labels of type {type(self.labels[0]).__name__}"
            )
        return label

    def index(self, label: Label) -> int:
        """Index of a checked label, added if new."""
        i = self._index.get(label)
        if i is None:
            i = self._index[label] = len(self.labels)
            self.labels.append(label)
        return i
