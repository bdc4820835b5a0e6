"""Which addresses a stream may be served at and fetched from."""

from __future__ import annotations

import re

__all__ = ["bindable", "connectable"]

_LOOPBACK = re.compile(r"tcp://(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5}|\*)")
_ANY = re.compile(r"tcp://(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}|ipc://.+")
_HOW = "write tcp://127.0.0.1:5555 or ipc:///run/my-stream"


def bindable(endpoint: str) -> str:
    """Return an endpoint in the form that can be bound, if nobody off this machine can reach it.

    Raises
    ------
    ValueError
        If it is no endpoint, or one that other machines can reach (this version has no encryption yet).

    Examples
    --------
    >>> bindable("tcp://localhost:5555")
    'tcp://127.0.0.1:5555'
    """
    if _LOOPBACK.fullmatch(endpoint) or re.fullmatch(r"ipc://.+", endpoint):
        return endpoint.replace("//localhost:", "//127.0.0.1:")
    if _ANY.fullmatch(endpoint) or re.fullmatch(r"tcp://\*:(\d{1,5}|\*)", endpoint):
        raise ValueError(f"{endpoint} is open to other machines and streams are not encrypted yet; {_HOW}")
    raise ValueError(f"{endpoint!r} is no address to serve at; {_HOW}")


def connectable(endpoint: str) -> str:
    """Return an endpoint that can be connected to.

    Raises
    ------
    ValueError
        If it is no endpoint.

    Examples
    --------
    >>> connectable("tcp://127.0.0.1:5555")
    'tcp://127.0.0.1:5555'
    """
    if not _ANY.fullmatch(endpoint):
        raise ValueError(f"{endpoint!r} is no address to fetch from; {_HOW}")
    return endpoint
