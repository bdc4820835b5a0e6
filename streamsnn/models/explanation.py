"""Why a model answers as it does: who spoke for which class, and what told them so."""

import copy
import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.core import Core
from streamsnn.models.arrays import arrays_of
from streamsnn.models.attribution import activity, feature_credit
from streamsnn.models.features import Label
from streamsnn.network import Network, Projection
from streamsnn.recording import Raster
from streamsnn.types import Explains, Floats, Ints, Shares


@dataclass(frozen=True)
class UnitVote:
    """What one unit of a class said.

    Attributes
    ----------
    unit
        Index of the neuron in the last layer.
    potential
        Its potential after the sample, in the core's units.
    share
        Its share in the score of its class; those of all units of a class sum to 1, or to less where the
        readout gives a class something without units.
    hits
        Samples that it has learned; None where the rule does not count them.
    code
        The neurons that spiked onto it, and what each added to the potential; largest amount first. They
        sum to the potential.
    features
        Features, and how much more each gave this unit than the mean unit, by way of the neurons that its
        spikes excited (`models.attribution`); largest amount first. They sum to the potential less the
        mean potential: what all units are told alike decides nothing.
    """

    unit: int
    potential: float
    share: float
    hits: int | None
    code: tuple[tuple[int, float], ...]
    features: tuple[tuple[Hashable, float], ...]


@dataclass(frozen=True)
class ClassVote:
    """What was said for one class: its score (None: no unit speaks for it) and its loudest units."""

    label: Label
    score: float | None
    probability: float
    n_units: int
    units: tuple[UnitVote, ...]


