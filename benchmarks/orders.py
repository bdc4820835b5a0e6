"""The orders in which benchmarks of counting units learn a data set."""

from typing import Literal

import numpy as np

from streamsnn.continual.course import Course
from streamsnn.continual.labelled import LabelledSet
from streamsnn.continual.scenarios.class_incremental import ClassIncremental
from streamsnn.continual.scenarios.domain_incremental import DomainIncremental

Arranged = Literal["class", "iid", "groups", "time"]


def arranged(samples: LabelledSet, order: Arranged, seed: int) -> Course:
    """Class after class, mixed, one group (a speaker) after another, or as recorded and never tested."""
    if order == "time":
        rows = np.arange(len(samples.y_train))
        return Course(samples, rows, (len(rows),), ("all",), ())
    if order == "groups":
        return DomainIncremental("groups").course(samples, seed)
    return ClassIncremental(order).course(samples, seed)
