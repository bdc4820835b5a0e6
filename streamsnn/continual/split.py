"""Split labelled samples into a stream to learn from and a held-out set to test on."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def stratified_split(
    y: ArrayLike, held_out: float = 0.2, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split samples class by class, so that every class keeps its share on both sides.

    A class of n samples gives round(held_out * n) of them, halves rounded up, to the test side;
    at least one sample of each class stays on each side. Which ones is drawn from ``seed`` alone, so the
    same labels and seed give the same split.

    Parameters
    ----------
    y
        Labels, shape (n,), integers or strings.
    held_out
        Share of each class to hold out, between 0 and 1 (both excluded).
    seed
        Seed of the draw.

    Returns
    -------
    train, test
        Ascending positions in ``y``; together every position once.

    Raises
    ------
    ValueError
        If ``held_out`` is outside (0, 1), ``y`` is not a non-empty vector, or a class has one sample only.

    Examples
    --------
    >>> train, test = stratified_split([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], held_out=0.2, seed=0)
    >>> len(train), len(test)
    (8, 2)
    """
    if not 0.0 < held_out < 1.0:
        raise ValueError(f"held_out must lie between 0 and 1, both excluded, but is {held_out!r}.")
    labels = label_vector(y)
    rng = np.random.default_rng(seed)
    test = [_draw(np.flatnonzero(labels == label), label, held_out, rng) for label in np.unique(labels)]
    is_test = np.zeros(len(labels), dtype=np.bool_)
    is_test[np.concatenate(test)] = True
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def label_vector(y: ArrayLike) -> NDArray[Any]:
    """Return ``y`` as a non-empty label vector.

    Raises
    ------
    ValueError
        If ``y`` is not one-dimensional or holds nothing.

    Examples
    --------
    >>> label_vector(["b", "a"]).tolist()
    ['b', 'a']
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) == 0:
        raise ValueError(f"Labels must be a non-empty vector, but their shape is {labels.shape}.")
    return labels


def _draw(
    members: NDArray[np.int64], label: Any, held_out: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    if len(members) < 2:
        raise ValueError(
            f"Class {label} has one sample only; give at least two, one to learn and one to test."
        )
    n_test = int(np.floor(held_out * len(members) + 0.5))
    return rng.permutation(members)[: min(max(n_test, 1), len(members) - 1)]
