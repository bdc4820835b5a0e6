"""One file holds a model: whole and exact, or refused in one sentence."""

import json
import os
import subprocess
import sys
import textwrap
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import streamsnn
from streamsnn import PES, Checkpoint, Counting, Latency, Linear, SpikingClassifier, ThreeFactor, load, save
from streamsnn.atomic import write_atomic

MODELS: dict[str, dict[str, Any]] = {
    "default": {},
    "tuned": {"rule": Counting(novelty=0.5, max_units=3), "encoder": Latency(-4, 4.5, ticks=5), "seed": 3},
    "three_factor": {"rule": ThreeFactor(width=2.0, centre=0.5)},
    "pes": {"rule": PES(learning_rate=50.0), "readout": Linear("squared"), "seed": np.int64(2)},
}


def learn(model: SpikingClassifier, start: int, stop: int) -> SpikingClassifier:
    for i in range(start, stop):
        model.learn_one({"é": np.sin(i) * 3, "b": float(i % 4)}, ("x", "y\n", "z")[i % 3])
    return model


def trained(name: str = "default", n: int = 40) -> SpikingClassifier:
    return learn(SpikingClassifier(n_hidden=64, k=4, **MODELS[name]), 0, n)


def state(model: SpikingClassifier) -> dict[str, bytes]:
    arrays = {name: a.tobytes() for name, a in model.core.arrays().items()}
    sizes = (model.core.n_features, model.core.n_classes, model.core.seed)
    names = repr((model.features_.names, model.classes_.labels, sizes, model._get_params()))
    return {**arrays, "names": names.replace("np.int64(2)", "2").encode()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save(
        path, Checkpoint(trained(), 7, {"n": 1, "é": [1.5, None]}, {"z": np.arange(3), "nul": np.array(0.5)})
    )
    return path


def assert_refused(path: Path, said: str, kind: type[Exception] = ValueError) -> None:
    with pytest.raises(kind) as caught:
        load(path)
    sentence = str(caught.value)
    assert said in sentence and "\n" not in sentence and ". " not in sentence


# -- whole and exact -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_round_trip_is_exact_and_goes_on_exactly(name: str, tmp_path: Path) -> None:
    model = trained(name)
    save(tmp_path / "m", Checkpoint(model, offset=40))
    loaded = load(tmp_path / "m")
    assert loaded.offset == 40
    assert state(loaded.model) == state(model)
    assert loaded.model.core.counters == model.core.counters
    learn(model, 40, 90)
    learn(loaded.model, 40, 90)
    assert state(loaded.model) == state(model)


def test_notes_and_arrays_of_the_caller_come_back(file: Path) -> None:
    found = load(file)
    assert (found.offset, found.notes) == (7, {"n": 1, "é": [1.5, None]})
    assert sorted(found.arrays) == ["nul", "z"]
    assert found.arrays["z"].tolist() == [0, 1, 2] and found.arrays["z"].dtype == np.int64
    assert found.arrays["nul"].shape == () and found.arrays["nul"] == 0.5


@pytest.mark.parametrize("labels", [[True, False], [4, -2], ["", "b"]])
def test_labels_and_features_keep_their_types(labels: list[Any], tmp_path: Path) -> None:
    model = SpikingClassifier(n_hidden=64, k=4)
    names: list[Any] = [3, "3", 2.5]
    for i in range(6):
        model.learn_one(dict.fromkeys(names, float(i)), labels[i % 2])
    save(tmp_path / "m", Checkpoint(model))
    again = load(tmp_path / "m").model
    assert repr(again.classes_.labels) == repr(labels)
    assert repr(again.features_.names) == repr(model.features_.names)
    assert again.predict_one({3: 0.0, "3": 0.0, 2.5: 0.0}) == model.predict_one({3: 0.0, "3": 0.0, 2.5: 0.0})


def test_a_model_that_has_learned_nothing_round_trips(tmp_path: Path) -> None:
    save(tmp_path / "m", Checkpoint(SpikingClassifier(n_hidden=64, k=4)))
    assert state(learn(load(tmp_path / "m").model, 0, 40)) == state(trained())


def test_saving_and_loading_write_nothing_into_the_model(tmp_path: Path) -> None:
    model = trained()
    before = state(model)
    save(tmp_path / "m", Checkpoint(model))
    learn(load(tmp_path / "m").model, 40, 60)
    assert state(model) == before


def test_equal_models_make_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name, Checkpoint(trained(), 40))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


RULE = """
from dataclasses import dataclass
from streamsnn.rules.counting import Counting

@dataclass(frozen=True)
class Bold(Counting):
    courage: float = 2.0
"""


def test_a_rule_of_the_users_own_round_trips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bold_rule.py").write_text(RULE)
    monkeypatch.syspath_prepend(tmp_path)
    Bold: Any = import_module("bold_rule").Bold
    model = learn(SpikingClassifier(n_hidden=64, k=4, rule=Bold(novelty=0.6, courage=3.5)), 0, 30)
    save(tmp_path / "m", Checkpoint(model))
    again = load(tmp_path / "m").model
    assert again.rule == Bold(novelty=0.6, courage=3.5)
    assert state(again) == state(model)
    sys.modules.pop("bold_rule")
    (tmp_path / "bold_rule.py").unlink()
    assert_refused(tmp_path / "m", "bold_rule:Bold, which cannot be imported")


# -- refused -------------------------------------------------------------------------------------------


