"""The small file beside a log: whose log it is, and how far each learner has it in a checkpoint."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.disk import write_atomic
from streams.log import LogError
from streams.sample import Schema

__all__ = ["Ledger"]

FILE = "ledger.json"


class _Page(msgspec.Struct):
    key: str
    schema: Schema
    committed: dict[str, int] = {}
    version: int = 1


class Ledger:
    """Committed offsets of one stream by consumer, kept in the folder of its log.

    Parameters
    ----------
    folder
        Folder of the log; must exist.
    key, schema
        The stream; a folder that holds another one is refused.

    Raises
    ------
    LogError
        If the folder holds another stream, or its ledger cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Ledger(folder, "lamp", Schema("lamp", "|u1", 3)).commit({"learner": 7})
    >>> Ledger(folder, "lamp", Schema("lamp", "|u1", 3)).committed("learner")
    7
    """

    def __init__(self, folder: Path, key: str, schema: Schema) -> None:
        self._path = folder / FILE
        self._page = _Page(key, schema)
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_Page)
        except FileNotFoundError:
            self._write()
            return
        except OSError as error:
            raise LogError(f"cannot read {self._path}: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise LogError(f"ledger {self._path} is damaged ({error}); restore it or remove it") from error
        if found.key != key or found.schema.hash != schema.hash:
            raise LogError(
                f"log folder {folder} holds stream {found.key!r} with {found.schema.n_features} features "
                f"of {found.schema.dtype}, not this {key!r}; choose another folder"
            )
        self._page = found

    def committed(self, consumer: str) -> int:
        """Return the offset up to which a consumer holds a durable checkpoint, 0 if it never said."""
        return self._page.committed.get(consumer, 0)

    @property
    def furthest(self) -> int:
        """Largest offset that any consumer has committed."""
        return max(self._page.committed.values(), default=0)

    def commit(self, offsets: dict[str, int]) -> None:
        """Remember offsets by consumer, durably and as one step."""
        self._page.committed.update(offsets)
        self._write()

    def _write(self) -> None:
        try:
            write_atomic(self._path, msgspec.json.encode(self._page))
        except OSError as error:
            raise LogError(f"cannot write {self._path}: {error.strerror}") from error
