"""How one event travels and rests: a fixed 40-byte header frame and a raw payload frame.

Header, little-endian: magic 4 bytes, major version u8, kind u8, flags u16, offset u64, event time i64 (ns),
key hash u64, payload length u32, CRC-32 u32. The CRC covers the first 36 header bytes and the payload.
Payload of an event: label i64, then the raw numbers. A record on disk is the same two pieces end to end,
so what the source process checked is what the learner checks.

Flags 0-7 change the meaning of a frame (an unknown one is refused), flags 8-15 do not (ignored).
"""

from __future__ import annotations

from struct import Struct
from typing import Any, SupportsIndex
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streams.sample import Sample, Schema, key_hash

__all__ = ["HEADER_BYTES", "KINDS", "MAX_PAYLOAD", "EventDecoder", "EventEncoder", "WireError", "seal"]

MAGIC = b"STRM"
MAJOR = 1
HEADER = Struct("<4sBBHQqQII")
HEADER_BYTES = 40
SEALED_BYTES = 36  # what the CRC covers of the header: all but the CRC itself
LABEL = Struct("<q")
CRC = Struct("<I")
_UNSEALED = Struct("<4sBBHQqQI")

FLAG_LABELLED = 1
FLAG_CRC = 2
UNKNOWN_MANDATORY = 0x00FF & ~(FLAG_LABELLED | FLAG_CRC)

KINDS = {"|u1": 1, "<f4": 2, "<f8": 3}
"""Kind byte of an event, by element type."""

KIND_SYNC = 64  # log files only: everything before this record had reached the disk

MAX_PAYLOAD = 16 << 20
"""Largest payload that is accepted, in bytes."""


