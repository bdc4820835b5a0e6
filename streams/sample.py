"""The contract between a stream and a learner: one `Sample`, described once by its `Schema`."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["DTYPES", "Sample", "Schema", "key_hash"]

DTYPES = ("|u1", "<f4", "<f8")
"""Element types a reading may have, as numpy type text."""


class Sample(NamedTuple):
    """One event of a stream, in the order the world sent it.

    Attributes
    ----------
    key
        Name of the stream.
    offset
        Place in the stream; the first event of a key has offset 1.
    time_ns
        Event time in nanoseconds, stamped by the source (never by the receiver).
    x
        Reading, shape (n_features,); read-only when it came over the wire.
    y
        Class label, or None where the event carries none.

    Examples
    --------
    >>> Sample("lamp", 1, 0, np.array([3], np.uint8), None).offset
    1
    """

    key: str
    offset: int
    time_ns: int
    x: NDArray[Any]
    y: int | None


class Schema(msgspec.Struct, frozen=True):
    """What every event of a stream looks like; announced once per connection.

    Parameters
    ----------
    id
        Name of the description, for people.
    dtype
        Element type of a reading: "|u1", "<f4" or "<f8".
    n_features
        Numbers in a reading.
    labels
        Names of the classes 0, 1, ...; empty where labels are plain whole numbers.
    feature_low, feature_high
        Known range of the sensor, or None.
    n_events
        Events in the whole stream; None for an endless one.

    Raises
    ------
    ValueError
        If the element type is unknown or there are no features.

    Examples
    --------
    >>> Schema("lamp", "|u1", 3).n_events is None
    True
    """

    id: str
    dtype: str
    n_features: int
    labels: tuple[str, ...] = ()
    feature_low: float | None = None
    feature_high: float | None = None
    n_events: int | None = None

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"element type {self.dtype!r} cannot travel; use one of {', '.join(DTYPES)}")
        if self.n_features < 1:
            raise ValueError(f"n_features is {self.n_features}; a reading needs at least one number")

    @property
    def hash(self) -> int:
        """64-bit hash of what a learner depends on.

        `n_events` is left out: a stream that has grown still feeds the same learner.

        Examples
        --------
        >>> Schema("lamp", "|u1", 3).hash == Schema("lamp", "|u1", 3, n_events=9).hash
        True
        """
        low, high = (None if v is None else float(v) for v in (self.feature_low, self.feature_high))
        text = msgspec.json.encode([self.id, self.dtype, self.n_features, self.labels, low, high])
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")

    @property
    def row_dtype(self) -> np.dtype[Any]:
        """Element type as numpy sees it."""
        return np.dtype(self.dtype)


def key_hash(key: str) -> int:
    """Return the 64-bit name of a key that every frame carries (BLAKE2b, little-endian).

    Examples
    --------
    >>> hex(key_hash("digits"))
    '0x4274af14cd582310'
    """
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")
