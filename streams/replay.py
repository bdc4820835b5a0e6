"""A stored data set as a stream."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streams.sample import Sample

__all__ = ["ReplaySource"]

NOMINAL_PERIOD_NS = 1_000_000  # event times of an unpaced replay are 1 ms apart


class ReplaySource:
    """Replays rows of arrays in a given order, with event times that are the same every time.

    Sample `i` (from 0) carries time `start_time_ns + i / rate_hz`, whenever it is really sent.

    Parameters
    ----------
    x
        Readings, shape (n, ...); each is flattened to one row.
    y
        Labels, shape (n,), or None.
    indices
        Order of the rows; None replays them as they stand.
    key
        Name of the stream.
    repeat
        How many times the whole order is replayed.
    rate_hz
        Samples per second of real time; None goes as fast as they are taken.
    start_time_ns
        Event time of the first sample.

    Raises
    ------
    ValueError
        If lengths differ, an index is out of range, or `repeat` or `rate_hz` is not positive.

    Examples
    --------
    >>> source = ReplaySource([[1, 2], [3, 4]], [7, 8], indices=[1, 0])
    >>> list(source)
    [({0: 3, 1: 4}, 8), ({0: 1, 1: 2}, 7)]
    >>> source.seek(1)
    >>> [sample.offset for sample in source.samples()]
    [2]
    """

    replayable = True

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike | None,
        indices: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        *,
        key: str = "replay",
        repeat: int = 1,
        rate_hz: float | None = None,
        start_time_ns: int = 0,
    ) -> None:
        rows = np.asarray(x)
        if not len(rows):
            raise ValueError("there are no rows to replay; give at least one")
        self._rows = np.ascontiguousarray(rows.reshape(len(rows), -1))
        self._labels = None if y is None else np.asarray(y).tolist()
        if self._labels is not None and len(self._labels) != len(rows):
            raise ValueError(f"{len(rows)} readings and {len(self._labels)} labels; give one label a reading")
        self._order = list(range(len(rows))) if indices is None else np.asarray(indices).tolist()
        if not self._order or min(self._order) < 0 or max(self._order) >= len(rows):
            raise ValueError(f"indices must name at least one row and lie in 0 to {len(rows) - 1}")
        if repeat < 1 or (rate_hz is not None and not rate_hz > 0):
            raise ValueError(f"repeat is {repeat} and rate_hz {rate_hz}; both must be positive")
        self.key = key
        self.n_events = len(self._order) * repeat
        self.position = 0
        self._period_ns = NOMINAL_PERIOD_NS if rate_hz is None else 1e9 / rate_hz
        self._start_time_ns = start_time_ns
        self._paced = rate_hz is not None
        self._began: tuple[float, int] | None = None

    @property
    def n_features(self) -> int:
        """Numbers in a reading."""
        return int(self._rows.shape[1])

    @property
    def ended(self) -> bool:
        """Whether every sample has been handed out."""
        return self.position >= self.n_events

    def seek(self, position: int) -> None:
        """Make `position + 1` the next offset.

        Raises
        ------
        ValueError
            If there are fewer samples than that.
        """
        if not 0 <= position <= self.n_events:
            raise ValueError(f"cannot go to event {position} of {self.key!r}, which has {self.n_events}")
        self.position = position
        self._began = None

    def take(self, limit: int) -> list[Sample]:
        """Return the next samples that are due, at most `limit`."""
        first = self.position
        self.position = min(first + limit, self.n_events, self._due())
        return [self._sample(i) for i in range(first, self.position)]

    def _due(self) -> int:
        # How many samples should have left by now; the first leaves at once.
        if not self._paced:
            return self.n_events
        if self._began is None:
            self._began = (time.monotonic(), self.position)
        began, position = self._began
        return position + 1 + int((time.monotonic() - began) * 1e9 / self._period_ns)

    def _sample(self, i: int) -> Sample:
        row = self._order[i % len(self._order)]
        y = None if self._labels is None else self._labels[row]
        return Sample(self.key, i + 1, self._start_time_ns + round(i * self._period_ns), self._rows[row], y)

    def samples(self) -> Iterator[Sample]:
        """Yield the samples from the present position on, waiting for each where there is a rate."""
        while not self.ended:
            ready = self.take(1)
            if not ready:
                time.sleep(min(self._period_ns / 4e9, 0.05))
            yield from ready

    def __iter__(self) -> Iterator[tuple[dict[int, float], int | None]]:
        """Yield `(x, y)` as river takes them, features named 0, 1, ..."""
        for sample in self.samples():
            yield dict(enumerate(sample.x.tolist())), sample.y
