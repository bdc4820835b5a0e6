"""What a model holds, as one page: figures, classes, stored values, units as pictures."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streamsnn.models.inspection import Inspection
from streamsnn.view.bar_chart import Bars, bar_chart
from streamsnn.view.inspection_table import cell, known_columns, levels, most_first
from streamsnn.view.level_map import level_map, short
from streamsnn.view.page import figure, page, text
from streamsnn.view.png import signed_picture
from streamsnn.view.quantities import memory, quantity

MOST_ROWS = 40  # classes that are shown at once
NAME_LETTERS = 14  # under a bar
SPREAD = ("units", "words in use", "writes")  # columns that get a picture
UNIT_WIDTH = 64  # pixels on the page

WORDS = (
    (
        "unit",
        "A neuron that remembers one kind of sample of one class; of a linear readout, the class itself.",
    ),
    ("hits", "Samples that a unit has learned."),
    ("word in use", "A synapse that stores another value than 0."),
    ("write", "A stored synaptic weight whose value changed."),
    ("age", "Samples of its own class that came since a unit last learned."),
    ("memory", "Synapses of the class's units, times the bits of one."),
)

Gallery = Sequence[tuple[str, NDArray[np.float64]]]
"""Classes with images of their units, `[n_units, height, width]`."""


def inspection_page(held: Inspection, made: Mapping[str, str], gallery: Gallery, no_gallery: str = "") -> str:
    """Return the whole page as HTML; ``made`` are file, version and so on, by name.

    ``no_gallery`` says why there are no images of units.

    Examples
    --------
    >>> from streamsnn import SpikingClassifier
    >>> from streamsnn.models.inspection import inspect_model
    >>> held = inspect_model(SpikingClassifier(n_hidden=64, k=4))
    >>> "No class has been learned yet." in inspection_page(held, {"file": "x"}, ())
    True
    """
    sections = [_opening(held, made), _key_figures(held)]
    if held.classes:
        sections += [_classes(held), _spread(held), _levels(held), _units(gallery, no_gallery)]
    sections += [_synapses(held), _model(held, made)]
    return page(f"{made.get('file', 'model')}: streamsnn inspect", sections, wide=True)


def _opening(held: Inspection, made: Mapping[str, str]) -> str:
    n_units = sum(c.units for c in held.classes)
    words = sum(c.words for c in held.classes)
    headline = (
        f"{_many(len(held.classes), 'class', 'classes')} in {_many(n_units, 'unit', 'units')}: "
        f"{words:,} stored words in use after {_many(held.samples, 'sample', 'samples')}, at "
        f"{quantity(held.writes / max(held.samples, 1))} writes each."
        if held.classes
        else "No class has been learned yet."
    )
    return f'<p class="kicker">{text(made.get("file", ""))}</p>\n<h1>{text(headline)}</h1>'


def _many(n: int, one: str, more: str) -> str:
    return f"{n:,} {one if n == 1 else more}"


def _key_figures(held: Inspection) -> str:
    learned = [p for p in held.projections if p.rule is not None]
    synapses, n_bytes = sum(p.synapses for p in learned), sum(p.n_bytes for p in learned)
    frozen = sum(p.synapses for p in held.projections if p.rule is None)
    beside = f"; {frozen:,} are frozen" if frozen else ""
    room = [c.units_left for c in held.classes if c.units_left is not None]
    figures = [
        ("classes", f"{len(held.classes):,}", f"{_many(len(held.features), 'feature', 'features')}"),
        ("samples met", f"{held.samples:,}", ""),
        ("writes", f"{held.writes:,}", f"{quantity(held.writes / max(held.samples, 1))} a sample"),
        ("learned synapses", f"{synapses:,}", memory(n_bytes) + beside),
    ]
    if held.free_units is not None:
        figures.append(("free units", f"{held.free_units:,}", "for all classes"))
    if room:
        full = sum(left == 0 for left in room)
        figures.append(("units left", f"{sum(room):,}", f"{_many(full, 'class has', 'classes have')} none"))
    cells = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}<small>{text(note)}</small></dd></div>"
        for name, value, note in figures
    )
    return f'<dl class="figures">{cells}</dl>'


def _classes(held: Inspection) -> str:
    shown = most_first(held, MOST_ROWS)
    parts = ["<h2>Class by class</h2>"]
    if len(shown) < len(held.classes):
        parts.append(f"<p>The {len(shown)} classes with the most words in use.</p>")
    parts.append(_table(held, shown))
    if len(shown) < len(held.classes):
        whole = _table(held, range(len(held.classes)))
        parts.append(f"<details><summary>All {len(held.classes):,} classes</summary>{whole}</details>")
    parts += [f'<p class="quiet">{text(remark)}</p>' for remark in held.remarks]
    return "\n".join(parts)


def _table(held: Inspection, shown: Sequence[int]) -> str:
    columns = known_columns(held.classes)
    head = "".join(f'<th scope="col">{text(column.heading)}</th>' for column in columns)
    rows = []
    for i in shown:
        c = held.classes[i]
        cells = "".join(f"<td>{text(cell(column, c))}</td>" for column in columns)
        name = text(str(c.label))
        rows.append(f'<tr><th scope="row" class="name" title="{name}">{name}</th>{cells}</tr>')
    return (
        f'<div class="scroll"><table>\n<thead><tr><th scope="col">class</th>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )


def _spread(held: Inspection) -> str:
    """How units, writes and words are spread over the classes, where they differ."""
    names = [short(str(c.label), NAME_LETTERS) for c in held.classes]
    drawn = []
    for column in known_columns(held.classes):
        values = [column.of(c) for c in held.classes]
        if column.heading in SPREAD and len(set(values)) > 1:
            bars = Bars(column.heading, [math.nan if v is None else float(v) for v in values])
            what = f"{column.heading[0].upper()}{column.heading[1:]} by class"
            chart = bar_chart(names, [bars], what, f"{what}.", value_axis=column.heading, place_axis="class")
            drawn.append(figure(chart, f"{what}, in the order in which classes appeared."))
    return "<h2>Who takes how much</h2>\n" + "\n".join(drawn) if drawn else ""


def _levels(held: Inspection) -> str:
    columns, counts = levels(held)
    shown = most_first(held, MOST_ROWS)
    if not columns:
        return ""
    drawn = level_map(
        [str(held.classes[i].label) for i in shown],
        columns,
        [counts[i] for i in shown],
        "Stored values",
        "How the synapses of each class that are in use are spread over the stored values.",
    )
    caption = "Synapses in use by the value that they store; counters climb to the right as samples come."
    if any(low < 0 for low, _ in held.bins):
        caption = "Synapses in use by the value that they store."
    if len(shown) < len(held.classes):
        caption += f" The {len(shown)} classes with the most words in use."
    return "<h2>Stored values</h2>\n" + figure(drawn, caption)


def _units(gallery: Gallery, no_gallery: str) -> str:
    if not gallery:
        return f"<h2>Units as pictures</h2>\n<p>{text(no_gallery)}</p>" if no_gallery else ""
    rows = []
    for name, images in gallery:
        n, height, width = images.shape
        if not n:
            continue
        # Side by side in one picture, a clear pixel between two.
        largest = np.abs(images).max(axis=(1, 2), keepdims=True)
        own = np.divide(images, largest, out=np.zeros_like(images), where=largest > 0)
        strip = np.pad(own, ((0, 0), (0, 0), (0, 1))).transpose(1, 0, 2).reshape(height, n * (width + 1))
        scale = max(1, round(UNIT_WIDTH / width))
        size = f'width="{strip.shape[1] * scale}" height="{height * scale}"'
        alt = text(f"{_many(n, 'unit', 'units')} of class {name}")
        address = signed_picture(strip)
        label = text(name)
        rows.append(f'<dt title="{label}">{label}</dt><dd><img src="{address}" {size} alt="{alt}"></dd>')
    return (
        "<h2>Units as pictures</h2>\n<p>What some units of each class store, those with the most hits or "
        "else the youngest, taken back to the pixels: blue where a unit holds more than the mean unit, "
        "orange where less; each in its own full range.</p>\n"
        f'<dl class="gallery">{"".join(rows)}</dl>'
    )


def _synapses(held: Inspection) -> str:
    rows = []
    for p in held.projections:
        read = p.counters.get("syn_words_read", 0) + p.counters.get("lrn_words_read", 0)
        numbers = (
            f"{p.rows:,} × {p.columns:,}",
            f"{p.synapses:,}",
            memory(p.n_bytes),
            f"{read:,}",
            f"{p.counters.get('lrn_words_written', 0):,}",
            f"{p.counters.get('writes', 0):,}",
        )
        cells = "".join(f"<td>{text(number)}</td>" for number in numbers)
        rule = "frozen" if p.rule is None else p.rule.partition("(")[0]
        rows.append(f'<tr><th scope="row">{text(p.name)}</th>{cells}<td>{text(rule)}</td></tr>')
    head = (
        "projection",
        "neurons",
        "synapses",
        "memory",
        "words read",
        "words written",
        "writes",
        "learns by",
    )
    columns = "".join(f'<th scope="col">{name}</th>' for name in head)
    return (
        f'<h2>Synaptic memory</h2>\n<div class="scroll"><table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )


def _model(held: Inspection, made: Mapping[str, str]) -> str:
    def listed(pairs: Sequence[tuple[str, str]], style: str = "") -> str:
        each = (
            f"<dt>{text(name)}</dt><dd>{style and '<code>'}{text(value)}{style and '</code>'}</dd>"
            for name, value in pairs
        )
        return f'<dl class="words">{"".join(each)}</dl>'

    return (
        f"<h2>The model</h2>\n{listed(list(held.parameters.items()), 'code')}\n"
        f"<h2>The file</h2>\n{listed(list(made.items()))}\n<h2>Words</h2>\n{listed(WORDS)}"
    )
