"""A learner killed three times ends with the bits of an undisturbed one, and its source dies with it."""

import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import streamsnn
from streamsnn import load
from streamsnn.run.report import summarise
from streamsnn.run.runner import Place, Settings, begin, follow
from streamsnn.view.live import LiveView

SETTINGS = Settings("digits", repeat=8, checkpoint_every=50)
N = 8 * 1438
PATIENCE_S = 60.0


def start(*arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "streamsnn", "run", "digits", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_after(learner: "subprocess.Popen[str]", place: Place, offset: int) -> int:
    """SIGKILL the learner alone once its checkpoint has passed `offset`; the offset it left."""
    give_up = time.monotonic() + PATIENCE_S
    with learner:
        while not (place.checkpoint.exists() and load(place.checkpoint).offset > offset):
            assert learner.poll() is None and time.monotonic() < give_up
            time.sleep(0.002)
        os.kill(learner.pid, signal.SIGKILL)
        assert learner.wait() == -signal.SIGKILL
    return load(place.checkpoint).offset


def lock_is_free(place: Place, within_s: float) -> bool:
    give_up = time.monotonic() + within_s
    with (place.log / "lock").open("rb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > give_up:
                    return False
                time.sleep(0.02)
            else:
                return True


def arrays(place: Place) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Learner, accuracy matrix, prequential and curve arrays: everything but latencies."""
    found = load(place.checkpoint)
    named = {f"core/{name}": a for name, a in found.model.core.arrays().items()} | found.arrays
    return {
        k: (a.dtype.str, a.shape, a.tobytes()) for k, a in named.items() if k not in ("latency", "seconds")
    }


@dataclass(frozen=True)
class Killed:
    place: Place
    offsets: list[int]
    source_died: bool
    torn: list[str]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    place = Place(tmp_path_factory.mktemp("killed") / "out")
    offsets = [kill_after(start("--out", place.out, "--repeat", "8", "--checkpoint-every", "50"), place, 100)]
    source_died = lock_is_free(place, within_s=10.0)
    for _ in range(2):  # at once: the next source must wait until the last one has let go of the log
        offsets.append(kill_after(start("--resume", place.out), place, offsets[-1] + 100))
    torn = [p.name for p in place.out.iterdir() if p.name.startswith(".")]
    with start("--resume", place.out) as last:
        _, stderr = last.communicate(timeout=PATIENCE_S)
    assert last.returncode == 0, stderr
    return Killed(place, offsets, source_died, torn, json.loads((place.out / "report.json").read_text()))


def test_it_was_killed_in_the_middle_each_time(killed: Killed) -> None:
    assert len(killed.offsets) == 3
    assert 100 < killed.offsets[0] < killed.offsets[1] < killed.offsets[2] < N
    assert all(offset % 50 == 0 for offset in killed.offsets)
    assert load(killed.place.checkpoint).offset == N


def test_the_source_process_dies_with_its_learner(killed: Killed) -> None:
    assert killed.source_died
    assert lock_is_free(killed.place, within_s=5.0)


def test_every_bit_is_as_if_nothing_had_happened(killed: Killed, tmp_path: Path) -> None:
    undisturbed = Place(tmp_path, in_process=True)
    session = begin(SETTINGS, undisturbed)
    follow(SETTINGS, undisturbed, session, LiveView("test", Console(file=io.StringIO())))
    ours, theirs = arrays(undisturbed), arrays(killed.place)
    assert sorted(theirs) == sorted(ours)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert {"core/p1.w", "core/counters", "curve", "matrix/accuracy", "prequential/ring"} <= set(ours)
    expected = json.loads(summarise(session, "counting", {}, "").to_json())
    skipped = {"events_per_s", "latency_us", "baselines", "command"}
    assert {k: v for k, v in killed.report.items() if k not in skipped} == {
        k: v for k, v in expected.items() if k not in skipped
    }
    assert expected["n_samples"] == N


def test_a_kill_leaves_at_most_one_unfinished_file_and_never_a_half_checkpoint(killed: Killed) -> None:
    assert all(name.startswith(".checkpoint.safetensors.") for name in killed.torn)
    assert len(killed.torn) <= 3
