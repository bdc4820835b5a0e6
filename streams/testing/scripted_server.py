"""A log server that does what a test tells it to, faults included."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import zmq

from streams.control import Bye, FromLearner, FromServer, Hello, Welcome, decode_from_learner, encode_control
from streams.sample import Sample, Schema
from streams.wire import EventEncoder

__all__ = ["ScriptedServer", "scripted"]

REPLY_MS = 3000


class ScriptedServer:
    """Serves no log: each event, duplicate, gap and damaged frame is sent by hand.

    Event `i` of its stream "lamp" is the reading [i, 0] with label i.

    Examples
    --------
    >>> server = ScriptedServer()
    >>> server.endpoint.startswith("tcp://127.0.0.1:"), server.schema.n_features
    (True, 2)
    >>> server.close()
    """

    key = "lamp"
    schema = Schema("lamp", "|u1", 2)

    def __init__(self) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
        self.endpoint = f"tcp://127.0.0.1:{self.socket.bind_to_random_port('tcp://127.0.0.1')}"
        self.heard: list[FromLearner] = []
        self._learner = b""
        self._encode = EventEncoder(self.key, self.schema)

    def expect(self, kind: type[FromLearner]) -> FromLearner:
        """Wait for a message of a kind and return it; all that is heard is kept in `heard`.

        Raises
        ------
        TimeoutError
            If there is none within 3 s.
        """
        while self.socket.poll(REPLY_MS):
            self._learner, frame = self.socket.recv_multipart()
            self.heard.append(decode_from_learner(frame))
            if isinstance(self.heard[-1], kind):
                return self.heard[-1]
        raise TimeoutError(f"no {kind.__name__} in {self.heard}")

    def say(self, message: FromServer) -> None:
        """Send one control message."""
        self.send(encode_control(message))

    def send(self, *frames: bytes) -> None:
        """Send frames as they are."""
        self.socket.send_multipart([self._learner, *frames])

    def frames(self, offset: int) -> tuple[bytes, bytes]:
        """Return the sound frames of an event."""
        return self._encode(Sample(self.key, offset, offset, np.array([offset, 0], np.uint8), offset))

    def events(self, *offsets: int) -> None:
        """Send sound events."""
        for offset in offsets:
            self.send(*self.frames(offset))

    def damaged(self, offset: int) -> None:
        """Send an event whose last byte has changed on its way."""
        header, payload = self.frames(offset)
        self.send(header, payload[:-1] + b"\xff")

    def welcome(self) -> Hello:
        """Wait for HELLO, answer it, and return it."""
        hello = self.expect(Hello)
        self.say(Welcome(self.schema, 100))
        assert isinstance(hello, Hello)  # narrows the type for the caller
        return hello

    def until_bye(self) -> None:
        """Take in what the learner says until it leaves."""
        self.expect(Bye)

    def close(self) -> None:
        """Free the address; what was said last gets a moment to leave."""
        self.socket.close(linger=200)


@contextmanager
def scripted(play: Callable[[ScriptedServer], None]) -> Iterator[ScriptedServer]:
    """Play a server's part in a thread; what fails there fails the `with` block.

    Examples
    --------
    >>> from streams import Subscription
    >>> from streams.control import End
    >>> def play(server):
    ...     server.welcome()
    ...     server.events(1, 1, 2)
    ...     server.say(End(2))
    ...     server.until_bye()
    >>> with scripted(play) as server, Subscription(server.endpoint, "lamp") as subscription:
    ...     [sample.offset for sample in subscription], subscription.duplicates
    ([1, 2], 1)
    """
    server = ScriptedServer()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            play(server)
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield server
    finally:
        thread.join(10)
        server.close()
    if failures:
        raise failures[0]
