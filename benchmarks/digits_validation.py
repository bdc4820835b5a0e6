"""How the digits learner's settings were chosen: on validation splits inside the training part.

For each seed the stream's training part (80 %) is split again, 80 to 20; the learner sees the first part
class after class and is scored on the second. The held-out test samples are never touched, and the seeds
(10 and up) are not those of the reported results (0 to 4).
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.record import Figures, parse, parser, record
from benchmarks.spread import mean_sd
from streams import datasets
from streamsnn.continual.labelled import LabelledSet
from streamsnn.continual.scenarios.class_incremental import ClassIncremental
from streamsnn.continual.split import stratified_split
from streamsnn.encoders.latency import Latency
from streamsnn.memory.initial import SignedRandom
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.front import TRUNK_EXPONENT
from streamsnn.rules.counting import Counting

NOVELTY = (0.35, 0.4, 0.45)
K = (32, 40, 48)
PRIOR = (0.1, 0.3)
P_MAX = (0.85, 0.9, 0.97)


def validation_run(seed: int, k: int, rule: Counting) -> tuple[float, float]:
    """Validation accuracy and writes per sample of one setting."""
    digits = datasets.load("digits")
    assert digits.y is not None
    x, y = digits.x.reshape(len(digits.x), -1).astype(np.float64), digits.y.astype(np.int64)
    train, _ = stratified_split(y, seed=seed)
    samples = LabelledSet.split("digits", x[train], y[train], seed=1000 + seed)
    course = ClassIncremental("class").course(samples, seed)
    trunk = SignedRandom(fan_in=12, amplitude=2.0**TRUNK_EXPONENT, seed=seed, image=(8, 8), patch=6)
    model = SpikingClassifier(Latency(0, 16), k=k, trunk=trunk, rule=rule, seed=seed)
    for row, label in course.stream():
        model.learn_one(row, label)
    right = np.mean(np.array(model.predict_many(samples.x_test)) == samples.y_test)
    return float(right), model.core.counters["writes"] / len(course.rows)


def grid(seeds: Sequence[int]) -> Iterator[tuple[str, Figures]]:
    """Every setting by name, with mean and spread over the seeds."""
    for novelty, k, prior, p_max in itertools.product(NOVELTY, K, PRIOR, P_MAX):
        rule = Counting(novelty=novelty, familiarity=novelty + 0.05, prior=prior, p_max=p_max)
        runs = [validation_run(seed, k, rule) for seed in seeds]
        accuracy, writes = zip(*runs, strict=True)
        figures = {**mean_sd("accuracy", accuracy), **mean_sd("writes_per_sample", writes)}
        yield f"novelty {novelty}, k {k}, prior {prior}, p_max {p_max}", figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the grid and write it."""
    options = parser("digits_validation", __doc__)
    options.add_argument("--seeds", type=int, nargs="+", default=list(range(10, 30)))
    given, call = parse(options, arguments)
    settings: Figures = {}
    for name, figures in grid(given.seeds):
        settings[name] = figures
        print(f"{name}: {figures['accuracy_mean']:.4f}, {figures['writes_per_sample_mean']:.1f} writes")
    record(call, given.seeds, {"settings": settings}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
