"""Which share of a tick is spent on counting, on the tasks of the speed benchmark.

The machinery is that of `benchmarks.counting`, where it is explained: a copy of the packages as they are,
one from which every statement that counts was removed, and a control; they take turns.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.counting import ROUND, Shares, check
from benchmarks.record import Figures
from benchmarks.speed_rounds import Worker, ours
from benchmarks.uncounted import copy_packages, remove_counting

CHECKED = 2000  # steps after which the two copies must have learned the same
TIMED = ("net256_d10_deferred", "pes_n1000_block")  # the first gives `counting_share`


def group(shares: Shares, timing: str, folder: Path, rounds: int, budget: float) -> None:
    """Start three processes, and add the shares of their rounds."""
    counted, control = [folder / "counted"], [folder / "counted"]
    with ours(timing, counted) as own, ours(timing, [folder / "uncounted"]) as without:
        for worker in (own, without):
            worker.seconds(CHECKED)
        check(own.ask({"report": True}), without.ask({"report": True}), everything=True)
        with ours(timing, control) as other:
            steps = own.enough(budget / 2)  # each comes twice a round
            other.seconds(steps)
            pairs = [one_round((own, without, other), steps) for _ in range(rounds)]
    shares.counting.append([share for share, _ in pairs])
    shares.control.append([share for _, share in pairs])


def one_round(workers: Sequence[Worker], steps: int) -> tuple[float, float]:
    """Shares of one A B C C B A: counted against uncounted, counted against control."""
    spent = [0.0, 0.0, 0.0]
    for which in ROUND:
        spent[which] += workers[which].seconds(steps)
    return spent[0] / spent[1] - 1.0, spent[0] / spent[2] - 1.0


def counting_shares(groups: int, rounds: int, budget: float) -> Figures:
    """`counting_share` of the net, `counting_share_pes_n1000_block`, each with its spread and control."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for copy in ("counted", "uncounted"):  # both: the checkout may be edited meanwhile
            copy_packages(folder / copy)
        remove_counting(folder / "uncounted")
        for timing in TIMED:
            shares = Shares()
            for _ in range(groups):
                group(shares, timing, folder, rounds, budget)
            figures |= shares.figures("" if timing == TIMED[0] else f"_{timing}")
    return figures
