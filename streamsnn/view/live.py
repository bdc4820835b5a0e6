"""Live view of a run on the terminal, or plain lines where there is no terminal."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from streamsnn.view.quantities import percent, quantity

TERMINAL_INTERVAL = 1.0 / 8.0
PLAIN_INTERVAL = 2.0
MOST_CLASSES = 20


@dataclass(frozen=True)
class Progress:
    """A moment of a run.

    Parameters
    ----------
    done, total
        Events learned, and events of the whole stream.
    events_per_s
        Rate now.
    prequential
        Test-then-train accuracy so far; NaN before the first event.
    per_class
        The same for each class seen.
    writes_per_sample, dense_writes_per_sample
        Mean synaptic writes so far, and what a dense three-factor rule would have made.

    Examples
    --------
    >>> Progress(1, 2, 10.0, 1.0, {0: 1.0}, writes_per_sample=5.0, dense_writes_per_sample=500.0).share
    0.01
    """

    done: int
    total: int
    events_per_s: float
    prequential: float
    per_class: Mapping[Hashable, float]
    writes_per_sample: float
    dense_writes_per_sample: float

    @property
    def share(self) -> float:
        """Writes as a share of a dense rule's; 0 if that makes none."""
        dense = self.dense_writes_per_sample
        return self.writes_per_sample / dense if dense else 0.0


class LiveView:
    """Show snapshots of a run, at most 8 a second; off a terminal, a plain line every 2 seconds.

    Everything goes to the console's stream, standard error by default, so that standard output stays free for
    results. The last snapshot is always shown on leaving.

    Parameters
    ----------
    title
        What runs, shown above the figures.
    console
        Where to draw.
    clock
        Monotonic seconds.

    Examples
    --------
    >>> import io
    >>> lines = io.StringIO()
    >>> with LiveView("digits", Console(file=lines, width=200)) as view:
    ...     view.update(Progress(5, 10, 100.0, 0.8, {}, 2.0, 200.0))
    >>> lines.getvalue()
    'digits: 5 of 10 events, 100 events/s, prequential 80.0 %, 2.00 writes/sample (1.0 % of dense)\\n'
    """

    def __init__(
        self,
        title: str,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._console = console or Console(stderr=True)
        self._clock = clock
        self._interval = TERMINAL_INTERVAL if self._console.is_terminal else PLAIN_INTERVAL
        self._due_at = clock()
        self._waiting: Progress | None = None
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waiting is not None:
            self._show(self._waiting)
        if self._live is not None:
            self._live.stop()

    @property
    def due(self) -> bool:
        """Whether the next ``update`` will draw; ask before building a costly snapshot."""
        return self._clock() >= self._due_at

    def update(self, progress: Progress) -> None:
        """Draw the snapshot if one is due, else keep it for later and return at once."""
        if self.due:
            self._show(progress)
        else:
            self._waiting = progress

    def _show(self, progress: Progress) -> None:
        self._waiting = None
        self._due_at = self._clock() + self._interval
        if self._live is None:
            self._console.print(
                plain_line(self._title, progress), markup=False, highlight=False, soft_wrap=True
            )
        else:
            self._live.update(panel(self._title, progress), refresh=True)


def plain_line(title: str, progress: Progress) -> str:
    """Return a snapshot as one line of text.

    Examples
    --------
    >>> plain_line("digits", Progress(0, 9, 0.0, float("nan"), {}, 0.0, 0.0))
    'digits: 0 of 9 events, 0 events/s, prequential –, 0 writes/sample (0.0 % of dense)'
    """
    rate, writes = quantity(progress.events_per_s), quantity(progress.writes_per_sample)
    return (
        f"{title}: {progress.done:,} of {progress.total:,} events, {rate} events/s, "
        f"prequential {percent(progress.prequential)}, {writes} writes/sample "
        f"({percent(progress.share)} of dense)"
    )


def panel(title: str, progress: Progress) -> Group:
    """Return a snapshot as the live picture: progress bar, figures, and a bar for each class seen."""
    figures = Table.grid(padding=(0, 3))
    for _ in range(4):
        figures.add_column(min_width=12)  # fixed, or the columns would dance with every figure
    figures.add_row(
        *(Text(name, style="dim") for name in ("events/s", "prequential", "writes/sample", "of dense"))
    )
    values = (
        quantity(progress.events_per_s),
        percent(progress.prequential),
        quantity(progress.writes_per_sample),
        percent(progress.share),
    )
    figures.add_row(*(Text(value, style="bold") for value in values))
    return Group(
        _bar_of_events(title, progress), Text(), figures, Text(), _bars_of_classes(progress.per_class)
    )


def _bar_of_events(title: str, progress: Progress) -> Table:
    row = Table.grid(padding=(0, 2))
    share = progress.done / progress.total if progress.total else 0.0
    row.add_row(
        Text(title, style="bold"),
        ProgressBar(total=max(progress.total, 1), completed=progress.done, width=36),
        Text(f"{progress.done:,} of {progress.total:,} events"),
        Text(percent(share, digits=0), style="dim"),
    )
    return row


def _bars_of_classes(per_class: Mapping[Hashable, float]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    latest = list(per_class.items())[-MOST_CLASSES:]
    if len(latest) < len(per_class):
        table.add_row(
            Text("class", style="dim"), Text(f"the latest {len(latest)} of {len(per_class)}", style="dim")
        )
    else:
        table.add_row(Text("class", style="dim"), Text("prequential accuracy", style="dim"))
    for label, accuracy in latest:
        bar = ProgressBar(
            total=1.0, completed=accuracy, width=36, complete_style="cyan", finished_style="cyan"
        )
        table.add_row(Text(str(label)), bar, Text(percent(accuracy)))
    return table
