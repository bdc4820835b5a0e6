"""Pair STDP against all pairs of spikes, by hand, and on streams."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.memory import Fixed, Float32, Float64, Format
from streamsnn.rules.pair_stdp import PairSTDP
from tests.core.oracles.rule_bench import KEY, RuleBench
from tests.core.oracles.stdp import Neurons, PairOracle, Projection

N_PRE, N_POST = 9, 6
FORMATS = pytest.mark.parametrize(
    "number_format", [Float32(), Float64(), Fixed(8, exponent=-7)], ids=["float32", "float64", "fixed"]
)
RULES = [
    PairSTDP(a_plus=0.05, a_minus=0.06, tau_post=0.03),
    PairSTDP(a_plus=0.05, a_minus=0.06, traces="nearest", mu=1.0),
    PairSTDP(a_plus=0.1, a_minus=0.0, x_target=0.3, traces="nearest", mu=0.2),
]


def synapses(bench: RuleBench) -> Projection:
    """The oracle's copy of a bench's weights."""
    lsb, _, _, stochastic, per_word = bench.format.constants()
    return Projection(bench.w.tolist(), lsb or 1.0, int(per_word), bench.format.bits, bool(stochastic))


def check_pairs(rule: PairSTDP, number_format: Format, rng: np.random.Generator, ticks: int) -> None:
    """Random spikes on kernel and oracle: counters exactly equal after every tick, weights to rounding."""
    bench = RuleBench(rule, number_format, rng.random((N_PRE, N_POST)))
    oracle = PairOracle(rule, synapses(bench), Neurons(N_PRE), Neurons(N_POST))
    for t in range(ticks):
        pre = np.flatnonzero(rng.random(N_PRE) < 0.15).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.15).tolist()
        bench.learn(pre, post, key=KEY + 2 * t)
        oracle.tick(pre, post, bench.rounding(KEY + 2 * t), bench.rounding(KEY + 2 * t + 1))
        # a decayed product against a sum of exponentials: 1e-13 a tick in doubles, 2^-24 of values below 1
        # a write in single precision; a chip's integer differs only within 1e-13 of a rounding edge
        loss = {32: 2.0**-22, 64: 1e-12, 8: 0.0}[number_format.bits]
        assert bench.w == pytest.approx(np.array(oracle.synapses.w), rel=0, abs=loss * (t + 1))
        if number_format.bits != 32:  # in single precision a saturated weight may or may not move
            assert bench.counted == +oracle.synapses.count
    assert bench.ports["nnz"].tolist() == np.count_nonzero(bench.w, axis=1).tolist()
    assert bench.counted["writes"] > 0
    assert rule.w_min <= bench.value.min() <= bench.value.max() <= rule.w_max


@FORMATS
@pytest.mark.parametrize("rule", RULES, ids=["additive", "nearest", "post-only"])
def test_pair_rule_is_the_sum_over_pairs(
    rule: PairSTDP, number_format: Format, rng: np.random.Generator
) -> None:
    check_pairs(rule, number_format, rng, ticks=150)


@pytest.mark.small
@pytest.mark.parametrize("rule", RULES, ids=["additive", "nearest", "post-only"])
def test_a_few_ticks(rule: PairSTDP, rng: np.random.Generator) -> None:
    check_pairs(rule, Float64(), rng, ticks=12)
    check_pairs(rule, Fixed(8, exponent=-7), rng, ticks=12)


@pytest.mark.small
@pytest.mark.parametrize("gap", [-30, -5, -1, 0, 1, 5, 30])
def test_the_window_of_one_pair(gap: int) -> None:
    rule = PairSTDP(a_plus=0.02, a_minus=0.03, tau_pre=0.01, tau_post=0.02)
    bench = RuleBench(rule, Float64(), np.full((1, 1), 0.5))
    for t in range(40):
        bench.learn([0] if t == max(0, -gap) else [], [0] if t == max(0, gap) else [])
    # post after pre (or in its tick) potentiates, pre after post depresses; 40 multiplications in doubles
    expected = 0.02 * math.exp(-gap / 10) if gap >= 0 else -0.03 * math.exp(gap / 20)
    assert bench.w[0, 0] == pytest.approx(0.5 + expected, rel=1e-12)


@pytest.mark.small
def test_counts_of_two_ticks_by_hand() -> None:
    bench = RuleBench(PairSTDP(), Float32(), np.full((4, 3), 0.5))
    bench.learn([0, 1], [2])
    # two rows have a trace: the column of neuron 2 is visited twice, nothing is depressed yet
    assert bench.counted == {
        "lrn_rows_read": 2,
        "lrn_words_read": 2,
        "lrn_words_written": 2,
        "lrn_synapses_visited": 2,
        "writes": 2,
        "write_attempts": 2,
        "state_reads": 7,
        "state_writes": 7,
    }
    bench.learn([3], [])
    # row 3 has three synapses of 32 bits and a 10-bit header: 106 bits, two words; only synapse 2 changes
    assert bench.counted == {
        "lrn_rows_read": 3,
        "lrn_words_read": 4,
        "lrn_words_written": 3,
        "lrn_synapses_visited": 5,
        "writes": 3,
        "write_attempts": 5,
        "state_reads": 14,
        "state_writes": 14,
    }


@pytest.mark.small
def test_kinds_of_traces_are_different_rules() -> None:
    changes = []
    for rule in (PairSTDP(a_plus=0.1), PairSTDP(a_plus=0.1, traces="nearest")):
        bench = RuleBench(rule, Float64(), np.zeros((1, 1)))
        for _ in range(3):
            bench.learn([0], [])
        bench.learn([], [0])
        changes.append(float(bench.w[0, 0]))
    ages = [math.exp(-n / 20) for n in (1, 2, 3)]
    assert changes == pytest.approx([0.1 * sum(ages), 0.1 * ages[0]], rel=1e-12)  # a handful of roundings


def show(bench: RuleBench, patterns: np.ndarray, order: list[int], rng: np.random.Generator) -> None:
    """Present patterns for ten ticks each, then silence until traces are gone; the strongest neuron answers.

    A neuron's threshold rises with every answer, as in Diehl & Cook: otherwise one of them takes all.
    """
    theta = np.zeros(bench.w.shape[1])
    for number, which in enumerate(order):
        for t in range(60):
            pre = np.flatnonzero(rng.random(patterns.shape[1]) < 0.3 * patterns[which]).tolist()
            pre = pre if t < 10 else []
            post = [int((bench.value[pre].sum(axis=0) - theta).argmax())] if pre else []
            theta[post] += 0.05
            bench.learn(pre, post, key=1000 * number + 2 * t)


FIELDS = PairSTDP(a_plus=0.05, a_minus=0.0, x_target=0.4, traces="nearest", w_max=0.99)


@pytest.mark.parametrize("number_format", [Float32(), Fixed(8, exponent=-7)], ids=["float32", "fixed"])
def test_receptive_fields_follow_the_inputs(number_format: Format, rng: np.random.Generator) -> None:
    patterns = np.kron(np.eye(2), np.ones(8))
    # each neuron starts with a slight preference, so that both find a pattern
    bench = RuleBench(FIELDS, number_format, 0.4 + 0.1 * patterns.T + 0.05 * rng.random((16, 2)))
    show(bench, patterns, rng.integers(0, 2, 60).tolist(), rng)
    assert (bench.value[patterns.T == 1] > 0.7).all()
    assert (bench.value[patterns.T == 0] < 0.3).all()


def test_ordered_classes_overwrite_a_shared_neuron(rng: np.random.Generator) -> None:
    """One neuron for two classes: in order it keeps the last, interleaved it keeps neither whole."""
    patterns = np.kron(np.eye(2), np.ones(8))
    left = {}
    for name, order in (("ordered", [0] * 30 + [1] * 30), ("interleaved", [0, 1] * 30)):
        bench = RuleBench(FIELDS, Float32(), np.full((16, 1), 0.5))
        show(bench, patterns, order, rng)
        left[name] = [float(bench.value[p == 1].mean()) for p in patterns]
    assert left["ordered"][0] < 0.1
    assert left["ordered"][1] > 0.7
    assert max(left["interleaved"]) > left["ordered"][0]


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PairSTDP(tau_pre=0.0), r"tau_pre=0\.0 s"),
        (lambda: PairSTDP(tau_post=-1.0), r"tau_post=-1\.0 s"),
        (lambda: PairSTDP(mu=-1.0), r"mu=-1\.0"),
        (lambda: PairSTDP(a_plus=math.nan), "a_plus=nan"),
        (lambda: PairSTDP(traces="all"), "traces='all'"),  # type: ignore[arg-type]
        (lambda: PairSTDP(w_max=0.0), r"w_max=0\.0"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
