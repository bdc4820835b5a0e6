"""What a sample costs the default: words written, and processor time, at 20 and at 200 features."""

import time
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import Figures
from benchmarks.spread import mean_sd, min_median_max
from streamsnn.models.classifier import SpikingClassifier

CLASSES, FILL, BLOCK, BLOCKS = 10, 3000, 500, 6
CENTRES = {20: 0.7, 200: 0.3}  # how far apart: the default is right on four in five of either
GOALS_US = {20: 60.0, 200: 120.0}
GOAL_WORDS = 250.0


def clouds(n_features: int, n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Ten classes of spread 1 around random centres, shuffled."""
    rng = np.random.default_rng(seed)
    y = rng.integers(CLASSES, size=n)
    centres = CENTRES[n_features] * rng.normal(size=(CLASSES, n_features))
    return centres[y] + rng.normal(size=(n, n_features)), y


def one(n_features: int, seed: int) -> Figures:
    """One pass: words over all of it, time by the median block after the neurons are in use."""
    n = FILL + BLOCKS * BLOCK
    x, y = clouds(n_features, n, seed)
    labels = y.tolist()
    model, right, took = SpikingClassifier(seed=seed), 0, []
    for start in (0, *range(FILL, n, BLOCK)):
        stop = FILL if start == 0 else start + BLOCK
        began = time.process_time_ns()
        for row, label in zip(x[start:stop], labels[start:stop], strict=True):
            right += model.prequential_one(row, label) == label
        took.append((time.process_time_ns() - began) / 1000.0 / (stop - start))
    counters = model.core.counters
    return {
        "us": median(took[1:]),  # the first stretch compiles, and fills
        "words_written_per_sample": counters["lrn_words_written"] / n,
        "writes_per_sample": counters["writes"] / n,
        "state_writes_per_sample": counters["state_writes"] / n,
        "accuracy": right / n,
    }


def costs(seeds: Sequence[int]) -> Figures:
    """Both sizes over seeds, and whether they are within what was asked for."""
    figures: Figures = {}
    for n_features, goal in GOALS_US.items():
        runs = [one(n_features, seed) for seed in seeds]
        of_size = min_median_max("us_per_sample", [run.pop("us") for run in runs])
        for key in runs[0]:
            of_size |= mean_sd(key, [run[key] for run in runs])
        figures[f"cost_{n_features}"] = of_size
        figures[f"goal_{goal:.0f}_us_at_{n_features}"] = of_size["us_per_sample_median"] <= goal
    words = figures["cost_20"]["words_written_per_sample_mean"]
    return figures | {"goal_250_words_at_20": words <= GOAL_WORDS}
