"""The rows of a suite as JSON: the same for the same results, in whatever order they were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from streamsnn import __version__
from streamsnn.atomic import write_atomic
from streamsnn.bench.catalogue import Catalogue
from streamsnn.bench.cells import Cell
from streamsnn.bench.result import Result

NESTED = {
    "energy_nj_per_sample": {"low": "energy_nj_low", "mid": "energy_nj_mid", "high": "energy_nj_high"},
    "latency_us": {"p50": "latency_p50_us", "p95": "latency_p95_us", "p99": "latency_p99_us"},
}
"""Keys that hold several figures in JSON, as in the report of a run; a table has a column for each."""


@dataclass(frozen=True)
class Table:
    """The finished cells of a suite, in the suite's order.

    Parameters
    ----------
    suite
        Its name.
    code_version
        What made the results, but for those of `earlier`.
    command
        The line that makes them again.
    results
        Each cell with what it came to.
    """

    suite: str
    code_version: str
    command: str
    results: Sequence[tuple[Cell, Result]]

    @classmethod
    def of(cls, suite: str, cells: Sequence[Cell], catalogue: Catalogue, command: str) -> "Table":
        """What a catalogue has of some cells."""
        found = [(cell, catalogue.result(cell)) for cell in cells]
        results = [(cell, result) for cell, result in found if result is not None]
        return cls(suite, catalogue.code_version, command, results)

    def rows(self) -> list[dict[str, Any]]:
        """The six names of each cell that is done, whose twin it is, and its figures."""
        return [
            {**cell.named, "iid_of": cell.iid_of or None, "ours": cell.ours, **result.figures}
            for cell, result in self.results
            if result.status == "done"
        ]

    def without_figures(self, status: str) -> list[dict[str, Any]]:
        """The six names of each cell that is failed, or refused, and the reason."""
        return [
            {**cell.named, "reason": result.reason}
            for cell, result in self.results
            if result.status == status
        ]

    def machines(self) -> list[dict[str, Any]]:
        """What the results were made on, each once."""
        found: list[dict[str, Any]] = []
        for _, result in self.results:
            if result.machine and result.machine not in found:
                found.append(result.machine)
        return found

    def earlier(self) -> dict[str, list[str]]:
        """Learners whose results other versions of the code made, by version."""
        found: dict[str, set[str]] = {}
        for cell, result in self.results:
            if result.code_version != self.code_version:
                found.setdefault(result.code_version, set()).add(cell.learner)
        return {version: sorted(learners) for version, learners in sorted(found.items())}

    def to_json(self) -> bytes:
        """All of it as one object, a line for each row, so that two results can be compared line by line."""
        whole = {
            "suite": self.suite,
            "command": self.command,
            "version": __version__,
            "code_version": self.code_version,
            "earlier_code": self.earlier(),
            "machine": self.machines(),
        }
        lists = {
            "rows": [_nested(row) for row in self.rows()],
            "failed": self.without_figures("failed"),
            "refused": self.without_figures("refused"),
        }
        encode = msgspec.json.encode
        lines = [encode(name) + b": " + encode(value) for name, value in whole.items()]
        for name, rows in lists.items():
            inside = b",\n".join(encode(row) for row in rows)
            lines.append(encode(name) + b": [" + (b"\n" + inside + b"\n" if rows else b"") + b"]")
        return b"{\n" + b",\n".join(lines) + b"\n}\n"

    def write(self, path: Path) -> None:
        """Write `to_json()`, whole or not at all.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        write_atomic(path, self.to_json())


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    inside = {name for parts in NESTED.values() for name in parts.values()}
    flat = {name: value for name, value in row.items() if name not in inside}
    found = {key: {part: row.get(name) for part, name in parts.items()} for key, parts in NESTED.items()}
    return flat | {key: None if set(parts.values()) == {None} else parts for key, parts in found.items()}
