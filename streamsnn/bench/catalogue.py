"""The finished cells of a folder, each recorded once and whole, in one SQLite file."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from streamsnn.bench.cells import Cell
from streamsnn.bench.result import Result

FILE, LOCK = "catalogue.sqlite", "lock"
SCHEMA = 1
BUSY_S = 30.0
TABLE = """
CREATE TABLE cells (
    key TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    cell TEXT NOT NULL,
    status TEXT NOT NULL,
    figures TEXT NOT NULL,
    reason TEXT NOT NULL,
    traceback TEXT NOT NULL,
    pictures BLOB NOT NULL,
    machine TEXT NOT NULL,
    code_version TEXT NOT NULL,
    started REAL NOT NULL,
    seconds REAL NOT NULL
) WITHOUT ROWID
"""
SAVED = (
    "status",
    "figures",
    "reason",
    "traceback",
    "pictures",
    "machine",
    "code_version",
    "started",
    "seconds",
)


class Catalogue:
    """Results of one version of the code by cell; the only process that may write them.

    Use as a context manager. A process that is killed leaves neither a lock nor half a cell.

    Parameters
    ----------
    folder
        Where the file is, or will be.
    code_version
        Whose results to look up and to record; those of others are kept, and tell what cells may cost.
    keep
        Cells of which, where this version has no result, the latest of any other version is taken.

    Raises
    ------
    ValueError
        If another process has the folder, or the file is not a catalogue of this version.
    OSError
        If the folder cannot be written.
    """

    def __init__(
        self, folder: Path, code_version: str, keep: Callable[[Cell], bool] = lambda cell: False
    ) -> None:
        self.folder, self.code_version, self.keep = folder, code_version, keep
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / LOCK)
        try:
            self._base = _open(folder / FILE)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()
        os.close(self._lock)

    def record(self, cell: Cell, result: Result) -> bool:
        """Keep a result; False if the cell has one already, which stays.

        When this returns, no crash can lose it.

        Raises
        ------
        OSError
            If the file cannot be written, as on a full disk; what was recorded before is kept.
        """
        values = (
            cell.key(self.code_version),
            cell.identity,
            msgspec.json.encode(cell).decode(),
            result.status,
            msgspec.json.encode(result.figures).decode(),
            result.reason,
            result.traceback,
            result.pictures,
            msgspec.json.encode(result.machine).decode(),
            self.code_version,
            result.started,
            result.seconds,
        )
        marks = ", ".join("?" * len(values))
        try:
            with self._base:
                added = self._base.execute(f"INSERT OR IGNORE INTO cells VALUES ({marks})", values)
        except sqlite3.OperationalError as error:
            raise OSError(f"{self.folder / FILE} cannot be written ({error})") from error
        return added.rowcount == 1

    def result(self, cell: Cell) -> Result | None:
        """What a cell came to; None if it is not finished."""
        asked = f"SELECT {', '.join(SAVED)} FROM cells WHERE "
        row = self._base.execute(f"{asked} key = ?", (cell.key(self.code_version),)).fetchone()
        if row is None and self.keep(cell):
            latest = "identity = ? AND status != 'failed' ORDER BY started DESC"
            row = self._base.execute(f"{asked} {latest}", (cell.identity,)).fetchone()
        if row is None:
            return None
        found = dict(zip(SAVED, row, strict=True))
        found |= {name: msgspec.json.decode(found[name]) for name in ("figures", "machine")}
        return Result(**found)

    def missing(self, cells: Iterable[Cell]) -> list[Cell]:
        """Those without a result."""
        done = {key for (key,) in self._base.execute("SELECT key FROM cells")}
        asked = "SELECT identity FROM cells WHERE status != 'failed'"
        earlier = {identity for (identity,) in self._base.execute(asked)}
        return [
            cell
            for cell in cells
            if cell.key(self.code_version) not in done and not (self.keep(cell) and cell.identity in earlier)
        ]

    def forget_failed(self, cells: Iterable[Cell]) -> int:
        """Drop the failed ones, so that they are missing again; how many."""
        keys = [(cell.key(self.code_version),) for cell in cells]
        with self._base:
            asked = "DELETE FROM cells WHERE key = ? AND status = 'failed'"
            return self._base.executemany(asked, keys).rowcount

    def seconds(self) -> Mapping[str, float]:
        """What cells have cost at most in any version, by their identity."""
        return dict(self._base.execute("SELECT identity, MAX(seconds) FROM cells GROUP BY identity"))


def _locked(path: Path) -> int:
    """A lock that the system takes back when its holder dies, however that happens."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 32).decode(errors="replace").strip()
        os.close(lock)
        raise ValueError(
            f"{path.parent} is in use by process {holder or 'unknown'}: wait for it, or give another --out"
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path} is no catalogue of cells, or damaged ({error}): move it away") from error


def _open(path: Path) -> sqlite3.Connection:
    with _sentences(path):
        base = sqlite3.connect(path, timeout=BUSY_S)
        try:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = FULL")  # a recorded cell outlives a power cut
            (schema,) = base.execute("PRAGMA user_version").fetchone()
            (tables,) = base.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            if schema == 0 and tables == 0:
                with base:
                    base.execute("BEGIN")
                    base.execute(TABLE)
                    base.execute(f"PRAGMA user_version = {SCHEMA}")
            elif schema != SCHEMA:
                raise ValueError(
                    f"{path} has schema {schema}, this version reads {SCHEMA}: give another --out"
                )
        except BaseException:
            base.close()
            raise
        return base
