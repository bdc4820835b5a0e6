"""Accuracy on every group of classes after every experience."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


class AccuracyMatrix:
    """R[i, j]: held-out accuracy on group j after experiences 0..i, as in Lopez-Paz and Ranzato, 2017 (GEM).

    A row is NaN until its experience has been recorded.

    Parameters
    ----------
    groups
        Classes of each column; as many columns as there are experiences, T.

    Raises
    ------
    ValueError
        If there is no group, or a class is in two of them.

    Examples
    --------
    >>> matrix = AccuracyMatrix([(0,), (1,)])
    >>> matrix.record(0, [0, 0, 1, 1], [0, 0, 0, 0])
    >>> matrix.record(1, [0, 0, 1, 1], [0, 1, 1, 1])
    >>> matrix.accuracy.tolist(), matrix.sizes.tolist()
    ([[1.0, 0.0], [0.5, 1.0]], [2, 2])
    """

    def __init__(self, groups: Sequence[tuple[Hashable, ...]]) -> None:
        self._column = {label: column for column, group in enumerate(groups) for label in group}
        if not groups or len(self._column) != sum(len(group) for group in groups):
            raise ValueError(f"Groups of classes must be non-empty and disjoint, but are {tuple(groups)!r}.")
        self.accuracy: NDArray[np.float64] = np.full((len(groups), len(groups)), np.nan)
        self.sizes: NDArray[np.int64] = np.zeros(len(groups), dtype=np.int64)

    def record(self, row: int, y_true: Iterable[Hashable], y_pred: Iterable[Hashable | None]) -> None:
        """Fill row ``row`` from the held-out labels and what the learner says now.

        Raises
        ------
        ValueError
            If the row does not exist, lengths differ, a label is in no group, a group has no sample, or the
            test set is not the one of the rows before.

        Examples
        --------
        >>> matrix = AccuracyMatrix([("a", "b")])
        >>> matrix.record(0, ["a", "b", "b", "b"], ["a", "b", None, "b"])
        >>> matrix.accuracy.tolist()
        [[0.75]]
        """
        n_groups = len(self.sizes)
        if not 0 <= row < n_groups:
            raise ValueError(f"Row {row} does not exist; the accuracy matrix has rows 0 to {n_groups - 1}.")
        right, sizes = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups, dtype=np.int64)
        true, said = _listed(y_true), _listed(y_pred)
        if len(true) != len(said):
            raise ValueError(f"There are {len(true)} held-out labels but {len(said)} predictions.")
        for label, prediction in zip(true, said, strict=True):
            if label not in self._column:
                raise ValueError(f"Held-out label {label!r} is in none of the groups of the accuracy matrix.")
            column = self._column[label]
            sizes[column] += 1
            right[column] += label == prediction
        self._check_sizes(sizes)
        self.sizes = sizes
        self.accuracy[row] = right / sizes

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the state as named arrays for a checkpoint.

        Examples
        --------
        >>> sorted(AccuracyMatrix([(0,), (1,)]).to_arrays())
        ['accuracy', 'sizes']
        """
        return {"accuracy": self.accuracy.copy(), "sizes": self.sizes.copy()}

    @classmethod
    def from_arrays(cls, groups: Sequence[tuple[Hashable, ...]], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild a matrix from its groups and ``to_arrays()``.

        Raises
        ------
        ValueError
            If the arrays belong to another number of groups.

        Examples
        --------
        >>> saved = AccuracyMatrix([(0,)])
        >>> saved.record(0, [0, 0], [0, 1])
        >>> AccuracyMatrix.from_arrays([(0,)], saved.to_arrays()).accuracy.tolist()
        [[0.5]]
        """
        matrix = cls(groups)
        if arrays["accuracy"].shape != matrix.accuracy.shape or arrays["sizes"].shape != matrix.sizes.shape:
            raise ValueError(
                f"The saved accuracy matrix is {arrays['accuracy'].shape}, but the groups are {len(groups)}."
            )
        matrix.accuracy[:] = arrays["accuracy"]
        matrix.sizes[:] = arrays["sizes"]
        return matrix

    def _check_sizes(self, sizes: NDArray[np.int64]) -> None:
        if not sizes.all():
            raise ValueError(f"Column {int(np.argmin(sizes))} of the accuracy matrix has no held-out sample.")
        if self.sizes.any() and not np.array_equal(sizes, self.sizes):
            raise ValueError(
                f"Group sizes {sizes.tolist()} differ from {self.sizes.tolist()} of the rows before; "
                "test every row on the same held-out set."
            )


def _listed(labels: Iterable[Hashable | None]) -> list[Any]:
    """Plain Python labels: elements of an array would hash and print as numpy scalars."""
    return labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
