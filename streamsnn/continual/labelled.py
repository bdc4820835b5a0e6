"""Labelled vectors, split into what is learned from and what is held out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streamsnn.continual.split import label_vector, stratified_split


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Samples to learn from and samples held out, each a vector with a label.

    Rows keep the type of their file (bytes for images); what reads them makes them float64 in blocks.

    Parameters
    ----------
    name
        Name of the data set.
    x_train, x_test
        Samples, shapes (n, d) and (m, d), m may be 0.
    y_train, y_test
        Labels, shapes (n,) and (m,), integers or strings.
    low, high
        Range of every feature where it is known, in the feature's unit.
    image
        Shape of the picture that a row holds, (height, width) or (height, width, channels), if it is one.
    group_train, group_test
        Where each sample comes from: the person, speaker, batch or year; shapes (n,) and (m,).
    in_time
        Do the training rows stand in the order in which they were measured?

    Raises
    ------
    ValueError
        If shapes do not belong together, or there is no sample to learn from.

    Examples
    --------
    >>> samples = LabelledSet.split("toy", [[0.0], [0.1], [1.0], [1.1]], [0, 0, 1, 1], held_out=0.5, seed=0)
    >>> samples.x_train.shape, samples.y_test.tolist(), samples.classes
    ((2, 1), [0, 1], (0, 1))
    """

    name: str
    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    low: float | None = None
    high: float | None = None
    image: tuple[int, ...] | None = None
    group_train: NDArray[Any] | None = None
    group_test: NDArray[Any] | None = None
    in_time: bool = False

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            x, y, group = (getattr(self, f"{what}_{part}") for what in ("x", "y", "group"))
            if x.ndim != 2 or len(x) != len(y) or (group is not None and len(group) != len(y)):
                shapes = f"{x.shape}, {y.shape}" + ("" if group is None else f" and {group.shape}")
                raise ValueError(f"{self.name}: samples, labels and groups to {part} have shapes {shapes}.")
        label_vector(self.y_train)
        if self.x_train.shape[1] != self.x_test.shape[1]:
            raise ValueError(
                f"{self.name}: {self.x_train.shape[1]} features to train, {self.x_test.shape[1]} to test."
            )
        if self.image is not None and int(np.prod(self.image)) != self.x_train.shape[1]:
            raise ValueError(
                f"{self.name}: a picture of {self.image} is not {self.x_train.shape[1]} features."
            )

    def only(self, part: Literal["train", "test"], rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Leave out all but some rows of one part, given by number or by mask.

        >>> samples = LabelledSet.split("toy", [[0.0], [0.1], [1.0], [1.1]], [0, 0, 1, 1], held_out=0.5)
        >>> samples.only("train", np.array([1])).y_train.tolist()
        [1]
        """
        given = {f"{what}_{part}": getattr(self, f"{what}_{part}") for what in ("x", "y", "group")}
        kept: dict[str, Any] = {name: None if array is None else array[rows] for name, array in given.items()}
        return replace(self, **kept)

    @property
    def classes(self) -> tuple[Hashable, ...]:
        """Labels of the training samples, ascending."""
        return tuple(np.unique(self.y_train).tolist())

    @classmethod
    def split(
        cls, name: str, x: ArrayLike, y: ArrayLike, *, held_out: float = 0.2, seed: int = 0, **known: Any
    ) -> Self:
        """Hold a share of each class out of one set; other keywords are those of the class.

        Raises
        ------
        ValueError
            As `stratified_split`.
        """
        labels = label_vector(y)
        test = np.zeros(len(labels), np.bool_)
        test[stratified_split(labels, held_out, seed)[1]] = True
        return cls.parted(name, np.asarray(x), labels, test, **known)

    @classmethod
    def parted(
        cls,
        name: str,
        x: NDArray[Any],
        y: NDArray[Any],
        test: NDArray[np.bool_],
        *,
        group: ArrayLike | None = None,
        **known: Any,
    ) -> Self:
        """Hold out the samples where ``test``, shape (n,), is true; other keywords are those of the class.

        Examples
        --------
        >>> x, y = np.arange(3.0)[:, None], np.array([0, 1, 0])
        >>> parted = LabelledSet.parted("toy", x, y, np.array([False, False, True]), group=[7, 7, 8])
        >>> parted.y_train.tolist(), parted.group_test.tolist()
        ([0, 1], [8])
        """
        if group is not None:
            groups = np.asarray(group)
            known |= {"group_train": groups[~test], "group_test": groups[test]}
        return cls(name, x[~test], y[~test], x[test], y[test], **known)
