"""Streams of events, one at a time, that survive being killed.

Serve your own sensor from the process that reads it:

    import streams

    with streams.Feed("tcp://127.0.0.1:5555", key="my-sensor", n_features=3, log="sensor-log") as feed:
        for x, y in my_readings():             # x: 3 numbers; y: class number or None
            feed.send(x, y)                    # durable, ordered, waits while learners are behind

and learn from it in another process:

    with streams.Subscription("tcp://127.0.0.1:5555", key="my-sensor") as subscription:
        for sample in subscription:            # sample.offset, sample.time_ns, sample.x, sample.y
            model.learn_one(sample.x, sample.y)

Every event is in a log on disk before it is sent, so a learner that comes back says the offset it has applied
and goes on from there: at-least-once on the wire, applied once. Events that a killed sensor process had not
yet written to its log are lost.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.client import StreamError, Subscription
    from streams.datasets import Dataset
    from streams.feed import Feed
    from streams.log import LogError, SegmentLog
    from streams.replay import ReplaySource
    from streams.sample import Sample, Schema
    from streams.server import LogServer
    from streams.source import Source
    from streams.wire import EventDecoder, EventEncoder, WireError

_HOMES = {
    "Dataset": "streams.datasets",
    "EventDecoder": "streams.wire",
    "EventEncoder": "streams.wire",
    "Feed": "streams.feed",
    "LogError": "streams.log",
    "LogServer": "streams.server",
    "ReplaySource": "streams.replay",
    "Sample": "streams.sample",
    "Schema": "streams.sample",
    "SegmentLog": "streams.log",
    "Source": "streams.source",
    "StreamError": "streams.client",
    "Subscription": "streams.client",
    "WireError": "streams.wire",
}

__all__ = [
    "Dataset",
    "EventDecoder",
    "EventEncoder",
    "Feed",
    "LogError",
    "LogServer",
    "ReplaySource",
    "Sample",
    "Schema",
    "SegmentLog",
    "Source",
    "StreamError",
    "Subscription",
    "WireError",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'streams' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value  # found without a detour from now on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
