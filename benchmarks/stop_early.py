"""The control of every low write count: learn the first samples of each class, then stop.

On a stream that does not change, a learner that simply stops looks as sparse as one that chooses what to
write. A gate is worth having only if it is more accurate at the same number of writes.
"""

from collections.abc import Hashable, Iterator, Sequence
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
    """Positions in the stream of the first sample of every class, then of the second, and so on.

    Where samples come from several domains (speakers one after another), of every class in every domain:
    a control that stopped within the first domains would be too easy to beat.
    """
    seen: dict[tuple[Hashable, int], int] = {}
    found: list[list[int]] = []
    domains = [0] * len(course.rows) if course.domain_of is None else course.domain_of.tolist()
    for k, pair in enumerate(zip(course.labels.tolist(), domains, strict=True)):
        nth = seen[pair] = seen.get(pair, 0) + 1
        if nth > len(found):
            found.append([])
        found[nth - 1].append(k)
    yield from found


def stops(model: SpikingClassifier, course: Course, budgets: Sequence[float]) -> Iterator[Stopped]:
    """Learn whole rounds, one sample of each class; a stop for each budget, ascending, in writes a sample.

    Round by round, as what a class learns does not depend on when other classes come. A stop is the end of
    the round that reaches its budget, so that it is equal or the next above, or where the stream ends. The
    model of a stop learns on when the next is asked for.
    """
    total, n = len(course.rows), 0
    labels, waiting = course.labels.tolist(), rounds(course)
    for writes in budgets:
        while n == 0 or model.core.counters["writes"] < writes * total:
            positions = next(waiting, None)
            if positions is None:
                break
            for k in positions:
                row = np.asarray(course.samples.x_train[course.rows[k]], np.float64)
                model.learn_one(row, labels[k])
            n += 1
        yield Stopped(model, n, model.core.counters["writes"] / total)


def stop_early(model: SpikingClassifier, course: Course, writes: float) -> Stopped:
    """Learn whole rounds until the writes reach `writes` a sample of the stream, and stop."""
    return next(stops(model, course, (writes,)))
