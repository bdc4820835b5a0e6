"""The log server, spoken to frame by frame through a bare socket."""

from pathlib import Path

import numpy as np
import pytest

from streams import EventDecoder, LogServer, ReplaySource, Schema, SegmentLog
from streams.control import Commit, Credit, End, Hello, Refused, Welcome
from streams.ledger import Ledger
from streams.testing import BareLearner, ListSource, serving

SCHEMA = Schema("lamp", "|u1", 2)
ANYWHERE = "tcp://127.0.0.1:*"


def lamp(n: int) -> ReplaySource:
    """Readings [0, 1], [2, 3], ... of classes 0, 1, ..."""
    return ReplaySource(np.arange(2 * n, dtype=np.uint8).reshape(n, 2), np.arange(n), key="lamp")


def bare(server: LogServer) -> BareLearner:
    return BareLearner(server.endpoint, "lamp", SCHEMA)


def test_never_more_events_than_credit(tmp_path: Path) -> None:
    with serving(lamp(100), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 10))
        assert learner.events(10) == list(range(1, 11))
        learner.say(Credit(3))
        assert learner.events(3) == [11, 12, 13]
        learner.say(Credit(1))
        learner.say(Credit(1))
        assert learner.events(2) == [14, 15]


def test_hello_starts_after_the_last_applied_offset(tmp_path: Path) -> None:
    with serving(lamp(20), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 15, 100))
        welcome = learner.hear()
        assert isinstance(welcome, Welcome)
        assert (welcome.schema, welcome.committed) == (SCHEMA, 0)
        assert learner.events(5) == [16, 17, 18, 19, 20]
        learner.say(Hello("lamp", 18, 100))
        assert learner.events(2) == [19, 20]


def test_events_are_in_the_log_before_they_are_sent(tmp_path: Path) -> None:
    with serving(lamp(100), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 1))
        assert learner.events(1) == [1]
        with SegmentLog(tmp_path, readonly=True) as log:
            assert log.end >= 1


@pytest.mark.parametrize("window", [1, 10, 100])
def test_the_log_runs_no_further_ahead_than_the_window(tmp_path: Path, window: int) -> None:
    def end() -> int:
        with SegmentLog(tmp_path, readonly=True) as log:
            return log.end

    with serving(lamp(1000), SCHEMA, tmp_path, window=window) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 7))
        assert learner.events(7) == list(range(1, 8))
        assert end() == 7 + window
        learner.say(Credit(5))
        assert learner.events(5) == list(range(8, 13))
        assert end() == 12 + window


def test_end_comes_after_the_last_event_and_only_then(tmp_path: Path) -> None:
    source = ListSource([([1, 2], 0)] * 3, "lamp", ended=False)
    with serving(source, SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 100))
        assert learner.events(3) == [1, 2, 3]
        source.add([3, 4], 1)
        assert learner.events(1) == [4]
        source.end()
        assert learner.hear() == End(4)


@pytest.mark.parametrize(
    ("hello", "reason", "words"),
    [
        (Hello("lamp", 0, 10, protocol=2), "protocol", "protocol 2 is not spoken here"),
        (Hello("door", 0, 10), "key", "key 'door' is not served here; ask for 'lamp'"),
        (Hello("lamp", 0, 10, schema_hash=1), "schema", "made for another schema"),
        (Hello("lamp", 0, 0), "credit", "credit 0 is out of range"),
        (Hello("lamp", 0, 10**6), "credit", "credit 1000000 is out of range"),
        (Hello("lamp", 9, 10), "ahead", "event 9 of 'lamp' is not in this log, which ends at 3"),
    ],
)
def test_hello_is_refused_with_a_reason(tmp_path: Path, hello: Hello, reason: str, words: str) -> None:
    source = ListSource([([1, 2], 0)] * 3, "lamp", replayable=False)
    with serving(source, SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 10))
        assert learner.events(3) == [1, 2, 3]
        learner.say(hello)
        while isinstance(answer := learner.hear(), End):
            pass
        assert isinstance(answer, Refused)
        assert words in answer.reason
        assert server.refusals == {reason: 1}
        learner.say(Credit(1))
        assert learner.events(0) == []


