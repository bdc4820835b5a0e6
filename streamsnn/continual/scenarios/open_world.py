"""Open world: some classes are never learned, and should be flagged when they turn up."""

from dataclasses import dataclass, field, replace

import numpy as np

from streamsnn.continual.course import Course, Scenario
from streamsnn.continual.labelled import LabelledSet
from streamsnn.continual.scenarios.class_incremental import ClassIncremental, group_of, ordered_classes


@dataclass(frozen=True)
class OpenWorld:
    """Take some classes out of another scenario's stream, and ask a learner to flag them.

    The training samples of those classes never arrive. Their held-out samples are in no column of the
    accuracy matrix, but are what should be flagged as unknown, as those of the other classes should not.

    Parameters
    ----------
    over
        The scenario that the remaining classes are in.
    share
        Share of the classes that are never learned, drawn from the seed: at least one class, and one
        stays. 0.2 is our choice.

    Raises
    ------
    ValueError
        If ``share`` is outside (0, 1).

    Examples
    --------
    >>> samples = LabelledSet.split("toy", np.zeros((8, 1)), [0, 1, 2, 3] * 2, held_out=0.5)
    >>> course = OpenWorld().course(samples, seed=0)
    >>> len(course.names), len(course.unknown)
    (3, 1)
    """

    over: Scenario = field(default_factory=ClassIncremental)
    share: float = 0.2

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0:
            raise ValueError(
                f"share {self.share}: give a share of the classes between 0 and 1, both excluded."
            )

    def course(self, samples: LabelledSet, seed: int) -> Course:
        """Make the other scenario's course of the classes that stay; equal seeds give equal courses.

        Raises
        ------
        ValueError
            If the set has one class only, or holds no sample out of a class that is never learned.
        """
        classes = ordered_classes(samples, seed, shuffled=True)
        if len(classes) < 2:
            raise ValueError(f"{samples.name}: its one class must be learned; take a set of two or more.")
        never = min(max(1, int(np.floor(self.share * len(classes) + 0.5))), len(classes) - 1)
        learned = [classes[never:]]
        train, test = group_of(samples.y_train, learned) == 0, group_of(samples.y_test, learned) == 0
        if test.all():
            raise ValueError(f"{samples.name}: no sample of an unknown class is held out; hold some out.")
        course = self.over.course(samples.only("train", train).only("test", test), seed)
        made = course.samples
        # Unknown samples go behind those that the columns count.
        everything = replace(
            made,
            x_test=np.concatenate([made.x_test, samples.x_test[~test]]),
            y_test=np.concatenate([made.y_test, samples.y_test[~test]]),
            group_test=None
            if made.group_test is None or samples.group_test is None
            else np.concatenate([made.group_test, samples.group_test[~test]]),
        )
        unknown = np.arange(len(made.x_test), len(everything.x_test))
        return replace(course, samples=everything, unknown=unknown)