def test_a_flipped_byte_anywhere_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    spread = {*range(0, header, header // 60), *range(header, len(whole), (len(whole) - header) // 60), 8}
    for position in sorted({*spread, len(whole) - 1}):
        for flip in (0x01, 0x20, 0xFF):
            broken = bytearray(whole)
            broken[position] ^= flip
            file.write_bytes(broken)
            assert_refused(file, str(file))


def test_a_file_that_ends_early_or_late_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for length in {*range(0, len(whole), len(whole) // 20), 1, 7, 8, 9, len(whole) - 1}:
        file.write_bytes(whole[:length])
        assert_refused(file, f"{file} is no checkpoint of streamsnn, or it is damaged")
    file.write_bytes(whole + b"\0")
    assert_refused(file, f"{file} is no checkpoint of streamsnn, or it is damaged")


def changed(file: Path, change: dict[str, Any]) -> None:
    """Write other values into the description, as a hand edit would."""
    with safe_open(file, framework="numpy") as f:
        metadata = f.metadata()
        tensors = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 (not a dict)
    digest, _, text = metadata["streamsnn"].partition(" ")
    save_file(tensors, file, metadata={"streamsnn": f"{digest} {json.dumps(json.loads(text) | change)}"})


@pytest.mark.parametrize(
    "change", [{"offset": 8}, {"n_classes": 2}, {"notes": {}}, {"classes": ["x", "z", "y\n"]}]
)
def test_an_edited_description_is_noticed(file: Path, change: dict[str, Any]) -> None:
    changed(file, change)
    assert_refused(file, f"checkpoint {file} is damaged (its digest does not match)")


def test_a_schema_of_another_version_is_named(file: Path) -> None:
    changed(file, {"schema": 99, "version": "7.0"})
    assert_refused(file, f"{file} has schema 99, this version reads 1: it was written by streamsnn 7.0")


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    other = tmp_path / "other"
    save_file({"w": np.ones(3)}, other)
    assert_refused(other, f"{other} is no checkpoint")
    save_file({"w": np.ones(3)}, other, metadata={"streamsnn": "no json"})
    assert_refused(other, f"{other} is no checkpoint")
    for content in (b"", b"PK\3\4", b"{}" * 1000, bytes(8), np.random.default_rng(0).bytes(4096)):
        other.write_bytes(content)
        assert_refused(other, f"{other} is no checkpoint")


def test_what_is_not_a_file_is_named(tmp_path: Path, file: Path) -> None:
    assert_refused(tmp_path / "absent", f"there is no checkpoint {tmp_path / 'absent'}", FileNotFoundError)
    assert_refused(file / "below", f"there is no checkpoint {file / 'below'}", FileNotFoundError)
    assert_refused(tmp_path, f"{tmp_path} is a folder", IsADirectoryError)


def test_only_parameter_classes_are_built(tmp_path: Path) -> None:
    """A well-made file that names something else than a dataclass."""
    path = tmp_path / "m"
    for name in ("subprocess:Popen", "os:system", "streamsnn.core:Core", "streamsnn.rules.counting:absent"):
        model = trained()
        save(path, Checkpoint(model))
        forge(path, {"rule": {"class": name, "fields": {}}})
        assert_refused(path, f"the checkpoint names {name}, which is no parameter class")
    forge(path, {"rule": {"class": "no_such_module_of_mine:Rule", "fields": {}}})
    assert_refused(path, "no_such_module_of_mine:Rule, which cannot be imported")


def forge(path: Path, parameters: dict[str, Any]) -> None:
    """Change parameters and make the digest fit again."""
    with safe_open(path, framework="numpy") as f:
        header = json.loads(f.metadata()["streamsnn"].partition(" ")[2])
        tensors = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 (not a dict)
    text = json.dumps(header | {"parameters": header["parameters"] | parameters})
    h = sha256(text.encode())
    for name, a in sorted(tensors.items()):
        h.update(f"\0{name} {a.dtype.str} {a.shape}\0".encode() + a.tobytes())
    save_file(tensors, path, metadata={"streamsnn": f"{h.hexdigest()} {text}"})


@pytest.mark.parametrize(("feature", "label"), [((1, 2), "x"), (None, "x")])
def test_names_that_no_file_can_hold_are_refused_before_writing(
    tmp_path: Path, feature: Any, label: str
) -> None:
    model = SpikingClassifier(n_hidden=64, k=4)
    model.learn_one({feature: 1.0}, label)
    with pytest.raises(TypeError, match="cannot be saved: use str, int, float or bool"):
        save(tmp_path / "m", Checkpoint(model))
    assert list(tmp_path.iterdir()) == []


# -- a disk that refuses -------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_named_and_nothing_changes(tmp_path: Path, file: Path) -> None:
    before = file.read_bytes()
    for bad in (file / "below", tmp_path / "absent" / "m", tmp_path):
        with pytest.raises(OSError) as caught:
            save(bad, Checkpoint(trained()))
        assert caught.value.filename == str(bad)
    assert [p.name for p in tmp_path.iterdir()] == [file.name]
    assert file.read_bytes() == before


FULL_DISK = """
    import resource, sys
    from streamsnn import Checkpoint, load, save
    found = load(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # as on a full disk: the write stops half-way
    try:
        save(sys.argv[1], Checkpoint(found.model, 8))
    except OSError as error:
        print(error.filename)
"""


def test_a_write_that_stops_half_way_leaves_the_old_file_alone(file: Path) -> None:
    before = file.read_bytes()
    packages = str(Path(streamsnn.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(file)],
        env=os.environ | {"PYTHONPATH": packages},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{file}\n"
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_an_atomic_write_replaces_and_keeps_ordinary_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a"
    mask = os.umask(0o027)
    try:
        write_atomic(path, b"old")
        write_atomic(path, b"new")
    finally:
        os.umask(mask)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
