"""Test-then-train accuracy, kept while a stream runs."""

import json
import math
from collections.abc import Hashable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


class Prequential:
    """Accuracy of predictions made before their label was learned (Gama, Sebastiao and Rodrigues, 2013).

    With hit h_i = 1 if sample i was predicted right, else 0::

        cumulative = (1/t) sum_{i<=t} h_i
        windowed   = mean of the last ``window`` hits
        fading     = S_t / B_t,  S_t = h_t + alpha S_{t-1},  B_t = 1 + alpha B_{t-1}

    Each is NaN before the first sample.

    Parameters
    ----------
    window
        Length of the sliding window in samples, at least 1.
    alpha
        Fading factor, above 0 and at most 1; 1 makes ``fading`` the cumulative accuracy.

    Raises
    ------
    ValueError
        If ``window`` or ``alpha`` is out of range.

    Examples
    --------
    >>> score = Prequential(window=2, alpha=0.5)
    >>> for truth, prediction in [(0, None), (0, 0), (1, 0), (1, 1)]:
    ...     score.update(truth, prediction)
    >>> score.cumulative, score.windowed, score.per_class()
    (0.5, 0.5, {0: 0.5, 1: 0.5})
    """

    def __init__(self, window: int = 200, alpha: float = 0.99) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1 sample, but is {window}.")
        if not 0.0 < alpha <= 1.0:
            raise ValueError(f"alpha must lie above 0 and be at most 1, but is {alpha!r}.")
        self.window = window
        self.alpha = alpha
        self.n = 0
        self._right = 0
        self._ring = bytearray(window)
        self._right_in_window = 0
        self._faded_hits = 0.0
        self._faded_count = 0.0
        self._by_class: dict[Hashable, list[int]] = {}

    def update(self, y_true: Hashable, y_pred: Hashable | None) -> None:
        """Score one prediction; ``None`` (no opinion yet) counts as wrong.

        Examples
        --------
        >>> score = Prequential()
        >>> score.update("cat", "cat")
        >>> score.n, score.cumulative
        (1, 1.0)
        """
        hit = int(y_true == y_pred)
        place = self.n % self.window
        self._right_in_window += hit - self._ring[place]
        self._ring[place] = hit
        self.n += 1
        self._right += hit
        self._faded_hits = hit + self.alpha * self._faded_hits
        self._faded_count = 1.0 + self.alpha * self._faded_count
        counts = self._by_class.setdefault(y_true, [0, 0])
        counts[0] += hit
        counts[1] += 1

    @property
    def cumulative(self) -> float:
        """Share of all predictions that were right."""
        return self._right / self.n if self.n else math.nan

    @property
    def windowed(self) -> float:
        """Share of the last ``window`` predictions that were right."""
        return self._right_in_window / min(self.n, self.window) if self.n else math.nan

    @property
    def fading(self) -> float:
        """Accuracy with older hits faded by ``alpha`` a sample."""
        return self._faded_hits / self._faded_count if self.n else math.nan

    def per_class(self) -> dict[Hashable, float]:
        """Cumulative accuracy of each class seen so far, in order of first arrival.

        Examples
        --------
        >>> Prequential().per_class()
        {}
        """
        return {label: right / n for label, (right, n) in self._by_class.items()}

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the state as named numeric arrays for a checkpoint; labels travel as JSON bytes.

        Raises
        ------
        TypeError
            If a label is neither an integer nor a string.

        Examples
        --------
        >>> sorted(Prequential().to_arrays())
        ['class_counts', 'counts', 'fading', 'labels', 'ring']
        """
        labels = [_plain(label) for label in self._by_class]
        return {
            "counts": np.array([self.n, self._right], dtype=np.int64),
            "ring": np.frombuffer(bytes(self._ring), dtype=np.uint8),
            "fading": np.array([self.alpha, self._faded_hits, self._faded_count], dtype=np.float64),
            "labels": np.frombuffer(json.dumps(labels).encode(), dtype=np.uint8),
            "class_counts": np.array(list(self._by_class.values()), dtype=np.int64).reshape(-1, 2),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild the accumulator from ``to_arrays()``, bit for bit.

        Examples
        --------
        >>> score = Prequential(window=3)
        >>> score.update(4, 4)
        >>> Prequential.from_arrays(score.to_arrays()).per_class()
        {4: 1.0}
        """
        alpha, faded_hits, faded_count = arrays["fading"].tolist()
        score = cls(window=len(arrays["ring"]), alpha=alpha)
        score.n, score._right = arrays["counts"].tolist()
        score._ring = bytearray(arrays["ring"].tobytes())
        score._right_in_window = sum(score._ring)
        score._faded_hits, score._faded_count = faded_hits, faded_count
        labels = json.loads(arrays["labels"].tobytes())
        score._by_class = dict(zip(labels, arrays["class_counts"].tolist(), strict=True))
        return score


def _plain(label: Hashable) -> int | str:
    value = label.item() if isinstance(label, np.generic) else label
    if not isinstance(value, int | str):
        raise TypeError(f"Label {label!r} cannot be saved; labels must be integers or strings.")
    return value
