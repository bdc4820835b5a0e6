"""A course: what a learner meets, in which order, and what it is tested on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streamsnn.continual.labelled import LabelledSet

BLOCK = 512  # rows made float64 at a time: bounds memory, and costs nothing a row


class View(Protocol):
    """How samples are seen: a pure function of rows, shape (m, d), to rows of the same shape."""

    def __call__(self, x: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return the rows as they are seen."""


@dataclass(frozen=True)
class Domain:
    """What some samples have in common: how they are seen and called, and which answers are allowed.

    Parameters
    ----------
    name
        For tables.
    view
        Change of the rows; None leaves them.
    classes
        The only answers asked for, told to the learner as a task label would; None for any.
    relabel
        What classes are called here, for those that have another name than in the set; None leaves all.

    >>> Domain("left").view is None
    True
    """

    name: str = ""
    view: View | None = None
    classes: tuple[Hashable, ...] | None = None
    relabel: Mapping[Hashable, Hashable] | None = None


@dataclass(frozen=True, eq=False)
class HeldOut:
    """One column of the accuracy matrix: held-out samples by position, and the domain they are seen in."""

    name: str
    rows: NDArray[np.int64]
    domain: int = 0


@dataclass(frozen=True, eq=False)
class Course:
    """A stream cut into T experiences, and the held-out samples of its accuracy matrix.

    Parameters
    ----------
    samples
        Where rows come from.
    rows
        Positions of the training samples in the order in which they arrive, shape (n,); may repeat.
    boundaries
        How many samples have arrived when each experience ends, shape (T,); the last is n.
    names
        One name for each experience.
    held_out
        Columns of the accuracy matrix; none where only test-then-train scores make sense.
    domains, domain_of
        What samples may have in common, and which of them sample k of the stream has, shape (n,).
    delay
        Samples that arrive between a sample and its label.
    told
        Is a learner told where experiences begin?
    unknown
        Positions of held-out samples whose class is never learned.

    Raises
    ------
    ValueError
        If boundaries do not ascend to the number of samples, or positions lie outside.

    Examples
    --------
    >>> samples = LabelledSet.split("toy", [[0.0], [0.1], [1.0], [1.1]], [0, 0, 1, 1], held_out=0.5)
    >>> columns = (HeldOut("0", np.array([0])), HeldOut("1", np.array([1])))
    >>> course = Course(samples, np.array([0, 1]), (1, 2), ("0", "1"), columns)
    >>> course.seen.tolist(), [y for _, y in course.stream()]
    ([[True, False], [True, True]], [0, 1])
    """

    samples: LabelledSet
    rows: NDArray[np.int64]
    boundaries: tuple[int, ...]
    names: tuple[str, ...]
    held_out: tuple[HeldOut, ...]
    domains: tuple[Domain, ...] = (Domain(),)
    domain_of: NDArray[np.int64] | None = None
    delay: int = 0
    told: bool = True
    unknown: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        ends = (0, *self.boundaries)
        n = len(self.rows)
        if len(ends) < 2 or ends[-1] != n or any(a >= b for a, b in pairwise(ends)):
            raise ValueError(
                f"Boundaries must ascend to the {n} samples of the stream, but are {self.boundaries}."
            )
        if len(self.names) != len(self.boundaries):
            raise ValueError(f"{len(self.boundaries)} experiences have {len(self.names)} names.")
        if self.delay < 0:
            raise ValueError(f"delay {self.delay}: give a number of samples from 0.")
        _check_positions("sample", self.rows, len(self.samples.x_train))
        if len(self._domain_of) != len(self.rows):
            raise ValueError(f"{len(self.rows)} samples arrive, but {len(self._domain_of)} have a domain.")
        _check_positions("domain", self._domain_of, len(self.domains))
        _check_positions("unknown sample", self.unknown, len(self.samples.x_test))
        for column in self.held_out:
            _check_positions(f"held-out {column.name}", column.rows, len(self.samples.x_test))
            if not len(column.rows) or not 0 <= column.domain < len(self.domains):
                raise ValueError(
                    f"Column {column.name} holds {len(column.rows)} samples out, of domain {column.domain}."
                )

    @cached_property
    def _domain_of(self) -> NDArray[np.int64]:
        return np.zeros(len(self.rows), np.int64) if self.domain_of is None else self.domain_of

    @property
    def labels(self) -> NDArray[Any]:
        """Labels in order of arrival, shape (n,)."""
        return self.called(self.samples.y_train[self.rows], self._domain_of)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """``seen[i, j]``, shape (T, C): has all that column j asks for arrived by the end of experience i?

        What a column asks for are its pairs of class and domain; one that never arrives is never seen.
        """
        arrivals: dict[tuple[Hashable, int], int] = {}
        pairs = list(zip(self.labels.tolist(), self._domain_of.tolist(), strict=True))
        for when in range(len(pairs) - 1, -1, -1):
            arrivals[pairs[when]] = when + 1
        seen = np.zeros((len(self.boundaries), len(self.held_out)), np.bool_)
        for j, column in enumerate(self.held_out):
            asked = {(label, column.domain) for label in self._column_labels(j, column.rows)}
            complete = max(arrivals.get(pair, len(pairs) + 1) for pair in asked)
            seen[:, j] = np.array(self.boundaries) >= complete
        return seen

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[NDArray[np.float64], Any]]:
        """Samples, shape (d,), with their labels, in order of arrival."""
        stop = len(self.rows) if stop is None else stop
        for begin in range(start, stop, BLOCK):
            end = min(begin + BLOCK, stop)
            rows, domain_of = self.rows[begin:end], self._domain_of[begin:end]
            block = self.seen_as(self.samples.x_train[rows], domain_of)
            labels = self.called(self.samples.y_train[rows], domain_of)
            yield from zip(block, labels.tolist(), strict=True)

    def column(self, j: int, limit: int | None = None) -> tuple[NDArray[np.float64], list[Any]]:
        """Samples, shape (m, d), and labels of column j, or of ``limit`` of them, evenly spaced."""
        rows = self.held_out[j].rows
        rows = rows[spaced(len(rows), limit)]
        x = self.seen_as(self.samples.x_test[rows], np.full(len(rows), self.held_out[j].domain))
        return x, self._column_labels(j, rows)

    def _column_labels(self, j: int, rows: NDArray[np.int64]) -> list[Any]:
        domain_of = np.full(len(rows), self.held_out[j].domain)
        labels: list[Any] = self.called(self.samples.y_test[rows], domain_of).tolist()
        return labels

    def domain_at(self, k: int) -> Domain:
        """Domain of sample k of the stream."""
        return self.domains[int(self._domain_of[k])]

    def seen_as(self, rows: NDArray[Any], domain_of: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rows as float64, each changed by the view of its domain."""
        x = np.ascontiguousarray(rows, dtype=np.float64)
        for domain in np.unique(domain_of).tolist():
            view = self.domains[domain].view
            if view is None:
                continue
            here = np.flatnonzero(domain_of == domain)
            for start in range(0, len(here), BLOCK):  # what a view makes on the way stays in the cache
                block = here[start : start + BLOCK]
                x[block] = view(x[block])
        return x

    def called(self, labels: NDArray[Any], domain_of: NDArray[np.int64]) -> NDArray[Any]:
        """Labels as they are called in their domains."""
        for number, domain in enumerate(self.domains):
            if domain.relabel is not None:
                here = domain_of == number
                # as wide as any label, since a longer name may take the place of a shorter one
                labels = labels.astype(np.result_type(labels, self.samples.y_train))
                labels[here] = [domain.relabel.get(label, label) for label in labels[here].tolist()]
        return labels

    def arriving(self, order: NDArray[np.int64], boundaries: tuple[int, ...]) -> Course:
        """The samples at these positions of the stream, in this order and cut at these boundaries."""
        domain_of = None if self.domain_of is None else self.domain_of[order]
        return replace(self, rows=self.rows[order], domain_of=domain_of, boundaries=boundaries)

    def mixed(self, seed: int) -> Course:
        """The same samples and tests with no order left: the i.i.d. figure to read beside this course's.

        Experiences become as many stretches of equal length (to within one sample).
        """
        n, parts = len(self.rows), len(self.boundaries)
        order = np.lexsort((self.rows, self._domain_of))[np.random.default_rng(seed).permutation(n)]
        stretches = self.arriving(order, tuple(n * part // parts for part in range(1, parts + 1)))
        return replace(stretches, names=tuple(f"stretch {number}" for number in range(1, parts + 1)))


class Scenario(Protocol):
    """What makes a course of a labelled set."""

    def course(self, samples: LabelledSet, seed: int) -> Course:
        """Return the course; equal seeds give equal courses."""


def columns(samples: LabelledSet, parts: Iterable[tuple[str, NDArray[np.bool_], int]]) -> tuple[HeldOut, ...]:
    """Columns from names, masks of the held-out samples, shape (m,), and domains.

    A set that holds nothing out has no columns.

    Raises
    ------
    ValueError
        If it holds something out, but nothing for one of the columns.

    >>> samples = LabelledSet.split("toy", np.zeros((4, 1)), [0, 0, 1, 1], held_out=0.5)
    >>> columns(samples, [("ones", samples.y_test == 1, 0)])[0].rows.tolist()
    [1]
    """
    if not len(samples.x_test):
        return ()
    made = tuple(HeldOut(name, np.flatnonzero(mask), domain) for name, mask, domain in parts)
    empty = next((column.name for column in made if not len(column.rows)), None)
    if empty is not None:
        raise ValueError(f"{samples.name}: no sample of {empty} is held out; hold out some of each part.")
    return made


def spaced(m: int, limit: int | None) -> NDArray[np.int64]:
    """Which of m held-out samples are taken where ``limit`` of them are asked for: evenly spaced.

    >>> spaced(6, 3).tolist(), spaced(2, 3).tolist(), spaced(2, None).tolist()
    ([0, 2, 4], [0, 1], [0, 1])
    """
    n = m if limit is None else min(limit, m)
    return np.arange(n) * m // max(n, 1)


def _check_positions(what: str, positions: NDArray[np.int64], end: int) -> None:
    if len(positions) and not (positions.min() >= 0 and positions.max() < end):
        raise ValueError(
            f"Positions of {what}s lie between {positions.min()} and {positions.max()}, but there are {end}."
        )
