"""What the pictures of a report are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
"""Events learned so far, value."""


@dataclass(frozen=True, eq=False)
class Raster:
    """Every spike of one sample: spike k is of unit ``units[k]`` of layer ``layers[k]`` at tick ``ticks[k]``.

    Parameters
    ----------
    ticks, units, layers
        One integer for each spike, shape (spikes,); ``layers`` counts into ``layer_names``.
    layer_names, layer_sizes
        From input to output.
    n_ticks
        Length of the sample in ticks.
    tick_seconds
        Seconds a tick stands for.

    Raises
    ------
    ValueError
        If the arrays differ in length or a spike lies outside its layer or the sample.

    Examples
    --------
    >>> one = np.array([0])
    >>> Raster(one, one, one, layer_names=("input",), layer_sizes=(4,), n_ticks=2, tick_seconds=1e-3).n_ticks
    2
    """

    ticks: NDArray[np.integer]
    units: NDArray[np.integer]
    layers: NDArray[np.integer]
    layer_names: tuple[str, ...]
    layer_sizes: tuple[int, ...]
    n_ticks: int
    tick_seconds: float

    def __post_init__(self) -> None:
        if not len(self.ticks) == len(self.units) == len(self.layers):
            lengths = f"{len(self.ticks)}, {len(self.units)} and {len(self.layers)}"
            raise ValueError(f"A raster needs one tick, unit and layer for each spike, but got {lengths}.")
        if len(self.layer_names) != len(self.layer_sizes):
            raise ValueError(
                f"{len(self.layer_names)} layers have names but {len(self.layer_sizes)} have sizes."
            )
        if not len(self.ticks):
            return
        if min(self.layers.min(), self.ticks.min(), self.units.min()) < 0:
            raise ValueError("Ticks, units and layers of a raster count from 0, but one is negative.")
        if self.layers.max() >= len(self.layer_names) or self.ticks.max() >= self.n_ticks:
            raise ValueError(
                f"A spike at tick {self.ticks.max()} of layer {self.layers.max()} lies outside "
                f"{self.n_ticks} ticks and {len(self.layer_names)} layers."
            )
        if (self.units >= np.asarray(self.layer_sizes)[self.layers]).any():
            raise ValueError(f"A unit number lies outside its layer; the layer sizes are {self.layer_sizes}.")


@dataclass(frozen=True, eq=False)
class RunPictures:
    """The curves, matrix and spikes of one run.

    Parameters
    ----------
    accuracy
        Accuracy matrix R, shape (T, T), NaN where not measured.
    row_names, column_names
        Experiences and groups of classes.
    boundaries
        Event count at which each experience ended, and its name.
    accuracy_seen
        Held-out accuracy over the classes seen, at each boundary.
    prequential
        Test-then-train accuracy in a sliding window.
    writes, dense_writes
        Writes per sample over time: of this run, and of a dense three-factor rule on the same events.
    raster
        Spikes of one sample.
    raster_caption
        Which sample that is, for instance "a held-out 7, predicted 7".
    """

    accuracy: NDArray[np.float64]
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    boundaries: tuple[tuple[int, str], ...]
    accuracy_seen: Sequence[Point]
    prequential: Sequence[Point]
    writes: Sequence[Point]
    dense_writes: Sequence[Point]
    raster: Raster
    raster_caption: str
