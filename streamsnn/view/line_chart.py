"""Line chart: values over the number of events learned."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamsnn.view.quantities import tick_text
from streamsnn.view.svg import element, label, legend, line, nice_ticks, number, picture

WIDTH, HEIGHT = 720.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 712.0, 54.0, 284.0
MOST_POINTS = 600
MOST_BOUNDARY_NAMES = 24


@dataclass(frozen=True)
class Series:
    """One line: its name in the legend, its points (x, y), and whether each point gets a mark.

    More than 600 points are thinned evenly to that many, first and last kept: the picture has no more pixels.
    """

    name: str
    points: Sequence[tuple[float, float]]
    marks: bool = False

    def thinned(self) -> list[tuple[float, float]]:
        """Return the points that are drawn; those without a finite value are left out."""
        points = [(x, y) for x, y in self.points if math.isfinite(y)]
        if len(points) <= MOST_POINTS:
            return points
        last = len(points) - 1
        return [points[k * last // (MOST_POINTS - 1)] for k in range(MOST_POINTS)]


@dataclass(frozen=True)
class ValueAxis:
    """The upright axis: label, range (``None`` fits the points), how values are written, log scale or not.

    On a log scale values at or below the bottom, zero included, are drawn on the bottom line.
    """

    name: str
    span: tuple[float, float] | None = None
    written: Callable[[float], str] = tick_text
    log: bool = False

    def fitted(self, values: Sequence[float]) -> tuple[float, float]:
        """Return the range to draw for these values."""
        if self.span is not None:
            return self.span
        if self.log:
            positive = [value for value in values if value > 0] or [1.0]
            low = math.floor(math.log10(min(positive)) + 1e-9)
            return 10.0**low, 10.0 ** max(math.ceil(math.log10(max(positive)) - 1e-9), low + 1)
        top = max([*values, 0.0]) or 1.0
        return 0.0, top * 1.05

    def ticks(self, low: float, high: float) -> list[float]:
        """Return the values that get a tick."""
        if not self.log:
            return nice_ticks(low, high, about=5)
        return [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]

    def place(self, value: float, low: float, high: float) -> float:
        """Return where a value lies between bottom (0) and top (1)."""
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        return min(max((value - low) / (high - low), 0.0), 1.0)


def line_chart(
    series: Sequence[Series],
    axis: ValueAxis,
    title: str,
    description: str,
    boundaries: Sequence[tuple[float, str]] = (),
) -> str:
    """Draw series over events learned, with a legend and the ends of the experiences.

    Examples
    --------
    >>> drawn = line_chart([Series("ours", [(0, 1.0), (10, 2.0)])], ValueAxis("writes"), "Writes", "Rising.")
    >>> "ours" in drawn and "events learned" in drawn
    True
    """
    lines = [one.thinned() for one in series]
    reach = (
        max([x for points in lines for x, _ in points] + [end for end, _ in boundaries], default=1.0) or 1.0
    )
    low, high = axis.fitted([y for points in lines for _, y in points])

    def spot(x: float, y: float) -> tuple[float, float]:
        return LEFT + (RIGHT - LEFT) * x / reach, BOTTOM - (BOTTOM - TOP) * axis.place(y, low, high)

    parts = _value_axis(axis, low, high) + _event_axis(reach) + _boundaries(boundaries, reach)
    for index, (one, points) in enumerate(zip(series, lines, strict=True)):
        parts.append(_drawn([spot(x, y) for x, y in points], f"line line-{index}", one.marks))
    names = legend([one.name for one in series], RIGHT, TOP - 36, 24, _swatch)
    return picture(title, description, WIDTH, HEIGHT, *parts, *names)


def _value_axis(axis: ValueAxis, low: float, high: float) -> list[str]:
    parts = [label(LEFT - 58, TOP - 36, axis.name, "axis", "start")]
    for tick in axis.ticks(low, high):
        y = BOTTOM - (BOTTOM - TOP) * axis.place(tick, low, high)
        parts += [line(LEFT, y, RIGHT, y, "grid"), label(LEFT - 8, y + 4, axis.written(tick), anchor="end")]
    return parts


def _event_axis(reach: float) -> list[str]:
    parts = [line(LEFT, BOTTOM, RIGHT, BOTTOM, "base")]
    for tick in nice_ticks(0, reach, about=7):
        x = LEFT + (RIGHT - LEFT) * tick / reach
        parts += [line(x, BOTTOM, x, BOTTOM + 5, "base"), label(x, BOTTOM + 19, tick_text(tick))]
    return [*parts, label((LEFT + RIGHT) / 2, HEIGHT - 6, "events learned", "axis")]


def _boundaries(boundaries: Sequence[tuple[float, str]], reach: float) -> list[str]:
    parts, start = [], 0.0
    named = len(boundaries) <= MOST_BOUNDARY_NAMES
    for end, name in boundaries:
        x, x_start = (LEFT + (RIGHT - LEFT) * at / reach for at in (end, start))
        parts.append(line(x, TOP, x, BOTTOM, "boundary"))
        if named:
            parts.append(label((x + x_start) / 2, TOP - 6, name, "boundary-name"))
        start = end
    return parts


def _drawn(spots: list[tuple[float, float]], style: str, marks: bool) -> str:
    if not spots:
        return ""
    path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in spots)
    dots = [element("circle", {"cx": x, "cy": y, "r": 3.4}) for x, y in spots] if marks else []
    return element("g", {"class": style}, element("path", {"d": path}), *dots)


def _swatch(index: int, left: float) -> str:
    stroke = element("path", {"d": f"M{number(left)} {number(TOP - 40)}h24"})
    return element("g", {"class": f"line line-{index}"}, stroke)
