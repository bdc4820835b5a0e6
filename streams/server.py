"""The log server: takes events from a source, makes them durable, and sends them to learners under credit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from types import TracebackType

import zmq

from streams.control import MAX_CONTROL, MAX_CREDIT, End, FromServer, encode_control
from streams.endpoint import bindable
from streams.learners import Learner, Learners
from streams.log import SegmentLog
from streams.sample import Schema
from streams.source import Source
from streams.wire import EventEncoder

__all__ = ["LogServer"]

GROUP = 64  # events synced together; measured best trade of latency against fsyncs
BURST = 256  # events sent to one learner before the others and new requests get their turn
IDLE_MS = 50  # how often stop, parent and timeouts are looked at while nothing happens
RETRY_MS = 1  # how soon a source or learner that was not ready is asked again
PROBE_S = 0.5  # how often learners that owe us a word are tested for being alive

SNDMORE = int(zmq.SNDMORE)  # combining the enumeration's own values costs a microsecond an event
SNDMORE_NOBLOCK = int(zmq.SNDMORE | zmq.NOBLOCK)


class LogServer:
    """Serves one stream: log first, then send, never more than a learner has credit for.

    Parameters
    ----------
    log
        Durable log; stays the caller's to close.
    schema
        Description of the events.
    source
        Where events come from; it is sent to the end of the log first.
    endpoint
        Address to serve at; `tcp://127.0.0.1:*` takes a free port.
    window
        How many events the log may run ahead of what learners have asked for.
    once
        End when the last learner has said goodbye.
    parent_pid
        End when this process is no longer the parent.
    idle_timeout_s
        End when no learner has said anything for so long.

    Raises
    ------
    ValueError
        If the endpoint is none, is open to other machines, or the source cannot go to the end of the log.
    OSError
        If the endpoint is in use or the log folder holds another stream.

    Examples
    --------
    >>> import tempfile
    >>> from streams import ReplaySource
    >>> with SegmentLog(tempfile.mkdtemp()) as log:
    ...     source = ReplaySource([[1.0], [2.0]], [0, 1], key="lamp")
    ...     with LogServer(log, Schema("lamp", "<f8", 1), source, "tcp://127.0.0.1:*") as server:
    ...         server.run(stop=lambda: log.end == 2)
    ...         server.endpoint.startswith("tcp://127.0.0.1:")
    True
    """

    def __init__(
        self,
        log: SegmentLog,
        schema: Schema,
        source: Source,
        endpoint: str,
        *,
        window: int = 1024,
        once: bool = False,
        parent_pid: int | None = None,
        idle_timeout_s: float | None = None,
    ) -> None:
        address = bindable(endpoint)
        self._log = log
        self._source = source
        self._window = window
        self._once = once
        self._parent_pid = parent_pid
        self._idle_timeout_s = idle_timeout_s
        source.seek(log.end)
        self._learners = Learners(log, schema, source)
        self._encode = EventEncoder(source.key, schema)
        self._heard = self._probed = time.monotonic()
        self._socket = _bind(address)
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._learners_poller, self._poller = zmq.Poller(), zmq.Poller()
        self._learners_poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._socket, zmq.POLLIN)
        wake = getattr(source, "fileno", None)
        self._wakes = wake is not None
        if wake is not None:
            self._poller.register(wake(), zmq.POLLIN)

    @property
    def refusals(self) -> Mapping[str, int]:
        """How many messages were refused, by reason."""
        return self._learners.refusals

    @property
    def heard(self) -> float:
        """When a learner last said something, on the monotonic clock."""
        return self._heard

    @property
    def followed(self) -> bool:
        """Whether a learner is connected."""
        return bool(self._learners.table)

    @property
    def drained(self) -> bool:
        """Whether the source has ended, every event has been sent to somebody and every learner has left."""
        everything = self._source.ended and self._learners.delivered >= self._log.end
        return everything and not self._learners.table

    def run(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Serve until `stop()` is true or one of the reasons given at construction holds.

        Raises
        ------
        WireError
            If the source hands out what does not fit the schema.
        OSError
            If the log takes no more events or is damaged.
        """
        busy = True
        while not (stop() or self._over()):
            self._wait(busy)
            busy = self._receive()
            for identity, learner in list(self._learners.table.items()):
                busy |= self._send_burst(identity, learner)
            busy |= self._append()
            self._probe()

    def close(self) -> None:
        """Write down the last commits and free the endpoint; queued events get a second to leave."""
        self._learners.write_commits()
        self._socket.close(linger=1000)

    def __enter__(self) -> LogServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _over(self) -> bool:
        if self._once and self._learners.said_bye and not self._learners.table:
            return True
        if self._parent_pid is not None and os.getppid() != self._parent_pid:
            return True
        silent = time.monotonic() - self._heard
        return self._idle_timeout_s is not None and silent > self._idle_timeout_s

    def _wait(self, busy: bool) -> None:
        if busy:
            return
        if self._room() > 0:
            self._poller.poll(IDLE_MS if self._wakes else RETRY_MS)
        else:  # a source that has more than is wanted must not keep waking us
            self._learners_poller.poll(RETRY_MS if self._blocked() else IDLE_MS)

    def _blocked(self) -> bool:
        end = self._log.end
        return any(each.credit > 0 and each.next <= end for each in self._learners.table.values())

    def _receive(self) -> bool:
        heard = False
        while True:
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            heard = True
            for identity, reply in self._learners.hear(frames):
                self._say(identity, reply)
        if heard:
            self._heard = time.monotonic()
            self._learners.write_commits()
        return heard

    def _say(self, identity: bytes, message: FromServer) -> bool:
        try:
            self._socket.send_multipart((identity, encode_control(message)), zmq.NOBLOCK)
        except zmq.Again:
            return False  # it does not read; it will say HELLO if it misses the answer
        except zmq.ZMQError as error:
            self._forget(identity, error)
            return False
        return True

    def _forget(self, identity: bytes, error: zmq.ZMQError) -> None:
        if error.errno != zmq.EHOSTUNREACH:
            raise error
        self._learners.table.pop(identity, None)

    def _send_burst(self, identity: bytes, learner: Learner) -> bool:
        # `next` moves only after a send: an event that could not leave is simply the next one to send.
        count = min(learner.credit, self._log.end - learner.next + 1, BURST)
        if count <= 0:
            return self._send_end(identity, learner)
        first, send = learner.next, self._socket.send
        try:
            for header, payload in self._log.read_range(first, count):
                send(identity, SNDMORE_NOBLOCK)  # only this frame can be refused, and then nothing has left
                send(header, SNDMORE)
                send(payload)
                learner.next += 1
        except zmq.Again:
            pass
        except zmq.ZMQError as error:
            self._forget(identity, error)
        self._learners.sent(learner, first)
        return learner.next > first

    def _send_end(self, identity: bytes, learner: Learner) -> bool:
        if learner.ended or not self._source.ended or learner.next <= self._log.end:
            return False
        learner.ended = self._say(identity, End(self._log.end))
        return learner.ended

    def _probe(self) -> None:
        # A router notices that a peer is dead only when it sends to it.
        if time.monotonic() - self._probed < PROBE_S:
            return
        self._probed = time.monotonic()
        for identity, learner in list(self._learners.table.items()):
            if learner.ended:
                self._say(identity, End(self._log.end))
            elif learner.credit == 0:
                self._say(identity, self._learners.welcome(learner))

    def _room(self) -> int:
        # How many more events the log may take now.
        return 0 if self._source.ended else self._learners.asked + self._window - self._log.end

    def _append(self) -> bool:
        room = self._room()
        samples = self._source.take(min(GROUP, room)) if room > 0 else []
        if samples:
            encode = self._encode
            self._log.append([encode(sample) for sample in samples])
            self._log.sync()
        return bool(samples)


def _bind(endpoint: str) -> zmq.Socket[bytes]:
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
    for option, value in (
        (zmq.ROUTER_MANDATORY, 1),
        (zmq.ROUTER_HANDOVER, 1),
        (zmq.MAXMSGSIZE, MAX_CONTROL),
        (zmq.HANDSHAKE_IVL, 5000),
        (zmq.SNDHWM, 2 * MAX_CREDIT),
        (zmq.RCVHWM, 2 * MAX_CREDIT),
        (zmq.HEARTBEAT_IVL, 1000),
        (zmq.HEARTBEAT_TIMEOUT, 5000),
        (zmq.TCP_KEEPALIVE, 1),
        (zmq.IPV6, int("[" in endpoint)),
    ):
        socket.setsockopt(option, value)
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        socket.close(linger=0)
        what = "is in use; stop what serves there" if error.errno == zmq.EADDRINUSE else f"fails ({error})"
        raise OSError(f"{endpoint} {what} or choose another endpoint") from error
    return socket
