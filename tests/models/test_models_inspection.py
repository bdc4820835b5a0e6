"""What inspection says of a model, recounted in plain Python from the core's arrays."""

import math
import statistics
from collections import Counter
from typing import Any

import numpy as np
import pytest

from streamsnn import CLP, Counting, Exemplars, Fixed, Latency, SignedRandom, SpikingClassifier, ThreeFactor
from streamsnn.models.inspection import inspect_model
from streamsnn.models.unit_images import gallery, picture_shape, unit_images
from streamsnn.trunks.trunk import Trunk
from streamsnn.types import Rule

LABELS = ("left", "right", "up")


def trained(rule: Rule | None = None, n: int = 90) -> SpikingClassifier:
    model = SpikingClassifier(n_hidden=64, k=6, rule=rule)
    for i in range(n):
        label = i % 3
        x = {"a": label + 0.3 * math.sin(i), "b": 50.0 * math.cos(label + 0.1 * i), "c": 0.01 * label}
        model.learn_one(x, LABELS[label])
    return model


def lists(model: SpikingClassifier) -> dict[str, Any]:
    """Arrays of the learned projection, the units' axis cut to those that are open."""
    n = model.core.size("units")
    arrays = {name: a.tolist() for name, a in model.core.arrays().items()}
    arrays["p1.w"] = [row[:n] for row in arrays["p1.w"]]
    return {name.removeprefix("p1."): a for name, a in arrays.items() if name.startswith("p1.")}


@pytest.mark.parametrize(
    "rule", [Counting(novelty=0.7, max_units=4), CLP(novelty=0.8)], ids=["counting", "clp"]
)
def test_units_hits_levels_and_writes_are_those_of_the_arrays(rule: Rule) -> None:
    model = trained(rule)
    held, arrays = inspect_model(model), lists(model)
    n_units = model.core.size("units")
    assert [c.label for c in held.classes] == list(LABELS) and n_units > 5
    for c, found in enumerate(held.classes):
        own = [q for q in range(n_units) if arrays["owner"][q] == c]
        hits = [arrays["hits"][q] for q in own]
        values = Counter(row[q] for row in arrays["w"] for q in own)
        assert found.units == len(own)
        assert found.units_left == rule.max_units - len(own)  # type: ignore[attr-defined]
        assert (found.hits, found.hits_median, found.hits_max) == (
            sum(hits),
            statistics.median(hits),
            max(hits),
        )
        assert found.words == sum(n for value, n in values.items() if value)
        assert dict(zip(held.bins, found.levels, strict=True)) == {
            (low, high): sum(values[v] for v in range(int(low), int(high) + 1)) for low, high in held.bins
        }
        assert found.writes == sum(value * n for value, n in values.items())
        assert found.n_bytes == math.ceil(64 * len(own) * rule.format.bits / 8)
        assert found.age_median is found.age_max is found.samples is None
    counted = model.core.counters
    assert sum(c.writes or 0 for c in held.classes) == counted["writes"] == held.writes > 0
    assert sum(c.hits or 0 for c in held.classes) <= held.samples == counted["samples"] == 90
    assert any("together they are" in remark for remark in held.remarks)
    assert any("Age is not known" in remark for remark in held.remarks)


def test_levels_of_few_bits_are_all_shown_and_zeros_are_not_in_use() -> None:
    held = inspect_model(trained(Counting()))
    assert held.bins == tuple((level, level) for level in range(1, 16))
    for c in held.classes:
        assert sum(c.levels) == c.words < 64 * c.units


def test_with_a_budget_accounts_tell_writes_and_clocks_tell_age() -> None:
    model = trained(Counting(write_budget=2.0, max_units=2), n=150)
    held, arrays = inspect_model(model), lists(model)
    for c, found in enumerate(held.classes):
        own = [q for q in range(model.core.size("units")) if arrays["owner"][q] == c]
        ages = [arrays["class_samples"][c] - arrays["learned_at"][q] for q in own]
        assert found.samples == arrays["class_samples"][c] == 50
        assert (found.age_median, found.age_max) == (statistics.median(ages), max(ages))
        assert found.writes == round(2.0 * 50 - arrays["credit"][c])
    assert sum(c.writes or 0 for c in held.classes) == model.core.counters["writes"]
    assert held.remarks == (
        f"Writes of a class are its account's; together they are the {held.writes:,} that were counted.",
    )


