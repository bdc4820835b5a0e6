"""Features and labels of any hashable name to the indices of a core, checked at the border."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.types import Floats

Label = bool | int | str
# Keys are any hashables; `Mapping[Hashable, ...]` would refuse a `dict[str, float]`, for keys are invariant.
Features = Mapping[Any, Any] | np.ndarray[Any, np.dtype[Any]]
# Some of these have `__float__`: text and dates are read as numbers by it, and arrays of one element.
NO_NUMBERS = (str, np.ndarray, np.flexible, np.datetime64, np.timedelta64, np.complexfloating)


def _sort_key(name: Hashable) -> tuple[str, Any]:
    return (type(name).__name__, name if isinstance(name, (str, int, float)) else repr(name))


def _shown(value: Any) -> str:
    """A value on one short line, however long it is.

    >>> _shown("long " * 1000)
    "'long long long long long long long long long...ong long long '"
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= 64 else f"{text[:45].rstrip()}...{text[-15:].lstrip()}"


def _kind(x: Any) -> str:
    return f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else _shown(x)


def _check_mapping(x: Any) -> None:
    if not isinstance(x, Mapping):
        raise TypeError(f"features {_shown(x)}: give a dict of numbers or a one-dimensional array of them")


class FeatureIndex:
    """Index of each feature, in order of appearance (sorted within a sample, so that order cannot matter)."""

    def __init__(self, names: tuple[Hashable, ...] = ()) -> None:
        self.names: list[Hashable] = list(names)
        self._index = {name: i for i, name in enumerate(names)}

    def __len__(self) -> int:
        return len(self.names)

    def unknown(self, x: Features) -> list[Hashable]:
        """Names in `x` that have no index yet, in the order in which `add` takes them."""
        if isinstance(x, np.ndarray):
            return [] if self.names else list(range(x.size))
        _check_mapping(x)
        return sorted((name for name in x if name not in self._index), key=_sort_key)

    def add(self, names: Iterable[Hashable]) -> None:
        """Give each name the next index."""
        for name in names:
            self._index[name] = len(self.names)
            self.names.append(name)

    def vector(self, x: Features, new: Sequence[Hashable] = ()) -> Floats:
        """Values of the known features, then of those in `new`; missing ones are NaN, others are left out.

        Raises
        ------
        ValueError
            For NaN or infinite values, or a vector of another length.
        TypeError
            For values that are no numbers.
        """
        if isinstance(x, np.ndarray):
            return self._row(x)[: len(self.names) + len(new)]
        _check_mapping(x)
        values = {name: self._number(name, x[name]) for name in x}
        vector = np.full(len(self.names) + len(new), np.nan)
        for name, value in values.items():
            i = self._index.get(name)
            if i is not None:
                vector[i] = value
        vector[len(self.names) :] = [values[name] for name in new]
        return vector

    def matrix(self, x: NDArray[Any]) -> Floats:
        """Rows of the known features from `[n, n_features]`; refuses what `vector` refuses."""
        if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind not in "biuf":
            raise TypeError(f"features {_kind(x)}: give a two-dimensional array of numbers")
        self._check_length(x.shape[1])
        rows = np.ma.filled(x.astype(np.float64), np.nan)  # what is masked is missing
        finite = np.isfinite(rows)
        if not finite.all():
            i, j = np.argwhere(~finite)[0].tolist()
            raise ValueError(f"feature {j} of row {i} is {rows[i, j]}: repair it, or leave the row out")
        return rows[:, : len(self.names)]

    def _row(self, x: NDArray[Any]) -> Floats:
        if x.ndim != 1 or x.dtype.kind not in "biuf":
            raise TypeError(f"features {_kind(x)}: give a one-dimensional array of numbers")
        self._check_length(x.size)
        vector = np.ma.filled(x.astype(np.float64), np.nan)  # what is masked is missing
        finite = np.isfinite(vector)
        if not finite.all():
            i = int(np.argmin(finite))
            raise ValueError(f"feature {i} is {vector[i]}: leave a missing value out of a dict, or repair it")
        return vector

    def _check_length(self, n: int) -> None:
        if self.names and n != len(self.names):
            raise ValueError(
                f"a feature vector of length {n} after vectors of length {len(self.names)}: "
                "give every sample the same features, or a dict that names those it has"
            )

    @staticmethod
    def _number(name: Hashable, value: Any) -> float:
        if type(value) is float and math.isfinite(value):  # what most streams are made of
            return value
        number: float | None = None
        if not isinstance(value, NO_NUMBERS) and hasattr(value, "__float__"):
            try:
                number = float(value)
            except OverflowError:  # an integer beyond the largest float
                number = math.inf
            except (TypeError, ValueError):  # it looks like a number, and is none
                pass
        if number is None:
            raise TypeError(f"feature {_shown(name)} is {_shown(value)}: encode it as a number first")
        if not math.isfinite(number):
            raise ValueError(
                f"feature {_shown(name)} is {number}: leave missing values out of the dict, or repair it"
            )
        return number


class ClassIndex:
    """Index of each class label, in order of appearance; all labels are of one type."""

    def __init__(self, labels: tuple[Label, ...] = ()) -> None:
        self.labels = list(labels)
        self._index = {label: i for i, label in enumerate(labels)}

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, label: Label) -> bool:
        return label in self._index

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
                f"label {_shown(label)} is a {type(label).__name__}: "
                "give bool, int or str, and None for a sample without label"
            )
        if self.labels and type(label) is not type(self.labels[0]):
            raise TypeError(
                f"label {_shown(label)} is a {type(label).__name__} "
                f"after labels like {_shown(self.labels[0])}: "
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
