"""Rows of an earlier record that a call leaves as they are, each with what made it."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks.record import Figures

ORIGIN = ("command", "version", "seeds", "machine")


def keeping(made: ArgumentParser) -> None:
    """Give a parser the option."""
    made.add_argument(
        "--keep",
        action="store_true",
        help="rows of the file of --json that this call does not make stay in it, and say what made them",
    )


def kept(path: Path | None, key: str, seeds: Sequence[int]) -> Figures:
    """The rows under `key` of the record at `path`, each with its origin as `made_by`; none without a record.

    Raises
    ------
    ValueError
        If the record, or one of its rows, is of other seeds: a table has one line that names them.
    """
    if path is None or not path.is_file():
        return {}
    before = json.loads(path.read_bytes())
    of_all = {each: before[each] for each in ORIGIN}
    rows = {name: {"made_by": of_all, **row} for name, row in before[key].items()}
    for name, row in rows.items():
        if row["made_by"]["seeds"] != list(seeds):
            raise ValueError(
                f"{path} has {name} of seeds {row['made_by']['seeds']}: give --seeds the same, or no --keep"
            )
    return rows


def earlier(options: ArgumentParser, given: Namespace, key: str) -> Figures:
    """The rows to keep, as the command line says; leaves with a sentence if they cannot be kept."""
    try:
        return kept(given.json, key, given.seeds) if given.keep else {}
    except ValueError as error:
        options.error(str(error))


def merged(order: Sequence[str], before: Figures, found: Figures) -> Figures:
    """New rows in place of earlier ones of the same name; in the order of a catalogue, others last.

    >>> merged(["a", "b"], {"a": 1, "old": 2}, {"b": 3, "a": 4})
    {'a': 4, 'b': 3, 'old': 2}
    """
    both = before | found
    names = [*(name for name in order if name in both), *(name for name in both if name not in order)]
    return {name: both[name] for name in names}
