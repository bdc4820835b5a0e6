"""Rows that stay in a record: with their origin, of the same seeds, in the catalogue's order."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kept import kept, merged
from benchmarks.record import Call, record

Json = dict[str, Any]


def made(file: Path, name: str, accuracy: float, earlier: Json, seeds: tuple[int, ...] = (0, 1)) -> Json:
    """A record with one new row beside earlier ones."""
    rows = merged(["a", "b", "c"], earlier, {name: {"accuracy": accuracy}})
    record(Call("toy", ("--only", name, "--json", str(file))), seeds, {"rows": rows}, file)
    found: Json = json.loads(file.read_bytes())
    return found


def test_rows_stay_with_what_made_them(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert kept(file, "rows", [0, 1]) == {}, "no record yet"
    assert kept(None, "rows", [0, 1]) == {}
    first = made(file, "c", 0.5, {})
    origin = {key: first[key] for key in ("command", "version", "seeds", "machine")}
    assert "made_by" not in first["rows"]["c"], "the record itself says"
    second = made(file, "a", 0.6, kept(file, "rows", [0, 1]))
    assert second["command"] == "python -m benchmarks.toy --only a --json FILE"
    assert list(second["rows"]) == ["a", "c"]
    assert second["rows"]["c"] == {"made_by": origin, "accuracy": 0.5}
    third = made(file, "b", 0.7, kept(file, "rows", [0, 1]))
    assert third["rows"]["a"]["made_by"]["command"] == second["command"]
    assert third["rows"]["c"]["made_by"] == origin, "the first origin stays"
    again = made(file, "c", 0.9, kept(file, "rows", [0, 1]))
    assert again["rows"]["c"] == {"accuracy": 0.9}, "made anew"


def test_rows_of_other_seeds_do_not_stay(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    made(file, "c", 0.5, {})
    with pytest.raises(ValueError, match=r"has c of seeds \[0, 1\]: give --seeds the same, or no --keep"):
        kept(file, "rows", [0, 1, 2])
