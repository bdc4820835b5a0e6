"""`SpikingClassifier()` as it comes: any names at any time, any unit, any end, and bounded memory."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from streamsnn.checkpoint import Checkpoint, load, save
from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.encoders.latency import Latency
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.neighbours import Neighbours
from streamsnn.rules.counting import Counting
from streamsnn.rules.exemplars import Exemplars

Sample = tuple[dict[str, float], str]
CENTRES = {"left": (0.0, 0.0, 1.0), "right": (2.0, 0.5, 1.0), "up": (1.0, 3.0, 1.0)}


def stream(rng: np.random.Generator, n: int, missing: float = 0.0) -> list[Sample]:
    """Three classes of three features, the last of which tells nothing."""
    found = []
    for label in rng.choice(list(CENTRES), n):
        values = dict(zip("abc", np.array(CENTRES[label]) + rng.normal(0, 0.3, 3), strict=True))
        found.append(({k: float(v) for k, v in values.items() if rng.random() >= missing}, str(label)))
    return found


def right(model: SpikingClassifier, samples: list[Sample]) -> float:
    return float(np.mean([model.predict_one(x) == y for x, y in samples]))


def taught(samples: list[Sample], model: SpikingClassifier | None = None) -> SpikingClassifier:
    model = model or SpikingClassifier()
    for x, y in samples:
        model.learn_one(x, y)
    return model


def test_it_is_the_network_of_exemplars_unless_a_code_is_asked_for() -> None:
    assert SpikingClassifier().network().projections[0].rule == Exemplars()
    assert SpikingClassifier(GradedLevel(), readout=Neighbours()).network() == SpikingClassifier().network()
    for code in (
        SpikingClassifier(n_hidden=64),
        SpikingClassifier(k=3),
        SpikingClassifier(Latency()),
        SpikingClassifier(write_budget=3.0),
    ):
        assert isinstance(code.network().projections[-1].rule, Counting)
        assert [layer.name for layer in code.network().layers] == ["code", "units"]
    assert SpikingClassifier(rule=Counting()).network().layer("code").size == 2048


@pytest.mark.small
def test_what_does_not_go_with_exemplars_is_refused() -> None:
    with pytest.raises(ValueError, match="n_hidden beside Exemplars, which need no code: leave them out"):
        SpikingClassifier(n_hidden=100, rule=Exemplars())
    with pytest.raises(ValueError, match="Exemplars store levels"):
        SpikingClassifier(Latency(), rule=Exemplars())
    with pytest.raises(ValueError, match="exemplars vote by their ages"):
        SpikingClassifier(rule=Exemplars(), readout=Linear())
    with pytest.raises(ValueError, match="write_budget=3 beside a rule"):
        SpikingClassifier(rule=Exemplars(), write_budget=3)


def test_features_and_classes_may_come_at_any_time(rng: np.random.Generator) -> None:
    samples = stream(rng, 300, missing=0.2)
    model = taught([(({"c": x.get("c", 0.0)}), y) for x, y in samples[:50] if y != "up"])
    taught([s for s in samples if s[1] != "up"], model)
    taught([s for s in samples if s[1] == "up"], model)
    assert right(model, stream(rng, 200)) > 0.9
    assert model.predict_one({"never seen": 1.0}) in CENTRES
    assert model.predict_one({}) in CENTRES
    assert sum(model.predict_proba_one({"a": 0.0}).values()) == pytest.approx(1.0)


def test_units_and_offsets_of_features_make_no_difference(rng: np.random.Generator) -> None:
    learned, asked = stream(rng, 200), stream(rng, 200)
    learned.sort(key=lambda sample: sample[1])
    for x, y in learned + asked:
        x["d"] = float(y == "up")  # constant until the last of the classes comes
    unit, offset = {"a": 1e-4, "b": 1e4, "c": 1.0, "d": 1.0}, {"a": 1e3, "b": -5e7, "c": 0.0, "d": 70.0}

    def other(samples: list[Sample]) -> list[Sample]:
        return [({k: v * unit[k] + offset[k] for k, v in x.items()}, y) for x, y in samples]

    known, same = taught(learned), taught(other(learned))
    # steps are powers of two, so that another unit may round a level by half a step: 2 points at most
    assert right(same, other(asked)) == pytest.approx(right(known, asked), abs=0.02)


def test_stops_anywhere_and_goes_on_bit_by_bit(rng: np.random.Generator, tmp_path: Path) -> None:
    samples = stream(rng, 160, missing=0.1)
    whole, half = taught(samples), taught(samples[:80])
    save(tmp_path / "half", Checkpoint(half, offset=80))
    for resumed in (load(tmp_path / "half").model, pickle.loads(pickle.dumps(half))):
        taught(samples[80:], resumed)
        expected, found = whole.core.arrays(), resumed.core.arrays()
        assert {name for name in expected if expected[name].tobytes() != found[name].tobytes()} == set()
    assert half.clone().network() == half.network()


def test_a_stream_of_one_class(rng: np.random.Generator) -> None:
    model = taught([(x, "only") for x, _ in stream(rng, 40)])
    assert model.predict_one({"a": 100.0}) == "only"
    assert model.predict_proba_one({"a": 0.0}) == {"only": pytest.approx(1.0)}


def test_a_thousand_classes_each_seen_twice(rng: np.random.Generator) -> None:
    model = SpikingClassifier()
    places = rng.random((1000, 8))
    for _ in range(2):
        for label, place in enumerate(places):
            model.learn_one(place, label)
    assert np.mean([model.predict_one(place) == label for label, place in enumerate(places)]) > 0.95


def test_memory_stays_however_long_the_stream(rng: np.random.Generator) -> None:
    model = taught(stream(rng, 30), SpikingClassifier(rule=Exemplars(size=50)))
    before = model.core.nbytes
    taught(stream(rng, 500), model)
    assert model.core.nbytes == before
    assert model.core.size("exemplars") == 50
    # as the docstring says, here of 64 features and 3 classes; arrays of a few dozen elements round up
    wide = SpikingClassifier()
    for label in ("a", "b", "c"):
        wide.learn_one(rng.random(64), label)
    assert wide.core.nbytes < 1.1 * (64 * 3000 + 3 * 250 + 64 * 3 + 150_000)


def test_labels_that_come_late_or_never_move_scales_only(rng: np.random.Generator) -> None:
    model = taught(stream(rng, 50))
    before = model.core.arrays()
    model.learn_one({"a": 0.1, "b": 0.2, "c": 0.3}, None)
    after = model.core.arrays()
    changed = {name for name in before if before[name].tobytes() != after[name].tobytes()}
    assert all(name.startswith(("encoder.", "core.", "counters", "p0.row_", "p0.w")) for name in changed)
    assert after["p0.used"][0] == 50
