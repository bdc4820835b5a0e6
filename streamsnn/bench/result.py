"""What one cell came to."""

from typing import Any, Literal

import msgspec

Status = Literal["done", "refused", "failed"]


class Result(msgspec.Struct, frozen=True):
    """Figures, or why there are none.

    Parameters
    ----------
    status
        ``done``; ``refused``: the learner cannot take the scenario, as it says; ``failed``: it raised.
    figures
        All of `streamsnn.continual.figures`, if done.
    reason
        One sentence, if not done.
    traceback
        Where it raised, if failed.
    pictures
        What plots are drawn from, as `streamsnn.bench.pictures` packs it, if done.
    machine
        What it was made on.
    code_version
        What code it was made by, once it has been recorded.
    started, seconds
        When, in seconds since 1970, and how long it took, loading of samples and all.

    >>> Result("refused", reason="no probabilities").figures
    {}
    """

    status: Status
    figures: dict[str, float | None] = {}
    reason: str = ""
    traceback: str = ""
    pictures: bytes = b""
    machine: dict[str, Any] = {}
    code_version: str = ""
    started: float = 0.0
    seconds: float = 0.0
