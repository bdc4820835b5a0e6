"""Heat map of an accuracy matrix."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from streamsnn.view.quantities import percent
from streamsnn.view.svg import element, label, picture

WIDTH = 720.0
LEFT, TOP = 120.0, 58.0
DARK_FROM = 0.7
"""From this share on the cell's colour is strong enough that its number is drawn in the page's background."""


def heat_map(
    accuracy: NDArray[np.float64],
    row_names: Sequence[str],
    column_names: Sequence[str],
    title: str,
    description: str,
) -> str:
    """Draw accuracy R[i, j], shape (rows, columns), as cells with their percentage; NaN cells stay empty.

    Raises
    ------
    ValueError
        If the names do not fit the matrix.

    Examples
    --------
    >>> drawn = heat_map(np.array([[0.5]]), ["a"], ["b"], "Accuracy", "One cell.")
    >>> ">50.0<" in drawn
    True
    """
    rows, columns = accuracy.shape
    if (rows, columns) != (len(row_names), len(column_names)):
        raise ValueError(f"A {rows} x {columns} matrix has {len(row_names)} and {len(column_names)} names.")
    width = (WIDTH - LEFT) / columns
    height = min(width, 38.0)
    digits = 1 if columns <= 12 else 0
    parts = [
        label(LEFT + (WIDTH - LEFT) / 2, 16, "accuracy on held-out samples of (%)", "axis"),
        label(LEFT - 10, TOP - 14, "learned up to", "axis", "end"),
    ]
    parts += [label(LEFT + (j + 0.5) * width, TOP - 14, name) for j, name in enumerate(column_names)]
    for i, name in enumerate(row_names):
        middle = TOP + (i + 0.5) * height
        parts.append(label(LEFT - 10, middle + 4.5, name, anchor="end"))
        for j, column in enumerate(column_names):
            tip = f"after {name}, on {column}: {percent(float(accuracy[i, j]))}"
            parts.append(_cell(float(accuracy[i, j]), LEFT + j * width, middle, width, height, digits, tip))
    return picture(title, description, WIDTH, TOP + rows * height + 4, *parts)


def _cell(value: float, x: float, middle: float, width: float, height: float, digits: int, tip: str) -> str:
    known = math.isfinite(value)
    shade = f"{value if known else 0.0:.3f}"
    box = {"x": x + 1, "y": middle - height / 2 + 1, "width": width - 2, "height": height - 2, "rx": 3}
    ink = "on-cell" if known and value >= DARK_FROM else "off-cell"
    text = f"{100 * value:.{digits}f}" if known else ""
    return element(
        "g",
        {},
        element("title", {}, escape(tip)),
        element("rect", {**box, "class": "cell-frame"}),
        element("rect", {**box, "class": "cell", "fill-opacity": shade}),
        label(x + width / 2, middle + 4.5, text, ink),
    )
