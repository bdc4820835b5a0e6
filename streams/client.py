"""The learner's side of a stream: strictly ordered samples, and all of the recovery."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from types import TracebackType

import zmq

from streams.control import (
    MAX_CREDIT,
    Bye,
    Commit,
    Credit,
    End,
    FromLearner,
    Hello,
    Refused,
    Welcome,
    decode_from_server,
    encode_control,
)
from streams.endpoint import connectable
from streams.sample import Sample, Schema
from streams.wire import MAX_PAYLOAD, EventDecoder, WireError

__all__ = ["StreamError", "Subscription"]

SILENCE_MS = 500  # after so long without a word, ask again
UNSENT_WORDS = 256  # words kept for a server that is away: more than two minutes of HELLO
DAMAGED_IN_A_ROW = 3  # a stream that stays unreadable is no accident on the wire


class StreamError(ConnectionError):
    """The server refuses this learner, or its stream is not the one this learner has been following.

    Examples
    --------
    >>> isinstance(StreamError("refused"), OSError)
    True
    """


class Subscription:
    """Samples of one key after `last_offset`, each exactly once and in order.

    An event counts as applied when the next one is asked for; only applied events are paid back as credit.

    Parameters
    ----------
    endpoint
        Address of the log server.
    key
        Name of the stream.
    last_offset
        Offset of the last event that is already applied; 0 for a fresh learner.
    credit
        Most events on their way at any time.
    timeout_s
        How long to go on without any sign of the server.
    consumer
        Name under which commits are remembered; a second learner of the same name replaces the first.
    schema
        What the learner was made for; None takes what the server announces.

    Raises
    ------
    ValueError
        If the endpoint is none, or `credit` is out of range.
    TimeoutError
        If the server says nothing for `timeout_s`.
    StreamError
        If the server refuses.

    Examples
    --------
    >>> import tempfile, streams
    >>> feed = streams.Feed("tcp://127.0.0.1:*", key="lamp", n_features=2, log=tempfile.mkdtemp())
    >>> feed.send([1.0, 2.0], y=1)
    1
    >>> with feed, Subscription(feed.endpoint, "lamp") as subscription:
    ...     next(iter(subscription)).x
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self,
        endpoint: str,
        key: str,
        last_offset: int = 0,
        credit: int = 256,
        timeout_s: float = 10.0,
        *,
        consumer: str = "learner",
        schema: Schema | None = None,
    ) -> None:
        if not 1 <= credit <= MAX_CREDIT:
            raise ValueError(f"credit {credit} is out of range; ask for 1 to {MAX_CREDIT} events")
        self.endpoint = connectable(endpoint)
        self.key = key
        self.last_offset = last_offset
        self.credit = credit
        self.timeout_s = timeout_s
        self.consumer = consumer
        self.duplicates = self.gaps = 0
        self.refusals: Counter[str] = Counter()
        self.end: int | None = None
        self._wanted = 0 if schema is None else schema.hash
        self._paid = last_offset  # events up to here are credited
        self._waiting = True  # for the Welcome that answers the last HELLO
        self._damaged = 0
        self._welcome: Welcome | None = None
        self._decode: EventDecoder | None = None
        self._socket = _connect(self.endpoint, credit)
        try:
            self._hello()
            while self._welcome is None:
                self._pause()
                self._on_frames(self._socket.recv_multipart())
        except BaseException:
            self._socket.close(linger=0)
            raise

    @property
    def schema(self) -> Schema:
        """Description of the events, as the server announced it."""
        return self._answer.schema

    @property
    def committed(self) -> int:
        """Offset this consumer had committed when it last said HELLO."""
        return self._answer.committed

    @property
    def _answer(self) -> Welcome:
        assert self._welcome is not None  # the constructor returns only after it
        return self._welcome

    def __iter__(self) -> Iterator[Sample]:
        """Yield samples in order until the stream ends.

        Raises
        ------
        TimeoutError
            If the server says nothing for `timeout_s`.
        StreamError
            If the server refuses, or its stream ends before `last_offset`.
        WireError
            If events stay unreadable.
        """
        receive, half = self._socket.recv_multipart, max(1, self.credit // 2)
        while self.end is None:
            if self.last_offset - self._paid >= half:
                self._pay()
            try:
                frames = receive(zmq.NOBLOCK)
            except zmq.Again:
                self._pause()
                continue
            sample = self._on_frames(frames)
            if sample is not None:
                self.last_offset = sample.offset
                yield sample

    def commit(self, offset: int) -> None:
        """Tell the server that everything up to `offset` is in a durable checkpoint."""
        self._say(Commit(offset))

    def close(self) -> None:
        """Say goodbye and let go of the connection."""
        if not self._socket.closed:
            self._say(Bye())
            self._socket.close(linger=500)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _say(self, message: FromLearner) -> bool:
        try:
            self._socket.send(encode_control(message), zmq.NOBLOCK)
        except zmq.Again:
            return False  # the server is away; HELLO makes up for whatever was not said
        return True

    def _hello(self) -> None:
        self._waiting = True
        self._paid = self.last_offset
        self._say(
            Hello(self.key, self.last_offset, self.credit, schema_hash=self._wanted, consumer=self.consumer)
        )

    def _pay(self) -> None:
        if self._say(Credit(self.last_offset - self._paid)):
            self._paid = self.last_offset

    def _pause(self) -> None:
        # Waits for the next word of the server, asking again whenever it has been silent for too long.
        give_up = time.monotonic() + self.timeout_s
        while not self._socket.poll(min(SILENCE_MS, max(1, int((give_up - time.monotonic()) * 1000)))):
            if time.monotonic() >= give_up:
                raise TimeoutError(
                    f"no word from {self.endpoint} for {self.timeout_s:g} s; is {self.key!r} served there?"
                )
            self._hello()

    def _on_frames(self, frames: list[bytes]) -> Sample | None:
        if len(frames) != 2 or self._decode is None:
            self._on_control(frames)
            return None
        try:
            sample = self._decode(frames[0], frames[1])
        except WireError as error:
            self._on_damage(error)
            return None
        expected = self.last_offset + 1
        if sample.offset == expected:
            self._damaged = 0
            return sample
        if sample.offset < expected:
            self.duplicates += 1
        elif not self._waiting:
            # Events that were under way behind the gap still arrive; one HELLO is enough for all of them.
            self.gaps += 1
            self._hello()
        return None

    def _on_damage(self, error: WireError) -> None:
        self.refusals[error.reason] += 1
        self._damaged += 1
        if self._damaged >= DAMAGED_IN_A_ROW:
            raise error
        self._hello()

    def _on_control(self, frames: list[bytes]) -> None:
        if len(frames) != 1:
            raise WireError(
                "control", f"{self.endpoint} sends events before its Welcome; is it a log server?"
            )
        message = decode_from_server(frames[0])
        if isinstance(message, Welcome):
            if self._welcome is not None and message.schema.hash != self.schema.hash:
                raise StreamError(
                    f"{self.endpoint} now serves {self.key!r} with another schema; start afresh"
                )
            self._welcome, self._waiting = message, False
            self._decode = self._decode or EventDecoder(self.key, message.schema)
        elif isinstance(message, Refused):
            raise StreamError(f"{self.endpoint} refuses: {message.reason}")
        elif isinstance(message, End):
            self._on_end(message.offset)

    def _on_end(self, offset: int) -> None:
        if offset < self.last_offset:
            raise StreamError(
                f"{self.key!r} at {self.endpoint} ends at event {offset}, this learner has applied "
                f"{self.last_offset}; it follows another stream"
            )
        if offset == self.last_offset:
            self.end = offset
        elif not self._waiting:
            self.gaps += 1
            self._hello()


def _connect(endpoint: str, credit: int) -> zmq.Socket[bytes]:
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
    for option, value in (
        # Not IMMEDIATE: with it, libzmq 4.3.5 aborts when a server dies between the frames of an event.
        (zmq.MAXMSGSIZE, MAX_PAYLOAD),
        (zmq.SNDHWM, UNSENT_WORDS),
        (zmq.RCVHWM, 2 * credit + 16),  # events under credit and the words between them
        (zmq.HEARTBEAT_IVL, 1000),
        (zmq.HEARTBEAT_TIMEOUT, 5000),
        (zmq.TCP_KEEPALIVE, 1),
        (zmq.RECONNECT_IVL, 20),
        (zmq.RECONNECT_IVL_MAX, 500),
        (zmq.IPV6, int("[" in endpoint)),
    ):
        socket.setsockopt(option, value)
    socket.connect(endpoint)
    return socket
