"""Feeding readings of one's own."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from streams import Feed, LogError, SegmentLog, StreamError, Subscription, WireError

ANYWHERE = "tcp://127.0.0.1:*"


def feed_of(folder: Path, window: int = 1024) -> Feed:
    return Feed(ANYWHERE, key="sensor", n_features=3, log=folder, window=window)


def follow(endpoint: str, got: list[tuple[int, float, int | None]], last_offset: int = 0) -> threading.Thread:
    """A learner in a thread that keeps offset, first feature and label."""

    def run() -> None:
        with Subscription(endpoint, "sensor", last_offset, credit=32) as subscription:
            got.extend((s.offset, float(s.x[0]), s.y) for s in subscription)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_every_reading_arrives_in_order(tmp_path: Path) -> None:
    got: list[tuple[int, float, int | None]] = []
    with feed_of(tmp_path) as feed:
        learner = follow(feed.endpoint, got)
        row = np.zeros(3, np.float32)
        for i in range(500):
            row[0] = i  # one array for all readings, as sensor loops do
            assert feed.send(row, y=i % 2 if i % 5 else None) == i + 1
        assert feed.close() is True
    learner.join(5)
    assert got == [(i + 1, float(i), i % 2 if i % 5 else None) for i in range(500)]


def test_send_waits_when_the_window_is_full(tmp_path: Path) -> None:
    with feed_of(tmp_path, window=100) as feed:
        sent = []

        def push() -> None:
            for _ in range(400):
                sent.append(feed.send([1, 2, 3]))

        sensor = threading.Thread(target=push)
        sensor.start()
        time.sleep(0.3)
        # nobody has asked for anything: the log takes the window, the queue one group
        assert sent == list(range(1, 165))
        with SegmentLog(tmp_path, readonly=True) as log:
            assert log.end == 100
        got: list[tuple[int, float, int | None]] = []
        learner = follow(feed.endpoint, got)
        sensor.join(5)
        assert len(sent) == 400
        assert feed.close() is True
        learner.join(5)
    assert [offset for offset, _, _ in got] == list(range(1, 401))


def test_a_full_feed_waits_without_burning_the_processor(tmp_path: Path) -> None:
    with feed_of(tmp_path, window=10) as feed:
        for _ in range(70):
            feed.send([1, 2, 3])
        time.sleep(0.1)
        before = time.process_time()
        time.sleep(0.4)
        assert time.process_time() - before < 0.1
        assert feed.close(timeout_s=0) is False


def test_what_nobody_fetched_is_served_by_the_next_feed(tmp_path: Path) -> None:
    with feed_of(tmp_path) as feed:
        feed.send([1, 0, 0])
        feed.send([2, 0, 0])
        assert feed.close(timeout_s=0.2) is False
    got: list[tuple[int, float, int | None]] = []
    with feed_of(tmp_path) as feed:
        assert feed.send([3, 0, 0], y=1) == 3
        learner = follow(feed.endpoint, got)
        assert feed.close() is True
        learner.join(5)
    assert got == [(1, 1.0, None), (2, 2.0, None), (3, 3.0, 1)]
    with feed_of(tmp_path) as feed:
        learner = follow(feed.endpoint, got, last_offset=3)
        time.sleep(0.1)
        assert feed.close() is True
        learner.join(5)
    assert len(got) == 3


def test_a_learner_ahead_of_the_log_is_refused(tmp_path: Path) -> None:
    with feed_of(tmp_path) as feed:
        feed.send([1, 2, 3])
        with pytest.raises(StreamError, match="event 500 of 'sensor' is not in this log"):
            Subscription(feed.endpoint, "sensor", last_offset=500)
        feed.close(timeout_s=0)


def test_event_time_is_the_senders(tmp_path: Path) -> None:
    with feed_of(tmp_path) as feed:
        feed.send([1, 2, 3], time_ns=123)
        before = time.time_ns()
        feed.send([1, 2, 3])
        after = time.time_ns()
        with Subscription(feed.endpoint, "sensor") as subscription:
            samples = iter(subscription)
            assert next(samples).time_ns == 123
            assert before <= next(samples).time_ns <= after


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([1, 2], None, "send 3 numbers"),
        ([1, 2, float("nan")], None, "feature 2"),
        ([1, 2, 3], "a", "label 'a'"),
    ],
)
def test_a_bad_reading_is_refused_where_it_is_sent(
    tmp_path: Path, x: list[float], y: int, words: str
) -> None:
    with feed_of(tmp_path) as feed:
        with pytest.raises(WireError, match=words):
            feed.send(x, y)
        assert feed.send([1, 2, 3]) == 1
        feed.close(timeout_s=0)


def test_a_closed_feed_takes_nothing(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    assert feed.close() is True  # nothing was sent, so everybody has everything
    with pytest.raises(ValueError, match="feed 'sensor' is closed"):
        feed.send([1, 2, 3])
    assert feed.close() is True


def test_an_interrupted_loop_ends_soon(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), feed_of(tmp_path) as feed:
        feed.send([1, 2, 3])
        raise KeyboardInterrupt
    assert time.monotonic() - start < 3
    with SegmentLog(tmp_path) as log:
        assert log.end == 1


def test_a_slow_sensor_keeps_its_learner(tmp_path: Path) -> None:
    with feed_of(tmp_path) as feed:
        feed.send([1, 2, 3])
        threading.Timer(0.8, lambda: feed.send([4, 5, 6])).start()
        # longer between readings than the timeout: the server's answers are signs of life
        with Subscription(feed.endpoint, "sensor", timeout_s=0.6) as subscription:
            samples = iter(subscription)
            assert [float(next(samples).x[0]) for _ in range(2)] == [1.0, 4.0]


def test_a_folder_in_use_and_a_folder_of_another_sensor(tmp_path: Path) -> None:
    with feed_of(tmp_path) as feed:
        with pytest.raises(LogError, match="in use by another process"):
            feed_of(tmp_path)
        feed.close(timeout_s=0)
    with pytest.raises(LogError, match="holds stream 'sensor' with 3 features"):
        Feed(ANYWHERE, key="sensor", n_features=4, log=tmp_path)
    with feed_of(tmp_path) as feed:  # the failed attempts let go of the folder
        assert feed.send([1, 2, 3]) == 1
        feed.close(timeout_s=0)


def test_a_log_that_fails_is_told_to_the_sensor(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    feed._log.close()  # stands in for a disk that went away
    feed.send([1, 2, 3])
    with pytest.raises(LogError, match="is closed or read-only"):
        for _ in range(1000):
            feed.send([1, 2, 3])
    with pytest.raises(LogError, match="is closed or read-only"):
        feed.close()
