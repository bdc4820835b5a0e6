"""Fewer samples, evenly over the classes."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from streamsnn.continual.labelled import LabelledSet


def limited(samples: LabelledSet, limit: int | None, test_limit: int | None, seed: int) -> LabelledSet:
    """At most so many training and held-out samples, in the order they had; the seed draws them.

    Every class gives as many as any other, or all that it has.

    Parameters
    ----------
    samples
        What to draw from.
    limit, test_limit
        Training and held-out samples to keep; None keeps all.
    seed
        Of the draw.

    Raises
    ------
    ValueError
        If there would not be one sample for each class.

    Examples
    --------
    >>> samples = LabelledSet.split("toy", np.zeros((12, 1)), [0] * 2 + [1] * 10, held_out=0.5)
    >>> limited(samples, 4, None, seed=0).y_train.tolist()
    [0, 1, 1, 1]
    """
    parts: tuple[tuple[Literal["train", "test"], int | None, str], ...] = (
        ("train", limit, "limit"),
        ("test", test_limit, "test_limit"),
    )
    for part, most, what in parts:
        y = getattr(samples, f"y_{part}")
        if most is None or most >= len(y):
            continue
        n_classes = len(np.unique(y))
        if most < n_classes:
            raise ValueError(f"{what} {most}: {samples.name} has {n_classes} classes, give that many or more")
        samples = samples.only(part, _evenly(y, most, seed))
    return samples


def _evenly(y: NDArray[Any], most: int, seed: int) -> NDArray[np.int64]:
    """Positions to keep, ascending: first one of each class, then a second, until there are enough."""
    drawn = np.random.default_rng(seed).permutation(len(y))
    turn = np.empty(len(y), np.int64)  # the how-manieth of its class each drawn sample is
    for label in np.unique(y):
        here = y[drawn] == label
        turn[here] = np.arange(here.sum())
    rows: NDArray[np.int64] = np.sort(drawn[np.argsort(turn, kind="stable")[:most]])
    return rows
