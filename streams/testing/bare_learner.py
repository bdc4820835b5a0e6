"""A learner reduced to its socket, for tests that speak the protocol frame by frame."""

from __future__ import annotations

from types import TracebackType

import zmq

from streams.control import FromLearner, FromServer, decode_from_server, encode_control
from streams.sample import Schema
from streams.wire import EventDecoder

__all__ = ["BareLearner"]

QUIET_MS = 60  # nothing more is coming: longer than one turn of an idle server
REPLY_MS = 3000


class BareLearner:
    """Says and hears single messages, and pays no credit by itself.

    Parameters
    ----------
    endpoint
        Address of the server.
    key, schema
        The stream, to read events with.

    Examples
    --------
    >>> import tempfile
    >>> from streams.control import Hello
    >>> from streams.testing import ListSource, serving
    >>> schema = Schema("lamp", "<f8", 1)
    >>> with serving(ListSource([([0.5], 1)] * 9, "lamp"), schema, tempfile.mkdtemp()) as server:
    ...     with BareLearner(server.endpoint, "lamp", schema) as learner:
    ...         learner.say(Hello("lamp", 2, credit=3))
    ...         learner.events(3)
    [3, 4, 5]
    """

    def __init__(self, endpoint: str, key: str, schema: Schema) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.connect(endpoint)
        self._decode = EventDecoder(key, schema)

    def say(self, message: FromLearner) -> None:
        """Send one control message."""
        self.socket.send(encode_control(message))

    def hear(self) -> FromServer:
        """Return the next control message; events before it are dropped.

        Raises
        ------
        TimeoutError
            If there is none within 3 s.
        """
        while self.socket.poll(REPLY_MS):
            frames = self.socket.recv_multipart()
            if len(frames) == 1:
                return decode_from_server(frames[0])
        raise TimeoutError("the server says nothing")

    def events(self, count: int) -> list[int]:
        """Return the offsets of the next `count` events, and of any that come without being asked for."""
        offsets: list[int] = []
        while self.socket.poll(QUIET_MS if len(offsets) >= count else REPLY_MS):
            frames = self.socket.recv_multipart()
            if len(frames) == 2:
                offsets.append(self._decode(frames[0], frames[1]).offset)
        return offsets

    def close(self) -> None:
        """Vanish without goodbye."""
        self.socket.close(linger=0)

    def __enter__(self) -> BareLearner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
