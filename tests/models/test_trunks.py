"""Trunks: shipped files, what is refused, and checkpoints that hold them by name and digest."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from streamsnn import Checkpoint, Core, Latency, SpikingClassifier, load, save
from streamsnn.memory.initial import SignedRandom
from streamsnn.trunks import Stored, Trunk, file
from streamsnn.types import Floats

MEGABYTES = 2.5  # a shipped file is no larger
DIGESTS = {
    "keyword": "ffa89efd240e",
    "random": "e1ec5c3c9464",
    "silhouettes": "f818c64ce7dc",
    "strokes": "3a21e7178bb5",
    "unlabelled": "b8e878b8b43c",
}
SHAPES = {"keyword": (12, 32)}  # slices of sound, and bands


def pictures(rng: np.random.Generator, n: int) -> Floats:
    """Bars of bright ink, upright in even rows and level in odd ones."""
    made = np.zeros((n, 28, 28))
    for i, at in enumerate(rng.integers(9, 17, n)):
        made[(i, slice(5, 23), slice(at, at + 3)) if i % 2 == 0 else (i, slice(at, at + 3), slice(5, 23))] = (
            255
        )
    return made.reshape(n, -1)


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_a_shipped_file_is_small_and_says_how_to_make_it_again(name: str) -> None:
    found, about = file.read(name), Trunk(name).about
    assert found.digest.startswith(DIGESTS[name])
    assert file.file_of(name).stat().st_size < MEGABYTES * 1e6
    assert about.command == f"streamsnn pretrain {name} --steps {about.steps} --seed {about.seed}"
    assert about.trained_on and about.shape == SHAPES.get(name, (28, 28))
    weights = [a for key, a in found.arrays.items() if key[0] in "wc" and key != "code_bias"]
    assert len(weights) == len(about.stages) + 1
    for w in weights:  # eight bits, symmetric and used in full: the largest weight sets the scale
        assert w.dtype == np.int8 and abs(w.astype(int)).max() == 127


def test_all_shipped_files_are_known_here() -> None:
    assert file.shipped() == sorted(DIGESTS)


def test_a_classifier_learns_behind_a_trunk_and_comes_back_from_a_file(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    model = SpikingClassifier(trunk=Trunk("random"), k=40)
    x = pictures(rng, 40)
    for i in range(20):
        model.learn_one(x[i], "upright" if i % 2 == 0 else "level")
    said = [model.predict_one(row) for row in x]
    # a bar and its quarter turn share hardly any ink: a random code tells them apart
    assert np.mean([s == ("upright", "level")[i % 2] for i, s in enumerate(said)]) > 0.9
    counters = model.core.counters
    assert all(counters.of(p.name)["overflows"] == 0 for p in model.core.network.projections)
    assert counters.of("code")["spikes"] == 20 * 40  # k winners a sample
    save(tmp_path / "m.safetensors", Checkpoint(model))
    again = load(tmp_path / "m.safetensors").model
    assert again.trunk == model.trunk
    assert [again.predict_one(row) for row in x] == said
    for wrong in (x[0][:-1], np.concatenate([x[0], [0.0]])):
        with pytest.raises(ValueError, match=f"length {wrong.size} after vectors of length 784"):
            again.learn_one(wrong, "level")


def test_a_file_of_one_random_layer_is_that_layer_bit_for_bit(rng: np.random.Generator) -> None:
    """Weights of +-127 in eight bits choose the winners, and ties, that -1, 0, +1 in two bits choose."""
    filed = SpikingClassifier(trunk=Trunk("keyword", 0.0, 1.0), k=40)
    drawn = SpikingClassifier(Latency(0.0, 1.0, 16), 2048, 40, SignedRandom(12, 2.0**7, 0))
    centres = rng.random((3, 384)) * (rng.random((3, 384)) < 0.5)
    for i in range(30):
        x = np.clip(centres[i % 3] + rng.normal(0, 0.2, 384), 0, 1)
        for model in (filed, drawn):
            model.learn_one(x, i % 3)
    units, same = (model.core.weights(model.core.network.projections[-1].name) for model in (filed, drawn))
    assert units.any() and np.array_equal(units, same)
    assert filed.core.counters["writes"] == drawn.core.counters["writes"] > 0
    assert sum(filed.core.counters.of(p.name)["overflows"] for p in filed.core.network.projections) == 0


def test_a_checkpoint_is_not_restored_onto_other_weights(tmp_path: Path) -> None:
    own = tmp_path / "own.safetensors"
    shutil.copy(file.file_of("random"), own)
    model = SpikingClassifier(trunk=Trunk(str(own)))
    save(tmp_path / "m.safetensors", Checkpoint(model))
    found = file.read(str(own))
    file.write(own, found.header, found.arrays | {"code": -found.arrays["code"]})
    changed = file.read(str(own)).digest
    assert changed != found.digest
    with pytest.raises(
        ValueError, match=f"has changed: its digest is {changed[:12]}, not {found.digest[:12]}"
    ):
        load(tmp_path / "m.safetensors")
    with pytest.raises(ValueError, match="has changed"):  # nor are its rows taken by a model that runs
        model.learn_one(np.zeros(784), "a")


def test_what_does_not_fit_a_trunk_is_refused() -> None:
    model = SpikingClassifier(trunk=Trunk("random"))
    with pytest.raises(ValueError, match="a sample of 64 features for trunk 'random': give 784 numbers"):
        model.learn_one(np.zeros(64), 0)
    assert model.core.n_features == 0 and len(model.features_) == 0
    with pytest.raises(ValueError, match="beside trunk 'random', which has its own: leave it out"):
        SpikingClassifier(encoder=Latency(0, 1), trunk=Trunk("random"))
    with pytest.raises(ValueError, match="k=2049 winners of n_hidden=2048"):
        SpikingClassifier(trunk=Trunk("random"), k=2049)
    with pytest.raises(ValueError, match="low=1, high=1: give a finite range"):
        Trunk("random", low=1, high=1)
    with pytest.raises(FileNotFoundError, match="no trunk 'elephant': give one of"):
        Trunk("elephant")
    with pytest.raises(ValueError, match="has no array 'w9': give one of"):
        Stored("random", "w9")
    with pytest.raises(ValueError, match="holds no rows 0 to 26 of 32"):
        Stored("random", "w0").rows(0, 26, 32)


def test_a_file_that_is_no_trunk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.safetensors"
    path.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(ValueError, match="is no trunk of streamsnn, or it is damaged"):
        Trunk(str(path))
    path.write_bytes(file.file_of("random").read_bytes()[:1000])
    with pytest.raises(ValueError, match="is no trunk of streamsnn, or it is damaged"):
        Trunk(str(path))


def test_stored_weights_are_what_the_core_holds() -> None:
    trunk = Trunk("random")
    core = Core(SpikingClassifier(trunk=trunk).network(), n_features=784)
    for p in trunk.projections():
        assert isinstance(p.weights, Stored)
        assert np.array_equal(core.weights(p.name), file.read("random").arrays[p.weights.name])
