"""`streamsnn inspect` shows what a file holds, and refuses what it cannot read in one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from typer.testing import CliRunner

import streamsnn
from streamsnn import Checkpoint, Latency, SpikingClassifier, load, save
from streamsnn.cli.app import app
from streamsnn.models.inspection import inspect_model
from streamsnn.run.runner import Place, Settings, begin

WRONG_USE = 2
WIDE = {"COLUMNS": "160", "TERMINAL_WIDTH": "160"}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in folder.rglob("*")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a model of two classes of pictures, and a file of the user's own."""
    model = SpikingClassifier(Latency(), n_hidden=64, k=6)
    for i in range(20):
        x = np.zeros((4, 4))
        x[:, i % 2] = 1.0 - 0.02 * i
        model.learn_one(x.ravel(), ("left", "[red]right")[i % 2])
    save(tmp_path / "m.safetensors", Checkpoint(model, offset=20, notes={"seed": 3, "scenario": "toy"}))
    (tmp_path / "file").write_text("the user's own")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tables_json_and_page_say_the_same(folder: Path) -> None:
    options = ["--json", "m.json", "--html", "m.html", "--picture", "4x4"]
    done = CliRunner(env=WIDE).invoke(app, ["inspect", "m.safetensors", *options])
    assert (done.exit_code, done.stderr) == (0, "")
    held = inspect_model(load("m.safetensors").model)
    said = json.loads((folder / "m.json").read_text())
    assert (said["file"], said["offset"], said["notes"]) == (
        "m.safetensors",
        20,
        {"seed": 3, "scenario": "toy"},
    )
    assert (said["samples"], said["writes"], said["version"]) == (20, held.writes, streamsnn.__version__)
    assert [c["label"] for c in said["classes"]] == ["left", "[red]right"]
    for c, found in zip(said["classes"], held.classes, strict=True):
        assert (c["units"], c["hits"], c["writes"], c["words"]) == (
            (found.units, found.hits, found.writes, found.words)
        )
        assert c["levels"] == list(found.levels)
    assert [tuple(reach) for reach in said["bins"]] == list(held.bins)
    page = (folder / "m.html").read_text()
    right = held.classes[1]
    row = next(line for line in done.stdout.splitlines() if "[red]right" in line).split()
    for value in (right.units, right.hits, right.words, right.writes):
        assert str(value) in row and f"<td>{value}</td>" in page
    assert page.count("data:image/png") == 2 and "scenario" in page and "page: m.html" in done.stdout


def test_a_file_alone_is_read_and_nothing_is_written(folder: Path) -> None:
    before = tree(folder)
    done = CliRunner(env=WIDE).invoke(app, ["inspect", "m.safetensors"])
    assert done.exit_code == 0 and "Counting" in done.stdout and "2 classes" in done.stdout
    assert tree(folder) == before


def test_the_folder_of_a_run_is_its_checkpoint(folder: Path) -> None:
    begin(Settings("digits", seed=4), Place(folder / "run"))
    done = CliRunner(env=WIDE).invoke(app, ["inspect", "run", "--html", "p.html", "--json", "p.json"])
    assert done.exit_code == 0 and "No class has been learned yet." in done.stdout
    said = json.loads((folder / "p.json").read_text())
    assert said["notes"]["scenario"] == "digits" and said["notes"]["seed"] == 4 and said["classes"] == []
    assert "No class has been learned yet." in (folder / "p.html").read_text()


def test_without_a_picture_the_page_says_why_there_are_none(folder: Path) -> None:
    assert CliRunner().invoke(app, ["inspect", "m.safetensors", "--html", "m.html"]).exit_code == 0
    page = (folder / "m.html").read_text()
    assert "nothing says that the features are a picture" in page and "data:image" not in page


WRONG = {
    "missing": (("absent",), "there is no checkpoint absent: give the file or folder of an earlier run"),
    "a folder without": (("empty",), "there is no checkpoint empty/checkpoint.safetensors"),
    "another kind": (("file",), "file is no checkpoint of streamsnn, or it is damaged"),
    "another safetensors": (("other.safetensors",), "other.safetensors is no checkpoint of streamsnn"),
    "damaged": (("broken.safetensors",), "broken.safetensors is damaged (its digest does not match)"),
    "cut off": (("cut.safetensors",), "cut.safetensors is no checkpoint of streamsnn, or it is damaged"),
    "newer": (("newer.safetensors",), "has schema 99, this version reads 1: it was written by streamsnn 9.9"),
    "picture": (("m.safetensors", "--picture", "big"), "--picture big: give height and width in pixels"),
    "picture of nothing": (("m.safetensors", "--picture", "0x4"), "--picture 0x4: give height and width"),
    "picture of others": (
        ("m.safetensors", "--picture", "4x5", "--html", "new.html"),
        "16 features are no picture of 4 x 5 pixels",
    ),
    "html nowhere": (("m.safetensors", "--html", "absent/x"), "--html absent/x: there is no folder"),
    "html is a folder": (("m.safetensors", "--html", "empty"), "--html empty: this is a folder, give a file"),
    "json is the file": (("m.safetensors", "--json", "m.safetensors"), "this is the checkpoint itself"),
    "html is the json": (
        ("m.safetensors", "--json", "new", "--html", "./new"),
        "--html new: this is the file of --json, give another file",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_one_sentence_and_leaves_no_trace(case: str, folder: Path) -> None:
    (folder / "empty").mkdir()
    whole = (folder / "m.safetensors").read_bytes()
    middle = len(whole) // 2
    (folder / "cut.safetensors").write_bytes(whole[:-9])
    (folder / "broken.safetensors").write_bytes(whole[:middle] + b"\x55" + whole[middle + 1 :])
    save_file({"a": np.zeros(3)}, folder / "other.safetensors")
    with safe_open("m.safetensors", framework="numpy") as f:
        tensors = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 (not a dict)
    newer = {"streamsnn": 'x {"schema": 99, "version": "9.9"}'}
    save_file(tensors, folder / "newer.safetensors", metadata=newer)
    before = tree(folder)
    arguments, said = WRONG[case]
    also = () if "--json" in arguments else ("--json", "also.json")
    done = CliRunner().invoke(app, ["inspect", *arguments, *also])
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert (done.exit_code, done.stdout) == (WRONG_USE, "")
    assert done.stderr.startswith("streamsnn: ") and done.stderr.count("\n") == 1
    assert said in done.stderr and "Traceback" not in done.stderr
    assert tree(folder) == before


def test_the_process_exits_with_0_and_2(folder: Path) -> None:
    def process(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "streamsnn", "inspect", *arguments],
            env=os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    fine = process("m.safetensors")
    assert (fine.returncode, fine.stderr) == (0, "") and "[red]right" in fine.stdout
    wrong = process("absent")
    assert (wrong.returncode, wrong.stdout) == (WRONG_USE, "") and wrong.stderr.count("\n") == 1


def test_help_names_every_option() -> None:
    helped = CliRunner(env=WIDE).invoke(app, ["inspect", "--help"])
    assert helped.exit_code == 0
    assert [option for option in ("--json", "--html", "--picture") if option not in helped.stdout] == []
