"""The one evaluation loop: predict, score, learn; test on held-out samples without disturbing anything."""

import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.continual.accuracy_matrix import AccuracyMatrix
from streamsnn.continual.baselines.learner import Verbs
from streamsnn.continual.course import Course, spaced
from streamsnn.continual.held_out import counts, judged, right_answers
from streamsnn.continual.metrics.anytime import Anytime
from streamsnn.continual.open_world import Flagging, Flags
from streamsnn.continual.prequential import Prequential
from streamsnn.memory.counters import WRITES

LOOKS = 100  # how often a watcher is called in a run


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What one pass over a course gave.

    Parameters
    ----------
    matrix
        Held-out accuracy after every experience; None where the course holds nothing out.
    untrained
        Held-out accuracy on each column before anything was learned, shape (C,).
    anytime
        Accuracy at the boundaries and between them, all on the same held-out samples; None without any.
    prequential
        Test-then-train scores.
    step_ns
        Wall time of predicting and learning each sample, shape (n,).
    writes
        Synaptic writes at each sample, shape (n,); None if the learner does not count.
    counters
        What the learner counted over the pass; None if it does not.
    flags
        How it took samples of classes that it never learned; None if the course has none.
    seconds
        Wall time of the pass, held-out tests left out.
    """

    matrix: AccuracyMatrix | None
    untrained: NDArray[np.float64]
    anytime: Anytime | None
    prequential: Prequential
    step_ns: NDArray[np.int64]
    writes: NDArray[np.int64] | None
    counters: Mapping[str, int] | None
    flags: Flags | None
    seconds: float


def refusal(learner: Any, course: Course) -> str | None:
    """Why a learner cannot take a course, in one sentence; None if it can.

    Examples
    --------
    >>> from streamsnn.continual.baselines import RepeatLastLabel
    >>> from streamsnn.continual import ClassIncremental, LabelledSet
    >>> samples = LabelledSet.split("toy", np.zeros((4, 1)), [0, 0, 1, 1], held_out=0.5)
    >>> refusal(RepeatLastLabel(), ClassIncremental().course(samples, seed=0)) is None
    True
    """
    verbs = Verbs(learner)
    name = type(learner).__name__
    if verbs.probabilities is None and any(domain.classes is not None for domain in course.domains):
        return f"{name} has no predict_proba_one, which a scenario that tells the classes asked for needs"
    if verbs.probabilities is None and len(course.unknown):
        return f"{name} has no predict_proba_one, which flagging unknown classes needs"
    return None


def evaluate(
    learner: Any,
    course: Course,
    *,
    every: int | None = None,
    anytime_limit: int = 100,
    watch: Callable[[int], None] | None = None,
) -> Evaluation:
    """Run one pass over a course: predict each sample, score it, learn it; test as each experience ends.

    Parameters
    ----------
    learner
        A fresh `Learner`; it is left trained.
    course
        What it meets, and what it is tested on. With a ``delay``, labels still owed when the stream ends
        are learned before the last test.
    every
        Also test each time so many samples have been met, on at most ``anytime_limit`` samples a column.
    watch
        Called now and then with the number of samples met, for progress.

    Raises
    ------
    ValueError
        If ``every`` or ``anytime_limit`` is not positive.
    TypeError
        If the learner cannot take the course: `refusal` says why.

    Examples
    --------
    >>> from streamsnn.continual import ClassIncremental, LabelledSet
    >>> from streamsnn.continual.baselines import NearestClassMean
    >>> samples = LabelledSet.split("toy", [[0.0], [0.1], [1.0], [1.1]], [0, 0, 1, 1], held_out=0.5)
    >>> result = evaluate(NearestClassMean(), ClassIncremental("class").course(samples, seed=0))
    >>> result.matrix.accuracy.tolist(), result.prequential.cumulative
    ([[1.0, 0.0], [1.0, 1.0]], 0.0)
    """
    if (every is not None and every < 1) or anytime_limit < 1:
        raise ValueError(f"every={every}, anytime_limit={anytime_limit}: give numbers of samples from 1.")
    why = refusal(learner, course)
    if why is not None:
        raise TypeError(f"{why}.")
    return _Pass(learner, course, every, anytime_limit, watch).follow()


class _Pass:
    """One learner on one course: what is due at which sample."""

    def __init__(
        self,
        learner: Any,
        course: Course,
        every: int | None,
        anytime_limit: int,
        watch: Callable[[int], None] | None,
    ) -> None:
        self.learner, self.course, self.watch = learner, course, watch
        self.verbs = Verbs(learner)
        self.sizes = [len(column.rows) for column in course.held_out]
        self.limits = [min(size, anytime_limit) for size in self.sizes]
        self.limit = anytime_limit
        n = len(course.rows)
        self.looks = set(range(every, n, every)) if every is not None and self.sizes else set()
        self.matrix = AccuracyMatrix(len(course.boundaries), self.sizes) if self.sizes else None
        self.prequential = Prequential()
        self.step_ns = np.zeros(n, np.int64)
        self.moments: list[tuple[int, NDArray[np.float64]]] = []
        self.owed: deque[tuple[Any, Any]] = deque()
        self.flagging = Flagging(self.verbs) if len(course.unknown) else None
        self.total_writes = _writes_reader(learner)
        self.written = None if self.total_writes is None else np.zeros(n + 1, np.int64)
        self.seconds = 0.0

    def follow(self) -> Evaluation:
        before = self.verbs.counters()
        untrained = self._shares(right_answers(self.learner, self.course), self.sizes)
        start = 0
        if self.total_writes is not None and self.written is not None:
            self.written[0] = self.total_writes()
        for row, stop in enumerate(self.course.boundaries):
            if self.course.told and self.verbs.begin is not None:
                self.verbs.begin(self.course.names[row])
            self._experience(start, stop, last=row == len(self.course.boundaries) - 1)
            if self.matrix is not None:
                columns = judged(self.learner, self.course)
                self.matrix.record(row, counts(columns))
                # the anytime samples are among them: nothing is asked twice
                self._looked(stop, [column[spaced(len(column), self.limit)] for column in columns])
            start = stop
        after, earlier = self.verbs.counters(), before or {}
        return Evaluation(
            matrix=self.matrix,
            untrained=untrained,
            anytime=self._anytime(),
            prequential=self.prequential,
            step_ns=self.step_ns,
            writes=None if self.written is None else np.diff(self.written),
            counters=after and {k: int(v) - int(earlier.get(k, 0)) for k, v in after.items()},
            flags=None if self.flagging is None else self.flagging.judge(self.course),
            seconds=self.seconds,
        )

    def _shares(self, right: list[int], sizes: list[int]) -> NDArray[np.float64]:
        return np.array(right, np.float64) / np.maximum(sizes, 1)

    def _looked(self, when: int, columns: list[NDArray[np.bool_]]) -> None:
        self.moments.append((when, self._shares(counts(columns), self.limits)))

    def _anytime(self) -> Anytime | None:
        if not self.moments:
            return None
        times, shares = zip(*self.moments, strict=True)
        return Anytime(times, shares, self.course.boundaries, self.course.seen)

    def _experience(self, start: int, stop: int, last: bool) -> None:
        """Meet the samples from `start` to `stop`, with a test wherever one is due between them."""
        for begin, end in _between(start, stop, self.looks, max(len(self.course.rows) // LOOKS, 1)):
            began = time.perf_counter()
            self._meet(begin, end)
            if last and end == stop:
                while self.owed:
                    self.verbs.learn(*self.owed.popleft())
            self.seconds += time.perf_counter() - began
            if end in self.looks and end != stop:
                self._looked(end, judged(self.learner, self.course, self.limit))
            if self.watch is not None:
                self.watch(end)

    def _meet(self, begin: int, end: int) -> None:
        """The loop that every sample passes: nothing in it that can be done outside."""
        clock, update, step = time.perf_counter_ns, self.prequential.update, self._step()
        step_ns, written, writes = self.step_ns, self.written, self.total_writes
        for k, (x, y) in enumerate(self.course.stream(begin, end), begin):
            start = clock()
            said = step(x, y, k)
            step_ns[k] = clock() - start
            update(y, said)
            if written is not None and writes is not None:
                written[k + 1] = writes()

    def _step(self) -> Callable[[Any, Any, int], Hashable | None]:
        """Predict, then learn: in one forward pass where nothing stands between the two."""
        verbs, owed, delay = self.verbs, self.owed, self.course.delay
        predict, learn, prequential = verbs.predict, verbs.learn, verbs.prequential
        masked = any(domain.classes is not None for domain in self.course.domains)
        flagging = self.flagging

        def apart(x: Any, y: Any, k: int) -> Any:
            said = predict(x)
            learn(x, y)
            return said

        def together(x: Any, y: Any, k: int) -> Any:
            assert prequential is not None
            return prequential(x, y)

        def with_all(x: Any, y: Any, k: int) -> Any:
            classes = self.course.domain_at(k).classes
            if flagging is not None:
                said = flagging.predict(x, y)
            else:
                said = predict(x) if classes is None else verbs.predict_among(x, classes)
            owed.append((x, y))
            if len(owed) > delay:
                learn(*owed.popleft())
            return said

        if delay or masked or flagging is not None:
            return with_all
        return apart if prequential is None else together


def _between(start: int, stop: int, looks: set[int], stride: int) -> list[tuple[int, int]]:
    """Stretches from `start` to `stop` that end at looks, and at multiples of `stride` for progress."""
    ends = sorted(
        {stop, *(k for k in looks if start < k < stop), *range((start // stride + 1) * stride, stop, stride)}
    )
    return list(zip([start, *ends[:-1]], ends, strict=True))


def _writes_reader(learner: Any) -> Callable[[], int] | None:
    """What reads the writes so far, cheap enough for every sample."""
    core = getattr(learner, "core", None)
    if core is not None and hasattr(core, "totals"):
        return lambda: int(core.totals[WRITES])
    counters = getattr(learner, "counters", None)
    if counters is not None and "writes" in counters:
        return lambda: int(learner.counters["writes"])
    return None
