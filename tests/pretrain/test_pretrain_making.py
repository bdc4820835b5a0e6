"""Making trunks: pictures, episodes, equal seeds to equal files, and the command."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from streamsnn.cli.app import app
from streamsnn.trunks import Trunk, file

torch = pytest.importorskip("torch")

from streamsnn.pretrain.episodes import Classes, Instances  # noqa: E402
from streamsnn.pretrain.glyphs import Alphabet  # noqa: E402
from streamsnn.pretrain.pictures import Pictures  # noqa: E402
from streamsnn.pretrain.recipes import RECIPES, Making  # noqa: E402
from streamsnn.pretrain.redrawn import Hand  # noqa: E402
from streamsnn.pretrain.silhouettes import Wardrobe  # noqa: E402
from streamsnn.pretrain.training import Schedule  # noqa: E402

FEW = Schedule(4, classes=6, support=2, query=2, k=20)


@pytest.fixture(scope="module")
def characters() -> Pictures:
    rng = np.random.default_rng(1)
    labels = np.arange(12).repeat(8)
    return Pictures(Alphabet.drawn(rng, 12).pictures(rng, labels), labels)


def middle(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    """Centre of mass of each picture, in pixels."""
    mass = pictures.sum((1, 2), dtype=np.float64)
    at = np.arange(pictures.shape[1])
    across, down = (pictures.sum(1) * at).sum(1), (pictures.sum(2) * at).sum(1)
    return np.stack([across / mass, down / mass], 1)


def test_glyphs_are_centred_and_as_large_as_they_should_be(rng: np.random.Generator) -> None:
    shown = Alphabet.drawn(rng, 300).pictures(rng, np.arange(300))
    assert shown.dtype == np.float32 and shown.min() >= 0 and 0.9 < shown.max() <= 1
    # the points of the strokes are centred to 0.6 pixels; ink is a little elsewhere than points
    assert np.abs(middle(shown).mean(0) - 13.5).max() < 0.3
    inked = shown > 0.5
    sides = np.maximum(inked.any(1).sum(1), inked.any(2).sum(1))
    assert 16 < np.median(sides) < 23  # 18.5 between points, and the pen's radius on both sides


def test_one_character_resembles_itself_more_than_others(characters: Pictures) -> None:
    flat = characters.ink.reshape(len(characters.labels), -1)
    near = flat @ flat.T / np.linalg.norm(flat, axis=1)[:, None] / np.linalg.norm(flat, axis=1)
    same = characters.labels[:, None] == characters.labels
    assert near[same].mean() > near[~same].mean() + 0.15


def test_shapes_are_filled_and_resemble_themselves(rng: np.random.Generator) -> None:
    shown = Wardrobe.drawn(rng, 60).pictures(rng, np.arange(60).repeat(4))
    assert shown.dtype == np.float32 and shown.min() >= 0 and shown.max() <= 1
    assert shown[:, [0, -1]].mean() < shown[:, 8:20].mean() / 3  # they stand in the middle
    mask = (shown > 0.02).reshape(240, -1).astype(np.float64)  # cloth differs, the outline little
    near = mask @ mask.T / np.linalg.norm(mask, axis=1)[:, None] / np.linalg.norm(mask, axis=1)
    same = np.arange(60).repeat(4)[:, None] == np.arange(60).repeat(4)
    assert near[same].mean() > near[~same].mean() + 0.25


def test_an_episode_holds_each_class_as_often_as_asked(characters: Pictures) -> None:
    """With a hand that changes nothing, each picture of an episode is one of the set."""
    still = Hand(turn=0, shear=0, stretch=0, bend=0, size=0, thicken=0)
    shown = Classes(characters.ink, characters.labels, still, turns=1).episode(np.random.default_rng(2), 5, 4)
    assert shown.shape == (20, 1, 28, 28)
    near = [int(np.abs(characters.ink - picture).sum((1, 2)).argmin()) for picture in shown[:, 0].numpy()]
    of = characters.labels[near].reshape(5, 4)
    assert (of == of[:, :1]).all() and len(set(of[:, 0].tolist())) == 5


def test_instances_are_told_apart_without_labels(characters: Pictures) -> None:
    source = Instances(characters.ink, Hand(bend=0.8))
    shown = source.episode(np.random.default_rng(2), 7, 3)
    again = source.episode(np.random.default_rng(2), 7, 3)
    assert shown.shape == (21, 1, 28, 28) and torch.equal(shown, again)
    assert not torch.equal(shown[0], shown[1])


def test_equal_seeds_make_equal_files(characters: Pictures, tmp_path: Path) -> None:
    found = {"omniglot_small1": characters}
    digests, losses = [], []
    for i, seed in enumerate((7, 7, 8)):
        path = tmp_path / f"{i}.safetensors"
        Making("strokes", 4, seed).write(path, found, lambda step, loss, right: losses.append(loss), FEW)
        digests.append(file.read(str(path)).digest)
    assert digests[0] == digests[1] != digests[2]
    assert losses[:4] == losses[4:8] != losses[8:]


def test_labels_are_not_read_for_the_unlabelled_trunk(characters: Pictures, tmp_path: Path) -> None:
    shuffled = Pictures(characters.ink, np.zeros_like(characters.labels))
    digests = []
    for i, pictures in enumerate((characters, shuffled)):
        Making("unlabelled", 2, 1).write(
            tmp_path / f"{i}.safetensors", {"omniglot_small1": pictures}, lambda step, loss, right: None, FEW
        )
        digests.append(file.read(str(tmp_path / f"{i}.safetensors")).digest)
    assert digests[0] == digests[1]


def test_shipped_trunks_were_made_by_these_recipes() -> None:
    for name in file.shipped():
        about, recipe = Trunk(name).about, RECIPES[name]
        assert (about.steps, about.trained_on, about.data_sets) == (
            recipe.steps,
            recipe.trained_on,
            recipe.needs,
        )
        assert about.command == Making(name, seed=about.seed).command


@pytest.mark.parametrize(("name", "size"), [("random", "2.42 MB"), ("keyword", "0.80 MB")])
def test_the_command_makes_the_shipped_trunk(name: str, size: str, tmp_path: Path) -> None:
    out, told = tmp_path / "r.safetensors", tmp_path / "r.json"
    result = CliRunner().invoke(app, ["pretrain", name, "--out", str(out), "--json", str(told)])
    assert result.exit_code == 0, result.output
    assert size in result.output
    shipped = file.read(name).header
    assert json.loads(told.read_bytes())["command"] == shipped.command
    assert file.read(str(out)).header == shipped


def test_codes_of_one_layer_are_of_equal_seeds_equal_and_balanced(tmp_path: Path) -> None:
    made = []
    for i, seed in enumerate((0, 0, 1)):
        path = tmp_path / f"{i}.safetensors"
        Making("keyword", seed=seed).write(path, {}, lambda step, loss, right: None)
        made.append(file.read(str(path)))
    assert made[0].digest == made[1].digest != made[2].digest
    code = made[0].arrays["code"].astype(np.int64)
    assert set(np.unique(code).tolist()) == {-127, 0, 127} and not code.sum(axis=0).any()
    assert set(np.count_nonzero(code, axis=0).tolist()) == {12}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["elephant"], "there is no recipe 'elephant': give one of strokes, unlabelled, random"),
        (["random", "--steps", "-1"], "-1 steps, seed 0: give numbers from 0"),
        (["keyword", "--steps", "3"], "3 steps: 'keyword' is one random layer and is not trained"),
        (["random", "--out", "here.txt"], "--out here.txt: give a file *.safetensors"),
    ],
)
def test_wrong_use_is_one_sentence(given: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["pretrain", *given])
    assert result.exit_code == 2
    assert said in result.output and result.output.count("\n") == 1


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [m for m in sys.modules if m.startswith("streamsnn.pretrain.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "torch", None)  # what Python itself puts there for "not to be had"
    result = CliRunner().invoke(app, ["pretrain", "random"])
    assert result.exit_code == 1
    assert result.output == "streamsnn: pretrain needs torch: pip install 'streamsnn[pretrain]'\n"
