"""The one evaluation loop: predict, score, learn, and test on held-out samples at each boundary."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streamsnn.continual.accuracy_matrix import AccuracyMatrix
from streamsnn.continual.baselines.learner import Learner
from streamsnn.continual.class_incremental import Experiences
from streamsnn.continual.prequential import Prequential
from streamsnn.continual.split import label_vector


@dataclass(frozen=True)
class Evaluation:
    """What one pass over a stream gave: held-out matrix, test-then-train score, wall seconds of the pass.

    Examples
    --------
    >>> Evaluation(AccuracyMatrix([(0,)]), Prequential(), seconds=0.5).seconds
    0.5
    """

    matrix: AccuracyMatrix
    prequential: Prequential
    seconds: float


def evaluate(
    learner: Learner,
    x_stream: NDArray[np.floating],
    y_stream: ArrayLike,
    experiences: Experiences,
    x_test: NDArray[np.floating],
    y_test: ArrayLike,
) -> Evaluation:
    """Run one pass over a stream: predict each sample, score it, learn it; test as each experience ends.

    Parameters
    ----------
    learner
        A fresh learner; it is left trained.
    x_stream, y_stream
        Samples, shape (n, d), and labels, shape (n,), in order of arrival: ``x_train[experiences.order]``.
    experiences
        Where experiences end, and which classes each column of the matrix tests.
    x_test, y_test
        Held-out samples, shape (m, d), and labels, shape (m,).

    Raises
    ------
    ValueError
        If the numbers of samples, labels and positions differ.

    Examples
    --------
    >>> from streamsnn.continual.baselines import NearestClassMean
    >>> from streamsnn.continual.class_incremental import ClassIncremental
    >>> x, y = np.array([[0.0], [0.1], [1.0], [1.1]]), np.array([0, 0, 1, 1])
    >>> parts = ClassIncremental("class").experiences(y, seed=0)
    >>> result = evaluate(NearestClassMean(), x[parts.order], y[parts.order], parts, x, y)
    >>> result.matrix.accuracy.tolist(), result.prequential.cumulative
    ([[1.0, 0.0], [1.0, 1.0]], 0.5)
    """
    labels, held_out = label_vector(y_stream).tolist(), label_vector(y_test).tolist()
    if not len(x_stream) == len(labels) == experiences.boundaries[-1]:
        raise ValueError(
            f"The stream has {len(x_stream)} samples and {len(labels)} labels, "
            f"but its experiences end at {experiences.boundaries[-1]}."
        )
    if len(x_test) != len(held_out):
        raise ValueError(f"There are {len(x_test)} held-out samples but {len(held_out)} labels for them.")
    matrix, prequential = AccuracyMatrix(experiences.groups), Prequential()
    began, start = time.perf_counter(), 0
    for row, stop in enumerate(experiences.boundaries):
        for x, y in zip(x_stream[start:stop], labels[start:stop], strict=True):
            prequential.update(y, learner.predict_one(x))
            learner.learn_one(x, y)
        matrix.record(row, held_out, learner.predict_many(x_test))
        start = stop
    return Evaluation(matrix, prequential, time.perf_counter() - began)
