"""Measured processes that take turns, so that a slow drift of the machine meets all of them alike."""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.children import PYTHON, ROOT, environment

PATIENCE_S = 10.0  # for a worker to end by itself
Seconds = dict[str, list[float]]  # CPU seconds a step of each worker, round after round


class Worker:
    """A process that runs steps of one task when told to (`benchmarks.peers.protocol`).

    Parameters
    ----------
    command
        Interpreter, module and arguments.
    task
        What it shall run.
    env
        Its environment.

    Raises
    ------
    LookupError
        If it has no such task.
    OSError
        If it ends; the sentence says what it printed last.
    """

    def __init__(self, command: Sequence[str], task: str, env: Mapping[str, str]) -> None:
        self._name = f"{command[-1]} with task {task!r}"
        with ExitStack() as stack:
            self._printed = stack.enter_context(tempfile.TemporaryFile())
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=self._printed, env=env, bufsize=0
            )
            stack.callback(self._end)
            self.ready = self.ask({"task": task})
            self._open = stack.pop_all()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its reply."""
        assert self._process.stdin is not None and self._process.stdout is not None
        line = b""
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass  # it has ended: said below
        if not line:
            self._printed.seek(0)
            last = self._printed.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise OSError(f"{self._name} ended with exit code {self._process.wait()}: {last}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise LookupError(f"{self._name}: {reply['error']}")
        return reply

    def seconds(self, steps: int) -> float:
        """CPU seconds a step, of a run of at least so many."""
        took = self.ask({"steps": steps})
        return float(took["cpu_s"]) / int(took["steps"])

    def enough(self, budget: float) -> int:
        """How many steps take about `budget` CPU seconds."""
        steps = 1
        while (each := max(self.seconds(steps), 1e-9)) * steps < 0.1 * budget:
            steps = min(4 * steps, max(steps + 1, int(budget / each)))
        return max(1, int(budget / each))

    def _end(self) -> None:
        """End its input, and the process if that does not end it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def ours(task: str, packages: Sequence[Path] = ()) -> Worker:
    """A worker of our own, with streamsnn from `packages` where it is there, else as it is."""
    return Worker([*PYTHON, "-m", "benchmarks.speed_ours"], task, environment(packages))


def foreign(python: Path, module: str, task: str) -> Worker:
    """A peer's worker; `module` may carry an argument after a blank."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")]),
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    }
    return Worker([str(python), "-P", "-m", *f"benchmarks.peers.{module}".split()], task, env)


def take_turns(workers: Mapping[str, Worker], repeats: int, budget: float) -> Seconds:
    """Every worker runs for about `budget` CPU seconds, one after the other, `repeats` times over."""
    steps = {name: worker.enough(budget) for name, worker in workers.items()}
    took: Seconds = {name: [] for name in workers}
    for _ in range(repeats):
        for name, worker in workers.items():
            took[name].append(worker.seconds(steps[name]))
    return took


def ratio(took: Seconds, peer: str, own: str) -> float:
    """Median over the rounds of a peer's time over ours in the same round."""
    return statistics.median(p / o for p, o in zip(took[peer], took[own], strict=True))
