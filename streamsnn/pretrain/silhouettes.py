"""An endless wardrobe of filled shapes: grey pictures to train on, without a data set."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.types import Floats

SIDE = 28  # pixels of a picture
KNOTS = 7  # heights at which an outline is given
EDGE = 2.5  # sharpness of an outline, per pixel

Array = NDArray[Any]


@dataclass(frozen=True)
class Wardrobe:
    """Shapes given by how far they reach to the left and to the right at each height.

    Some are open in the middle, downwards as trousers or upwards as collars, and some have arms.

    Attributes
    ----------
    reach
        To the left and to the right, in pixels `[n, 2, knot]`.
    height
        Half of the shape's height, in pixels `[n]`.
    gap
        Where the opening begins, from -1 (top) to 1, and how fast it widens, in pixels per half height:
        upwards if negative, 0 for none `[n, 2]`.
    arms
        Whether there are any, where an arm begins and ends (x, y in pixels from the middle), and half its
        width `[n, 6]`.
    cloth
        Brightness, and of stripes: strength, number, direction `[n, 4]`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Wardrobe.drawn(rng, 5).pictures(rng, np.array([0, 0, 4])).shape
    (3, 28, 28)
    """

    reach: Array
    height: Array
    gap: Array
    arms: Array
    cloth: Array

    @classmethod
    def drawn(cls, rng: np.random.Generator, n: int) -> "Wardrobe":
        """A wardrobe of `n` shapes."""
        height = rng.uniform(4.0, 13.5, n)
        height[rng.random(n) < 0.6] = 13.0
        wide, taper = rng.uniform(2.0, 11.0, (2, n, 1)), rng.normal(0.0, 3.5, (2, n, 1))
        uneven = rng.normal(0.0, 2.5, (2, n, KNOTS + 2))
        uneven = (uneven[..., :-2] + 2 * uneven[..., 1:-1] + uneven[..., 2:]) / 2
        reach = np.clip(wide + taper * np.linspace(-1.0, 1.0, KNOTS) + uneven, 0.5, 13.5)
        reach[1] = np.where(rng.random((n, 1)) < 0.65, reach[0], reach[1])
        kind = rng.choice([0.0, 1.0, -1.0], n, p=[0.55, 0.3, 0.15])
        gap = np.stack([kind * rng.uniform(-0.9, 0.6, n), kind * rng.uniform(1.0, 6.0, n)], 1)
        start = [rng.uniform(2.0, 6.0, n), rng.uniform(-11.0, -8.0, n)]
        end = [rng.uniform(7.0, 12.5, n), rng.uniform(-8.0, 12.0, n)]
        arms = np.stack([rng.random(n) < 0.4, *start, *end, rng.uniform(1.2, 3.0, n)], 1)
        return cls(reach.transpose(1, 0, 2), height, gap, arms, _cloth(rng, n))

    def __len__(self) -> int:
        return len(self.height)

    def pictures(self, rng: np.random.Generator, shapes: Array) -> NDArray[np.float32]:
        """Each shape worn once: `[n, 28, 28]` of 0 to 1; its cloth is as often another as its own."""
        n = len(shapes)
        x, y = _seen(rng, n)
        height = (self.height[shapes] * (1 + 0.06 * rng.standard_normal(n)))[:, None, None]
        reach = self.reach[shapes] * (1 + 0.08 * rng.standard_normal((n, 1, 1)))
        reach = reach + 0.5 * rng.standard_normal((n, 2, KNOTS))
        along = y / height
        inside = np.where(x < 0, _at(reach[:, 0], along), _at(reach[:, 1], along)) - abs(x)
        begins, widens = (self.gap[shapes, i, None, None] for i in (0, 1))
        begins = begins + 0.08 * rng.standard_normal((n, 1, 1))
        opened = np.where(widens == 0, -9.0, widens * (along - begins) + 0.3)
        inside = np.minimum(np.minimum(inside, abs(x) - opened), (1 - abs(along)) * height)
        arms = self.arms[shapes] + 0.5 * rng.standard_normal((n, 6)) * [0, 1, 1, 1, 1, 0.3]
        filled = np.maximum(_soft(inside), _soft(_arm(abs(x), y, arms[:, 1:])) * arms[:, :1, None])
        other = (rng.random((n, 1)) < 0.5) * 1.0
        cloth = self.cloth[shapes] * (1 - other) + _cloth(rng, n) * other
        picture: NDArray[np.float32] = (filled * _shaded(rng, cloth, x, y)).astype(np.float32)
        return picture


def _cloth(rng: np.random.Generator, n: int) -> Floats:
    striped = rng.uniform(0.0, 0.5, n) * (rng.random(n) < 0.5)
    return np.stack([rng.uniform(0.25, 1.0, n), striped, rng.uniform(1, 9, n), rng.uniform(0, np.pi, n)], 1)


def _seen(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """Where each pixel lies on the shape, in pixels from its middle: a little turned, slanted, and moved."""
    turn, slant = 0.05 * rng.standard_normal((2, n, 1, 1))
    aside, down = 0.6 * rng.standard_normal((2, n, 1, 1))
    at = np.arange(SIDE) - (SIDE - 1) / 2
    column, row = at[None, None, :] - aside, at[None, :, None] - down
    x, y = column * np.cos(turn) + row * np.sin(turn), row * np.cos(turn) - column * np.sin(turn)
    return x + slant * y, y


def _at(knots: Floats, along: Floats) -> Floats:
    """Values between knots `[n, knot]` at heights -1 to 1 `[n, row, column]`."""
    place = np.clip((along + 1) / 2, 0.0, 1.0) * (KNOTS - 1)
    below = np.minimum(place.astype(np.int64), KNOTS - 2)
    part = place - below
    each = np.arange(len(knots))[:, None, None]
    between: Floats = knots[each, below] * (1 - part) + knots[each, below + 1] * part
    return between


def _arm(x: Floats, y: Floats, arms: Floats) -> Floats:
    """How deep a pixel lies inside an arm, in pixels."""
    ax, ay, bx, by, wide = (arms[:, i, None, None] for i in range(5))
    dx, dy = bx - ax, by - ay
    part = np.clip(((x - ax) * dx + (y - ay) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    deep: Floats = wide - np.hypot(x - ax - part * dx, y - ay - part * dy)
    return deep


def _soft(inside: Floats) -> Floats:
    soft: Floats = 1.0 / (1.0 + np.exp(-np.clip(EDGE * inside, -30.0, 30.0)))
    return soft


def _shaded(rng: np.random.Generator, cloth: Floats, x: Floats, y: Floats) -> Floats:
    """Brightness of the cloth: stripes, light from one side, a band, and a little noise."""
    n = len(cloth)
    grey, strength, many, direction = (cloth[:, i, None, None] for i in range(4))
    phase = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    across = x * np.cos(direction) + y * np.sin(direction)
    stripes = strength * np.sin(2 * np.pi * many * across / SIDE + phase)
    light = 0.008 * (rng.standard_normal((n, 1, 1)) * x + rng.standard_normal((n, 1, 1)) * y)
    from_, to = np.sort(rng.uniform(-14, 14, (2, n, 1, 1)), axis=0)
    band = 1 + rng.uniform(-0.6, 0.4, (n, 1, 1)) * ((y > from_) & (y < to)) * (rng.random((n, 1, 1)) < 0.3)
    noise = 0.05 * rng.standard_normal((n, SIDE, SIDE))
    shaded: Floats = np.clip(grey * (1 + stripes + light + noise) * band, 0.03, 1.0)
    return shaded
