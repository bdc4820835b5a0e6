"""A source made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from streams.sample import Sample

__all__ = ["ListSource"]


class ListSource:
    """Source of rows given by hand; more can be added until `end` is called.

    Parameters
    ----------
    rows
        Pairs of reading and label.
    key
        Name of the stream.
    ended
        Whether these are all.
    replayable
        What the source says of itself.

    Examples
    --------
    >>> source = ListSource([([1.0, 2.0], 0), ([3.0, 4.0], 1)])
    >>> [(sample.offset, sample.y) for sample in source.take(9)], source.ended
    ([(1, 0), (2, 1)], True)
    """

    def __init__(
        self,
        rows: Sequence[tuple[ArrayLike, int | None]] = (),
        key: str = "list",
        *,
        ended: bool = True,
        replayable: bool = True,
    ) -> None:
        self.key = key
        self.replayable = replayable
        self.position = 0
        self._rows = list(rows)
        self._last = ended

    @property
    def ended(self) -> bool:
        """Whether every row has been handed out and none will be added."""
        return self._last and self.position >= len(self._rows)

    def add(self, x: ArrayLike, y: int | None = None) -> None:
        """Add a row at the end."""
        self._rows.append((x, y))

    def end(self) -> None:
        """Say that no row will be added."""
        self._last = True

    def seek(self, position: int) -> None:
        """Make `position + 1` the next offset.

        Raises
        ------
        ValueError
            If there are fewer rows than that.
        """
        if not 0 <= position <= len(self._rows):
            raise ValueError(f"cannot go to event {position} of {self.key!r}, which has {len(self._rows)}")
        self.position = position

    def take(self, limit: int) -> list[Sample]:
        """Return the next rows, at most `limit`; event times are the offsets."""
        first = self.position
        rows = self._rows[first : first + limit]
        self.position += len(rows)
        return [Sample(self.key, i, i, np.asarray(x), y) for i, (x, y) in enumerate(rows, first + 1)]