class WireError(ValueError):
    """A frame or value that cannot be an event of this stream.

    `reason` is one of size, magic, version, kind, flags, key, length, shape, crc, finite, label, type and
    control.

    Examples
    --------
    >>> WireError("magic", "this is no event").reason
    'magic'
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def seal(kind: int, flags: int, offset: int, time_ns: int, key: int, payload: bytes) -> bytes:
    """Return the 40-byte header of a payload, with its CRC.

    Examples
    --------
    >>> len(seal(1, 0, 1, 0, 0, b"payload"))
    40
    """
    head = _UNSEALED.pack(MAGIC, MAJOR, kind, flags | FLAG_CRC, offset, time_ns, key, len(payload))
    return head + CRC.pack(crc32(payload, crc32(head)))


class EventEncoder:
    """Turns readings of one key into frames, refusing what the learner could not use.

    Examples
    --------
    >>> encode = EventEncoder("lamp", Schema("lamp", "|u1", 3))
    >>> header, payload = encode(Sample("lamp", 1, 0, np.array([1, 2, 3], np.uint8), 7))
    >>> len(header), payload.hex()
    (40, '0700000000000000010203')
    """

    def __init__(self, key: str, schema: Schema) -> None:
        self._key = key
        self._hash = key_hash(key)
        self._schema = schema
        self._dtype = schema.row_dtype
        self._shape = (schema.n_features,)
        self._kind = KINDS[schema.dtype]

    def __call__(self, sample: Sample) -> tuple[bytes, bytes]:
        """Return the header and payload frames of a sample.

        Raises
        ------
        WireError
            If the reading or the label does not fit the schema.
        """
        y = sample.y
        x = self.reading(sample.x)
        if y is None:
            return self._frames(sample, LABEL.pack(0) + x.tobytes(), 0)
        return self._frames(sample, LABEL.pack(self.label(y)) + x.tobytes(), FLAG_LABELLED)

    def _frames(self, sample: Sample, payload: bytes, flags: int) -> tuple[bytes, bytes]:
        return seal(self._kind, flags, sample.offset, sample.time_ns, self._hash, payload), payload

    def reading(self, x: ArrayLike) -> NDArray[Any]:
        """Return `x` as one row of the schema's type, shape (n_features,).

        Raises
        ------
        WireError
            If `x` has another length, is not numeric, is not finite or does not fit the element type.
        """
        row = x if isinstance(x, np.ndarray) else _numbers(x)
        if row.shape != self._shape:
            raise WireError(
                "shape",
                f"reading of shape {row.shape} does not fit {self._key!r}; send {self._shape[0]} numbers",
            )
        if row.dtype != self._dtype:
            row = self._cast(row)
        if row.dtype.kind == "f" and not _all_finite(row):
            at = int(np.flatnonzero(~np.isfinite(row))[0])
            raise WireError("finite", f"feature {at} of the reading is {row[at]}; send finite numbers only")
        return row

    def _cast(self, row: NDArray[Any]) -> NDArray[Any]:
        if row.dtype.kind not in "biuf":
            raise WireError("type", f"reading of type {row.dtype} is not numeric; send numbers")
        with np.errstate(over="ignore", invalid="ignore"):
            cast = row.astype(self._dtype)
        # Narrowing to float32 may round; to bytes it must not change a value.
        if self._dtype.kind == "u" and not np.array_equal(cast, row):
            at = int(np.flatnonzero(cast != row)[0])
            raise WireError("type", f"feature {at} is {row[at]}, which is no whole number from 0 to 255")
        return cast

    def label(self, y: object) -> int:
        """Return a label as a whole number.

        Raises
        ------
        WireError
            If it is no whole number or names no class of the schema.
        """
        if type(y) is not int and not isinstance(y, SupportsIndex):  # the second question is slow
            raise WireError("label", f"label {y!r} is no whole number; send its class number or None")
        value = y.__index__()
        n = len(self._schema.labels)
        if n and not 0 <= value < n:
            raise WireError(
                "label", f"label {value} names no class; stream {self._key!r} has classes 0 to {n - 1}"
            )
        return value


class EventDecoder:
    """Turns frames of one key back into samples; the reading is a view of the payload, not a copy.

    Examples
    --------
    >>> schema = Schema("lamp", "|u1", 3)
    >>> frames = EventEncoder("lamp", schema)(Sample("lamp", 1, 5, np.array([1, 2, 3], np.uint8), None))
    >>> EventDecoder("lamp", schema)(*frames)
    Sample(key='lamp', offset=1, time_ns=5, x=array([1, 2, 3], dtype=uint8), y=None)
    """

    def __init__(self, key: str, schema: Schema) -> None:
        self._key = key
        self._hash = key_hash(key)
        self._dtype = schema.row_dtype
        self._kind = KINDS[schema.dtype]
        self._length = LABEL.size + schema.n_features * self._dtype.itemsize
        self._is_float = self._dtype.kind == "f"
        self._n_labels = len(schema.labels)

    def __call__(self, header: bytes, payload: bytes) -> Sample:
        """Return the sample that the two frames carry.

        Raises
        ------
        WireError
            If any check fails; `reason` names the first one that does.
        """
        size = len(payload)
        if len(header) != HEADER_BYTES or size > MAX_PAYLOAD:
            raise WireError("size", f"frames of {len(header)} and {size} bytes are no event of {self._key!r}")
        magic, major, kind, flags, offset, time_ns, key, length, crc = HEADER.unpack(header)
        if (
            length != self._length
            or length != size
            or key != self._hash
            or kind != self._kind
            or flags & UNKNOWN_MANDATORY
            or major != MAJOR
            or magic != MAGIC
        ):
            raise self._refusal(header, size)
        if flags & FLAG_CRC and crc32(payload, crc32(header[:SEALED_BYTES])) != crc:
            raise WireError(
                "crc", f"event {offset} of {self._key!r} was damaged on its way; ask for it again"
            )
        x = np.frombuffer(payload, self._dtype, -1, LABEL.size)
        if self._is_float and not _all_finite(x):
            raise WireError(
                "finite", f"event {offset} of {self._key!r} holds NaN or infinity; its source must not"
            )
        if not flags & FLAG_LABELLED:
            return Sample(self._key, offset, time_ns, x, None)
        (y,) = LABEL.unpack_from(payload)
        if self._n_labels and not 0 <= y < self._n_labels:
            raise WireError(
                "label", f"event {offset} of {self._key!r} has label {y}, not 0 to {self._n_labels - 1}"
            )
        return Sample(self._key, offset, time_ns, x, y)

    def _refusal(self, header: bytes, size: int) -> WireError:
        # The hot path asks all questions at once; this names the first that fails, in the documented order.
        magic, major, kind, flags, offset, _, key, length, _ = HEADER.unpack(header)
        if magic != MAGIC:
            return WireError(
                "magic", f"frame begins with {magic!r}, not {MAGIC!r}; the peer speaks something else"
            )
        if major != MAJOR:
            return WireError(
                "version", f"frame has major version {major}, this reader knows {MAJOR}; update one side"
            )
        if kind != self._kind:
            return WireError("kind", f"frame has kind {kind}, stream {self._key!r} carries kind {self._kind}")
        if flags & UNKNOWN_MANDATORY:
            return WireError("flags", f"frame has unknown mandatory flags {flags & UNKNOWN_MANDATORY:#06x}")
        if key != self._hash:
            return WireError("key", f"frame belongs to key hash {key:#018x}, not to {self._key!r}")
        if length != size:
            return WireError("length", f"event {offset} announces {length} payload bytes and carries {size}")
        return WireError(
            "shape", f"event {offset} carries {size} payload bytes, the schema makes {self._length}"
        )


def _all_finite(row: NDArray[Any]) -> bool:
    return bool(np.logical_and.reduce(np.isfinite(row)))  # the method `all` takes three times as long


def _numbers(x: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(x)
    except ValueError:
        raise WireError(
            "type", "the reading is no flat row of numbers; send a list or array of numbers"
        ) from None
