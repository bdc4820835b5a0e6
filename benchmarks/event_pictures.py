"""Recordings of a moving event camera as still pictures: its own path taken out, events counted.

A camera that makes the same saccades before every picture smears each over its path. Where all recordings
share that path, it is the mean place of their events over time: no labels, and no pixels of any picture, are
needed to find it. A place is then counted relative to the path, and to the middle of its own recording.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams import datasets
from streamsnn.bench.dataset import find
from streamsnn.continual.labelled import LabelledSet
from streamsnn.types import Floats

SIDE = 28  # pixels of a picture, that a trunk knows
STEP_US = 5_000  # the path is a place for each step
HALF = 15.0  # events of a pixel that read as 1/2, chosen by validation inside the training recordings

Events = NDArray[Any]  # records with t in microseconds, x and y


@dataclass(frozen=True, eq=False)
class CameraPath:
    """Where a camera looks, step by step.

    Attributes
    ----------
    places
        Mean x and y of the events of each step `[steps, 2]`; later events take the last.

    >>> seen = np.array([(10, 3, 0), (20, 5, 2), (6000, 9, 1)], [("t", "u4"), ("x", "u1"), ("y", "u1")])
    >>> CameraPath.of(seen).places.tolist()
    [[4.0, 1.0], [9.0, 1.0]]
    """

    places: Floats

    @classmethod
    def of(cls, events: Events) -> "CameraPath":
        """The mean path of all recordings, one after another in `events`; empty steps stay in the middle."""
        step = events["t"].astype(np.int64) // STEP_US
        n = np.bincount(step)
        sums = np.stack([np.bincount(step, events[axis]) for axis in ("x", "y")], axis=1)
        middle = sums.sum(axis=0) / n.sum()
        return cls(np.where(n[:, None] > 0, sums / np.maximum(n, 1)[:, None], middle))

    def picture(self, events: Events) -> Floats:
        """Counts of one recording `[28, 28]`, its events' mean in the middle; those outside are left out.

        An event between pixels counts for the four around it, the nearer the more (bilinear votes).
        """
        step = np.minimum(events["t"].astype(np.int64) // STEP_US, len(self.places) - 1)
        seen = np.stack([events["x"], events["y"]], axis=1) - self.places[step]
        at = seen - seen.mean(axis=0) + (SIDE - 1) / 2
        corner = np.floor(at).astype(np.int64)
        share = at - corner
        counts = np.zeros((SIDE, SIDE))
        for right in (0, 1):
            for below in (0, 1):
                x, y = corner[:, 0] + right, corner[:, 1] + below
                votes = abs(1 - right - share[:, 0]) * abs(1 - below - share[:, 1])
                inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
                np.add.at(counts, (y[inside], x[inside]), votes[inside])
        return counts


def steadied_nmnist(seed: int) -> LabelledSet:
    """N-MNIST as pictures c / (c + 15) of its counts c, by the path of the training recordings.

    Raises
    ------
    OSError
        If the data are nowhere to be had.
    """
    known, data = find("nmnist").load(seed, cells=1), datasets.load("nmnist_small_events")
    assert data.offsets is not None and data.x_test is not None and data.offsets_test is not None
    path = CameraPath.of(data.x)
    parts = []
    for events, offsets in ((data.x, data.offsets), (data.x_test, data.offsets_test)):
        counts = np.array([path.picture(each) for each in np.split(events, offsets[1:-1])])
        parts.append((counts / (counts + HALF)).reshape(len(counts), -1).astype(np.float32))
    return replace(known, x_train=parts[0], x_test=parts[1], image=(SIDE, SIDE))
