"""`streamsnn bench` killed at any moment, stopped by Ctrl-C, and started twice: the same table in the end."""

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import streamsnn
from streamsnn.bench.catalogue import FILE
from streamsnn.cli.app import app
from streamsnn.continual.figures import TIMED
from tests.bench.conftest import Outside

LEARNERS = (
    'name = "logged"\nkind = "outside_learners:Logged"\noptions = {{ log = "{log}", pause = 0.006 }}',
    'name = "raises"\nkind = "outside_learners:Raises"',
)
SEEDS = range(6)
PATIENCE_S = 60.0


def start(suite: Path, out: Path, processes: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "streamsnn", "bench", str(suite), "--out", str(out), "-j", str(processes)],
        env=os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # as a terminal does: Ctrl-C reaches the workers too
        preexec_fn=heed_interrupts,
    )


def heed_interrupts() -> None:
    """As a terminal starts it; tests that run in a shell's background are started deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def here(suite: Path, out: Path) -> Result:
    """The same in this process, nobody disturbing it."""
    return CliRunner().invoke(app, ["bench", str(suite), "--out", str(out), "-j", "1"])


def recorded(out: Path) -> dict[str, float]:
    """When each recorded cell was begun, by its key."""
    if not (out / FILE).exists():
        return {}
    base = sqlite3.connect(f"file:{out / FILE}?mode=ro", uri=True, timeout=30)
    try:
        return dict(base.execute("SELECT key, started FROM cells"))
    except sqlite3.OperationalError:  # not made yet
        return {}
    finally:
        base.close()


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


def wait_for(out: Path, n: int, bench: "subprocess.Popen[str]") -> None:
    give_up = time.monotonic() + PATIENCE_S
    while len(recorded(out)) < n:
        assert bench.poll() is None and time.monotonic() < give_up
        time.sleep(0.01)


def untimed(out: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((out / "results.json").read_text())
    rows = [{k: v for k, v in row.items() if k not in TIMED} for row in whole.pop("rows")]
    return whole | {"rows": rows, "command": None}


def test_two_kills_and_a_restart_give_the_table_of_an_undisturbed_run(
    tmp_path: Path, outside: Outside, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those that fail at once come first: what is left when the second kill comes takes 0.6 s a cell, and the
    # kill comes within 0.2 s, so that it never finds everything done.
    learners = [text.format(log=outside.log) for text in reversed(LEARNERS)]
    suite = outside.suite(*learners, seeds=SEEDS)
    killed, quiet = tmp_path / "killed", tmp_path / "quiet"
    known: dict[str, float] = {}
    lost = 0
    for at_least in (2, 6):
        with start(suite, killed, processes=2) as bench:
            wait_for(killed, at_least, bench)
            time.sleep(rng.uniform(0.0, 0.2))
            bench.send_signal(signal.SIGKILL)
            assert bench.wait() == -signal.SIGKILL
        now = recorded(killed)
        assert at_least <= len(now) < 12 and now.items() >= known.items()
        known, lost = now, lost + 2
    with start(suite, killed, processes=2) as bench:
        out, said = bench.communicate(timeout=PATIENCE_S)
    assert bench.returncode == 1 and out == f"report: {killed / 'report.html'}\n"
    assert said.splitlines()[-1] == (
        "streamsnn: 6 of 12 cells failed, as said above; --retry-failed does them again"
    )
    assert recorded(killed).items() >= known.items() and len(recorded(killed)) == 12
    made = Counter(outside.made())
    assert set(made) == set(SEEDS) and made.total() <= len(SEEDS) + lost, (
        "only what ran when killed is redone"
    )
    assert here(suite, quiet).exit_code == 1
    assert untimed(quiet) == untimed(killed)
    assert len(untimed(quiet)["rows"]) == 6
    # nothing is left to do: the same table again, to the last digit of its timings
    before = (killed / "results.json").read_bytes()
    monkeypatch.setattr(sys, "argv", ["streamsnn", *shlex.split(json.loads(before)["command"])[1:]])
    assert here(suite, killed).exit_code == 1
    assert (killed / "results.json").read_bytes() == before
    assert Counter(outside.made()).total() == made.total() + len(SEEDS)


@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(
    processes: int, tmp_path: Path, outside: Outside
) -> None:
    suite = outside.suite(LEARNERS[0].format(log=outside.log), seeds=SEEDS)
    out = tmp_path / "out"
    with start(suite, out, processes) as bench:
        wait_for(out, 2, bench)
        os.killpg(bench.pid, signal.SIGINT)
        printed, said = bench.communicate(timeout=PATIENCE_S)
    assert (bench.returncode, printed) == (1, "")
    assert said.splitlines()[-1] == (
        f"streamsnn: stopped; what is finished is kept in {out}, and the same command goes on"
    )
    assert "Traceback" not in said
    known = recorded(out)
    assert 2 <= len(known) < len(SEEDS)
    with start(suite, out, processes) as bench:
        bench.communicate(timeout=PATIENCE_S)
    assert bench.returncode == 0 and recorded(out).items() >= known.items()


def test_a_second_bench_on_a_folder_is_turned_away_and_workers_die_with_theirs(
    tmp_path: Path, outside: Outside
) -> None:
    slow = LEARNERS[0].format(log=outside.log).replace("0.006", "0.5")
    suite = outside.suite(slow, seeds=SEEDS)
    out = tmp_path / "out"
    with start(suite, out, processes=2) as bench:
        give_up = time.monotonic() + PATIENCE_S
        while len(outside.made()) < 2:  # both workers are at it
            assert bench.poll() is None and time.monotonic() < give_up
            time.sleep(0.01)
        with start(suite, out, processes=1) as second:
            printed, said = second.communicate(timeout=PATIENCE_S)
        assert (second.returncode, printed) == (2, "")
        assert said == (
            f"streamsnn: {out} is in use by process {bench.pid}: wait for it, or give another --out\n"
        )
        bench.send_signal(signal.SIGKILL)
        assert bench.wait() == -signal.SIGKILL
        give_up = time.monotonic() + 25.0  # a cell takes 50 s: workers that went on with theirs would be seen
        while not group_is_gone(bench.pid):
            assert time.monotonic() < give_up
            time.sleep(0.01)
    assert recorded(out) == {}
