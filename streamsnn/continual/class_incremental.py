"""Class-incremental scenario: the order in which the classes of a stream arrive."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streamsnn.continual.split import label_vector

Order = Literal["class", "pairs", "iid"]


@dataclass(frozen=True, eq=False)
class Experiences:
    """A stream cut into T experiences, with the groups of classes that its accuracy matrix tests.

    Parameters
    ----------
    order
        Positions of the training samples in the order in which they arrive, shape (n,).
    boundaries
        How many samples have arrived when each experience ends; the last is n.
    names
        One name for each experience (matrix rows).
    groups
        Classes tested by each column of the accuracy matrix.
    seen
        ``seen[i, j]``, shape (T, T): has every class of group j arrived by the end of experience i?

    Examples
    --------
    >>> parts = ClassIncremental("pairs").experiences([0, 1, 2, 3, 0, 1, 2, 3], seed=0)
    >>> parts.boundaries, parts.groups
    ((4, 8), ((0, 1), (2, 3)))
    >>> parts.group_names
    ('0+1', '2+3')
    """

    order: NDArray[np.int64]
    boundaries: tuple[int, ...]
    names: tuple[str, ...]
    groups: tuple[tuple[Hashable, ...], ...]
    seen: NDArray[np.bool_]

    @property
    def group_names(self) -> tuple[str, ...]:
        """One name for each group of classes (matrix columns)."""
        return tuple(_name(group) for group in self.groups)


@dataclass(frozen=True)
class ClassIncremental:
    """Bring the classes of a labelled set one after another, two at a time, or all mixed.

    ``class``: one class at a time in ascending label order. ``pairs``: two at a time, mixed inside the
    pair (an odd last class comes alone). ``iid``: all classes mixed, cut into as many stretches as there are
    classes, lengths equal to within one; the columns of the accuracy matrix are then single classes. Inside
    an experience the seed shuffles. The scenario of van de Ven and Tolias, 2019, without task labels.

    Raises
    ------
    ValueError
        If ``order`` is none of the three.

    Examples
    --------
    >>> parts = ClassIncremental("class").experiences([1, 0, 1, 0], seed=0)
    >>> sorted(parts.order[:2].tolist()), parts.boundaries, parts.names
    ([1, 3], (2, 4), ('0', '1'))
    """

    order: Order = "class"

    def __post_init__(self) -> None:
        if self.order not in get_args(Order):
            choices = ", ".join(get_args(Order))
            raise ValueError(f"Unknown order {self.order!r}; choose one of {choices}.")

    def experiences(self, y: ArrayLike, seed: int) -> Experiences:
        """Order the training samples with labels ``y``, shape (n,); equal seeds give equal orders.

        Raises
        ------
        ValueError
            If ``y`` is not a non-empty vector.

        Examples
        --------
        >>> ClassIncremental("iid").experiences([0, 0, 1, 1, 2], seed=1).boundaries
        (1, 3, 5)
        """
        labels = label_vector(y)
        rng = np.random.default_rng(seed)
        classes = np.unique(labels).tolist()
        if self.order == "iid":
            groups = [(label,) for label in classes]
            parts = _equal_stretches(rng.permutation(len(labels)), len(classes))
            names = [f"stretch {number}" for number in range(1, len(parts) + 1)]
        else:
            step = 1 if self.order == "class" else 2
            groups = [tuple(classes[start : start + step]) for start in range(0, len(classes), step)]
            parts = [rng.permutation(np.flatnonzero(np.isin(labels, group))) for group in groups]
            names = [_name(group) for group in groups]
        return Experiences(
            order=np.concatenate(parts).astype(np.int64),
            boundaries=tuple(np.cumsum([len(part) for part in parts]).tolist()),
            names=tuple(names),
            groups=tuple(groups),
            seen=_seen([labels[part] for part in parts], groups),
        )


def _name(group: tuple[Hashable, ...]) -> str:
    return "+".join(str(label) for label in group)


def _equal_stretches(order: NDArray[np.int64], n_parts: int) -> list[NDArray[np.int64]]:
    ends = [len(order) * part // n_parts for part in range(1, n_parts)]
    return np.split(order, ends)


def _seen(labels: list[NDArray[Any]], groups: list[tuple[Any, ...]]) -> NDArray[np.bool_]:
    arrived: set[Hashable] = set()
    seen = np.zeros((len(labels), len(groups)), dtype=np.bool_)
    for row, part in enumerate(labels):
        arrived.update(part.tolist())
        seen[row] = [arrived.issuperset(group) for group in groups]
    return seen
