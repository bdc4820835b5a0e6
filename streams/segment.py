"""One file of the log: records end to end, checked whenever they are read.

A group of records that follows a sync begins with a sync mark. So a damaged record can be told from a torn
one: with a mark behind it, it had been safe on disk and the damage is an error; without one it is the torn
end of a write that nobody was promised.
"""

from __future__ import annotations

import mmap
import os
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from streams.wire import FLAG_CRC, HEADER, HEADER_BYTES, KIND_SYNC, MAGIC, MAJOR, MAX_PAYLOAD, SEALED_BYTES

__all__ = ["LogError", "LogInUse", "Segment", "scan"]

STRIDE = 64  # one position is remembered for this many events: 1/8 byte of memory an event


class LogError(OSError):
    """A log folder that cannot be used, or a log file that is damaged.

    Examples
    --------
    >>> isinstance(LogError("damaged"), OSError)
    True
    """


class LogInUse(LogError, BlockingIOError):
    """A log folder that another process is writing; it may be free a moment later.

    Examples
    --------
    >>> issubclass(LogInUse, BlockingIOError)
    True
    """


@dataclass(slots=True)
class Segment:
    """What is known of one file: its first offset, how many events, where every 64th of them lies."""

    path: Path
    first: int
    count: int = 0
    size: int = 0
    positions: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def last(self) -> int:
        """Offset of the last event; `first - 1` while there is none."""
        return self.first + self.count - 1

    def grow(self, length: int) -> None:
        """Count one more event record of `length` bytes at the end."""
        if self.count % STRIDE == 0:
            self.positions.append(self.size)
        self.count += 1
        self.size += length

    def read(self, first: int, last: int) -> list[tuple[bytes, bytes]]:
        """Return header and payload of events `first` to `last`, both inside this file.

        Raises
        ------
        LogError
            If a record is damaged.
        """
        begin = self.positions[(first - self.first) // STRIDE]
        after = (last - self.first) // STRIDE + 1
        end = self.positions[after] if after < len(self.positions) else self.size
        fd = os.open(self.path, os.O_RDONLY)
        try:
            block = os.pread(fd, end - begin, begin)
        finally:
            os.close(fd)
        return self._records(block, begin, first, last)

    def _records(self, block: bytes, begin: int, first: int, last: int) -> list[tuple[bytes, bytes]]:
        records: list[tuple[bytes, bytes]] = []
        at, size = 0, len(block)
        while len(records) <= last - first:
            body = at + HEADER_BYTES
            if body > size:
                raise self.damage(begin + at)
            magic, _, kind, _, offset, _, _, length, crc = HEADER.unpack_from(block, at)
            end = body + length
            if offset >= first and kind != KIND_SYNC:
                header, payload = block[at:body], block[body:end]
                sound = crc32(payload, crc32(header[:SEALED_BYTES])) == crc
                if not sound or offset != first + len(records):
                    raise self.damage(begin + at)
                records.append((header, payload))
            elif magic != MAGIC:
                raise self.damage(begin + at)
            at = end
        return records

    def damage(self, position: int) -> LogError:
        """Return the error for a bad record at a byte position."""
        return LogError(f"log file {self.path} is damaged at byte {position}; restore it from a copy")


def scan(path: Path, first: int) -> tuple[Segment, int]:
    """Read a whole file and return what is sound of it, and how many torn bytes follow.

    Raises
    ------
    LogError
        If later groups follow a damaged record, or offsets do not follow each other.
    """
    segment = Segment(path, first)
    with open(path, "rb") as file:
        total = os.fstat(file.fileno()).st_size
        if total == 0:
            return segment, 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as block:
            while (length := _sound(block, segment.size, total)) > 0:
                _, _, kind, _, offset, _, _, _, _ = HEADER.unpack_from(block, segment.size)
                if offset != segment.last + (kind != KIND_SYNC):
                    raise segment.damage(segment.size)
                if kind == KIND_SYNC:
                    segment.size += length
                else:
                    segment.grow(length)
            if segment.size < total and _mark_behind(block, segment.size + 1, total):
                raise segment.damage(segment.size)
    return segment, total - segment.size


def _sound(block: mmap.mmap, at: int, total: int) -> int:
    # Length of the record at `at`, or 0 if it is torn or damaged.
    body = at + HEADER_BYTES
    if body > total:
        return 0
    magic, major, _, flags, _, _, _, length, crc = HEADER.unpack_from(block, at)
    end = body + length
    if magic != MAGIC or major != MAJOR or not flags & FLAG_CRC or length > MAX_PAYLOAD or end > total:
        return 0
    good = crc32(block[body:end], crc32(block[at : at + SEALED_BYTES])) == crc
    return HEADER_BYTES + length if good else 0


def _mark_behind(block: mmap.mmap, at: int, total: int) -> bool:
    while (at := block.find(MAGIC, at)) >= 0:
        if _sound(block, at, total) and block[at + 5] == KIND_SYNC:
            return True
        at += 1
    return False
