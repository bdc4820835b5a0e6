"""One task, run by us in every mode and by every peer, in turns."""

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.inputs import TASKS
from benchmarks.record import Figures
from benchmarks.speed_peers import Installed
from benchmarks.speed_rounds import Seconds, Worker, foreign, ours, ratio, take_turns
from benchmarks.speed_tasks import TIMINGS, Timing


@dataclass
class Timed:
    """What was measured on one task.

    Attributes
    ----------
    took
        CPU seconds a step of everything that took turns, round after round.
    reports
        What our processes said at the end, by timing.
    peers
        Median time of each peer in the task's unit, and seconds to its first step.
    versions
        Of the packages that peers are made of.
    """

    timings: Sequence[Timing]
    took: Seconds
    reports: dict[str, dict[str, Any]]
    peers: dict[str, dict[str, float]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def figures(self) -> Figures:
        """Our times, and how many times as long each peer took in the same round."""
        found: Figures = {
            timing.figure: timing.per_second * statistics.median(self.took[timing.name])
            for timing in self.timings
        }
        for timing in self.timings:
            if timing.compared:
                for peer in self.peers:
                    found[f"ratio_{timing.name}_{peer}"] = ratio(self.took, peer, timing.name)
        return found


def _peers(stack: ExitStack, task: str, peers: Sequence[Installed]) -> Iterator[tuple[str, Worker]]:
    """Workers of the peers that can run the task; one that fails is named and left out."""
    for one in peers:
        if isinstance(TASKS[task], one.peer.kinds):
            try:
                worker = foreign(one.python, one.peer.script, task)
            except OSError as problem:
                print(f"left out: {problem}", file=sys.stderr)
                continue
            yield one.peer.name, stack.enter_context(worker)


def time_task(task: str, peers: Sequence[Installed], repeats: int, budget: float) -> Timed:
    """Run it, `repeats` rounds of about `budget` CPU seconds each."""
    timings = [timing for timing in TIMINGS if timing.task == task]
    with ExitStack() as stack:
        own = {timing.name: stack.enter_context(ours(timing.name)) for timing in timings}
        others = dict(_peers(stack, task, peers))
        took = take_turns(own | others, repeats, budget)
        timed = Timed(timings, took, {name: worker.ask({"report": True}) for name, worker in own.items()})
        for name, worker in others.items():
            each = timings[0].per_second * statistics.median(took[name])
            timed.peers[name] = {timings[0].unit: each, "first_step_s": worker.ready["first_s"]}
            timed.versions |= worker.ready["versions"]
    return timed
