"""What a model holds, as tables on the terminal."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from streamsnn.models.inspection import ClassMemory, Inspection
from streamsnn.view.quantities import memory, quantity

BLOCKS = "▁▂▃▄▅▆▇█"
NAME_WIDTH = 28
LEFT_OUT_FIRST = (
    "most hits",
    "oldest",
    "median hits",
    "units left",
    "words in use",
    "memory",
    "median age",
    "samples",
)


@dataclass(frozen=True)
class Column:
    """One column of the table of classes: its heading, its value, and how it is written."""

    heading: str
    of: Callable[[ClassMemory], float | None]
    written: Callable[[float], str]


def _whole(value: float) -> str:
    return f"{value:,.0f}"


COLUMNS = (
    Column("samples", lambda c: c.samples, _whole),
    Column("units", lambda c: c.units, _whole),
    Column("units left", lambda c: c.units_left, _whole),
    Column("hits", lambda c: c.hits, _whole),
    Column("median hits", lambda c: c.hits_median, quantity),
    Column("most hits", lambda c: c.hits_max, _whole),
    Column("words in use", lambda c: c.words, _whole),
    Column("writes", lambda c: c.writes, _whole),
    Column("median age", lambda c: c.age_median, quantity),
    Column("oldest", lambda c: c.age_max, _whole),
    Column("memory", lambda c: c.n_bytes, lambda value: memory(int(value))),
)


def known_columns(classes: Sequence[ClassMemory]) -> list[Column]:
    """The columns of which anything is known."""
    return [column for column in COLUMNS if any(column.of(c) is not None for c in classes)]


def cell(column: Column, held: ClassMemory) -> str:
    """One value as text."""
    value = column.of(held)
    return "–" if value is None else column.written(value)


def levels(held: Inspection) -> tuple[list[str], list[list[int]]]:
    """Names of the bins, and each class's counts of them."""
    return [_bin(*reach) for reach in held.bins], [list(c.levels) for c in held.classes]


def _bin(low: float, high: float) -> str:
    if float(low).is_integer() and float(high).is_integer():
        return f"{low:.0f}" if low == high else f"{low:.0f}{' to ' if low < 0 else '–'}{high:.0f}"
    digits = max(0, 1 - math.floor(math.log10(high - low)))
    return f"{(low + high) / 2:.{digits}f}"


def most_first(held: Inspection, n: int) -> list[int]:
    """Indices of the `n` classes that use the most words, in order of appearance."""
    ranked = sorted(range(len(held.classes)), key=lambda i: -held.classes[i].words)
    return sorted(ranked[:n])


def _narrow(title: str) -> Table:
    """A table without frame: ten columns fit 80 letters."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)


def class_table(held: Inspection, most: int, console: Console) -> Table:
    """Return the classes that use the most words, with a small histogram of the values they store.

    On a narrow console, columns are left out rather than numbers cut.
    """
    columns = known_columns(held.classes)
    letters = min(NAME_WIDTH, max(NAME_WIDTH // 4, console.width // 4))
    table = _class_table(held, most, columns, letters, "")
    unlimited = console.options.update(max_width=1000)
    for heading in LEFT_OUT_FIRST:
        if console.measure(table, options=unlimited).maximum <= console.width:
            break
        columns = [column for column in columns if column.heading != heading]
        table = _class_table(held, most, columns, letters, "some columns need a wider terminal")
    return table


def _class_table(held: Inspection, most: int, columns: Sequence[Column], letters: int, remark: str) -> Table:
    shown = most_first(held, most)
    n = len(held.classes)
    which = "" if n <= most else f", of which the {most} with the most words in use"
    table = _narrow(f"{n:,} {'class' if n == 1 else 'classes'}{which}")
    table.caption, table.caption_justify = remark or None, "left"
    table.add_column("class", no_wrap=True, overflow="ellipsis", max_width=letters)
    for column in columns:
        table.add_column(column.heading.replace(" ", "\n", 1), justify="right", no_wrap=True)
    names, counts = levels(held)
    table.add_column(f"values\n{names[0]} to {names[-1]}" if names else "values", no_wrap=True)
    for i in shown:
        c = held.classes[i]
        table.add_row(escape(str(c.label)), *(cell(column, c) for column in columns), bars(counts[i]))
    return table


def bars(counts: Sequence[int]) -> str:
    """A histogram of one line; what is there at all is seen.

    Examples
    --------
    >>> bars([8, 4, 0, 1])
    '█▄ ▁'
    """
    peak = max(counts, default=0)
    return "".join(" " if n == 0 else BLOCKS[-(-len(BLOCKS) * n // peak) - 1] for n in counts).rstrip()


def projection_table(held: Inspection) -> Table:
    """Return what each projection stores and what it cost so far."""
    table = _narrow("synaptic memory")
    table.add_column("projection", no_wrap=True)
    for heading in ("synapses", "memory", "words\nread", "words\nwritten", "writes"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("learns by", no_wrap=True)
    for p in held.projections:
        read = p.counters.get("syn_words_read", 0) + p.counters.get("lrn_words_read", 0)
        written = p.counters.get("lrn_words_written", 0)
        numbers = (f"{read:,}", f"{written:,}", f"{p.counters.get('writes', 0):,}")
        rule = "frozen" if p.rule is None else p.rule.partition("(")[0]
        table.add_row(escape(p.name), f"{p.synapses:,}", memory(p.n_bytes), *numbers, escape(rule))
    return table


def parameter_table(held: Inspection) -> Table:
    """Return the model's parameters and size."""
    table = _narrow("model")
    table.show_header = False
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in held.parameters.items():
        table.add_row(name, escape(value))
    table.add_row("features", f"{len(held.features):,}")
    if held.free_units is not None:
        table.add_row("free units", f"{held.free_units:,}")
    table.add_row("samples met", f"{held.samples:,}")
    table.add_row("arrays of the emulator", memory(held.n_bytes))
    return table
