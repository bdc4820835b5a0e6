"""Recursive least squares: it equals ridge regression, in any order, and its matrix is counted."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.memory import Float64
from streamsnn.rules.pes import PES
from streamsnn.rules.rls import RLS
from tests.core.oracles.pes import low_pass, ridge
from tests.core.oracles.pes_bench import DT, Bench

N_PRE = 8
PENALTY = 1e3
Sample = tuple[list[int], float]


def follow(bench: Bench, samples: list[Sample]) -> tuple[list[tuple[list[float], float]], list[float]]:
    """Feed samples (spikes, target); the activities that resulted, and the error before each update."""
    activity, seen, errors = [0.0] * N_PRE, [], []
    for spikes, target in samples:
        activity = low_pass(activity, spikes, 0.005, DT)
        errors.append(float(np.array(activity) @ bench.w[:, 0]) - target)
        bench.tick(spikes, [errors[-1]])
        seen.append((activity, target))
    return seen, errors


def task(rng: np.random.Generator, n: int = 150) -> list[Sample]:
    """Ordered: the first neurons fire in the first part of the stream, the last ones at its end."""
    groups = [rng.choice(3, 2, replace=False) + 5 * part // 2 for part in (0, 1, 2) for _ in range(n // 3)]
    return [(sorted(map(int, group)), float(rng.normal())) for group in groups]


@pytest.mark.parametrize("ordered", [True, False], ids=["class-ordered", "iid"])
def test_it_is_ridge_regression_in_any_order(ordered: bool, rng: np.random.Generator) -> None:
    samples = task(rng)
    if not ordered:
        samples = [samples[i] for i in rng.permutation(len(samples))]
    bench = Bench(RLS(learning_rate=1 / PENALTY), np.zeros((N_PRE, 1)), Float64())
    seen, _ = follow(bench, samples)
    # the matrix has a condition of about 1e5, so a solution in double precision is good to 1e-10
    assert bench.w[:, 0] == pytest.approx(ridge(seen, PENALTY), rel=1e-8, abs=1e-11)
    assert abs(bench.w).max() > 1e-4


def test_the_matrix_is_the_inverse_correlation(rng: np.random.Generator) -> None:
    bench = Bench(RLS(learning_rate=1 / PENALTY), np.zeros((N_PRE, 1)), Float64())
    seen, _ = follow(bench, task(rng))
    correlation = PENALTY * np.eye(N_PRE)
    for a, _ in seen:
        correlation += np.outer(a, a)
    inverse = np.eye(N_PRE) / PENALTY - bench.arrays["explained"]
    # 150 rank-one updates at a condition of 1e5
    assert inverse @ correlation == pytest.approx(np.eye(N_PRE), abs=1e-8)


def test_it_learns_faster_than_pes_and_writes_more(rng: np.random.Generator) -> None:
    truth = rng.normal(0, 1e-2, N_PRE)
    activity, samples = [0.0] * N_PRE, []
    for _ in range(300):
        spikes = np.flatnonzero(rng.random(N_PRE) < 0.15).tolist()
        activity = low_pass(activity, spikes, 0.005, DT)
        samples.append((spikes, float(truth @ activity)))
    # PES at half the rate at which it starts to ring: |a|^2 is about N (150^2 + 150 / (2 tau))
    kappa = 0.5 / (DT * (150**2 + 150 / 0.01))
    slow = Bench(PES(learning_rate=kappa), np.zeros((N_PRE, 1)), Float64())
    fast = Bench(RLS(learning_rate=1e-3), np.zeros((N_PRE, 1)), Float64())
    late = [np.sqrt(np.mean(np.square(follow(bench, samples)[1][-100:]))) for bench in (slow, fast)]
    first = np.sqrt(np.mean([target**2 for _, target in samples]))
    assert late[0] < 0.5 * first, "PES learns too, or the comparison says nothing"
    assert late[1] < 0.1 * late[0], "least squares has found the exact weights"
    assert fast.counted["writes"] > 5 * slow.counted["writes"]


@pytest.mark.small
def test_entries_of_the_matrix_are_counted_as_synapses() -> None:
    bench = Bench(RLS(), np.zeros((4, 2)))
    bench.tick([1, 3], [1.0, 0.0])
    assert bench.counted == Counter(
        state_reads=4,
        state_writes=4,
        lrn_rows_read=4 + 4,  # matrix and decoders
        lrn_words_read=4 * 4 + 4 * 2,  # 2 floats of 32 bits and a header of 10 bits take 2 words
        lrn_synapses_visited=16 + 8,
        write_attempts=16 + 8,
        writes=4 + 2,  # two active neurons: 2 x 2 entries, and their decoders of one dimension
        lrn_words_written=4 + 2,
    )


@pytest.mark.small
def test_silence_and_bad_errors_touch_nothing() -> None:
    bench = Bench(RLS(), np.zeros((4, 2)))
    bench.tick([], [1.0, 1.0])
    assert bench.counted == Counter(state_reads=4, state_writes=4)
    bench.tick([0], [math.inf, 1.0])
    assert bench.counted == Counter(state_reads=8, state_writes=8, refused=1)
    assert not bench.w.any()
    assert not bench.arrays["explained"].any()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RLS(learning_rate=0.0), r"learning_rate=0\.0"),
        (lambda: RLS(learning_rate=math.inf), "learning_rate=inf"),
        (lambda: RLS(tau_pre=-1.0), r"tau_pre=-1\.0 s"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