def test_linear_rules_have_one_neuron_a_class_and_say_what_they_do_not_know() -> None:
    model = trained(ThreeFactor())
    held, w = inspect_model(model), model.core.weights("code->units").tolist()
    assert (
        len(held.bins) == 16 and held.bins[0][0] == min(map(min, w)) and held.bins[-1][1] == max(map(max, w))
    )
    for c, found in enumerate(held.classes):
        values = [row[c] for row in w if row[c] != 0.0]
        assert (found.units, found.units_left, found.hits, found.hits_max, found.writes) == (
            1,
            None,
            None,
            None,
            None,
        )
        assert found.words == len(values) == sum(found.levels)
        edges = [low for low, _ in held.bins[1:]]
        assert found.levels[0] == sum(value < edges[0] for value in values)
        assert found.levels[-1] == sum(value >= edges[-1] for value in values)
    assert held.remarks[0].startswith(f"Writes by class are not known: {held.writes:,} were counted")


def test_exemplars_tell_their_age_and_how_many_are_free() -> None:
    model = SpikingClassifier(rule=Exemplars(size=40))
    labels = [i % 3 for i in range(30)] + [2] * 30
    for i, label in enumerate(labels):
        model.learn_one({"a": label + math.sin(i), "b": math.cos(i)}, label)
        if i == 29:
            early = inspect_model(model)
    late, arrays = inspect_model(model), {n: a.tolist() for n, a in model.core.arrays().items()}
    assert (early.free_units, late.free_units) == (10, 0)
    assert [(c.samples, c.units, c.age_median, c.age_max) for c in early.classes] == [(10, 10, 4.5, 9)] * 3
    assert [c.samples for c in late.classes] == [10, 10, 40] and sum(c.units for c in late.classes) == 40
    for c, found in enumerate(late.classes):
        ages = [
            arrays["p0.clock"][c] - born - 1
            for born, of in zip(arrays["p0.born"], arrays["p0.owner"], strict=True)
            if of == c
        ]
        assert (found.units, found.age_max) == (len(ages), max(ages))
        assert found.hits is found.units_left is found.writes is None
        assert found.words == sum(
            row[q] != 0 for row in arrays["p0.w"][:2] for q in range(40) if arrays["p0.owner"][q] == c
        )


def test_values_of_many_bits_share_bins() -> None:
    model = trained(CLP(novelty=0.1, consolidate=127), n=300)
    held, w = inspect_model(model), model.core.weights("code->units")
    assert w.max() > 16 and 2 <= len(held.bins) <= 16
    assert held.bins[0][0] == 1 and held.bins[-1][1] == w.max()
    assert all(high + 1 == low for (_, high), (low, _) in zip(held.bins, held.bins[1:], strict=False))
    assert sum(sum(c.levels) for c in held.classes) == np.count_nonzero(w)


def test_projections_carry_their_own_counters_and_sizes() -> None:
    model = trained()
    frozen, learned = inspect_model(model).projections
    assert (frozen.name, frozen.rule, frozen.rows, frozen.columns) == ("input->code", None, 24, 64)
    assert (learned.name, learned.rows, learned.columns) == ("code->units", 64, model.core.size("units"))
    assert frozen.synapses == np.count_nonzero(model.core.weights("input->code"))
    assert learned.synapses == 64 * model.core.size("units") and learned.rule == repr(Counting())
    assert (frozen.format, frozen.n_bytes) == (repr(Fixed(2, exponent=7)), math.ceil(frozen.synapses / 4))
    for part in (frozen, learned):
        assert part.counters == {name: n for name, n in model.core.counters.of(part.name).items() if n}
    assert inspect_model(model).parameters == {n: repr(v) for n, v in model._get_params().items()}


def test_inspecting_changes_nothing_and_an_untaught_model_is_empty() -> None:
    model = trained()
    before = {name: a.tobytes() for name, a in model.core.arrays().items()}
    inspect_model(model)
    assert {name: a.tobytes() for name, a in model.core.arrays().items()} == before
    empty = inspect_model(SpikingClassifier(n_hidden=64, k=6))
    assert empty.free_units is None
    assert (empty.classes, empty.samples, empty.writes, empty.features) == ((), 0, 0, ())