@dataclass(frozen=True)
class Explanation:
    """Who spoke for which class, the likeliest class first; `print` it for a table.

    Attributes
    ----------
    prediction
        What `predict_one` says; None before the first label.
    n_classes
        Classes known, of which `classes` lists the likeliest.
    source
        Layer whose spikes the units got: the frozen code, or the input itself.
    code
        Its neurons that spiked.
    classes
        What was said for each of them.

    Examples
    --------
    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0, "b": 2.0}, "yes")
    >>> why = model.explain_one({"a": 1.0, "b": 2.0})
    >>> why.prediction, why.classes[0].units[0].hits, len(why.code)
    ('yes', 1, 4)
    """

    prediction: Label | None
    n_classes: int
    source: str
    code: tuple[int, ...]
    classes: tuple[ClassVote, ...]

    def to_json(self) -> str:
        """Return all of it as indented JSON; feature names that JSON lacks become their `repr`."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False, default=repr) + "\n"

    def __str__(self) -> str:
        if not self.classes:
            return "No class has been learned yet."
        rows = [
            ("class", "probability", "score", "unit", "share", "hits", "potential", "above the mean unit by")
        ]
        for vote in self.classes:
            score = "none" if vote.score is None else f"{vote.score:.2f}"
            head = (f"{vote.label!r}", f"{100 * vote.probability:.1f} %", score)
            said = [_cells(unit) for unit in vote.units] or [("",) * 5]
            rows += [(*(head if n == 0 else ("",) * 3), *cells) for n, cells in enumerate(said)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(_set(row, widths)).rstrip() for row in rows]
        listed = f"; {len(self.classes)} of {self.n_classes} classes are listed"
        more = listed if len(self.classes) < self.n_classes else ""
        return "\n".join((f"{self.prediction!r}, from {len(self.code)} {self.source} neurons{more}", *lines))


def softmax(scores: NDArray[np.float64]) -> Floats:
    """Probabilities from scores; equal ones where no class has a finite score."""
    if not np.isfinite(scores).any():
        return np.full(scores.size, 1.0 / max(scores.size, 1))
    p = np.exp(scores - scores.max())
    whole: Floats = p / p.sum()
    return whole


def explain(
    core: Core,
    x: Floats,
    names: Sequence[Hashable],
    labels: Sequence[Label],
    *,
    classes: int | None,
    units: int | None,
    features: int | None,
) -> Explanation:
    """Predict `x` on a copy of `core`, and take the prediction apart.

    Parameters
    ----------
    core
        The machine; nothing in it changes.
    x
        Features `[n_features]`, NaN for missing ones.
    names, labels
        Of the features and classes.
    classes, units, features
        How many to list, of each class and unit the strongest; None for all.

    Raises
    ------
    TypeError
        If the rule or the readout cannot say who spoke.
    """
    for what, n in (("classes", classes), ("units", units), ("features", features)):
        if n is not None and n < 0:
            raise ValueError(f"{what}={n}: give a number from 0, or None for all")
    learned = _learned(core.network)
    if not labels:
        return Explanation(None, 0, learned.pre, (), ())
    twin = copy.deepcopy(core)  # what defers is settled there, and scratch arrays stay as they are here
    twin.settle()
    scores = twin.run(x[None], np.array([-1]), learn=False, record=True)[0]
    raster = twin.raster()
    code = np.sort(raster.neurons[raster.layers == raster.names.index(learned.pre)])
    said = _Said.of(twin, learned, raster, code)
    probabilities = softmax(scores)
    ranked = np.argsort(-scores, kind="stable")[:classes].tolist()
    votes = []
    for c in ranked:
        own = np.flatnonzero(said.owner == c)
        loudest = own[np.lexsort((-said.v[own].astype(np.float64), -said.share[own]))][:units]
        score = float(scores[c]) if np.isfinite(scores[c]) else None
        listed = tuple(said.vote(int(q), names, features) for q in loudest)
        votes.append(ClassVote(labels[c], score, float(probabilities[c]), own.size, listed))
    prediction = labels[int(scores.argmax())]
    return Explanation(prediction, len(labels), learned.pre, tuple(code.tolist()), tuple(votes))


@dataclass(frozen=True, eq=False)
class _Said:
    """What every unit said to one sample."""

    v: NDArray[Any]
    owner: Ints
    share: Floats
    hits: Ints | None
    code: Ints
    evidence: Floats  # of the active code neurons to the units
    credit: Floats | None  # of the features for the active code neurons

    @classmethod
    def of(cls, core: Core, learned: Projection, raster: Raster, code: Ints) -> "_Said":
        rule, readout = learned.rule, core.network.readout
        given = arrays_of(core, learned)
        v = core.array(f"{learned.post}.v")[: given["n"][0]]
        rows = core.weights(learned.name)[code, : v.size]
        credit = feature_credit(core, raster, learned.pre, code)
        if isinstance(rule, Explains) and isinstance(readout, Shares):
            given["pre"] = code
            given["payload"] = activity(core, raster, learned.pre)[code].astype(np.int64)
            owner, hits = given["owner"].astype(np.int64), given.get("hits")
            evidence, share = rule.evidence(rows, given), readout.shares(v, given)
            return cls(v, owner, share, hits, code, evidence, credit)
        lsb = learned.format.constants()[0] or 1.0
        return cls(v, np.arange(v.size), np.ones(v.size), None, code, rows * float(lsb), credit)

    def vote(self, q: int, names: Sequence[Hashable], n_features: int | None) -> UnitVote:
        evidence = self.evidence[:, q]
        features: tuple[tuple[Hashable, float], ...] = ()
        if self.credit is not None:
            features = _strongest(names, (evidence - self.evidence.mean(axis=1)) @ self.credit, n_features)
        return UnitVote(
            q,
            float(self.v[q]),
            float(self.share[q]),
            None if self.hits is None else int(self.hits[q]),
            _strongest(self.code.tolist(), evidence, None),
            features,
        )


def _strongest(names: Sequence[Any], amounts: Floats, n: int | None) -> tuple[tuple[Any, float], ...]:
    order = np.argsort(-np.abs(amounts), kind="stable")[:n].tolist()
    return tuple((names[i], float(amounts[i])) for i in order if amounts[i] != 0.0)


def _learned(network: Network) -> Projection:
    """The projection whose units speak, if its rule can say what it delivers.

    Raises
    ------
    TypeError
        Else.
    """
    last = network.layers[-1]
    feeding = [p for p in network.projections if p.post == last.name]
    if len(feeding) != 1:
        raise TypeError(f"{len(feeding)} projections feed {last.name!r}: only one can be explained")
    rule = feeding[0].rule
    if rule is not None and any(f.name == "owner" for f in rule.fields()):
        if not isinstance(rule, Explains):
            raise TypeError(f"{type(rule).__name__} cannot explain itself: it has no method evidence")
        if not isinstance(network.readout, Shares):
            readout = type(network.readout).__name__
            raise TypeError(f"{readout} cannot say which unit counted how much: it has no method shares")
    elif rule is not None and rule.deliver() is not None:
        raise TypeError(f"{type(rule).__name__} cannot explain itself: it delivers in a way of its own")
    return feeding[0]


def _cells(unit: UnitVote) -> tuple[str, str, str, str, str]:
    driven = ", ".join(f"{name} ({amount:+.3g})" for name, amount in unit.features)
    hits = "" if unit.hits is None else f"{unit.hits}"
    return f"#{unit.unit}", f"{100 * unit.share:.1f} %", hits, f"{unit.potential:.4g}", driven


def _set(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Text to the left, numbers to the right."""
    text = {0, len(row) - 1}
    return [
        cell.ljust(width) if n in text else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
