"""Running mean of every class, the statistic under two of the baselines."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray


class ClassMeans:
    """Means of the classes seen so far: m_c <- m_c + (x - m_c) / n_c.

    ``labels`` names the rows of ``means``, shape (K, d), in order of first arrival; ``counts`` are the n_c.

    Examples
    --------
    >>> means = ClassMeans()
    >>> means.add(np.array([1.0, 0.0]), "a").tolist()
    [0.0, 0.0]
    >>> means.add(np.array([0.0, 0.0]), "a").tolist()
    [-1.0, 0.0]
    >>> means.means.tolist()
    [[0.5, 0.0]]
    """

    def __init__(self) -> None:
        self.labels: list[Hashable] = []
        self.counts: list[int] = []
        self.means: NDArray[np.float64] = np.zeros((0, 0))
        self._row: dict[Hashable, int] = {}

    def add(self, x: NDArray[np.floating], y: Hashable) -> NDArray[np.float64]:
        """Add ``x``, shape (d,), to class ``y`` and return x minus that class's mean before.

        For the first sample of a class, whose mean did not exist, the difference is zero.

        Raises
        ------
        ValueError
            If ``x`` is not a vector of the length learned before.

        Examples
        --------
        >>> ClassMeans().add(np.array([3.0]), 0).tolist()
        [0.0]
        """
        if x.ndim != 1 or (self.labels and len(x) != self.means.shape[1]):
            raise ValueError(
                f"A sample of shape {x.shape} came, but samples have length {self.means.shape[1]}."
            )
        row = self._row.get(y)
        if row is None:
            self._row[y] = len(self.labels)
            self.labels.append(y)
            self.counts.append(1)
            self.means = np.vstack([self.means.reshape(-1, len(x)), x])
            return np.zeros(len(x))
        deviation: NDArray[np.float64] = x - self.means[row]
        self.counts[row] += 1
        self.means[row] += deviation / self.counts[row]
        return deviation

    def count(self, y: Hashable) -> int:
        """How many samples of class ``y`` have been added.

        Examples
        --------
        >>> ClassMeans().count("never seen")
        0
        """
        row = self._row.get(y)
        return 0 if row is None else self.counts[row]
