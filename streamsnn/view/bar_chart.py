"""Bar chart: a few series side by side over named places."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamsnn.view.quantities import tick_text
from streamsnn.view.svg import LETTER, element, label, legend, line, nice_ticks, number, picture

WIDTH, HEIGHT = 720.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 712.0, 46.0, 236.0
MOST_NAMES = 30  # places that get a name; of more, every second, third, ...
SLANT = -32.0  # degrees, for names longer than their place


@dataclass(frozen=True)
class Bars:
    """One series: its name in the legend and a value for each place; NaN has no bar."""

    name: str
    values: Sequence[float]


def bar_chart(
    places: Sequence[str],
    series: Sequence[Bars],
    title: str,
    description: str,
    *,
    value_axis: str,
    place_axis: str,
    written: Callable[[float], str] = tick_text,
) -> str:
    """Draw bars from zero, up or down.

    Raises
    ------
    ValueError
        If a series has not one value for each place.

    Examples
    --------
    >>> drawn = bar_chart(["0", "1"], [Bars("ours", [0.5, -0.1])], "Forgetting", "Little.",
    ...                   value_axis="forgetting", place_axis="class")
    >>> drawn.count("<rect")
    3
    """
    for one in series:
        if len(one.values) != len(places):
            raise ValueError(f"{one.name} has {len(one.values)} values for {len(places)} places.")
    finite = [value for one in series for value in one.values if math.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    if high == low:
        high = 1.0

    def height(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    parts = [label(8, TOP - 28, value_axis, "axis", "start")]
    for tick in nice_ticks(low, high, about=4):
        y = height(tick)
        parts += [line(LEFT, y, RIGHT, y, "grid"), label(LEFT - 8, y + 4, written(tick), anchor="end")]
    step = (RIGHT - LEFT) / max(len(places), 1)
    wide = 0.8 * step / max(len(series), 1)
    every = math.ceil(len(places) / MOST_NAMES)
    longest = max((len(name) for name in places), default=0) * LETTER
    slanted = longest + LETTER > step * every  # a letter's width between two names
    room = longest * math.sin(math.radians(-SLANT)) if slanted else 0.0
    for place, name in enumerate(places):
        left = LEFT + step * (place + 0.1)
        for index, one in enumerate(series):
            value = one.values[place]
            if math.isfinite(value):
                top, bottom = sorted((height(value), height(0.0)))
                at = {"x": left + wide * index, "y": top, "width": max(wide - 1, 0.5), "height": bottom - top}
                parts.append(element("rect", {**at, "class": f"bar bar-{index}"}))
        if place % every == 0:
            parts.append(_place_name(LEFT + step * (place + 0.5), name, slanted))
    parts.append(line(LEFT, height(0.0), RIGHT, height(0.0), "base"))
    parts.append(label((LEFT + RIGHT) / 2, HEIGHT + room - 6, place_axis, "axis"))
    names = legend([one.name for one in series], RIGHT, TOP - 28, 12, _swatch)
    return picture(title, description, WIDTH, HEIGHT + room, *parts, *names)


def _place_name(x: float, name: str, slanted: bool) -> str:
    if not slanted:
        return label(x, BOTTOM + 18, name)
    turned = f"translate({number(x + 4)} {number(BOTTOM + 14)}) rotate({number(SLANT)})"
    return element("g", {"transform": turned}, label(0, 0, name, anchor="end"))


def _swatch(index: int, left: float) -> str:
    place = {"x": number(left), "y": number(TOP - 38), "width": "12", "height": "12"}
    return element("rect", {**place, "class": f"bar bar-{index}"})
