"""Fill a file's tables from the committed results, or check that they are what the results say.

Tables stand between the lines `<!-- results: NAME -->` and `<!-- end -->`, NAME being digits, cost, speed,
startup, sparsity, suites, specialists, budgets, default or disturbed. Makes no measurement of its own.
Exit code with `--check`: 0 if nothing would change, else 1.
"""

import json
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.children import ROOT
from benchmarks.default_tables import DEFAULT_TABLES
from benchmarks.disturbed_tables import DISTURBED_TABLES
from benchmarks.learner_tables import LEARNER_TABLES
from benchmarks.record import RESULTS
from benchmarks.tables import TABLES, Record
from streamsnn.atomic import write_atomic

BLOCK = re.compile(r"(<!-- results: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
ALL = {**TABLES, **LEARNER_TABLES, **DEFAULT_TABLES, **DISTURBED_TABLES}
OPEN = re.compile(r"<!-- results: \S+ -->")


def load(folder: Path) -> dict[str, Record]:
    """The records in a folder, by name."""
    return {file.stem: json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def filled(text: str, records: Mapping[str, Record]) -> str:
    """The text with every table made anew.

    Raises
    ------
    ValueError
        If there is no table, a name is unknown, or a table has no end.
    """
    blocks = list(BLOCK.finditer(text))
    if not blocks:
        raise ValueError("no table: mark one with the lines <!-- results: digits --> and <!-- end -->")
    for block in blocks:
        if block[2] not in ALL:
            raise ValueError(f"no table {block[2]!r}: choose one of {', '.join(ALL)}")
        if len(OPEN.findall(block[0])) > 1:
            raise ValueError(f"table {block[2]!r} has no <!-- end --> before the next one starts")
    return BLOCK.sub(lambda block: f"{block[1]}{ALL[block[2]](records)}\n{block[3]}", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill or check."""
    options = ArgumentParser(
        "benchmarks.readme", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    options.add_argument("--check", action="store_true", help="write nothing; exit 1 if something differs")
    options.add_argument("--file", type=Path, default=ROOT / "README.md")
    options.add_argument("--results", type=Path, default=RESULTS)
    given = options.parse_args(arguments)
    text = given.file.read_text("utf-8")
    wanted = filled(text, load(given.results))
    if given.check:
        if text != wanted:
            print(f"{given.file} differs from the results: run python -m benchmarks.readme", file=sys.stderr)
        return int(text != wanted)
    if text != wanted:
        write_atomic(given.file, wanted.encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
