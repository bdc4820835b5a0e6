"""What a log server needs from a source of events."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from streams.sample import Sample

__all__ = ["Source"]


@runtime_checkable
class Source(Protocol):
    """A stream that hands out its samples in order and never waits.

    A new source is one class with these names, in a file of its own. A source that also has `fileno()` wakes
    the server when that file descriptor becomes readable; the others are asked again every millisecond.

    Examples
    --------
    >>> from streams import ReplaySource
    >>> isinstance(ReplaySource([[1.0]], [0]), Source)
    True
    """

    @property
    def key(self) -> str:
        """Name of the stream."""

    @property
    def replayable(self) -> bool:
        """Whether `seek` can go back and the same samples come again."""

    @property
    def position(self) -> int:
        """Offset of the sample handed out last; 0 before the first."""

    @property
    def ended(self) -> bool:
        """Whether no sample will ever follow."""

    def seek(self, position: int) -> None:
        """Make `position + 1` the next offset.

        Raises
        ------
        ValueError
            If the source cannot go there.
        """

    def take(self, limit: int) -> list[Sample]:
        """Return the samples that are ready now, at most `limit`; none if none is ready."""
