"""The default, one setting, on streams as they are, disturbed in four ways; and what a sample costs it.

Every data set of `STREAMS` that is there, at most `--limit` samples of it, shuffled (test then train), in
time (test then train), and class after class (held-out accuracy at the end), each as it is and:

rescaled      every feature times 10^U(-4, 4), with an offset of about 100 of its standard deviations
missing       every value, learned or tested, left out with probability 0.2
mislabelled   one label in ten replaced by another class's while learning; scored against the true ones
delayed       labels come 100 samples late; scored from the first label on
reseeded      nothing but another seed of the model: what a difference of means is worth

Some of what missing values cost is unavoidable: beside it stands what river's Gaussian naive Bayes and
Hoeffding tree lose on the same streams of at most 30 features with the same keys left out of the dict, one
seed. Costs are of synthetic streams of 20 and of 200 features, ten classes, with the neurons in use:
processor time of predicting and learning a sample, compilation apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.default_cost import costs
from benchmarks.default_disturbances import DELAY, LeavesOut, Misled, mislabelled, rescaled, with_gaps
from benchmarks.default_losses import DISTURBED, PLAIN, losses
from benchmarks.disturbed_tables import disturbed_page
from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.side_by_side import side_by_side
from benchmarks.spread import mean_sd
from streamsnn.atomic import write_atomic
from streamsnn.bench.dataset import find
from streamsnn.bench.limited import limited
from streamsnn.continual.baselines.river_models import river_models
from streamsnn.continual.course import Course, HeldOut
from streamsnn.continual.labelled import LabelledSet
from streamsnn.continual.protocol import evaluate
from streamsnn.continual.scenarios.class_incremental import ClassIncremental
from streamsnn.continual.scenarios.drift import Drift
from streamsnn.models.classifier import SpikingClassifier

LIMIT, TEST_LIMIT = 4000, 1000
PARTS = 10
ANOTHER = 1000  # seeds further on
HELD_OUT = 0.2  # of sets that hold nothing out by themselves, where class order needs it
BESIDE = ("river_gaussian_nb", "river_hoeffding_tree")
BESIDE_FEATURES = 30  # river's models take milliseconds a sample with more
STREAMS: Mapping[str, tuple[str, ...]] = {
    "digits": ("iid", "order"),
    "mnist": ("iid", "order"),
    "fashion_mnist": ("order",),
    "braille": ("iid", "order"),
    "yin_yang": ("iid", "order"),
    "spoken_digits": ("iid", "order"),
    "wrist_adl": ("iid", "order"),
    "emg": ("iid", "drift", "order"),
    "gas_drift": ("iid", "drift", "order"),
    "image_segments": ("iid", "order"),
    "random_tree": ("iid", "order"),
    "phishing": ("iid",),
    "bananas": ("iid",),
    "shuttle": ("iid",),
    "waveform": ("iid",),
    "elec2": ("drift",),
    "occupancy": ("drift",),
    "outdoor_objects": ("drift",),
    "air_quality": ("drift",),
    "eeg_eye": ("drift",),
    "agrawal": ("drift",),
    "hyperplane": ("drift",),
    "led": ("drift",),
    "mixed": ("drift",),
    "random_rbf": ("drift",),
    "sea": ("drift",),
    "sine": ("drift",),
    "stagger": ("drift",),
}


@lru_cache(maxsize=2)  # orders of one set and seed follow one another
def samples_of(name: str, held_out: bool, limit: int, seed: int) -> LabelledSet:
    """At most `limit` samples: of a set in time ten stretches of it, of another evenly over its classes.

    Raises
    ------
    OSError
        If the data set is not there.
    """
    dataset, chosen = find(name), {}
    if "held_out" in dataset.options and held_out:
        chosen["held_out"] = dataset.options["held_out"] or HELD_OUT
    if "n" in dataset.options:
        chosen["n"] = min(dataset.options["n"], limit)
    samples = dataset.load(seed, **chosen)
    if samples.in_time:
        samples = samples.only("train", stretches(len(samples.y_train), limit))
    return limited(samples, limit, TEST_LIMIT, seed)


def stretches(m: int, limit: int) -> NDArray[np.int64]:
    """Positions of at most `limit` of m samples in time: neighbours stay neighbours, and all of it is seen.

    >>> stretches(100, 20)[:6].tolist(), len(stretches(100, 20)), len(stretches(7, 20))
    ([0, 1, 10, 11, 20, 21], 20, 7)
    """
    if m <= limit:
        return np.arange(m)
    starts, lengths = (np.arange(PARTS + 1) * n // PARTS for n in (m, limit))
    parts = zip(starts[:-1], np.minimum(np.diff(lengths), np.diff(starts)), strict=True)
    return np.concatenate([start + np.arange(length) for start, length in parts])


def course_of(samples: LabelledSet, order: str, seed: int) -> Course:
    """One experience: tested once, at the end, and only class order is tested on what is held out."""
    scenario = (
        Drift(change="time", concepts=2, held_out=0.0)
        if order == "drift"
        else ClassIncremental("class" if order == "order" else "iid")
    )
    course = scenario.course(samples, seed)
    held_out = (HeldOut("all", np.arange(len(samples.y_test))),) if order == "order" else ()
    return replace(course, boundaries=(len(course.rows),), names=("all",), held_out=held_out)


def accuracy(learner: Any, course: Course) -> float:
    """Held-out accuracy at the end where the course holds something out, else test-then-train accuracy.

    While no label has come there is nothing to predict: with late labels these samples are not scored.
    """
    found = evaluate(learner, course)
    if found.matrix is not None:
        return float(found.matrix.accuracy[0, 0])
    return found.prequential.answered if course.delay else found.prequential.cumulative


def one_run(samples: LabelledSet, order: str, seed: int, disturbance: str = PLAIN) -> Figures:
    """The default on one stream, disturbed or not."""
    change = {"rescaled": rescaled, "missing": with_gaps}.get(disturbance)
    course = course_of(samples if change is None else change(samples, seed), order, seed)
    model = SpikingClassifier(seed=seed + ANOTHER if disturbance == "reseeded" else seed)
    learner: Any = model
    if disturbance == "missing":
        learner = LeavesOut(model)
    if disturbance == "mislabelled":
        learner = Misled(model, mislabelled(course.labels.tolist(), seed))
    if disturbance == "delayed":
        course = replace(course, delay=DELAY)
    found, n = accuracy(learner, course), len(course.rows)
    return {
        "accuracy": found,
        "writes_per_sample": model.core.counters["writes"] / n,
        "words_written_per_sample": model.core.counters["lrn_words_written"] / n,
    }


def beside(samples: LabelledSet, order: str, seed: int) -> Figures:
    """What river's models score with all keys, and with the missing ones left out."""
    figures: Figures = {}
    for name in BESIDE:
        models = (LeavesOut(river_models(seed)[name]().model) for _ in range(2))
        courses = (course_of(each, order, seed) for each in (samples, with_gaps(samples, seed)))
        figures[name] = _lost(*map(accuracy, models, courses))
    return figures