def test_words_that_make_no_sense_are_refused_and_counted(tmp_path: Path) -> None:
    with serving(lamp(5), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.socket.send(b"\xc1 no control message")
        assert isinstance(learner.hear(), Refused)
        learner.socket.send_multipart([b"two", b"frames"])
        assert isinstance(learner.hear(), Refused)
        learner.say(Credit(5))  # without HELLO: nobody to credit
        learner.say(Hello("lamp", 0, 2))
        assert learner.events(2) == [1, 2]
        assert server.refusals == {"control": 2}


def test_events_that_have_left_the_log_are_refused(tmp_path: Path) -> None:
    (tmp_path / f"{101:020d}.log").touch()
    with serving(lamp(200), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 99, 10))
        answer = learner.hear()
        assert isinstance(answer, Refused)
        assert "event 100 of 'lamp' is gone; the log begins at event 101" in answer.reason
        learner.say(Hello("lamp", 100, 2))
        assert learner.events(2) == [101, 102]


def test_commits_are_durable_and_told_at_hello(tmp_path: Path) -> None:
    with serving(lamp(20), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 10, consumer="a"))
        assert len(learner.events(10)) == 10
        learner.say(Commit(4))
        learner.say(Commit(8))
        learner.say(Commit(11))  # was never sent
        answer = learner.hear()
        assert isinstance(answer, Refused)
        learner.say(Hello("lamp", 8, 5, consumer="a"))
        assert learner.hear() == Welcome(SCHEMA, 20, 8)
    with serving(lamp(20), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 8, 5, consumer="a"))
        assert learner.hear() == Welcome(SCHEMA, 20, 8)
    assert Ledger(tmp_path, "lamp", SCHEMA).committed("a") == 8


def test_a_learner_of_the_same_name_replaces_the_first(tmp_path: Path) -> None:
    with (
        serving(lamp(200), SCHEMA, tmp_path) as server,
        bare(server) as first,
        bare(server) as second,
        bare(server) as other,
    ):
        first.say(Hello("lamp", 0, 3, consumer="a"))
        other.say(Hello("lamp", 0, 3, consumer="b"))
        assert (first.events(3), other.events(3)) == ([1, 2, 3], [1, 2, 3])
        second.say(Hello("lamp", 2, 3, consumer="a"))
        assert second.events(3) == [3, 4, 5]
        while isinstance(told := first.hear(), Welcome):
            pass
        assert isinstance(told, Refused)
        assert "another learner named 'a' has come" in told.reason
        first.say(Credit(3))
        other.say(Credit(1))
        assert (first.events(0), other.events(1)) == ([], [4])


def test_a_restarted_server_continues_its_log(tmp_path: Path) -> None:
    with serving(lamp(50), SCHEMA, tmp_path, window=1) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 20))
        assert learner.events(20) == list(range(1, 21))
    with serving(lamp(50), SCHEMA, tmp_path, window=1) as server, bare(server) as learner:
        learner.say(Hello("lamp", 20, 20))
        assert learner.events(20) == list(range(21, 41))
    with SegmentLog(tmp_path, readonly=True) as log:
        assert log.end == 41
        decode = EventDecoder("lamp", SCHEMA)
        assert [decode(*frames).x.tolist() for frames in log.read(40)] == [[78, 79], [80, 81]]


def test_a_log_longer_than_its_source_is_refused(tmp_path: Path) -> None:
    with serving(lamp(50), SCHEMA, tmp_path) as server, bare(server) as learner:
        learner.say(Hello("lamp", 0, 50))
        assert len(learner.events(50)) == 50
    with SegmentLog(tmp_path) as log, pytest.raises(ValueError, match="event 50 of 'lamp', which has 20"):
        LogServer(log, SCHEMA, lamp(20), ANYWHERE)
