"""Serving readings that the user's own loop makes."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType

from numpy.typing import ArrayLike

from streams.log import SegmentLog
from streams.sample import Sample, Schema
from streams.server import LogServer
from streams.wire import EventEncoder

__all__ = ["Feed"]

QUEUE = 64  # readings between the user's loop and the log: one group
BUSY = 6  # how much longer a learner that is connected is waited for


class _Queue:
    """Source that another thread fills; `put` waits while it is full."""

    replayable = False

    def __init__(self, key: str) -> None:
        self.key = key
        self.position = 0
        self.failure: Exception | None = None
        self._offset = 0
        self._samples: deque[Sample] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._read_end, False)

    def fileno(self) -> int:
        return self._read_end

    @property
    def ended(self) -> bool:
        with self._changed:
            return self._closed and not self._samples

    def seek(self, position: int) -> None:
        self.position = self._offset = position

    def put(self, time_ns: int, x: ArrayLike, y: int | None, encode: EventEncoder) -> int:
        row = encode.reading(x).copy()  # the caller may reuse its array
        label = None if y is None else encode.label(y)
        with self._changed:
            self._changed.wait_for(lambda: len(self._samples) < QUEUE or self._closed or self.failure)
            if self.failure is not None:
                raise self.failure
            if self._closed:
                raise ValueError(f"feed {self.key!r} is closed; open a new one to send more")
            self._offset += 1
            self._samples.append(Sample(self.key, self._offset, time_ns, row, label))
            if len(self._samples) == 1:
                os.write(self._write_end, b"\0")
            return self._offset

    def take(self, limit: int) -> list[Sample]:
        with self._changed:
            taken = [self._samples.popleft() for _ in range(min(limit, len(self._samples)))]
            if not self._samples:
                self._drain()
            self._changed.notify_all()
        if taken:
            self.position = taken[-1].offset
        return taken

    def _drain(self) -> None:
        try:
            os.read(self._read_end, 4096)
        except BlockingIOError:
            return

    def stop(self, failure: Exception | None = None) -> None:
        with self._changed:
            self._closed = True
            self.failure = self.failure or failure
            self._changed.notify_all()
            os.write(self._write_end, b"\0")

    def release(self) -> None:
        os.close(self._read_end)
        os.close(self._write_end)


class Feed:
    """Serves the readings given to `send` as one durable stream.

    A thread of its own logs and sends; the sensor's loop only waits when the log has run `window` events
    ahead of what learners have asked for.

    Parameters
    ----------
    endpoint
        Address to serve at, on this machine.
    key
        Name of the stream.
    n_features
        Numbers in a reading.
    log
        Folder of the durable log; an existing one is continued.
    dtype, labels, feature_low, feature_high
        As in `Schema`.
    window
        How many events the log may run ahead.

    Raises
    ------
    ValueError
        If the endpoint or the description is none.
    OSError
        If the endpoint or the folder cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with Feed("tcp://127.0.0.1:*", key="lamp", n_features=2, log=tempfile.mkdtemp()) as feed:
    ...     first = feed.send([0.5, 1.5])
    ...     feed.close(timeout_s=0.1)
    False
    """

    def __init__(
        self,
        endpoint: str,
        *,
        key: str,
        n_features: int,
        log: str | Path,
        dtype: str = "<f4",
        labels: tuple[str, ...] = (),
        feature_low: float | None = None,
        feature_high: float | None = None,
        window: int = 1024,
    ) -> None:
        schema = Schema(key, dtype, n_features, labels, feature_low, feature_high)
        self._encode = EventEncoder(key, schema)
        self._closed_at: float | None = None
        self._timeout_s = 0.0
        self._delivered: bool | None = None
        self._log = SegmentLog(log)
        self._queue = _Queue(key)
        try:
            self._server = LogServer(self._log, schema, self._queue, endpoint, window=window)
        except BaseException:
            self._log.close()
            self._queue.release()
            raise
        self.endpoint = self._server.endpoint
        self._thread = threading.Thread(target=self._serve, name=f"feed {key}", daemon=True)
        self._thread.start()

    def send(self, x: ArrayLike, y: int | None = None, *, time_ns: int | None = None) -> int:
        """Hand over one reading and return its offset.

        Waits while learners are too far behind.

        Parameters
        ----------
        x
            Reading, shape (n_features,).
        y
            Class number, or None.
        time_ns
            When it was taken; None means now.

        Raises
        ------
        WireError
            If the reading or the label does not fit.
        ValueError
            If the feed is closed.
        OSError
            If the log failed.
        """
        return self._queue.put(time.time_ns() if time_ns is None else time_ns, x, y, self._encode)

    def close(self, timeout_s: float = 10.0) -> bool:
        """End the stream, wait until learners have everything, and return whether they do.

        Gives up after `timeout_s` without a word from any learner, or six times that while one is
        connected: it may be compiling, or busy with what it got. What was not delivered stays in the log
        and is served when the folder is opened again.

        Raises
        ------
        OSError
            If the log failed.
        """
        if self._delivered is None:
            self._timeout_s = timeout_s
            self._closed_at = time.monotonic()
            self._queue.stop()
            self._thread.join()
            self._delivered = self._server.drained
            self._server.close()
            self._log.close()
            self._queue.release()
            if self._queue.failure is not None:
                raise self._queue.failure
        return self._delivered

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A loop that was interrupted should not hang on learners that never came.
        self.close() if kind is None else self.close(timeout_s=1.0)

    def _serve(self) -> None:
        try:
            self._server.run(self._done)
        except Exception as failure:  # handed to the user's thread by the next send or close
            self._queue.stop(failure)

    def _done(self) -> bool:
        if self._closed_at is None:
            return False
        silent = time.monotonic() - max(self._closed_at, self._server.heard)
        patience = self._timeout_s * (BUSY if self._server.followed else 1)
        return self._server.drained or silent > patience
