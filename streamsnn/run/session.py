"""A learner following one stream: predict, learn, score, test at boundaries, save."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams import Sample
from streamsnn.checkpoint import Checkpoint, save
from streamsnn.continual.accuracy_matrix import AccuracyMatrix
from streamsnn.continual.held_out import right_answers
from streamsnn.continual.latency import LatencyHistogram
from streamsnn.continual.prequential import Prequential
from streamsnn.memory.counters import WRITES
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.run.scenario import Task
from streamsnn.view.live import Progress

CURVE_POINTS = 400


class Session:
    """State of one run, beside the learner's own: all of it goes into the checkpoint.

    Parameters
    ----------
    task
        Stream and held-out samples.
    model
        The learner.
    n_events
        Events in the whole stream.
    saved
        Arrays of an earlier session's checkpoint, to go on from.
    offset
        Last event applied.
    """

    def __init__(
        self,
        task: Task,
        model: SpikingClassifier,
        n_events: int,
        saved: Mapping[str, NDArray[Any]] | None = None,
        offset: int = 0,
    ) -> None:
        self.task = task
        self.model = model
        self.n_events = n_events
        self.offset = offset
        columns = [len(column.rows) for column in task.course.held_out]
        self.matrix = AccuracyMatrix(len(task.course.boundaries), columns)
        self.prequential = Prequential()
        self.latency = LatencyHistogram()
        self._seconds = 0.0  # on the stream, in every process that followed it
        self._since: float | None = None
        # Events, writes so far, dense writes so far, windowed accuracy.
        self.curve: list[tuple[float, ...]] = []
        self.dense_writes = 0
        self._code = self.model.core.size(self.model.core.network.projections[-1].pre)  # its neurons
        self._stride = max(1, n_events // CURVE_POINTS)
        if saved:
            self._take_back(saved)

    # -- following the stream -------------------------------------------------------------------------

    def apply(self, sample: Sample) -> None:
        """Predict, then learn one event; test on the held-out samples where an experience ends."""
        model = self.model
        start = time.perf_counter_ns()
        predicted = model.prequential_one(sample.x, sample.y)
        took = time.perf_counter_ns() - start
        self.latency.add(took)
        self.prequential.update(sample.y, predicted)
        self.offset = sample.offset
        # What a dense three-factor readout of the same code, one unit a class, would have written.
        self.dense_writes += self._code * len(model.classes_)
        if self.offset % self._stride == 0 or self.offset == self.n_events:
            writes = int(model.core.totals[WRITES])
            self.curve.append((self.offset, writes, self.dense_writes, self.prequential.windowed))
        if self.offset in self.task.course.boundaries or self.offset == self.n_events:
            self._test()

    def _test(self) -> None:
        self.pause()  # no live stream has held-out tests
        boundaries = self.task.course.boundaries
        row = boundaries.index(min(self.offset, boundaries[-1]))
        self.matrix.record(row, right_answers(self.model, self.task.course))
        self.go_on()

    def go_on(self) -> None:
        """Start the clock of the stream."""
        self._since = time.perf_counter()

    def pause(self) -> None:
        """Stop the clock of the stream."""
        self._seconds = self.seconds
        self._since = None

    @property
    def seconds(self) -> float:
        """Time spent following the stream; held-out tests and time between two processes are not in it."""
        running = time.perf_counter() - self._since if self._since is not None else 0.0
        return self._seconds + running

    @property
    def events_per_s(self) -> float:
        """Events per second of stream, checkpoints and live view included."""
        return self.offset / self.seconds if self.seconds > 0 else 0.0

    @property
    def progress(self) -> Progress:
        """A snapshot for the live view."""
        n = max(self.offset, 1)
        return Progress(
            done=self.offset,
            total=self.n_events,
            events_per_s=self.events_per_s,
            prequential=self.prequential.cumulative,
            per_class=self.prequential.per_class(),
            writes_per_sample=int(self.model.core.totals[WRITES]) / n,
            dense_writes_per_sample=self.dense_writes / n,
        )

    # -- saving ---------------------------------------------------------------------------------------

    def save(self, path: Path, notes: Mapping[str, Any]) -> None:
        """Write the learner, its offset and this session to one file."""
        arrays: dict[str, NDArray[Any]] = {
            "latency": self.latency.counts,
            "curve": np.array(self.curve, np.float64).reshape(-1, 4),
            "totals": np.array([self.dense_writes], np.int64),
            "seconds": np.array([self.seconds]),
            **{f"matrix/{name}": a for name, a in self.matrix.to_arrays().items()},
            **{f"prequential/{name}": a for name, a in self.prequential.to_arrays().items()},
        }
        save(path, Checkpoint(self.model, self.offset, dict(notes), arrays))

    def _take_back(self, saved: Mapping[str, NDArray[Any]]) -> None:
        def part(prefix: str) -> dict[str, NDArray[Any]]:
            return {name[len(prefix) :]: a for name, a in saved.items() if name.startswith(prefix)}

        self.latency = LatencyHistogram(saved["latency"])
        self.curve = [tuple(row) for row in saved["curve"].tolist()]
        self.dense_writes = int(saved["totals"][0])
        self._seconds = float(saved["seconds"][0])
        self.matrix = AccuracyMatrix.from_arrays(part("matrix/"))
        self.prequential = Prequential.from_arrays(part("prequential/"))
