"""What value the synapses of each class store: one row a class, one column a value."""

import math
from collections.abc import Sequence
from html import escape

from streamsnn.view.quantities import percent
from streamsnn.view.svg import LETTER, element, label, picture

WIDTH, TOP, ROW = 720.0, 46.0, 26.0
WIDEST_NAME = 24  # letters
DARK_FROM = 0.7
"""From this share of the strongest cell on, its number is drawn in the page's background."""


def short(name: str, letters: int = WIDEST_NAME) -> str:
    """Cut a long name.

    Examples
    --------
    >>> short("a name of many letters", 8)
    'a name…'
    """
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def level_map(
    names: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    title: str,
    description: str,
) -> str:
    """Draw how the synapses of each row are spread over the columns; the strongest cell is full colour.

    Raises
    ------
    ValueError
        If counts do not fit the names and columns.

    Examples
    --------
    >>> drawn = level_map(["a"], ["1", "2"], [[30, 10]], "Levels", "One class.")
    >>> ">75<" in drawn and ">25<" in drawn
    True
    """
    if len(counts) != len(names) or any(len(row) != len(columns) for row in counts):
        raise ValueError(f"counts do not fit {len(names)} names and {len(columns)} columns")
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    strongest = max((share for row in shares for share in row), default=0.0) or 1.0
    left = 20 + LETTER * max((len(short(name)) for name in names), default=0)
    wide = (WIDTH - left) / max(len(columns), 1)
    parts = [
        label(left + (WIDTH - left) / 2, 16, "stored value; share of the class's synapses in use (%)", "axis")
    ]
    longest = LETTER * (1 + max((len(column) for column in columns), default=0))
    every = math.ceil(longest / wide)
    parts += [label(left + (j + 0.5) * wide, TOP - 10, columns[j]) for j in range(0, len(columns), every)]
    for i, (name, row) in enumerate(zip(names, shares, strict=True)):
        y = TOP + i * ROW
        parts.append(
            element(
                "g",
                {},
                element("title", {}, escape(name)),
                label(left - 10, y + 17.5, short(name), anchor="end"),
            )
        )
        for j, share in enumerate(row):
            tip = f"{name}, value {columns[j]}: {counts[i][j]:,} synapses, {percent(share)}"
            parts.append(_cell(left + j * wide, y, wide, share, strongest, tip))
    return picture(title, description, WIDTH, TOP + ROW * len(names) + 4, *parts)


def _cell(x: float, y: float, wide: float, share: float, strongest: float, tip: str) -> str:
    box = {"x": x + 1, "y": y + 1, "width": wide - 2, "height": ROW - 2, "rx": 3}
    shade = share / strongest
    ink = "on-cell" if shade >= DARK_FROM else "off-cell"
    text = f"{100 * share:.0f}" if share >= 0.005 else ""
    return element(
        "g",
        {},
        element("title", {}, escape(tip)),
        element("rect", {**box, "class": "cell-frame"}),
        element("rect", {**box, "class": "cell", "fill-opacity": f"{shade:.3f}"}),
        label(x + wide / 2, y + 17.5, text, ink),
    )