def test_classes_of_the_default_are_those_of_its_exemplars() -> None:
    model = SpikingClassifier()
    for i in range(9):
        model.learn_one(np.array([i % 3, 1.0 - i % 3, float(i)]), "abc"[i % 3])
    found = inspect_model(model)
    assert [p.name for p in found.projections] == ["input->exemplars", "input->lines"]
    assert [(c.label, c.samples, c.units, c.age_max) for c in found.classes] == [
        (label, 3, 3, 2) for label in "abc"
    ]
    assert sum(c.words for c in found.classes) == np.count_nonzero(model.core.weights("input->exemplars"))
    assert "input->lines, which learns beside it, is not among them." in found.remarks[-1]


# -- units as pictures ---------------------------------------------------------------------------------


def pictured(**options: Any) -> SpikingClassifier:
    """Two classes of 4 x 4 pictures: a bright left half, a bright top."""
    rng = np.random.default_rng(2)
    model = SpikingClassifier(n_hidden=256, k=12, **options)
    for i in range(60):
        picture = 0.2 * rng.random((4, 4))
        picture[(slice(None), slice(0, 2)) if i % 2 else (slice(0, 2), slice(None))] += 0.7
        model.learn_one(picture.ravel(), "left" if i % 2 else "top")
    return model


def test_images_are_levels_taken_back_through_the_frozen_weights() -> None:
    model = pictured(encoder=Latency())
    trunk, levels = (model.core.weights(name).tolist() for name in ("input->code", "code->units"))
    n = model.core.size("units")
    mean = [sum(row) / n for row in levels]
    images = unit_images(model, (4, 4), np.arange(n))
    for q in range(n):
        expected = [
            sum(w * (row[q] - m) for w, row, m in zip(line, levels, mean, strict=True)) for line in trunk
        ]
        # sums of 256 terms of up to 15: double rounding is 1e-12 of that
        assert images[q].ravel().tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("options", [{"encoder": Latency()}, {}], ids=["latency", "population"])
def test_units_look_like_their_class(options: dict[str, Any]) -> None:
    found = dict(gallery(pictured(**options), (4, 4), classes=5, units=1))
    assert list(found) == ["top", "left"]
    left, top = found["left"][0], found["top"][0]
    assert left[2:, :2].sum() > left[:2, 2:].sum() and top[:2, 2:].sum() > top[2:, :2].sum()


def test_exemplars_are_the_pictures_that_they_store() -> None:
    model = SpikingClassifier()
    left, top = np.zeros((4, 4)), np.zeros((4, 4))
    left[:, :2], top[:2] = 1.0, 1.0
    for i in range(12):
        model.learn_one((left, top)[i % 2].ravel(), i % 2)
    found = dict(gallery(model, (4, 4), classes=2, units=1))
    assert (found[0][0][2:, :2] > 0).all() and (found[0][0][:2, 2:] < 0).all()
    assert (found[1][0][2:, :2] < 0).all() and (found[1][0][:2, 2:] > 0).all()


def test_units_of_most_hits_come_first_and_as_many_as_asked_for() -> None:
    model = pictured(encoder=Latency(), rule=Counting(novelty=1.0, max_units=5))
    arrays, n = lists(model), model.core.size("units")
    ((_, images),) = gallery(model, (4, 4), classes=1, units=3)
    own = sorted((q for q in range(n) if arrays["owner"][q] == 0), key=lambda q: -arrays["hits"][q])
    assert len(own) > 3
    np.testing.assert_array_equal(images, unit_images(model, (4, 4), np.array(own[:3])))


def test_what_is_no_picture_is_refused_in_one_sentence() -> None:
    model = pictured(encoder=Latency())
    with pytest.raises(ValueError, match=r"^16 features are no picture of 5 x 4 pixels$"):
        unit_images(model, (5, 4), np.array([0]))
    assert picture_shape(model) is None
    told = SignedRandom(fan_in=4, image=(4, 4), patch=2)
    assert picture_shape(SpikingClassifier(n_hidden=64, k=4, trunk=told)) == (4, 4)
    deep = SpikingClassifier(trunk=Trunk.load("random"))
    assert picture_shape(deep) == (28, 28)
    deep.core.grow(n_features=784)
    with pytest.raises(ValueError, match=r"only where one linear projection leads from pixels to the code$"):
        unit_images(deep, (28, 28), np.array([0]))
