"""An endless alphabet of characters drawn with a few strokes: pictures to train on, without a data set."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.types import Floats

SIDE = 28  # pixels of a picture
STROKES = 3  # at most, in a character
CORNERS = 18  # points along a stroke
SHARPNESS = 2.6  # of the pen's edge, per pixel
REACH = 2.0  # pixels beyond the pen's radius in which ink is drawn; less than 1 % of it lies further out
FAR = 100.0  # pixels, where no stroke is near

Array = NDArray[Any]


@dataclass(frozen=True)
class Alphabet:
    """Characters of one to three strokes, each a quadratic Bezier curve or an elliptic arc in a unit box.

    Attributes
    ----------
    control
        Control points of curves `[n, stroke, 3, 2]`.
    is_arc
        Which strokes are arcs `[n, stroke]`.
    centre, radius
        Centre and half axes of arcs `[n, stroke, 2]`.
    start, sweep
        First angle of an arc, and how far it goes, in radians `[n, stroke]`.
    strokes
        How many strokes there are `[n]`.
    joined
        Which strokes begin where the one before ends `[n, stroke]`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Alphabet.drawn(rng, 5).pictures(rng, np.array([0, 0, 4])).shape
    (3, 28, 28)
    """

    control: Array
    is_arc: Array
    centre: Array
    radius: Array
    start: Array
    sweep: Array
    strokes: Array
    joined: Array

    @classmethod
    def drawn(cls, rng: np.random.Generator, n: int) -> "Alphabet":
        """An alphabet of `n` characters."""
        each = (n, STROKES)
        turn = np.where(rng.random(each) < 0.5, -1.0, 1.0)
        return cls(
            control=rng.random((*each, 3, 2)),
            is_arc=rng.random(each) < 0.35,
            centre=0.25 + 0.5 * rng.random((*each, 2)),
            radius=0.12 + 0.33 * rng.random((*each, 2)),
            start=2 * np.pi * rng.random(each),
            sweep=turn * np.pi * (0.8 + 1.2 * rng.random(each)),
            strokes=rng.choice([1, 2, 3], n, p=[0.3, 0.4, 0.3]),
            joined=rng.random(each) < 0.6,
        )

    def __len__(self) -> int:
        return len(self.strokes)

    def pictures(self, rng: np.random.Generator, characters: Array) -> NDArray[np.float32]:
        """Each character written once, by a hand of its own: `[n, 28, 28]` of ink, 0 to 1."""
        drawn = np.arange(STROKES) < self.strokes[characters, None]
        points = _placed(rng, _slanted(rng, self._written(rng, characters)), drawn)
        pen = np.clip(1.15 + 0.35 * rng.standard_normal(len(characters)), 0.5, 2.2)
        distance = np.full((len(characters), SIDE, SIDE), FAR)
        _distances(points, self.strokes[characters].astype(np.int64), pen + REACH, distance)
        ink = 1.0 / (1.0 + np.exp((distance - pen[:, None, None]) * SHARPNESS))
        return ink.astype(np.float32)

    def _written(self, rng: np.random.Generator, characters: Array) -> Floats:
        """Points along all strokes `[n, stroke, point, 2]`, in the unit box, each hand a little different."""
        n = (len(characters), STROKES)
        t = np.linspace(0.0, 1.0, CORNERS)[:, None]
        p = self.control[characters] + 0.065 * rng.standard_normal((*n, 3, 2))
        curve = (1 - t) ** 2 * p[:, :, :1] + 2 * t * (1 - t) * p[:, :, 1:2] + t**2 * p[:, :, 2:]
        centre = self.centre[characters] + 0.04 * rng.standard_normal((*n, 2))
        radius = self.radius[characters] * np.clip(1 + 0.12 * rng.standard_normal((*n, 2)), 0.6, 1.5)
        start = self.start[characters] + 0.15 * rng.standard_normal(n)
        sweep = self.sweep[characters] * (1 + 0.07 * rng.standard_normal(n))
        angle = start[..., None] + sweep[..., None] * t[:, 0]
        round_ = np.stack([np.cos(angle), np.sin(angle)], -1)
        arc = centre[:, :, None] + radius[:, :, None] * round_
        points: Floats = np.where(self.is_arc[characters][..., None, None], arc, curve)
        joined = self.joined[characters]
        for s in range(1, STROKES):
            gap = (points[:, s - 1, -1] - points[:, s, 0]) * joined[:, s, None]
            points[:, s] += (gap + 0.03 * rng.standard_normal((n[0], 2)))[:, None]
        return points


def _slanted(rng: np.random.Generator, points: Floats) -> Floats:
    """Turned, sheared, stretched, and bent by a slow wave."""
    n = len(points)
    turn, shear = 0.2 * rng.standard_normal(n), 0.28 * rng.standard_normal(n)
    wide = np.clip(1 + 0.15 * rng.standard_normal(n), 0.6, 1.5)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = points[..., 0], points[..., 1]
    x, y = _each(wide) * x + _each(shear) * y, y
    x, y = _each(cos) * x - _each(sin) * y, _each(sin) * x + _each(cos) * y
    bend, phase = 0.04 * rng.standard_normal((2, n)), 0.4 * rng.standard_normal((2, n))
    bent_x = x + _each(bend[0]) * np.sin(3 * y + 6 * _each(phase[0]))
    bent_y = y + _each(bend[1]) * np.sin(3 * x + 6 * _each(phase[1]))
    return np.stack([bent_x, bent_y], -1)


def _placed(rng: np.random.Generator, points: Floats, drawn: Array) -> Floats:
    """In pixels: about 18.5 in the longer direction, and the centre of mass in the middle of the picture."""
    n = len(points)
    shown = drawn[..., None, None]
    axes = (1, 2)
    low = np.where(shown, points, np.inf).min(axes)
    high = np.where(shown, points, -np.inf).max(axes)
    size = np.maximum((high - low).max(-1), 0.2)
    wanted = np.clip(18.5 + rng.standard_normal(n), 14.0, 21.0)
    points = points * (wanted / size)[:, None, None, None]
    mass = (points * shown).sum(axes) / (CORNERS * drawn.sum(1))[:, None]
    to = (SIDE - 1) / 2 + 0.6 * rng.standard_normal((n, 2))
    placed: Floats = points + (to - mass)[:, None, None]
    return placed


def _each(values: Floats) -> Floats:
    return values[:, None, None]


@kernel
def _distances(points: Floats, strokes: Array, reach: Floats, distance: Floats) -> None:
    """Distance of each pixel from the nearest stroke, where it is within reach of one."""
    for i in range(points.shape[0]):
        for s in range(strokes[i]):
            for c in range(points.shape[2] - 1):
                ax, ay = points[i, s, c, 0], points[i, s, c, 1]
                bx, by = points[i, s, c + 1, 0], points[i, s, c + 1, 1]
                dx, dy = bx - ax, by - ay
                square = max(dx * dx + dy * dy, 1e-12)
                left = max(int(np.ceil(min(ax, bx) - reach[i])), 0)
                right = min(int(np.floor(max(ax, bx) + reach[i])), distance.shape[2] - 1)
                top = max(int(np.ceil(min(ay, by) - reach[i])), 0)
                bottom = min(int(np.floor(max(ay, by) + reach[i])), distance.shape[1] - 1)
                for y in range(top, bottom + 1):
                    for x in range(left, right + 1):
                        along = min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
                        ex, ey = x - ax - along * dx, y - ay - along * dy
                        d = np.sqrt(ex * ex + ey * ey)
                        distance[i, y, x] = min(distance[i, y, x], d)
