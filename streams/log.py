"""The durable log of one stream: append-only files of checked records.

A file is named by the offset of its first event; a new one begins when the current one has grown past a size.
Records are appended in groups and made durable together (group commit): only what `sync` has returned for may
be promised to anybody.
"""

from __future__ import annotations

import fcntl
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from streams.disk import sync_folder, write_all
from streams.segment import LogError, LogInUse, Segment, scan
from streams.wire import FLAG_CRC, HEADER, KIND_SYNC, seal

__all__ = ["LogError", "LogInUse", "SegmentLog"]

READ_AHEAD = 1024


class SegmentLog:
    """Append-only log of event frames with offsets 1, 2, 3, ... in a folder.

    Parameters
    ----------
    path
        Folder of the log; made if absent, unless read-only.
    segment_bytes
        Size at which a new file is begun.
    readonly
        Look without a lock and without repairing a torn end.

    Raises
    ------
    LogError
        If the folder cannot be used or synced records are damaged.
    LogInUse
        If another process writes the log.

    Examples
    --------
    >>> import tempfile
    >>> with SegmentLog(tempfile.mkdtemp()) as log:
    ...     log.append([(seal(1, 0, 1, 0, 0, b"first"), b"first")])
    ...     log.sync()
    ...     log.read_range(1, 10)[0][1]
    b'first'
    """

    def __init__(self, path: str | Path, *, segment_bytes: int = 64 << 20, readonly: bool = False) -> None:
        self.path = Path(path)
        self.cut_bytes = 0
        self._segment_bytes = segment_bytes
        self._readonly = readonly
        self._lock = self._fd = -1
        self._marked = True  # False: a sync has happened that the file does not tell of yet
        try:
            self._open_folder()
        except OSError as error:
            self.close()
            if isinstance(error, LogError):
                raise
            raise LogError(
                f"cannot open log folder {self.path}: {error.strerror}; choose another one"
            ) from error

    def _open_folder(self) -> None:
        if not self._readonly:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LogInUse(
                    f"log folder {self.path} is in use by another process; stop it first"
                ) from None
        self._firsts = sorted(
            int(n[:-4]) for n in os.listdir(self.path) if n.endswith(".log") and n[:-4].isdigit()
        )
        # Older files are scanned when they are first read.
        self._segments: dict[int, Segment] = {}
        if not self._firsts:
            self._firsts = [1]
            self._segments[1] = Segment(self._file(1), 1)
            if not self._readonly:
                self._begin(1)
            return
        first = self._firsts[-1]
        self._segments[first], self.cut_bytes = scan(self._file(first), first)
        if not self._readonly:
            self._reopen(self._segments[first])

    def _file(self, first: int) -> Path:
        return self.path / f"{first:020d}.log"

    def _begin(self, first: int) -> None:
        self._fd = os.open(self._file(first), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        sync_folder(self.path)
        self._marked = True

    def _reopen(self, segment: Segment) -> None:
        self._fd = os.open(segment.path, os.O_RDWR | os.O_APPEND)
        if self.cut_bytes:
            os.ftruncate(self._fd, segment.size)
        os.fsync(self._fd)
        self._marked = segment.size == 0

    @property
    def first(self) -> int:
        """Offset of the oldest event kept."""
        return self._firsts[0]

    @property
    def end(self) -> int:
        """Offset of the newest event; 0 in an empty log."""
        return self._segments[self._firsts[-1]].last

    def append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        """Write the header and payload frames of the next events, all or none.

        Raises
        ------
        LogError
            If offsets do not continue the log, a CRC is missing, or the disk takes no more.
        """
        if not records:
            return
        segment = self._segments[self._firsts[-1]]
        if segment.size >= self._segment_bytes:
            segment = self._roll()
        expected = segment.last + 1
        pieces: list[bytes] = []
        if not self._marked:
            pieces.append(seal(KIND_SYNC, 0, segment.last, 0, 0, b""))
        for header, payload in records:
            _, _, _, flags, offset, _, _, _, _ = HEADER.unpack(header)
            if offset != expected or not flags & FLAG_CRC:
                raise LogError(
                    f"log {self.path} needs event {expected} with its CRC next and was given {offset}"
                )
            expected += 1
            pieces += (header, payload)
        self._write(segment, pieces)
        if not self._marked:
            segment.size += len(pieces[0])
            self._marked = True
        for header, payload in records:
            segment.grow(len(header) + len(payload))

    def _write(self, segment: Segment, pieces: list[bytes]) -> None:
        if self._fd < 0:
            raise LogError(f"log {self.path} is closed or read-only; open it for writing")
        try:
            write_all(self._fd, pieces)
        except OSError as error:
            os.ftruncate(self._fd, segment.size)
            raise LogError(
                f"log file {segment.path} takes no more events ({error.strerror}); make room and start again"
            ) from error

    def sync(self) -> None:
        """Return when everything appended is on the disk.

        Raises
        ------
        LogError
            If the disk refuses; the log is then closed, because nobody knows what it holds.
        """
        if self._fd < 0:
            raise LogError(f"log {self.path} is closed or read-only; open it for writing")
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            self.close()
            raise LogError(
                f"log {self.path} could not be synced ({error.strerror}); open it again"
            ) from error
        self._marked = self._segments[self._firsts[-1]].size == 0

    def _roll(self) -> Segment:
        self.sync()
        os.close(self._fd)
        first = self.end + 1
        self._begin(first)
        self._firsts.append(first)
        self._segments[first] = Segment(self._file(first), first)
        return self._segments[first]

    def read_range(self, first: int, count: int) -> list[tuple[bytes, bytes]]:
        """Return header and payload frames of at most `count` events from `first` on.

        Raises
        ------
        LogError
            If `first` lies before the oldest event, or a record is damaged.
        """
        if first < self.first:
            raise LogError(f"log {self.path} begins at event {self.first} and no longer holds event {first}")
        stop = min(first + count - 1, self.end)
        records: list[tuple[bytes, bytes]] = []
        while first <= stop:
            segment = self._segment(bisect_right(self._firsts, first) - 1)
            last = min(stop, segment.last)
            records += segment.read(first, last)
            first = last + 1
        return records

    def _segment(self, index: int) -> Segment:
        first = self._firsts[index]
        if first not in self._segments:
            segment, torn = scan(self._file(first), first)
            if torn or segment.last + 1 != self._firsts[index + 1]:
                raise LogError(
                    f"log file {segment.path} is damaged after event {segment.last}; restore it from a copy"
                )
            self._segments[first] = segment
        return self._segments[first]

    def read(self, from_offset: int = 1) -> Iterator[tuple[bytes, bytes]]:
        """Yield header and payload frames from an offset to the present end.

        Raises
        ------
        LogError
            If the offset lies before the oldest event, or a record is damaged.
        """
        while from_offset <= self.end:
            records = self.read_range(from_offset, READ_AHEAD)
            yield from records
            from_offset += len(records)

    def close(self) -> None:
        """Sync nothing more, let go of the files and of the lock."""
        for fd in (self._fd, self._lock):
            if fd >= 0:
                os.close(fd)
        self._fd = self._lock = -1

    def __enter__(self) -> SegmentLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
