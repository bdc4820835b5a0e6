"""Explanations by rules of other kinds than counting, against their own arrays; and by who has none."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from streamsnn import CLP, Counting, Explanation, Linear, Mixture, PESEvent, SpikingClassifier, ThreeFactor
from streamsnn.memory.formats import Format
from streamsnn.rules._defaults import OncePerSample
from streamsnn.types import Field, Kernel, Rule

LABELS = ("left", "right", "up")
ROUNDING = 1e-5  # float32 potentials against double sums of ten terms below 10: 1e-6 each


def sample(i: int) -> tuple[dict[str, float], str]:
    label = i % 3
    features = {"a": label + 0.3 * math.sin(i), "b": 50.0 * math.cos(label + 0.1 * i), "c": 0.01 * label}
    return features, LABELS[label]


def trained(rule: Rule) -> SpikingClassifier:
    model = SpikingClassifier(n_hidden=64, k=6, rule=rule)
    for i in range(90):
        model.learn_one(*sample(i))
    return model


def whole(model: SpikingClassifier, x: Mapping[str, float]) -> Explanation:
    return model.explain_one(x, classes=None, units=None, features=None)


def spikes_of(model: SpikingClassifier, x: dict[str, float]) -> list[int]:
    """The code neurons that spike."""
    model.core.run(np.array([list(x.values())]), np.array([-1]), learn=False, record=True)
    raster = model.core.raster()
    return sorted(raster.neurons[raster.layers == 1].tolist())


def test_exemplars_say_how_near_each_feature_is_and_how_they_vote() -> None:
    model = SpikingClassifier()
    for i in range(120):
        x, label = sample(i)
        model.learn_one({name: a for name, a in x.items() if i % 7 or name != "b"}, label)
    x, _ = sample(121)
    why, probabilities = whole(model, x), model.predict_proba_one(x)
    assert why.source == "input" and why.code == (0, 1, 2)
    assert sum(vote.n_units for vote in why.classes) == 120
    voted = [unit for vote in why.classes for unit in vote.units if unit.share > 0]
    assert 15 <= len(voted) <= 45  # the 15 nearest of each of three ages, which overlap
    mean = sum(unit.potential for vote in why.classes for unit in vote.units) / 120
    for vote in why.classes:
        assert vote.probability == probabilities[vote.label]
        for unit in vote.units:
            assert unit.hits is None and unit.potential == sum(amount for _, amount in unit.code)
            # sums of integers up to 2^24, less their mean: doubles hold them to 1e-9
            assert sum(a for _, a in unit.features) == pytest.approx(unit.potential - mean, abs=1e-6)
    # What no neuron gives comes from the lines, which vote last, and from a floor that all classes share.
    twin = copy.deepcopy(model.core)
    twin.step(model.features_.vector(x), learn=False)
    votes, trust = twin.array("readout.vote")[:3], twin.array("readout.trust")
    assert votes[:, -1].sum() == pytest.approx(1.0, rel=1e-12)  # a softmax over three classes, in doubles
    floors = [
        found.probability * (1.0 - sum(unit.share for unit in found.units)) - trust[-1] * votes[c, -1]
        for c, found in enumerate(
            sorted(why.classes, key=lambda found: model.classes_.labels.index(found.label))
        )
    ]
    assert floors == pytest.approx([floors[0]] * 3, rel=1e-9) and 0 < floors[0] < 0.2


def test_prototypes_say_how_much_of_the_cosine_each_line_gave() -> None:
    model = trained(CLP())
    x, _ = sample(91)
    code = spikes_of(model, x)
    arrays = {name: a.tolist() for name, a in model.core.arrays().items()}
    for vote in whole(model, x).classes:
        for unit in vote.units:
            length = math.sqrt(sum(row[unit.unit] ** 2 for row in arrays["p1.w"]))
            part = {i: 2**14 * arrays["p1.w"][i][unit.unit] / (length * math.sqrt(6)) for i in code}
            assert dict(unit.code) == pytest.approx({i: a for i, a in part.items() if a}, rel=1e-12)
            assert abs(sum(part.values()) - unit.potential) <= 0.5  # the core rounds the sum


def test_linear_readouts_say_their_weights() -> None:
    model = trained(ThreeFactor(deferred=True))
    x, _ = sample(91)
    code = spikes_of(model, x)
    before = model.core.arrays()
    why = whole(model, x)
    assert all((model.core.arrays()[name] == a).all() for name, a in before.items())  # nothing was settled
    model.core.settle()
    w = model.core.weights("code->units").tolist()
    for vote in why.classes:
        (unit,) = vote.units
        assert (unit.share, unit.hits, vote.label) == (1.0, None, LABELS[unit.unit])
        assert dict(unit.code) == {i: w[i][unit.unit] for i in code}
        assert unit.potential == vote.score == pytest.approx(sum(dict(unit.code).values()), abs=ROUNDING)


@dataclass(frozen=True)
class Mute(OncePerSample):
    """A rule from outside that opens units and does not say who told them what."""

    @property
    def format(self) -> Format:
        return Counting().format

    def fields(self) -> tuple[Field, ...]:
        return Counting().fields()

    def constants(self, dt: float) -> tuple[float, ...]:
        return Counting().constants(dt)

    def kernel(self) -> Kernel:
        return Counting().kernel()

    def deliver(self) -> Kernel:
        return Counting().deliver()


@dataclass(frozen=True)
class Vague:
    """A readout from outside that does not say which unit counted."""

    targets = Mixture().targets
    when = Mixture().when

    def fields(self) -> tuple[Field, ...]:
        return Mixture().fields()

    def constants(self, dt: float) -> tuple[float, ...]:
        return Mixture().constants(dt)

    def kernel(self) -> Kernel:
        return Mixture().kernel()

    def error(self) -> None:
        return None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rule": Mute()}, "Mute cannot explain itself: it has no method evidence"),
        ({"readout": Vague()}, "Vague cannot say which unit counted how much: it has no method shares"),
        (
            {"rule": PESEvent(), "readout": Linear("squared")},
            "PESEvent cannot explain itself: it delivers in a way of its own",
        ),
    ],
)
def test_who_cannot_explain_says_so_in_one_sentence(options: dict[str, Any], said: str) -> None:
    model = SpikingClassifier(n_hidden=64, k=6, **options)
    with pytest.raises(TypeError) as refused:
        model.explain_one({"a": 1.0})
    assert str(refused.value) == said
