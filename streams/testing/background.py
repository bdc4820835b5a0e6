"""A log server that lives as long as a `with` block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.log import SegmentLog
from streams.sample import Schema
from streams.server import LogServer
from streams.source import Source

__all__ = ["serving"]


@contextmanager
def serving(
    source: Source,
    schema: Schema,
    folder: str | Path,
    endpoint: str = "tcp://127.0.0.1:*",
    *,
    window: int = 1024,
) -> Iterator[LogServer]:
    """Serve a source from a thread for as long as the `with` block lasts.

    Raises
    ------
    OSError
        If the folder or the endpoint cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from streams import Subscription
    >>> from streams.testing import ListSource
    >>> source = ListSource([([1.5], 0), ([2.5], 1)], key="lamp")
    >>> with serving(source, Schema("lamp", "<f8", 1), tempfile.mkdtemp()) as server:
    ...     with Subscription(server.endpoint, "lamp") as subscription:
    ...         [float(sample.x[0]) for sample in subscription]
    [1.5, 2.5]
    """
    done = threading.Event()
    with SegmentLog(folder) as log, LogServer(log, schema, source, endpoint, window=window) as server:
        thread = threading.Thread(target=server.run, args=(done.is_set,))
        thread.start()
        try:
            yield server
        finally:
            done.set()
            thread.join()
