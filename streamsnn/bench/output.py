"""What a finished suite leaves in its folder: rows as JSON and CSV, tables as Markdown and as a page."""

from collections.abc import Mapping
from pathlib import Path

from streamsnn import __version__
from streamsnn.atomic import write_atomic
from streamsnn.bench.cells import Cell
from streamsnn.bench.comparison import Comparison, Entry, compare
from streamsnn.bench.page import Arrays, suite_page
from streamsnn.bench.pictures import unpack
from streamsnn.bench.report_text import csv_text, markdown
from streamsnn.bench.result import Result
from streamsnn.bench.table import Table

JSON, CSV, MARKDOWN, PAGE = "results.json", "results.csv", "results.md", "report.html"


def write_outputs(folder: Path, summary: str, table: Table) -> None:
    """Write the four files, each whole or not at all.

    Parameters
    ----------
    folder
        Where they go; it exists.
    summary
        What the suite is, in one line.
    table
        Its finished cells.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    comparisons = comparisons_of(table)
    table.write(folder / JSON)
    write_atomic(folder / CSV, csv_text(table.rows()).encode())
    write_atomic(folder / MARKDOWN, markdown(table.suite, summary, table.command, comparisons).encode())
    firsts = _first_seeds(table)

    def pictures_of(comparison: Comparison, entry: Entry) -> Arrays | None:
        result = firsts.get((comparison.dataset, comparison.scenario, comparison.order, entry.learner))
        return None if result is None or not result.pictures else unpack(result.pictures)

    code = [table.code_version]
    code += [f"{', '.join(learners)}: {version}" for version, learners in table.earlier().items()]
    made = {
        "command": table.command,
        "version": f"streamsnn {__version__}",
        "code": "; ".join(code),
        "machine": "; ".join(f"{each['processor']}, Python {each['python']}" for each in table.machines()),
    }
    write_atomic(folder / PAGE, suite_page(table.suite, summary, made, comparisons, pictures_of).encode())


def comparisons_of(table: Table) -> list[Comparison]:
    """Learners side by side on every course of a table."""
    rows = [(cell, result.figures) for cell, result in table.results if result.status == "done"]
    return compare(rows, [(cell, result.reason) for cell, result in table.results if result.status != "done"])


def _first_seeds(table: Table) -> Mapping[tuple[str, str, str, str], Result]:
    firsts: dict[tuple[str, str, str, str], tuple[Cell, Result]] = {}
    for cell, result in table.results:
        name = (cell.dataset, cell.scenario, cell.order, cell.learner)
        if name not in firsts or cell.seed < firsts[name][0].seed:
            firsts[name] = (cell, result)
    return {name: result for name, (_, result) in firsts.items()}
