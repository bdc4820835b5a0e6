"""Where a log server may serve, and when it ends."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import zmq

from streams import LogServer, ReplaySource, Schema, SegmentLog, WireError
from streams.control import Bye, Hello, Welcome, decode_from_server, encode_control
from streams.testing import BareLearner, ListSource, serving

SCHEMA = Schema("lamp", "|u1", 2)
ANYWHERE = "tcp://127.0.0.1:*"
REPLY_MS = 3000


def lamp(n: int) -> ReplaySource:
    """Readings [0, 1], [2, 3], ... of classes 0, 1, ..."""
    return ReplaySource(np.arange(2 * n, dtype=np.uint8).reshape(n, 2), np.arange(n), key="lamp")


def bare(server: LogServer) -> BareLearner:
    return BareLearner(server.endpoint, "lamp", SCHEMA)


def test_port_in_use(tmp_path: Path) -> None:
    with (
        serving(lamp(5), SCHEMA, tmp_path / "a") as server,
        SegmentLog(tmp_path / "b") as log,
        pytest.raises(
            OSError, match=f"{server.endpoint} is in use; stop what serves there or choose another"
        ),
    ):
        LogServer(log, SCHEMA, lamp(5), server.endpoint)


@pytest.mark.parametrize(
    "endpoint", ["tcp://*:5555", "tcp://0.0.0.0:5555", "tcp://192.168.1.2:5555", "tcp://host:1"]
)
def test_addresses_open_to_others_are_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(ValueError, match="is open to other machines"), SegmentLog(tmp_path) as log:
        LogServer(log, SCHEMA, lamp(5), endpoint)


@pytest.mark.parametrize("endpoint", ["", "5555", "http://localhost:5", "tcp://localhost", "ipc://"])
def test_addresses_that_are_none_are_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(ValueError, match="is no address to serve at"), SegmentLog(tmp_path) as log:
        LogServer(log, SCHEMA, lamp(5), endpoint)


@pytest.mark.parametrize("form", ["ipc://{folder}/socket", "tcp://localhost:*", "tcp://[::1]:*"])
def test_every_local_address_serves(tmp_path: Path, form: str) -> None:
    if "[" in form and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    endpoint = form.format(folder=tmp_path)
    with serving(lamp(3), SCHEMA, tmp_path / "log", endpoint) as server:
        learner: zmq.Socket[bytes]
        with zmq.Context.instance().socket(zmq.DEALER) as learner:
            learner.setsockopt(zmq.LINGER, 0)
            learner.setsockopt(zmq.IPV6, 1)
            learner.connect(server.endpoint)
            learner.send(encode_control(Hello("lamp", 2, 5)))
            assert learner.poll(REPLY_MS)
            assert decode_from_server(learner.recv()).__class__ is Welcome


def test_what_the_source_must_not_send_stops_the_server(tmp_path: Path) -> None:
    source = ListSource([([1, 2], 0), ([1, 2, 3], 0)], "lamp")
    with SegmentLog(tmp_path) as log, LogServer(log, SCHEMA, source, ANYWHERE) as server:
        with pytest.raises(WireError, match=r"shape \(3,\)"):
            server.run()
        assert log.end == 0


def seconds_until_it_ends(server: LogServer) -> float:
    start = time.monotonic()
    thread = threading.Thread(target=server.run)
    thread.start()
    thread.join(REPLY_MS / 1000)
    assert not thread.is_alive()
    return time.monotonic() - start


def test_once_ends_with_the_goodbye_of_the_last_learner(tmp_path: Path) -> None:
    with SegmentLog(tmp_path) as log, LogServer(log, SCHEMA, lamp(5), ANYWHERE, once=True) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        with bare(server) as first, bare(server) as last:
            for learner, name in ((first, "a"), (last, "b")):
                learner.say(Hello("lamp", 0, 5, consumer=name))
                assert learner.events(5) == [1, 2, 3, 4, 5]
            first.say(Bye())
            thread.join(0.1)
            assert thread.is_alive()
            last.say(Bye())
            thread.join(REPLY_MS / 1000)
        assert not thread.is_alive()
        assert server.drained


def test_an_idle_server_ends(tmp_path: Path) -> None:
    with (
        SegmentLog(tmp_path) as log,
        LogServer(log, SCHEMA, lamp(5), ANYWHERE, idle_timeout_s=0.15) as server,
    ):
        assert seconds_until_it_ends(server) > 0.1


def test_a_server_whose_parent_is_gone_ends(tmp_path: Path) -> None:
    gone = os.getpid()  # is not the parent of this process
    with SegmentLog(tmp_path) as log, LogServer(log, SCHEMA, lamp(5), ANYWHERE, parent_pid=gone) as server:
        assert seconds_until_it_ends(server) < 1


def test_a_learner_that_dies_after_the_end_is_noticed(tmp_path: Path) -> None:
    with SegmentLog(tmp_path) as log, LogServer(log, SCHEMA, lamp(5), ANYWHERE) as server:
        thread = threading.Thread(target=server.run, args=(lambda: server.drained,))
        thread.start()
        with bare(server) as learner:
            learner.say(Hello("lamp", 0, 5))
            assert learner.events(5) == [1, 2, 3, 4, 5]
            assert not server.drained
        thread.join(REPLY_MS / 1000)
        assert server.drained
