"""The control of every low write count: learn the first samples of each class, then stop.

On a stream that does not change, a learner that simply stops looks as sparse as one that chooses what to
write. A gate is worth having only if it is more accurate at the same number of writes.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np

from streamsnn.continual.course import Course
from streamsnn.models.classifier import SpikingClassifier


@dataclass(frozen=True)
class Stopped:
    """A learner that has stopped.

    Attributes
    ----------
    model
        What it has learned.
    n
        Samples of each class that it learned.
    writes_per_sample
        Synapses that changed, over all samples of the stream, also those passed over.
    """

    model: SpikingClassifier
    n: int
    writes_per_sample: float


def rounds(course: Course) -> Iterator[list[int]]:
    """Positions in the stream of the first sample of every class, then of the second, and so on."""
    seen: dict[Hashable, int] = {}
    found: list[list[int]] = []
    for k, label in enumerate(course.labels.tolist()):
        nth = seen[label] = seen.get(label, 0) + 1
        if nth > len(found):
            found.append([])
        found[nth - 1].append(k)
    yield from found


def stop_early(model: SpikingClassifier, course: Course, writes: float) -> Stopped:
    """Learn whole rounds, one sample of each class, until the writes reach `writes` a sample of the stream.

    Round by round, as what a class learns does not depend on when other classes come. Stops at the end of
    the round that reaches the number, so that it is equal or the next above, or where the stream ends.
    """
    total, n = len(course.rows), 0
    labels = course.labels.tolist()
    for positions in rounds(course):
        for k in positions:
            row = np.asarray(course.samples.x_train[course.rows[k]], np.float64)
            model.learn_one(row, labels[k])
        n += 1
        if model.core.counters["writes"] >= writes * total:
            break
    return Stopped(model, n, model.core.counters["writes"] / total)
