"""Scatter chart: one dot for each learner, accuracy over writes, with the front that nobody beats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamsnn.continual.metrics.writes import pareto_front
from streamsnn.view.quantities import percent, tick_text
from streamsnn.view.svg import LETTER, element, label, line, nice_ticks, number, picture

WIDTH, HEIGHT = 720.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 684.0, 34.0, 326.0
LINE_HEIGHT = 14.0  # pixels between two names, so that they can be read


@dataclass(frozen=True)
class Dot:
    """One learner: its name, writes a sample (0 lies on the left edge), accuracy, and whether it is ours."""

    name: str
    writes: float
    accuracy: float
    ours: bool = False


def scatter(dots: Sequence[Dot], title: str, description: str) -> str:
    """Draw accuracy over writes a sample (log scale); a dashed line joins those that nobody beats in both.

    Examples
    --------
    >>> drawn = scatter([Dot("a", 10.0, 0.9, ours=True), Dot("b", 1000.0, 0.8)], "Pareto", "a wins.")
    >>> drawn.count("<circle"), "writes a sample" in drawn
    (2, True)
    """
    powers = _powers([dot.writes for dot in dots])
    low = min([0.9, *(math.floor(dot.accuracy * 20 - 0.5) / 20 for dot in dots)])  # no dot on the base line

    def spot(dot: Dot) -> tuple[float, float]:
        right = (math.log10(max(dot.writes, 10.0 ** powers[0])) - powers[0]) / (powers[-1] - powers[0])
        up = (dot.accuracy - low) / (1.0 - low)
        return LEFT + 8 + (RIGHT - LEFT - 16) * right, BOTTOM - (BOTTOM - TOP) * up

    parts = _axes(powers, low)
    unbeaten = pareto_front([dot.writes for dot in dots], [dot.accuracy for dot in dots])
    front = sorted(spot(dot) for dot, on_front in zip(dots, unbeaten, strict=True) if on_front)
    if len(front) > 1:
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in front)
        parts.append(element("path", {"d": path, "class": "front"}))
    taken = [(x - 6, x + 6, y + 4) for x, y in map(spot, dots)]
    for dot in sorted(dots, key=lambda dot: (not dot.ours, -dot.accuracy)):
        x, y = spot(dot)
        parts.append(
            element("circle", {"cx": x, "cy": y, "r": 5.0, "class": "dot own" if dot.ours else "dot"})
        )
        parts.append(_name(dot, x, y, taken))
    return picture(title, description, WIDTH, HEIGHT, *parts)


def _powers(writes: Sequence[float]) -> list[int]:
    positive = [value for value in writes if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return list(range(low, max(high, low + 1) + 1))


def _axes(powers: Sequence[int], low: float) -> list[str]:
    parts = [label(8, TOP - 16, "accuracy", "axis", "start"), line(LEFT, BOTTOM, RIGHT, BOTTOM, "base")]
    for tick in nice_ticks(low, 1.0, about=5):
        y = BOTTOM - (BOTTOM - TOP) * (tick - low) / (1.0 - low)
        parts += [
            line(LEFT, y, RIGHT, y, "grid"),
            label(LEFT - 8, y + 4, percent(tick, digits=0), anchor="end"),
        ]
    for power in powers:
        x = LEFT + 8 + (RIGHT - LEFT - 16) * (power - powers[0]) / (powers[-1] - powers[0])
        parts += [line(x, BOTTOM, x, BOTTOM + 5, "base"), label(x, BOTTOM + 19, tick_text(10.0**power))]
    return [*parts, label((LEFT + RIGHT) / 2, HEIGHT - 8, "writes a sample (log scale)", "axis")]


def _name(dot: Dot, x: float, y: float, taken: list[tuple[float, float, float]]) -> str:
    """The name beside its dot, moved down until it covers no other name and no dot."""
    width = LETTER * len(dot.name)
    left = x + 9 if x + 9 + width < RIGHT else x - 9 - width
    at = y + 4
    while any(
        abs(at - other) < LINE_HEIGHT and left < end and start < left + width for start, end, other in taken
    ):
        at += LINE_HEIGHT / 2
    taken.append((left, left + width, at))
    return label(left, at, dot.name, "legend" if dot.ours else "tick", "start")
