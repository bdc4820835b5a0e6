"""What disturbs a stream: pure functions of its samples, and two learners that stand before another.

Each says what it does to a labelled set or to labels; equal seeds give equal disturbances.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.continual.labelled import LabelledSet

DECADES, OFFSET = 4.0, 100.0
MISSING, WRONG, DELAY = 0.2, 0.1, 100

Rows = NDArray[np.float64]


def rescaled(samples: LabelledSet, seed: int) -> LabelledSet:
    """Every feature in another unit, from another zero.

        x'_f = a_f x_f + b_f,   a_f = 10^U(-4, 4),   b_f ~ N(0, (100 a_f sd_f)^2)

    sd_f is the standard deviation over the training samples, or 1 where they are all alike.
    """
    rng = np.random.default_rng([seed, 1])
    x = samples.x_train.astype(np.float64)
    factor = 10.0 ** rng.uniform(-DECADES, DECADES, x.shape[1])
    sd = x.std(axis=0)
    offset = rng.normal(0.0, OFFSET, x.shape[1]) * factor * np.where(sd > 0.0, sd, 1.0)
    test = samples.x_test.astype(np.float64)
    return replace(
        samples, x_train=x * factor + offset, x_test=test * factor + offset, low=None, high=None, image=None
    )


def with_gaps(samples: LabelledSet, seed: int) -> LabelledSet:
    """Every value, learned or tested, is missing with probability 0.2, whatever the others are: NaN."""
    rng = np.random.default_rng([seed, 2])
    train, test = (_with_gaps(x, rng) for x in (samples.x_train, samples.x_test))
    return replace(samples, x_train=train, x_test=test)


def _with_gaps(x: NDArray[Any], rng: np.random.Generator) -> Rows:
    return np.where(rng.random(x.shape) < MISSING, np.nan, x.astype(np.float64))


def mislabelled(labels: Sequence[Hashable], seed: int) -> list[Hashable]:
    """One label in ten takes the name of another class, each other class as often as any.

    >>> wrong = mislabelled([0] * 50 + [1] * 50, seed=0)
    >>> sum(a != b for a, b in zip(wrong, [0] * 50 + [1] * 50))
    10
    """
    rng = np.random.default_rng([seed, 3])
    classes, code = np.unique(np.array(labels), return_inverse=True)
    chosen = rng.permutation(len(labels))[: round(WRONG * len(labels))]
    if len(classes) > 1:
        code[chosen] = (code[chosen] + rng.integers(1, len(classes), len(chosen))) % len(classes)
    wrong: list[Hashable] = classes[code].tolist()
    return wrong


class Before:
    """A learner in front of another: what follows changes what the other sees, or is told."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def seen(self, x: Rows) -> Any:
        """The sample as the other sees it."""
        return x

    def told(self, y: Hashable) -> Hashable:
        """The label that the other learns."""
        return y

    def learn_one(self, x: Rows, y: Hashable) -> None:
        """Let it learn."""
        self.model.learn_one(self.seen(x), self.told(y))

    def predict_one(self, x: Rows) -> Hashable | None:
        """Ask it."""
        said: Hashable | None = self.model.predict_one(self.seen(x))
        return said


class LeavesOut(Before):
    """Gives samples as dicts, without the values that are missing: what river's models take, and ours."""

    def seen(self, x: Rows) -> dict[int, float]:
        """What is there of the sample."""
        return {f: value for f, value in enumerate(x.tolist()) if value == value}  # NaN is not itself


class Misled(Before):
    """Tells a label that is given here in place of the true one, sample by sample as they are learned."""

    def __init__(self, model: Any, labels: Iterable[Hashable]) -> None:
        super().__init__(model)
        self.labels = iter(labels)

    def told(self, y: Hashable) -> Hashable:
        """The next one."""
        return next(self.labels)
