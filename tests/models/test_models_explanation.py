"""Explanations are what the core did, recomputed here from its arrays; explaining leaves no trace."""

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from streamsnn import Counting, Explanation, SpikingClassifier
from streamsnn.types import Rule

LABELS = ("left", "right", "up")


def sample(i: int) -> tuple[dict[str, float], str]:
    label = i % 3
    features = {"a": label + 0.3 * math.sin(i), "b": 50.0 * math.cos(label + 0.1 * i), "c": 0.01 * label}
    return features, LABELS[label]


def trained(rule: Rule | None = None, n: int = 90, **options: Any) -> SpikingClassifier:
    model = SpikingClassifier(n_hidden=64, k=6, rule=rule, **options)
    for i in range(n):
        model.learn_one(*sample(i))
    return model


def whole(model: SpikingClassifier, x: Mapping[str, float]) -> Explanation:
    return model.explain_one(x, classes=None, units=None, features=None)


@pytest.fixture(scope="module")
def counting() -> SpikingClassifier:
    return trained(Counting(novelty=0.7, max_units=4))


def spikes_of(model: SpikingClassifier, x: dict[str, float]) -> tuple[list[int], dict[int, int]]:
    """The code neurons that spike, and the level of each input line that does."""
    model.core.run(np.array([list(x.values())]), np.array([-1]), learn=False, record=True)
    raster = model.core.raster()
    spikes = list(zip(raster.ticks.tolist(), raster.layers.tolist(), raster.neurons.tolist(), strict=True))
    ticks = model.core.network.encoder.ticks
    return sorted(i for _, layer, i in spikes if layer == 1), {
        i: ticks - tick for tick, layer, i in spikes if layer == 0
    }


