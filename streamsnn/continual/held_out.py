"""What a learner answers on held-out samples; asking changes nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.continual.baselines.learner import Verbs
from streamsnn.continual.course import Course, Domain


def right_answers(learner: Any, course: Course) -> list[int]:
    """How many held-out samples of each column are right; the learner does not change.

    Examples
    --------
    >>> from streamsnn.continual import ClassIncremental, LabelledSet
    >>> from streamsnn.continual.baselines import RepeatLastLabel
    >>> samples = LabelledSet.split("toy", np.zeros((4, 1)), [0, 0, 1, 1], held_out=0.5)
    >>> right_answers(RepeatLastLabel(), ClassIncremental("class").course(samples, seed=0))
    [0, 0]
    """
    return counts(judged(learner, course))


def judged(learner: Any, course: Course, limit: int | None = None) -> list[NDArray[np.bool_]]:
    """Whether each held-out sample of each column, or ``limit`` of them, is answered right."""
    verbs, columns = Verbs(learner), []
    for j, column in enumerate(course.held_out):
        x, y = course.column(j, limit)
        answers = _answers(verbs, x, course.domains[column.domain])
        columns.append(np.array([said == label for said, label in zip(answers, y, strict=True)], np.bool_))
    return columns


def counts(columns: list[NDArray[np.bool_]]) -> list[int]:
    """How many of each column are right."""
    return [int(column.sum()) for column in columns]


def _answers(verbs: Verbs, x: NDArray[np.float64], domain: Domain) -> Any:
    if domain.classes is None:
        return verbs.predict_many(x)
    return [verbs.predict_among(row, domain.classes) for row in x]
