"""How a measured process is asked to work: one line of JSON a request on stdin, one a reply on stdout.

    {"task": "pes_n1000"}   builds it and runs its first step
                            {"ready": true, "first_s": 0.1, "first_cpu_s": 0.1, "versions": {...}}
                            or {"error": "..."}
    {"steps": 500}          runs at least so many
                            {"steps": 500, "cpu_s": 0.03, "wall_s": 0.03}
    {"report": true}        {"peak_rss_mib": 80.5, ...}, and what the task has to say

It ends at the end of its input. `first_s` on the clock, `first_cpu_s` of the processor, is construction,
compilation and the first step; imports come before.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import packages_distributions, version
from typing import Any, TextIO

Run = Callable[[int], int]  # runs at least so many steps; gives the number done


@dataclass(frozen=True)
class Task:
    """A task that is ready to run.

    Parameters
    ----------
    run
        Runs at least so many steps, and gives the number done.
    own_s
        Seconds of the last run by the peer's own clock; None to take this process's.
    report
        Anything else that is worth knowing.
    """

    run: Run
    own_s: Callable[[], float] | None = None
    report: Callable[[], dict[str, Any]] = dict


def cycled(step: Callable[[int], object], period: int) -> Run:
    """Runs `step(0)`, `step(1)`, ..., over and over, going on where it stopped."""
    at = 0

    def run(steps: int) -> int:
        nonlocal at
        i = at
        for _ in range(steps):
            step(i)
            i += 1
            if i == period:
                i = 0
        at = i
        return steps

    return run


def serve(build: Callable[[str], Task | None], modules: Sequence[str]) -> None:
    """Answer requests on one core until the input ends.

    Parameters
    ----------
    build
        Makes the task of a name, None if it has none.
    modules
        What to import before any clock runs.
    """
    # One core, for helper threads too: then a process's CPU time is what one core takes for the whole work.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not look like a reply
    for name in modules:
        import_module(name)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if "task" in request:
            start, cpu = time.perf_counter(), time.process_time()
            task = build(request["task"])
            if task is None:
                _send(replies, {"error": f"no task {request['task']!r} here"})
                continue
            task.run(1)
            first = {"first_s": time.perf_counter() - start, "first_cpu_s": time.process_time() - cpu}
            _send(replies, {"ready": True, **first, "versions": versions(modules)})
        elif task is None:
            _send(replies, {"error": "name a task first"})
        elif "steps" in request:
            _send(replies, timed(task, request["steps"]))
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            _send(replies, {"peak_rss_mib": peak, **task.report()})


def timed(task: Task, steps: int) -> dict[str, float]:
    """Run, and say what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = task.run(steps)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    if task.own_s is not None:
        cpu_s = wall_s = task.own_s()
    return {"steps": done, "cpu_s": cpu_s, "wall_s": wall_s}


def versions(modules: Sequence[str]) -> dict[str, str]:
    """Versions of the packages that hold these modules."""
    holding = packages_distributions()
    packages = {holding[name.split(".")[0]][0] for name in modules if name.split(".")[0] in holding}
    return {package: version(package) for package in sorted(packages)}


def _send(replies: TextIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()