def credit_of(trunk: list[list[int]], levels: dict[int, int], neuron: int, lines: int) -> dict[int, float]:
    """Share of each feature in what excited one code neuron."""
    given: dict[int, float] = defaultdict(float)
    for line, level in levels.items():
        given[line // lines] += level * max(trunk[line][neuron], 0)
    return {feature: amount / sum(given.values()) for feature, amount in given.items()}


# -- counting units ------------------------------------------------------------------------------------


def test_counting_units_say_what_the_arrays_say(counting: SpikingClassifier) -> None:
    x, _ = sample(91)
    code, levels = spikes_of(counting, x)
    arrays = {name: a.tolist() for name, a in counting.core.arrays().items()}
    n_units = counting.core.size("units")
    table, w, owner = arrays["p1.log_odds"], arrays["p1.w"], arrays["p1.owner"][:n_units]
    delivered = {(i, q): table[q][w[i][q]] for i in code for q in range(n_units)}
    v = [sum(delivered[i, q] for i in code) for q in range(n_units)]
    term = [math.exp(0.1 * each / 16) for each in v]
    score = {c: sum(term[q] for q in range(n_units) if owner[q] == c) for c in range(3)}
    credit = {i: credit_of(arrays["p0.w"], levels, i, 8) for i in code}
    mean = {i: sum(delivered[i, q] for q in range(n_units)) / n_units for i in code}

    why = whole(counting, x)
    assert why.code == tuple(code) and len(code) == 6 and n_units > 6
    assert sorted(unit.unit for vote in why.classes for unit in vote.units) == list(range(n_units))
    for vote in why.classes:
        c = LABELS.index(str(vote.label))
        assert vote.score == pytest.approx(math.log(score[c]), rel=1e-12)
        assert vote.probability == pytest.approx(score[c] / sum(score.values()), rel=1e-12)
        assert vote.n_units == len(vote.units) == owner.count(c)
        assert sum(unit.share for unit in vote.units) == pytest.approx(1.0, rel=1e-12)
        for unit in vote.units:
            q = unit.unit
            assert (owner[q], unit.potential, unit.hits) == (c, v[q], arrays["p1.hits"][q])
            assert unit.share == pytest.approx(term[q] / score[c], rel=1e-12)
            assert dict(unit.code) == {i: delivered[i, q] for i in code if delivered[i, q]}
            expected = {
                name: sum((delivered[i, q] - mean[i]) * credit[i].get(f, 0.0) for i in code)
                for f, name in enumerate("abc")
            }
            assert dict(unit.features) == pytest.approx({n: a for n, a in expected.items() if a}, rel=1e-9)


def test_the_prediction_is_the_models_and_votes_come_strongest_first(counting: SpikingClassifier) -> None:
    for i in range(100, 112):
        x, _ = sample(i)
        why = whole(counting, x)
        assert why.prediction == counting.predict_one(x) == why.classes[0].label
        probabilities = {vote.label: vote.probability for vote in why.classes}
        assert probabilities == counting.predict_proba_one(x)
        assert list(probabilities.values()) == sorted(probabilities.values(), reverse=True)
        for vote in why.classes:
            shares = [unit.share for unit in vote.units]
            assert shares == sorted(shares, reverse=True)
            for unit in vote.units:
                amounts = [abs(amount) for _, amount in unit.features]
                assert amounts == sorted(amounts, reverse=True)


def test_only_as_much_as_was_asked_for(counting: SpikingClassifier) -> None:
    x, _ = sample(91)
    everything, some = whole(counting, x), counting.explain_one(x, classes=2, units=1, features=2)
    assert [vote.label for vote in some.classes] == [vote.label for vote in everything.classes[:2]]
    for vote, all_of_it in zip(some.classes, everything.classes, strict=False):
        assert vote.n_units == all_of_it.n_units and len(vote.units) == 1
        assert vote.units[0].features == all_of_it.units[0].features[:2]
        assert vote.units[0].code == all_of_it.units[0].code
    assert counting.explain_one(x, classes=0).classes == ()
    with pytest.raises(ValueError, match="units=-1: give a number from 0, or None for all"):
        counting.explain_one(x, units=-1)


def test_explaining_changes_nothing(counting: SpikingClassifier) -> None:
    def bits() -> dict[str, bytes]:
        return {slot.name: core.array(slot.name).tobytes() for slot in core._program.slots}

    core = counting.core
    spikes_of(counting, sample(5)[0])  # a record of another sample, and its scratch arrays
    before, raster, totals = bits(), core.raster(), core.totals.tolist()
    names = list(counting.features_.names)
    counting.explain_one(sample(91)[0] | {"new": 1.0})
    assert bits() == before and core.totals.tolist() == totals and counting.features_.names == names
    assert core.raster().neurons.tolist() == raster.neurons.tolist()
    with pytest.raises(ValueError, match=r"no array 'units.x'; there are core.clock"):
        core.array("units.x")


def test_missing_features_get_no_credit(counting: SpikingClassifier) -> None:
    why = whole(counting, {"b": sample(91)[0]["b"]})
    assert {name for vote in why.classes for unit in vote.units for name, _ in unit.features} == {"b"}
    silent = whole(counting, {})  # no spike, no word
    assert silent.code == () and silent.prediction == counting.predict_one({})
    assert {unit.code + unit.features for vote in silent.classes for unit in vote.units} == {()}


# -- for people and for programs -----------------------------------------------------------------------


def test_json_holds_all_of_it_and_text_is_a_short_table(counting: SpikingClassifier) -> None:
    why = counting.explain_one(sample(91)[0])
    plain = json.loads(why.to_json())
    assert plain["prediction"] == why.prediction and len(plain["classes"]) == 3
    first, unit = plain["classes"][0], why.classes[0].units[0]
    assert (first["units"][0]["share"], first["units"][0]["hits"]) == (unit.share, unit.hits)
    assert first["units"][0]["code"] == [list(pair) for pair in unit.code]
    head, columns, row, *_ = str(why).splitlines()
    assert head == f"{why.prediction!r}, from 6 code neurons"
    assert columns.startswith("class") and columns.endswith("hits  potential  above the mean unit by")
    name, amount = unit.features[0]
    assert row.split()[0] == repr(why.prediction) and f"#{unit.unit}" in row
    assert f"{100 * unit.share:.1f} %" in row and f"{name} ({amount:+.3g})" in row
    assert "2 of 3 classes are listed" in str(counting.explain_one(sample(91)[0], classes=2))


def test_before_the_first_label_there_is_nothing_to_explain() -> None:
    why = SpikingClassifier(n_hidden=64, k=6).explain_one({"a": 1.0})
    assert why == Explanation(None, 0, "code", (), ())
    assert str(why) == "No class has been learned yet." and json.loads(why.to_json())["classes"] == []


def test_a_model_that_never_saw_a_feature_explains_itself_by_frequencies() -> None:
    model = SpikingClassifier()
    for label in ("left", "left", "right"):
        model.learn_one({}, label)
    why = model.explain_one({}).classes
    assert [(entry.label, entry.units) for entry in why] == [("left", ()), ("right", ())]


def test_a_class_without_units_has_no_score_and_names_of_any_kind_become_text() -> None:
    model = SpikingClassifier(n_hidden=64, k=6)
    model.learn_one({(0, 1): 1.0}, "seen")
    model.learn_one({}, "never told anything")  # no spike: no unit
    silent = model.explain_one({(0, 1): 1.0}).classes[1]
    assert (silent.label, silent.score, silent.probability, silent.units) == (
        "never told anything",
        None,
        0.0,
        (),
    )
    model.learn_one({(0, 1): -1.0, (2, 3): 1.0}, "seen")
    why = model.explain_one({(0, 1): 1.0, (2, 3): 1.0})
    assert "'never told anything'" in str(why) and "none" in str(why)
    assert json.loads(why.to_json())["classes"][1]["score"] is None
