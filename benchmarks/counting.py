"""What counting costs: the same stream through a core that counts and one that was compiled without.

Measures the CPU time of learning the digits stream (class order, from nothing each time) in long-lived
processes: one with a copy of the packages as they are, one with a copy from which every statement that
counts was removed (`benchmarks.uncounted`), and one more with the first copy, the control. They take turns
in short blocks, A B C C B A; a pair's ratio is taken inside such a round, so that a slow drift of the
machine cancels. Processes are started anew several times, as where a process happens to lie in memory moves
its speed too.

`counting_share` is the median of (counted / uncounted) - 1 over all rounds, within `Core.run` alone:
nothing but the core dilutes it. `..._low`, `..._high` are the 95 % confidence interval of that median;
`..._process_min`, `..._process_max` the medians of single process groups; `control_share` the same ratio
between two processes that run identical code: what this machine cannot tell apart.
`counting_share_per_event` is the share of a user's `prequential_one`.

Does not measure other networks than the digits learners', and not what reading counters costs.
"""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.children import PYTHON, environment
from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.spread import median_interval
from benchmarks.uncounted import copy_packages, remove_counting

GOAL = 0.02
ROUND = (0, 1, 2, 2, 1, 0)  # counted, uncounted, control


class Child:
    """A learning process that answers one request at a time."""

    def __init__(self, learner: str, seed: int, packages: Sequence[Path] = ()) -> None:
        self._process = subprocess.Popen(
            [*PYTHON, "-m", "benchmarks.counting_child", learner, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(packages),
        )

    def learn(self, kind: str, times: int) -> dict[str, Any]:
        """Learn the stream `times` times and return the child's answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{kind} {times}\n".encode())
        self._process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._process.stdout.readline() or b"{}")
        if not reply:
            raise OSError(f"a learning process ended with exit code {self._process.wait()}")
        return reply

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


@dataclass
class Shares:
    """Ratios minus 1, one list per group of processes."""

    counting: list[list[float]] = field(default_factory=list)
    control: list[list[float]] = field(default_factory=list)

    def figures(self, suffix: str = "") -> Figures:
        """Medians, their confidence interval, and the groups' own medians."""
        made: Figures = {}
        for name, groups in (("counting_share", self.counting), ("control_share", self.control)):
            every = [share for group in groups for share in group]
            low, high = median_interval(every)
            own = [statistics.median(group) for group in groups]
            key = name + suffix
            made |= {key: statistics.median(every), f"{key}_low": low, f"{key}_high": high}
            made |= {f"{key}_process_min": min(own), f"{key}_process_max": max(own)}
        return made


def check(counted: dict[str, Any], uncounted: dict[str, Any], everything: bool) -> None:
    """Refuse to compare cores that learn differently, or that both count.

    Raises
    ------
    RuntimeError
        If the comparison would not be one.
    """
    if counted["digest"] != uncounted["digest"]:
        raise RuntimeError("the core without counters learned other weights: its ratio would mean nothing")
    if not counted["counted"]:
        raise RuntimeError("the core with counters counted nothing")
    if everything and uncounted["counted"]:
        raise RuntimeError(f"the core without counters still counted {uncounted['counted']} events")


def one_round(children: Sequence[Child], kind: str, times: int) -> tuple[float, float]:
    """Shares of one A B C C B A: counted against uncounted, counted against control."""
    spent = [0, 0, 0]
    for which in ROUND:
        spent[which] += children[which].learn(kind, times)["cpu_ns"]
    return spent[0] / spent[1] - 1.0, spent[0] / spent[2] - 1.0


def group(shares: dict[str, Shares], learner: str, folder: Path, rounds: int, everything: bool) -> None:
    """Start three processes, and add the shares of their rounds."""
    counted, control = (Child(learner, 0, [folder / "counted"]) for _ in range(2))
    with counted, Child(learner, 0, [folder / "uncounted"]) as without, control:
        for kind, own in shares.items():
            check(counted.learn(kind, 1), without.learn(kind, 1), everything)
            control.learn(kind, 1)  # compiled, and warm
            pairs = [one_round((counted, without, control), kind, 2) for _ in range(rounds)]
            own.counting.append([share for share, _ in pairs])
            own.control.append([share for _, share in pairs])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("counting", __doc__)
    options.add_argument("--learner", default="counting")
    options.add_argument("--rounds", type=int, default=40, help="rounds per group of processes")
    options.add_argument("--groups", type=int, default=6, help="groups of processes")
    options.add_argument("--only", nargs="+", help="remove counting from these files alone: neurons/lif.py")
    given, call = parse(options, arguments)
    shares = {"core": Shares(), "events": Shares()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for copy in ("counted", "uncounted"):  # both: the checkout may be edited meanwhile
            copy_packages(folder / copy)
        removed = remove_counting(folder / "uncounted", lambda file: not given.only or file in given.only)
        for _ in range(given.groups):
            group(shares, given.learner, folder, given.rounds, everything=not given.only)
    figures = {
        **shares["core"].figures(),
        **shares["events"].figures("_per_event"),
        "rounds": given.rounds * given.groups,
        "statements_removed": sum(len(statements) for statements in removed.values()),
    }
    for name in ("counting_share", "counting_share_per_event"):
        figures[f"goal_{name}_2_percent"] = figures[name] <= GOAL
    show("share of CPU time spent on counting", figures)
    record(call, [0], figures, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
