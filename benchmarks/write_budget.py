"""Accuracy against a budget of written synapses, and how well the average is held.

Each stream is learned once for every budget, class after class and i.i.d. where it has classes to order, in
time where it is a recording (accuracy is then test-then-train). `held` is the average number of synapses
that changed per sample, over the budget; `worst_window` the largest relative distance from the budget that
the average since the start still has after the first tenth of the stream. Beside it the control: the same
rule without a budget, stopped after the first n samples of each class, with as many writes or the next
above (`benchmarks.stop_early`), or all that it writes, where the budget is more.

A trunk gives the same spikes for a sample whatever is learned behind it: the core runs it once for each, and
every budget learns from these spikes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.class_incremental import BLOCK, accuracy
from benchmarks.code_baselines import codes
from benchmarks.kept import earlier, keeping, merged
from benchmarks.orders import Arranged, arranged
from benchmarks.record import Figures, parse, parser, record
from benchmarks.specialists import SPECIALISTS, Specialist
from benchmarks.spread import mean_sd
from benchmarks.stop_early import stops
from streamsnn.bench.dataset import find
from streamsnn.continual.course import Course
from streamsnn.continual.labelled import LabelledSet
from streamsnn.encoders.spikes import Spikes
from streamsnn.memory.counters import WRITES
from streamsnn.memory.initial import Given
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.front import TRUNK_EXPONENT
from streamsnn.rules.counting import Counting

BUDGETS = (1.0, 3.0, 10.0, 30.0, 100.0)
MNIST = 12_000  # samples: a trunk of convolutions takes a millisecond for each


def first(dataset: str, n: int) -> Callable[[int], LabelledSet]:
    """Loader of a data set's first n training samples, and all that it holds out."""

    def loaded(seed: int) -> LabelledSet:
        return find(dataset).load(seed).only("train", np.arange(n))

    return loaded


STREAMS: dict[str, tuple[Specialist, tuple[Arranged, ...]]] = {
    "mnist": (replace(SPECIALISTS["mnist"], load=first("mnist", MNIST)), ("class", "iid")),
    "mnist_pixels": (replace(SPECIALISTS["mnist_pixels"], k=40), ("class", "iid")),
    "digits": (SPECIALISTS["digits_pixels"], ("class", "iid")),
    "braille": (SPECIALISTS["braille"], ("class", "iid")),
    "gas_drift": (Specialist("gas_drift", Counting()), ("time",)),
    "elec2": (Specialist("elec2", Counting()), ("time",)),
}


@dataclass(frozen=True)
class Pass:
    """What one stream gave with one budget."""

    accuracy: float
    writes_per_sample: float
    worst_window: float
    units: int


