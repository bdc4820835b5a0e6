"""Writing so that a crash at any moment leaves the old file or the new one, never a half."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["sync_folder", "write_all", "write_atomic"]


def sync_folder(folder: Path) -> None:
    """Make new, renamed and deleted names of a folder durable.

    Examples
    --------
    >>> sync_folder(Path("."))
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, pieces: Sequence[bytes]) -> int:
    """Write the pieces end to end and return their length; `os.write` alone may stop short.

    Examples
    --------
    >>> write_all(os.open(os.devnull, os.O_WRONLY), [b"ab", b"c"])
    3
    """
    block = memoryview(b"".join(pieces))
    done = 0
    while done < len(block):
        done += os.write(fd, block[done:])
    return done


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file as one step: temporary file, fsync, rename, fsync of the folder.

    Raises
    ------
    OSError
        If the folder cannot be written; the old file then still stands.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note"
    >>> write_atomic(path, b"kept")
    >>> path.read_bytes()
    b'kept'
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        try:
            write_all(fd, [content])
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