def _lost(plain: float, missing: float) -> Figures:
    return {"plain": plain, "missing": missing, "difference_points": 100.0 * (missing - plain)}


def measure(name: str, seeds: Sequence[int], limit: int) -> dict[str, Figures]:
    """One data set in all its orders, all disturbances and seeds.

    Raises
    ------
    OSError
        If the data set is not there.
    """
    rows = {}
    for order in STREAMS[name]:
        held_out, runs = order == "order", []
        for seed in seeds:
            samples = samples_of(name, held_out, limit, seed)
            runs.append({each: one_run(samples, order, seed, each) for each in (PLAIN, *DISTURBED)})
        row: Figures = {
            "features": samples.x_train.shape[1],
            "classes": len(samples.classes),
            "learned": len(samples.y_train),
            "tested": len(samples.y_test) if held_out else 0,
            **compared(runs),
        }
        if row["features"] <= BESIDE_FEATURES:
            first = samples_of(name, held_out, limit, seeds[0])
            own = [runs[0][each]["accuracy"] for each in (PLAIN, "missing")]
            row["missing_beside"] = {"default": _lost(*own), **beside(first, order, seeds[0])}
        rows[order] = row
    return rows


def compared(runs: Sequence[Mapping[str, Figures]]) -> Figures:
    """Mean and spread over seeds of the plain runs, and of what each disturbance changes, seed by seed."""
    plain = [run[PLAIN] for run in runs]
    figures = {k: v for key in plain[0] for k, v in mean_sd(key, [run[key] for run in plain]).items()}
    for disturbance in DISTURBED:
        found = [run[disturbance]["accuracy"] for run in runs]
        apart = [100.0 * (a - b["accuracy"]) for a, b in zip(found, plain, strict=True)]
        figures[disturbance] = mean_sd("accuracy", found) | mean_sd("difference_points", apart)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("default_robustness", __doc__)
    options.add_argument("--only", nargs="+", choices=list(STREAMS), default=list(STREAMS))
    options.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options.add_argument("--limit", type=int, default=LIMIT, help=f"samples of each set, default {LIMIT}")
    options.add_argument("--processes", type=int, default=1, help="sets side by side; the same figures")
    given, call = parse(options, arguments)
    if given.limit <= DELAY:
        options.error(f"--limit {given.limit}: give more samples than the {DELAY} that a label comes late")
    streams: dict[str, dict[str, Figures]] = {}
    absent = {}
    work = partial(measure, seeds=given.seeds, limit=given.limit)
    for name, made in side_by_side(work, given.only, given.processes):
        try:
            for order, row in made().items():
                streams.setdefault(order, {})[name.replace("_", " ")] = row
                apart = ", ".join(f"{d} {row[d]['difference_points_mean']:+.1f}" for d in DISTURBED)
                print(f"{name}, {order}: {100 * row['accuracy_mean']:.1f} %; {apart}", flush=True)
        except OSError as error:
            absent[name] = str(error)
            print(f"{name} is left out: {error}", flush=True)
    if not streams:
        return 1
    figures = losses(streams) | costs(given.seeds)
    show("the default, disturbed", figures)
    whole = {**figures, "limit": given.limit, "streams": streams, "left_out": absent}
    written = record(call, given.seeds, whole, given.json)
    if given.json is not None:
        write_atomic(given.json.with_suffix(".md"), disturbed_page(written).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
