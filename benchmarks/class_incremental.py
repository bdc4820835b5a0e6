"""What the specialists learn class after class, and mixed: accuracy, writes, and the controls beside them.

Every data set of `benchmarks.specialists` that is there, in strict class order and i.i.d., spoken digits
also speaker after speaker (`groups`), one pass, batch 1, no replay, no task id. All of it on the core: the
trunk as spikes and 8-bit weights, the units' levels in synaptic memory, writes from the core's counters.
Beside each row the control of `benchmarks.stop_early`: the same learner without its familiarity gate, that
learns the first n samples of each class (and speaker) and then stops, n chosen so that it writes as much;
and nearest class mean and linear discriminants on the same code (`benchmarks.code_baselines`).
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.code_baselines import baseline_accuracies, codes
from benchmarks.kept import earlier, keeping, merged
from benchmarks.orders import Arranged, arranged
from benchmarks.record import Figures, parse, parser, record
from benchmarks.side_by_side import side_by_side
from benchmarks.specialists import SPECIALISTS, Specialist
from benchmarks.spread import mean_sd
from benchmarks.stop_early import stop_early
from streamsnn.continual.course import Course
from streamsnn.continual.labelled import LabelledSet
from streamsnn.models.classifier import SpikingClassifier

BLOCK = 500


def accuracy(model: SpikingClassifier, samples: LabelledSet) -> float:
    """Share of the held-out samples that are right."""
    x, y, right = samples.x_test, samples.y_test.tolist(), 0
    for start in range(0, len(y), BLOCK):
        said = model.predict_many(np.asarray(x[start : start + BLOCK], np.float64))
        right += sum(a == b for a, b in zip(said, y[start : start + BLOCK], strict=True))
    return right / len(y)


def learned(model: SpikingClassifier, course: Course) -> SpikingClassifier:
    """The model after one pass."""
    for x, y in course.stream():
        model.learn_one(x, y)
    return model


def one_run(specialist: Specialist, samples: LabelledSet, order: Arranged, seed: int) -> Figures:
    """One pass, with its control."""
    course = arranged(samples, order, seed)
    began = time.thread_time()  # of this thread alone: other work on the machine does not count
    model = learned(specialist.learner(samples, seed), course)
    seconds = time.thread_time() - began
    core, n = model.core, len(course.rows)
    ungated = replace(specialist.rule, familiarity=1.0)
    control = stop_early(specialist.learner(samples, seed, ungated), course, core.counters["writes"] / n)
    return {
        "accuracy": accuracy(model, samples),
        "writes_per_sample": core.counters["writes"] / n,
        "words_written_per_sample": core.counters["lrn_words_written"] / n,
        "units": core.size("units"),
        "stop_early_n": control.n,
        "stop_early_writes_per_sample": control.writes_per_sample,
        "stop_early_accuracy": accuracy(control.model, samples),
        "us_per_sample": 1e6 * seconds / n,
    }


def beside(specialist: Specialist, samples: LabelledSet, seed: int) -> dict[str, float]:
    """The baselines on the same code."""
    model = specialist.learner(samples, seed)
    model.learn_one(np.asarray(samples.x_train[0], np.float64), None)  # features are known from here on
    train, test = codes(model, samples.x_train), codes(model, samples.x_test)
    return baseline_accuracies(train, samples.y_train, test, samples.y_test)


def measure(name: str, seeds: Sequence[int]) -> Figures:
    """All rows of one specialist: mean, spread, and each seed.

    Raises
    ------
    OSError
        If its data or its trunk are not there.
    """
    specialist, console = SPECIALISTS[name], Console()
    rows: dict[Arranged, list[Figures]] = {order: [] for order in specialist.orders}
    baselines: list[dict[str, float]] = []
    for seed in seeds:
        samples = specialist.samples(seed)
        for order in specialist.orders:
            rows[order].append(one_run(specialist, samples, order, seed))
            console.print(f"{name}, {order}, seed {seed}: {sentence(rows[order][-1])}", soft_wrap=True)
        baselines.append(beside(specialist, samples, seed))
    figures: Figures = {"about": specialist.about(), "learned": len(samples.y_train)}
    console.print(f"{name}: its code was trained on {figures['about']['trunk_trained_on']}", soft_wrap=True)
    figures["tested"] = len(samples.y_test)
    for order, runs in rows.items():
        figures[order] = {k: v for key in runs[0] for k, v in mean_sd(key, [r[key] for r in runs]).items()}
        figures[order]["accuracy_by_seed"] = [run["accuracy"] for run in runs]
    figures["iid_gap_points"] = 100.0 * (figures["iid"]["accuracy_mean"] - figures["class"]["accuracy_mean"])
    for key in baselines[0]:
        figures |= mean_sd(key, [each[key] for each in baselines])
    return figures


def sentence(row: Figures) -> str:
    """One run, as it is shown while others go on."""
    return (
        f"{row['accuracy']:.4f} at {row['writes_per_sample']:.2f} writes; stopped after "
        f"{row['stop_early_n']} of each class {row['stop_early_accuracy']:.4f}"
    )


def table(figures: Figures) -> Table:
    """Rows as they are read: a line for each data set and order; figures in percent, at writes per sample."""
    shown = Table(title="class-incremental learners, mean over seeds", title_justify="left")
    for column in ("name", "order", "accuracy", "stop early", "NCM", "LDA", "units"):
        shown.add_column(column, justify="left" if column in ("name", "order") else "right")
    for name, found in figures.items():
        for order in (order for order in get_args(Arranged) if order in found):
            row: dict[str, Any] = found[order]
            stop = f"{row['stop_early_writes_per_sample_mean']:.2f}"
            shown.add_row(
                name,
                order,
                f"{100 * row['accuracy_mean']:.2f} at {row['writes_per_sample_mean']:.2f}",
                f"{100 * row['stop_early_accuracy_mean']:.2f} at {stop}",
                f"{100 * found['nearest_class_mean_mean']:.2f}",
                f"{100 * found['streaming_lda_mean']:.2f}",
                f"{row['units_mean']:.0f}",
            )
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("class_incremental", __doc__)
    options.add_argument("--only", nargs="+", choices=list(SPECIALISTS), default=list(SPECIALISTS))
    options.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options.add_argument(
        "--processes", type=int, default=1, help="rows side by side; the figures are the same"
    )
    keeping(options)
    given, call = parse(options, arguments)
    before = earlier(options, given, "rows")
    console, found, absent = Console(), {}, {}
    for name, row in side_by_side(partial(measure, seeds=given.seeds), given.only, given.processes):
        try:
            found[name] = row()
        except OSError as error:
            absent[name] = str(error)
            console.print(f"{name} is left out: {error}", style="yellow")
    console.print(table(found))
    all_rows = merged(list(SPECIALISTS), before, found)
    record(call, given.seeds, {"rows": all_rows, "left_out": absent}, given.json)
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
