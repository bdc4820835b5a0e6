"""Continual-learning metrics of an accuracy matrix, one unambiguous name per formula.

Throughout, R[i, j] is the held-out accuracy on group j after experience i, shape (T, T), counted from 1 in
the formulas as in the papers. The formulas look at the matrix only: with classes mixed (order ``iid``)
column j is class j, and row i the i-th equal stretch of the stream.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def acc_final(accuracy: ArrayLike, sizes: ArrayLike) -> float:
    """Held-out accuracy over all test samples at the end: sum_j n_j R[T, j] / sum_j n_j.

    n_j is the number of held-out samples of group j. With groups of equal size this is the ACC of Lopez-Paz
    and Ranzato, 2017, (1/T) sum_j R[T, j]; otherwise ACC weighs groups alike and this weighs samples alike.

    Raises
    ------
    ValueError
        If R is not a complete square matrix, or sizes are not T positive numbers.

    Examples
    --------
    >>> acc_final([[1.0, 0.0], [0.5, 1.0]], sizes=[30, 10])
    0.625
    """
    r = _complete(accuracy)
    n = np.asarray(sizes, dtype=np.float64)
    if n.shape != (len(r),) or not (n > 0).all():
        raise ValueError(f"sizes must be {len(r)} positive numbers, but are {n.tolist()}.")
    return float(r[-1] @ n / n.sum())


def acc_seen(accuracy: ArrayLike, seen: ArrayLike | None = None) -> NDArray[np.float64]:
    """Mean accuracy over the groups seen so far, after each experience, shape (T,).

    A_k = (1/|S_k|) sum_{j in S_k} R[k, j], where S_k are the groups seen by the end of experience k.
    ``seen`` is ``Experiences.seen``; without it S_k = {1..k}, one new group an experience, which gives A_k of
    Chaudhry et al., 2018.

    Raises
    ------
    ValueError
        If R is not a complete square matrix, or ``seen`` has another shape or an empty row.

    Examples
    --------
    >>> acc_seen([[1.0, 0.0], [0.5, 1.0]]).tolist()
    [1.0, 0.75]
    """
    r = _complete(accuracy)
    mask = np.tri(len(r), dtype=np.bool_) if seen is None else np.asarray(seen, dtype=np.bool_)
    if mask.shape != r.shape or not mask.any(axis=1).all():
        raise ValueError(
            f"seen must be {r.shape} with at least one seen group in each row, but is {mask.shape} "
            f"with {int(mask.any(axis=1).sum()) if mask.ndim == 2 else 0} such rows."
        )
    means: NDArray[np.float64] = np.mean(r, axis=1, where=mask)
    return means


def acc_average_incremental(accuracy: ArrayLike, seen: ArrayLike | None = None) -> float:
    """Average incremental accuracy, (1/T) sum_k A_k with A_k from ``acc_seen`` (Chaudhry et al., 2018).

    Raises
    ------
    ValueError
        As ``acc_seen``.

    Examples
    --------
    >>> acc_average_incremental([[1.0, 0.0], [0.5, 1.0]])
    0.875
    """
    return float(acc_seen(accuracy, seen).mean())


def forgetting_max(accuracy: ArrayLike) -> float:
    """Drop from the best earlier accuracy: (1/(T-1)) sum_{j<T} (max_{l<T} R[l, j] - R[T, j]).

    F_T of Chaudhry et al., 2018 (RWalk). Negative if the last experience made older groups better.

    Raises
    ------
    ValueError
        If R is not a complete square matrix of at least two experiences.

    Examples
    --------
    >>> forgetting_max([[1.0, 0.0], [0.5, 1.0]])
    0.5
    """
    r = _complete(accuracy, at_least=2)
    return float((r[:-1, :-1].max(axis=0) - r[-1, :-1]).mean())


def forgetting_first(accuracy: ArrayLike) -> float:
    """Drop since a group was learned: (1/(T-1)) sum_{j<T} (R[j, j] - R[T, j]), which is -bwt_gem.

    The 'forgetting' of Avalanche (Lomonaco et al., 2021).

    Raises
    ------
    ValueError
        If R is not a complete square matrix of at least two experiences.

    Examples
    --------
    >>> forgetting_first([[0.5, 0.0], [0.75, 1.0]])
    -0.25
    """
    r = _complete(accuracy, at_least=2)
    return float((np.diagonal(r)[:-1] - r[-1, :-1]).mean())


def bwt_gem(accuracy: ArrayLike) -> float:
    """Backward transfer: (1/(T-1)) sum_{j<T} (R[T, j] - R[j, j]) (Lopez-Paz and Ranzato, 2017).

    Raises
    ------
    ValueError
        If R is not a complete square matrix of at least two experiences.

    Examples
    --------
    >>> bwt_gem([[1.0, 0.0], [0.5, 1.0]])
    -0.5
    """
    r = _complete(accuracy, at_least=2)
    return float((r[-1, :-1] - np.diagonal(r)[:-1]).mean())


def bwt_diaz(accuracy: ArrayLike) -> float:
    """Backward transfer over all rows: 2/(T(T-1)) sum_{i=2..T} sum_{j<i} (R[i, j] - R[j, j]).

    Diaz-Rodriguez et al., 2018; ``bwt_gem`` looks at the last row only.

    Raises
    ------
    ValueError
        If R is not a complete square matrix of at least two experiences.

    Examples
    --------
    >>> bwt_diaz([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.5, 0.5, 1.0]])
    -0.5
    """
    r = _complete(accuracy, at_least=2)
    below = np.tril_indices(len(r), -1)
    return float((r - np.diagonal(r))[below].mean())


def fwt_gem(accuracy: ArrayLike, untrained: ArrayLike) -> float:
    """Forward transfer: (1/(T-1)) sum_{j=2..T} (R[j-1, j] - b_j) (Lopez-Paz and Ranzato, 2017).

    b_j is the accuracy on group j before any learning, given as ``untrained``, shape (T,).

    Raises
    ------
    ValueError
        If R is not a complete square matrix of at least two experiences, or ``untrained`` is not T numbers.

    Examples
    --------
    >>> fwt_gem([[1.0, 0.25], [0.5, 1.0]], untrained=[0.0, 0.125])
    0.125
    """
    r = _complete(accuracy, at_least=2)
    b = np.asarray(untrained, dtype=np.float64)
    if b.shape != (len(r),) or not np.isfinite(b).all():
        raise ValueError(f"untrained must be {len(r)} accuracies, but is {b.tolist()}.")
    return float((np.diagonal(r, offset=1) - b[1:]).mean())


def _complete(accuracy: ArrayLike, at_least: int = 1) -> NDArray[np.float64]:
    r = np.asarray(accuracy, dtype=np.float64)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or len(r) == 0:
        raise ValueError(f"An accuracy matrix must be square, but this one has shape {r.shape}.")
    if len(r) < at_least:
        raise ValueError("This metric compares experiences and needs at least 2, but the stream had 1.")
    if not np.isfinite(r).all():
        row = int(np.flatnonzero(~np.isfinite(r).all(axis=1))[0])
        raise ValueError(
            f"Row {row} of the accuracy matrix is not recorded yet; finish every experience first."
        )
    return r
