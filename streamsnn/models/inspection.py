"""What a model holds, class by class, counted from the arrays of its core."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.core import Core
from streamsnn.memory.formats import Format
from streamsnn.models.arrays import arrays_of, holding
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.features import Label
from streamsnn.network import INPUT, Projection
from streamsnn.types import Accounts, Ints, Rule

MOST_BINS = 16  # stored values that are told apart; of more, neighbours share a bin


@dataclass(frozen=True)
class ClassMemory:
    """What is stored of one class.

    Attributes
    ----------
    label
        The class.
    samples
        Samples of it that were learned from or passed over; None where the rule keeps no such clock.
    units, units_left
        Neurons that speak for it, and how many more it may open; None where no rule opens any.
    hits, hits_median, hits_max
        Samples that its units have learned: their sum, median and maximum; None where nobody counts.
    levels
        How many of its synapses in use store a value of each of `Inspection.bins`.
    words
        Synapses in use: those that store another value than 0.
    writes
        Writes that made these values; None where that is not known.
    age_median, age_max
        Samples of its own class since a unit last learned; None where the rule keeps no such clock.
    n_bytes
        Synaptic memory of its units in the bits of the format.
    """

    label: Label
    samples: int | None
    units: int
    units_left: int | None
    hits: int | None
    hits_median: float | None
    hits_max: int | None
    levels: tuple[int, ...]
    words: int
    writes: int | None
    age_median: float | None
    age_max: int | None
    n_bytes: int


@dataclass(frozen=True)
class ProjectionMemory:
    """One projection: what is stored, in which form, and what it cost so far (counters above 0)."""

    name: str
    rule: str | None
    format: str
    rows: int
    columns: int
    synapses: int
    n_bytes: int
    counters: dict[str, int]


@dataclass(frozen=True)
class Inspection:
    """A model as plain values.

    Attributes
    ----------
    parameters
        Each parameter of the model, as Python writes it.
    features
        Names of the features.
    samples
        Samples of the stream that it has met.
    writes
        Writes of all projections together.
    n_bytes
        Bytes of the emulator's arrays, at capacity.
    projections
        From input to output.
    free_units
        Neurons that have no class yet, where all classes share a given number of them; else None.
    bins
        Smallest and largest stored value that each number in `ClassMemory.levels` counts.
    classes
        In order of appearance.
    remarks
        What is not known, and why.

    Examples
    --------
    >>> model = SpikingClassifier(n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0}, "yes")
    >>> held = inspect_model(model)
    >>> held.classes[0].units, held.classes[0].hits, held.classes[0].writes
    (1, 1, 4)
    """

    parameters: dict[str, str]
    features: tuple[Label, ...]
    samples: int
    writes: int
    n_bytes: int
    projections: tuple[ProjectionMemory, ...]
    free_units: int | None
    bins: tuple[tuple[float, float], ...]
    classes: tuple[ClassMemory, ...]
    remarks: tuple[str, ...]


def inspect_model(model: SpikingClassifier) -> Inspection:
    """Count what `model` holds; nothing is changed, and what a rule defers is not settled first."""
    core = model.core
    counters = core.counters
    learned = holding(core.network)
    stored = _Stored(core, learned, len(model.classes_))
    return Inspection(
        parameters={name: repr(value) for name, value in model._get_params().items()},
        features=tuple(model.features_.names),  # type: ignore[arg-type]  # saved ones are plain
        samples=counters["samples"],
        writes=counters["writes"],
        n_bytes=core.nbytes,
        projections=tuple(_projection(core, p) for p in core.network.projections),
        free_units=stored.free_units,
        bins=stored.bins,
        classes=tuple(stored.of(c, label) for c, label in enumerate(model.classes_.labels)),
        remarks=(*stored.remarks(), *_left_out(core, learned)),
    )


def _left_out(core: Core, learned: Projection) -> Iterator[str]:
    """What else learns."""
    for p in core.network.projections:
        if p.rule is not None and p is not learned:
            yield f"Classes are those of {learned.name}; {p.name}, which learns beside it, is not among them."


def _bytes(n_synapses: int, fmt: Format) -> int:
    return math.ceil(n_synapses * fmt.bits / 8)


def _projection(core: Core, p: Projection) -> ProjectionMemory:
    n = core.n_synapses(p.name)
    rows, columns = core.n_features * core.network.encoder.lines, core.size(p.post)
    if p.pre != INPUT:
        rows = core.size(p.pre)
    counted = {name: count for name, count in core.counters.of(p.name).items() if count}
    rule = None if p.rule is None else repr(p.rule)
    return ProjectionMemory(p.name, rule, repr(p.format), rows, columns, n, _bytes(n, p.format), counted)


class _Stored:
    """The learned projection's arrays, cut by class."""

    def __init__(self, core: Core, learned: Projection, n_classes: int) -> None:
        assert learned.rule is not None
        self.rule: Rule = learned.rule
        self.format = learned.format
        self.n_classes = n_classes
        given = arrays_of(core, learned)
        n = int(given["n"][0])
        self.w: NDArray[Any] = core.weights(learned.name)[:, :n]
        self.free_units = core.size(learned.post) - n if "used" in given else None
        self.owner = given.get("owner", np.arange(n)).astype(np.int64)
        self.hits: Ints | None = given.get("hits")
        self.samples = self.rule.class_samples(given) if isinstance(self.rule, Accounts) else None
        self.age = self.rule.ages(given) if isinstance(self.rule, Accounts) else None
        self.counted = core.counters.of(learned.name)["writes"]
        self.writes = self._writes(given)
        self.bins = tuple(self._bins())

    def _writes(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Writes of each class: from the rule's own account, or from values that only climb by one."""
        found = self.rule.class_writes(given) if isinstance(self.rule, Accounts) else None
        self.climbs = found is None
        if found is None and self.rule.opens_units:
            found = np.bincount(self.owner, self.w.sum(axis=0), self.n_classes).astype(np.int64)
        return found if found is not None and int(found.sum()) == self.counted else None

    def _bins(self) -> Iterator[tuple[float, float]]:
        low, high = float(self.w.min(initial=0)), float(self.w.max(initial=0))
        if self.w.dtype.kind != "i":
            edges = np.linspace(low, high, MOST_BINS + 1).tolist()
            yield from pairwise(edges) if high > low else ()
            return
        limits = self.format.constants()[1:3]
        if limits[1] - limits[0] < MOST_BINS:  # few levels are all shown, used or not
            low, high = limits
        if low == 0:  # zeros are not in use
            low = 1
        wide = math.ceil((high - low + 1) / MOST_BINS)
        for start in range(int(low), int(high) + 1, wide):
            yield start, min(start + wide - 1, int(high))

    def of(self, c: int, label: Label) -> ClassMemory:
        """What is stored of class c."""
        own = np.flatnonzero(self.owner == c)
        values = self.w[:, own]
        room = getattr(self.rule, "max_units", None) if self.rule.opens_units else None
        hits = None if self.hits is None or not own.size else self.hits[own]
        age = None if self.age is None or not own.size else self.age[own]
        return ClassMemory(
            label=label,
            samples=None if self.samples is None else int(self.samples[c]),
            units=own.size,
            units_left=None if room is None else max(room - own.size, 0),
            hits=None if self.hits is None else int(self.hits[own].sum()),
            hits_median=None if hits is None else float(np.median(hits)),
            hits_max=None if hits is None else int(hits.max()),
            levels=self._histogram(values),
            words=int(np.count_nonzero(values)),
            writes=None if self.writes is None else int(self.writes[c]),
            age_median=None if age is None else float(np.median(age)),
            age_max=None if age is None else int(age.max()),
            n_bytes=_bytes(values.size, self.format),
        )

    def _histogram(self, values: NDArray[Any]) -> tuple[int, ...]:
        starts = np.array([low for low, _ in self.bins])
        where = np.searchsorted(starts, values[values != 0], side="right") - 1
        counted: tuple[int, ...] = tuple(np.bincount(where, minlength=starts.size).tolist())
        return counted

    def remarks(self) -> Iterator[str]:
        """What is not known, and why."""
        name = type(self.rule).__name__
        if self.writes is not None:
            how = (
                "the sum of its stored values, each raised by 1 at a time" if self.climbs else "its account's"
            )
            yield f"Writes of a class are {how}; together they are the {self.counted:,} that were counted."
        else:
            yield (
                f"Writes by class are not known: {self.counted:,} were counted for all classes together, and "
                "stored values do not tell how often they were changed."
            )
        if self.age is None:
            yield f"Age is not known: {name} keeps no clock of its classes."
