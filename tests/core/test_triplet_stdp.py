"""Triplet STDP against all triplets of spikes, by hand, and on streams."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.memory import Fixed, Float32, Float64, Format
from streamsnn.rules.triplet_stdp import TripletSTDP
from tests.core.oracles.rule_bench import KEY, RuleBench
from tests.core.oracles.stdp import Neurons, Projection, TripletOracle

N_PRE, N_POST = 8, 5
FULL = TripletSTDP(a2_plus=0.01, a3_plus=0.02, a2_minus=0.03, a3_minus=0.01)


def check_triplets(number_format: Format, rng: np.random.Generator, ticks: int) -> None:
    bench = RuleBench(FULL, number_format, rng.random((N_PRE, N_POST)))
    lsb, _, _, stochastic, per_word = number_format.constants()
    own = Projection(bench.w.tolist(), lsb or 1.0, int(per_word), number_format.bits, bool(stochastic))
    oracle = TripletOracle(FULL, own, Neurons(N_PRE), Neurons(N_POST))
    for t in range(ticks):
        pre = np.flatnonzero(rng.random(N_PRE) < 0.12).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.12).tolist()
        bench.learn(pre, post, key=KEY + 2 * t)
        oracle.tick(pre, post, bench.rounding(KEY + 2 * t), bench.rounding(KEY + 2 * t + 1))
        # as for pairs: decayed products against exponentials; single precision rounds each write to 2^-24
        loss = {32: 2.0**-22, 64: 1e-12, 8: 0.0}[number_format.bits]
        assert bench.w == pytest.approx(np.array(own.w), rel=0, abs=loss * (t + 1))
        if number_format.bits != 32:  # in single precision a saturated weight may or may not move
            assert bench.counted == +own.count
    assert bench.counted["writes"] > 0


@pytest.mark.parametrize(
    "number_format", [Float32(), Float64(), Fixed(8, exponent=-7)], ids=["float32", "float64", "fixed"]
)
def test_triplet_rule_is_the_sum_over_triplets(number_format: Format, rng: np.random.Generator) -> None:
    check_triplets(number_format, rng, ticks=150)


@pytest.mark.small
def test_a_few_ticks(rng: np.random.Generator) -> None:
    check_triplets(Float64(), rng, ticks=10)


@pytest.mark.small
def test_one_triplet_by_hand() -> None:
    rule = TripletSTDP(a3_plus=0.1, a2_minus=0.0, tau_plus=0.02, tau_y=0.1)
    bench = RuleBench(rule, Float64(), np.zeros((1, 1)))
    for pre, post in (([], [0]), ([0], []), ([], [0])):
        bench.learn(pre, post)
    # post, pre, post in three ticks: the pair is 1 tick apart, the posts 2; a handful of roundings
    assert bench.w[0, 0] == pytest.approx(0.1 * math.exp(-1 / 20) * math.exp(-2 / 100), rel=1e-12)
    # only the last of them had a synapse to visit: r1 was 0 at the first post spike. The pre spike found
    # o1 > 0 and visited its row in vain (64 + 10 bits: two words)
    assert bench.counted == {
        "lrn_rows_read": 2,
        "lrn_words_read": 3,
        "lrn_words_written": 1,
        "lrn_synapses_visited": 2,
        "write_attempts": 2,
        "writes": 1,
        "state_reads": 12,
        "state_writes": 12,
    }


def drift(rate: float) -> float:
    """Mean change of weights between neurons that fire at random at this rate per tick."""
    rng = np.random.default_rng(1)
    bench = RuleBench(TripletSTDP(), Float64(), np.full((20, 20), 0.5))
    for _ in range(400):
        pre, post = (np.flatnonzero(rng.random(20) < rate).tolist() for _ in range(2))
        bench.learn(pre, post)
    return float(bench.w.mean() - 0.5)


def test_high_rates_potentiate_and_low_rates_depress() -> None:
    """What pairs alone cannot do: the sign depends on the rate, so neurons that answer strongly learn."""
    # balance where a3_plus tau_plus tau_y rate = a2_minus tau_minus: 10.5 Hz
    assert drift(0.004) < 0 < drift(0.03)


def learned(order: list[int]) -> list[float]:
    """Mean weight of one neuron on two patterns after showing them in this order."""
    rng = np.random.default_rng(2)
    patterns = np.kron(np.eye(2), np.ones(8))
    bench = RuleBench(TripletSTDP(a3_plus=0.02, a2_minus=0.02), Float64(), np.full((16, 1), 0.4))
    for which in order:
        for t in range(100):
            pre = np.flatnonzero(rng.random(16) < (0.15 if t < 30 else 0.0) * patterns[which]).tolist()
            bench.learn(pre, [0] if bench.value[pre].sum() > 0.5 else [])
    return [float(bench.value[p == 1].mean()) for p in patterns]


def test_inputs_of_another_class_are_left_alone() -> None:
    """Depression needs a pre spike: a silent pattern is kept, so that one neuron ends up with both."""
    alone, ordered, interleaved = (learned(order) for order in ([0] * 20, [0] * 20 + [1] * 20, [0, 1] * 20))
    assert alone[0] > 0.9
    assert alone[1] == pytest.approx(0.4, rel=1e-15)  # untouched: the mean of eight equal numbers
    assert min(ordered + interleaved) > 0.9


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TripletSTDP(tau_x=0.0), r"tau_x=0\.0 s"),
        (lambda: TripletSTDP(tau_y=math.nan), "tau_y=nan s"),
        (lambda: TripletSTDP(a3_plus=math.inf), "a3_plus=inf"),
        (lambda: TripletSTDP(w_min=1.0), r"w_min=1\.0"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
