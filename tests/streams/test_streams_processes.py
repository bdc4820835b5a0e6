"""Whole streams between real servers and learners that are killed, restarted and raced."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from streams import LogServer, ReplaySource, Sample, Schema, SegmentLog, Subscription
from streams.testing import serving

SCHEMA = Schema("walk", "<f4", 4)
N = 4000
SPAWN = multiprocessing.get_context("spawn")


def walk(n: int = N) -> ReplaySource:
    x = np.random.default_rng(7).normal(size=(n, 4)).astype(np.float32)
    return ReplaySource(x, np.arange(n) % 3, key="walk")


def serve(folder: str, endpoint: str, said: Connection) -> None:
    """A log server in a process of its own, ending with its parent or its learner."""
    with (
        SegmentLog(folder) as log,
        LogServer(log, SCHEMA, walk(), endpoint, once=True, parent_pid=os.getppid()) as server,
    ):
        said.send(server.endpoint)
        server.run()


def learn(endpoint: str, last_offset: int, fold: float, stop: int, said: Connection) -> None:
    """Fold samples into a number that depends on their order, and report after each."""
    with Subscription(endpoint, "walk", last_offset, credit=64) as subscription:
        for sample in subscription:
            fold = folded(fold, sample)
            said.send((sample.offset, fold))
            if sample.offset == stop:
                os.kill(os.getpid(), signal.SIGKILL)
    said.send(None)


def folded(fold: float, sample: Sample) -> float:
    """One step of a sum in which every sample, and its place, counts."""
    assert sample.y is not None
    return fold * 0.99 + float(sample.x @ np.arange(4)) * (1 + sample.y)


def undisturbed() -> float:
    fold = 0.0
    for sample in walk().samples():
        fold = folded(fold, sample)
    return fold


def start_server(folder: Path, endpoint: str) -> tuple[multiprocessing.process.BaseProcess, str]:
    hear, said = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=serve, args=(str(folder), endpoint, said))
    process.start()
    bound: str = hear.recv()
    return process, bound


def run_learner(endpoint: str, last_offset: int, fold: float, stop: int) -> tuple[int, float]:
    """Run a learner until its end or its own SIGKILL and return the last state it told."""
    hear, said = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=learn, args=(endpoint, last_offset, fold, stop, said))
    process.start()
    said.close()
    try:
        while (told := hear.recv()) is not None:
            last_offset, fold = told
    except EOFError:
        process.join()
        assert process.exitcode == -signal.SIGKILL
    process.join()
    return last_offset, fold


def test_killed_learners_resume_to_the_same_number(tmp_path: Path) -> None:
    server, endpoint = start_server(tmp_path, "tcp://127.0.0.1:*")
    state = (0, 0.0)
    for stop in (700, 1901, 0):
        state = run_learner(endpoint, *state, stop)
        assert state[0] == (stop or N)
    assert state == (N, undisturbed())
    server.join(5)
    assert server.exitcode == 0


def test_a_killed_server_comes_back_in_the_middle(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/socket"
    server, _ = start_server(tmp_path / "log", endpoint)
    fold, offsets = 0.0, []
    with Subscription(endpoint, "walk", credit=64) as subscription:
        for sample in subscription:
            fold = folded(fold, sample)
            offsets.append(sample.offset)
            if sample.offset in (500, 2300):
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
                server.join()
                server, _ = start_server(tmp_path / "log", endpoint)
    assert offsets == list(range(1, N + 1))
    assert fold == undisturbed()
    server.join(5)
    assert server.exitcode == 0


def test_a_server_ends_with_its_parent(tmp_path: Path) -> None:
    hear, said = SPAWN.Pipe(duplex=False)
    parent = SPAWN.Process(target=parent_of_a_server, args=(str(tmp_path), said))
    parent.start()
    pid: int = hear.recv()
    parent.kill()
    parent.join()
    deadline = time.monotonic() + 3
    while still_serving(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not still_serving(pid)


def parent_of_a_server(folder: str, said: Connection) -> None:
    hear, child_said = SPAWN.Pipe(duplex=False)
    child = SPAWN.Process(target=serve, args=(folder, "tcp://127.0.0.1:*", child_said))
    child.start()
    hear.recv()
    said.send(child.pid)
    time.sleep(30)


def still_serving(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except FileNotFoundError:
        return False


def test_a_learner_may_come_before_its_server(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/socket"
    offsets: list[int] = []

    def follow() -> None:
        with Subscription(endpoint, "walk") as subscription:
            offsets.extend(sample.offset for sample in subscription)

    learner = threading.Thread(target=follow)
    learner.start()
    time.sleep(0.1)
    with serving(walk(300), SCHEMA, tmp_path / "log", endpoint):
        learner.join(5)
    assert offsets == list(range(1, 301))


def test_several_learners_each_get_everything(tmp_path: Path) -> None:
    got: dict[str, list[int]] = {"a": [], "b": [], "c": []}

    def follow(endpoint: str, name: str, credit: int) -> None:
        with Subscription(endpoint, "walk", credit=credit, consumer=name) as subscription:
            got[name] = [sample.offset for sample in subscription]

    with serving(walk(1500), SCHEMA, tmp_path, window=100) as server:
        threads = [
            threading.Thread(target=follow, args=(server.endpoint, name, credit))
            for name, credit in (("a", 1), ("b", 33), ("c", 256))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert got == {name: list(range(1, 1501)) for name in "abc"}


def test_closing_in_the_middle_and_resuming(tmp_path: Path) -> None:
    offsets = []
    with serving(walk(1000), SCHEMA, tmp_path) as server:
        last = 0
        while last < 1000:
            with Subscription(server.endpoint, "walk", last, credit=50) as subscription:
                for sample in subscription:
                    offsets.append(sample.offset)
                    if sample.offset % 301 == 0:
                        break
                last = subscription.last_offset
    assert offsets == list(range(1, 1001))


def test_a_slow_learner_is_not_flooded(tmp_path: Path) -> None:
    ahead = []
    with (
        serving(walk(3000), SCHEMA, tmp_path, window=200) as server,
        Subscription(server.endpoint, "walk", credit=20) as subscription,
    ):
        for sample in subscription:
            if sample.offset % 500 == 0:
                time.sleep(0.05)
                with SegmentLog(tmp_path, readonly=True) as log:
                    ahead.append(log.end - sample.offset)
    # credit under way and the window, however long the learner takes
    assert max(ahead) <= 20 + 200
    assert subscription.last_offset == 3000
