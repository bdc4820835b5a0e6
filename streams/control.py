"""The few words learner and log server say besides events; each is one msgpack frame.

New fields go at the end with a default, so that older peers skip them.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from streams.sample import Schema
from streams.wire import WireError

__all__ = [
    "MAX_CONTROL",
    "MAX_CREDIT",
    "PROTOCOL",
    "Bye",
    "Commit",
    "Credit",
    "End",
    "FromLearner",
    "FromServer",
    "Hello",
    "Refused",
    "Welcome",
    "decode_from_learner",
    "decode_from_server",
    "encode_control",
]

PROTOCOL = 1
"""Version of the conversation; the frames have their own (`streams.wire`)."""

MAX_CONTROL = 1 << 16
"""Largest control message, in bytes."""

MAX_CREDIT = 4096
"""Most events a learner may have in flight."""

Offset = Annotated[int, msgspec.Meta(ge=0)]


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """Learner to server: send me `key` from the event after `last_offset`, at most `credit` ahead."""

    key: str
    last_offset: Offset
    credit: int
    protocol: int = PROTOCOL
    schema_hash: int = 0  # 0: the learner takes any
    consumer: str = "learner"


class Credit(msgspec.Struct, frozen=True, array_like=True, tag="credit"):
    """Learner to server: `n` more events were applied."""

    n: Annotated[int, msgspec.Meta(ge=1, le=MAX_CREDIT)]


class Commit(msgspec.Struct, frozen=True, array_like=True, tag="commit"):
    """Learner to server: everything up to `offset` is in a durable checkpoint."""

    offset: Offset


class Bye(msgspec.Struct, frozen=True, array_like=True, tag="bye"):
    """Learner to server: I am leaving."""


class Welcome(msgspec.Struct, frozen=True, array_like=True, tag="welcome"):
    """Server to learner: the stream's description, its newest durable offset, your last commit."""

    schema: Schema
    end: Offset
    committed: Offset = 0


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """Server to learner: `offset` was the last event there will ever be."""

    offset: Offset


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """Server to learner: no, because."""

    reason: str


FromLearner = Hello | Credit | Commit | Bye
FromServer = Welcome | End | Refused
T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()
_from_learner: msgspec.msgpack.Decoder[FromLearner] = msgspec.msgpack.Decoder(FromLearner)
_from_server: msgspec.msgpack.Decoder[FromServer] = msgspec.msgpack.Decoder(FromServer)


def encode_control(message: FromLearner | FromServer) -> bytes:
    """Return the frame of a control message.

    Examples
    --------
    >>> encode_control(Credit(128)).hex()
    '92a6637265646974cc80'
    """
    return _encoder.encode(message)


def decode_from_learner(frame: bytes) -> FromLearner:
    """Return what a learner said.

    Raises
    ------
    WireError
        If the frame is too long or is no message a learner may send.

    Examples
    --------
    >>> decode_from_learner(bytes.fromhex("92a6637265646974cc80"))
    Credit(n=128)
    """
    return _decode(frame, _from_learner, "learner")


def decode_from_server(frame: bytes) -> FromServer:
    """Return what a server said.

    Raises
    ------
    WireError
        If the frame is too long or is no message a server may send.

    Examples
    --------
    >>> decode_from_server(encode_control(End(3)))
    End(offset=3)
    """
    return _decode(frame, _from_server, "server")


def _decode(frame: bytes, decoder: msgspec.msgpack.Decoder[T], sender: str) -> T:
    if len(frame) > MAX_CONTROL:
        raise WireError("size", f"control message of {len(frame)} bytes is longer than {MAX_CONTROL}")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("control", f"a {sender} cannot say this: {error}") from error