def follow(model: SpikingClassifier, course: Course, budget: float, in_time: bool) -> Pass:
    """Learn the stream; predict each sample first if it is in time, else test on what is held out."""
    n, right = len(course.rows), 0
    written = np.zeros(n)
    for k, (x, y) in enumerate(course.stream()):
        if in_time:
            right += model.prequential_one(x, y) == y
        else:
            model.learn_one(x, y)
        written[k] = model.core.totals[WRITES]
    average = written / np.arange(1, n + 1)
    return Pass(
        right / n if in_time else accuracy(model, course.samples),
        float(average[-1]),
        float(abs(average[n // 10 :] / budget - 1.0).max()),
        model.core.size("units"),
    )


def coded(specialist: Specialist, samples: LabelledSet) -> tuple[Specialist, LabelledSet]:
    """The specialist without its trunk, and the spikes that its samples are behind it.

    With a budget the units learn the same, bit for bit: their draws are keyed by the classes' own clocks.
    """
    model = specialist.learner(samples, seed=0)
    model.learn_one(np.asarray(samples.x_train[0], np.float64), None)  # features are known from here on
    spikes = []
    for x in (samples.x_train, samples.x_test):
        blocks = [codes(model, x[i : i + BLOCK]).astype(np.bool_) for i in range(0, len(x), BLOCK)]
        spikes.append(np.concatenate(blocks))
    n = model.core.size("code")
    one_to_one = Given(np.eye(n) * 2.0**TRUNK_EXPONENT)
    behind = replace(specialist, trunk=None, n_hidden=n, code=lambda seed: (Spikes(), one_to_one))
    return behind, replace(samples, x_train=spikes[0], x_test=spikes[1], low=None, high=None, image=None)


def one_run(specialist: Specialist, course: Course, order: Arranged, budget: float, seed: int) -> Figures:
    """One budget on one stream."""
    rule = replace(specialist.rule, write_budget=budget)
    found = follow(specialist.learner(course.samples, seed, rule), course, budget, order == "time")
    return {
        "accuracy": found.accuracy,
        "writes_per_sample": found.writes_per_sample,
        "held": found.writes_per_sample / budget,
        "worst_window": found.worst_window,
        "units": found.units,
    }


def controls(specialist: Specialist, course: Course, seed: int) -> list[Figures]:
    """The control of each budget, from one pass: a stop on the way is the one that its budget asks for."""
    rows: list[Figures] = []
    for stopped in stops(specialist.learner(course.samples, seed), course, BUDGETS):
        if rows and rows[-1]["stop_early_n"] == stopped.n:  # nothing is left to learn
            rows.append(rows[-1])
            continue
        rows.append(
            {
                "stop_early_n": stopped.n,
                "stop_early_writes_per_sample": stopped.writes_per_sample,
                "stop_early_accuracy": accuracy(stopped.model, course.samples),
            }
        )
    return rows


def measure(name: str, seeds: Sequence[int], console: Console) -> Figures:
    """All budgets of one stream: by order and budget, mean and spread.

    Raises
    ------
    OSError
        If its data or its trunk are not there.
    """
    specialist, orders = STREAMS[name]
    runs: dict[Arranged, dict[str, list[Figures]]] = {
        order: {f"{budget:g}": [] for budget in BUDGETS} for order in orders
    }
    drawn: LabelledSet | None = None
    for seed in seeds:
        fresh = specialist.samples(seed)
        if drawn is None or not np.array_equal(fresh.x_train, drawn.x_train):  # most splits are fixed
            drawn = fresh
            learner, samples = coded(specialist, fresh) if specialist.trunk else (specialist, fresh)
        for order in orders:
            course = arranged(samples, order, seed)
            beside = [{}] * len(BUDGETS) if order == "time" else controls(learner, course, seed)
            for budget, control in zip(BUDGETS, beside, strict=True):
                row = one_run(learner, course, order, budget, seed) | control
                runs[order][f"{budget:g}"].append(row)
                said = f"{row['accuracy']:.4f} at {row['writes_per_sample']:.3f} writes"
                console.print(f"{name}, {order}, seed {seed}, budget {budget:g}: {said}")
    figures: Figures = {"about": specialist.about(), "learned": len(samples.y_train)}
    for order, by_budget in runs.items():
        figures[order] = {
            budget: {k: v for key in rows[0] for k, v in mean_sd(key, [row[key] for row in rows]).items()}
            for budget, rows in by_budget.items()
        }
    return figures


def farthest(found: Figures) -> float:
    """The largest relative distance of an average from its budget, of all runs' means."""
    apart = [
        abs(row["held_mean"] - 1.0)
        for figures in found.values()
        for order in get_args(Arranged)
        for row in figures.get(order, {}).values()
    ]
    return float(max(apart))


def table(found: Figures) -> Table:
    """A line for each stream and order, a column for each budget."""
    shown = Table(title="accuracy (writes per sample) against the budget", title_justify="left")
    for column in ("stream", "order", *(f"{budget:g}" for budget in BUDGETS)):
        shown.add_column(column)
    for name, figures in found.items():
        for order in STREAMS[name][1]:
            cells = [
                f"{100 * row['accuracy_mean']:.1f} ({row['writes_per_sample_mean']:.3g})"
                for row in figures[order].values()
            ]
            shown.add_row(name, order, *cells)
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("write_budget", __doc__)
    options.add_argument("--only", nargs="+", choices=list(STREAMS), default=list(STREAMS))
    options.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    keeping(options)
    given, call = parse(options, arguments)
    before = earlier(options, given, "streams")
    console, found, absent = Console(soft_wrap=True), {}, {}
    for name in given.only:
        try:
            found[name] = measure(name, given.seeds, console)
        except OSError as error:
            absent[name] = str(error)
            console.print(f"{name} is left out: {error}", style="yellow")
    if not found:
        return 1
    console.print(table(found))
    streams = merged(list(STREAMS), before, found)
    off = farthest(streams)
    figures = {"farthest_from_budget": off, "goal_within_5_percent": off <= 0.05}
    record(call, given.seeds, {**figures, "streams": streams, "left_out": absent}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
