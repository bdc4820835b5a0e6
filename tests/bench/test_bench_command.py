"""`streamsnn bench`: its options, its table, and one sentence for what cannot be."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from streamsnn.bench.builtin import names
from streamsnn.cli.app import app
from tests.bench.conftest import Outside

RAISES = 'name = "raises"\nkind = "outside_learners:Raises"'
LAST = 'name = "repeat_last_label"'


def bench(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["bench", *map(str, arguments)])


def table(file: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(file.read_text())
    return whole


def test_a_suite_becomes_a_table_of_all_its_cells(tmp_path: Path, outside: Outside) -> None:
    suite = outside.suite(LAST, RAISES, seeds=(0, 1), scenarios='[[scenarios]]\nkind = "recurring"')
    out, file = tmp_path / "out", tmp_path / "table.json"
    done = bench(suite, "--out", out, "--json", file, "-j", "1")
    assert done.exit_code == 1
    assert done.stdout == f"report: {out / 'report.html'}\n"
    for name in ("results.csv", "results.md", "report.html"):
        assert (out / name).stat().st_size > 0
    said = done.stderr.splitlines()
    assert said[-1] == "streamsnn: 4 of 8 cells failed, as said above; --retry-failed does them again"
    assert said[-2] == (
        "failed: tiny recurring digits recurring raises 0 and 3 more: "
        "ZeroDivisionError: five classes are too many"
    )
    assert file.read_bytes() == (out / "results.json").read_bytes()
    whole = table(file)
    assert list(whole) == [
        "suite",
        "command",
        "version",
        "code_version",
        "earlier_code",
        "machine",
        "rows",
        "failed",
        "refused",
    ]
    assert [(row["order"], row["learner"], row["seed"], row["iid_of"]) for row in whole["rows"]] == [
        ("recurring", "repeat_last_label", 0, None),
        ("recurring", "repeat_last_label", 1, None),
        ("iid", "repeat_last_label", 0, "recurring"),
        ("iid", "repeat_last_label", 1, "recurring"),
    ]
    row = whole["rows"][0]
    assert list(row)[:6] == ["suite", "scenario", "dataset", "order", "learner", "seed"]
    assert {"acc_final", "forgetting_max", "bwt_gem", "prequential", "writes_per_sample"} <= set(row)
    assert len(whole["failed"]) == 4 and whole["refused"] == [] and len(whole["machine"]) == 1


def test_failed_cells_stay_until_they_are_asked_for_again(tmp_path: Path, outside: Outside) -> None:
    log = outside.log
    slow = f'name = "logged"\nkind = "outside_learners:Deadly"\noptions = {{ log = "{log}", seeds = [] }}'
    suite, out = outside.suite(slow), tmp_path / "out"
    assert "missing 1 required positional argument: 'times'" in bench(suite, "--out", out, "-j", "1").stderr
    (first,) = table(out / "results.json")["failed"]
    assert first["reason"].startswith("TypeError: ")
    assert bench(suite, "--out", out, "-j", "1").exit_code == 1
    assert outside.made() == []
    assert bench(suite, "--out", out, "-j", "1", "--retry-failed").exit_code == 1
    log.write_text("")
    good = outside.suite(slow.replace("seeds = []", "seeds = [], times = 0"))
    assert bench(good, "--out", out, "-j", "1").exit_code == 0
    assert bench(good, "--out", out, "-j", "1", "--retry-failed").exit_code == 0
    assert outside.made() == [0], "what is done is never done again"


def test_parts_and_seeds_are_chosen_on_the_command_line(tmp_path: Path, outside: Outside) -> None:
    suite = outside.suite(LAST, RAISES, seeds=(0, 1), scenarios='[[scenarios]]\nkind = "recurring"')
    chosen = ("--only-learner", "repeat_last_label", "--only-scenario", "iid", "--only-dataset", "digits")
    for option, seeds in ((("--seed", "7"), [7]), (("--seeds", "3, 4"), [3, 4]), ((), [0, 1])):
        done = bench(suite, "--out", tmp_path / "out", "-j", "1", *chosen, *option)
        assert done.exit_code == 0, done.stderr
        rows = table(tmp_path / "out" / "results.json")["rows"]
        assert [(row["order"], row["learner"], row["seed"]) for row in rows] == [
            ("iid", "repeat_last_label", seed) for seed in seeds
        ]


def test_every_built_in_suite_is_explained_in_one_line() -> None:
    done = bench("--list")
    assert done.exit_code == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == names()
    assert all(len(line.split()) > 4 for line in lines)


WRONG = {
    "no suite": ((), "give a suite, or --list to see those that are built in"),
    "unknown suite": (("digit",), "no suite 'digit': did you mean 'digits', or give a .toml file"),
    "no file": (("absent.toml",), "no suite file absent.toml"),
    "not a suite": (("file.toml",), "file.toml, line 1: key 'name' is missing"),
    "seeds": (
        ("digits", "--seeds", "1,x"),
        "--seeds 1,x: give different numbers from 0, with commas between",
    ),
    "seeds twice": (("digits", "--seeds", "1,1"), "--seeds 1,1: give different numbers from 0"),
    "seed below 0": (("digits", "--seed", "-1"), "--seed -1: give different numbers from 0"),
    "seed and seeds": (("digits", "--seed", "1", "--seeds", "2"), "--seed 1 and --seeds 2: give one of them"),
    "learner": (
        ("digits", "--only-learner", "count"),
        "--only-learner count: not in this suite: did you mean 'counting'",
    ),
    "kept learner": (
        ("digits", "--keep-learner", "count"),
        "--keep-learner count: not in this suite: did you mean 'counting'",
    ),
    "processes": (("digits", "-j", "0"), "--processes 0: give a number from 1"),
    "processes and cluster": (
        ("digits", "-j", "2", "--cluster", "tcp://127.0.0.1:1"),
        "--processes 2 and --cluster tcp://127.0.0.1:1: give one of them",
    ),
    "json nowhere": (("digits", "--json", "absent/x.json"), "--json absent/x.json: there is no folder"),
    "out is a file": (("digits", "--out", "file.toml"), "file.toml: File exists"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_one_sentence_and_leaves_no_trace(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, said = WRONG[case]
    (tmp_path / "file.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    done = bench(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"streamsnn: {said}") and done.stderr.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["file.toml"]


@pytest.mark.skipif(importlib.util.find_spec("distributed") is not None, reason="distributed is installed")
def test_a_cluster_without_its_package_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = bench("digits", "--cluster", "tcp://127.0.0.1:1")
    assert (done.exit_code, done.stderr) == (
        2,
        "streamsnn: --cluster tcp://127.0.0.1:1 needs dask.distributed: pip install 'streamsnn[cluster]'\n",
    )
    assert list(tmp_path.iterdir()) == []
