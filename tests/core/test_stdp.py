"""Pair STDP against all pairs of spikes, by hand, and on streams."""

import math
from collections.abc import Callable
from dataclasses import replace

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
        "state_reads": 3,
        "state_writes": 3,
    }
    bench.learn([3], [])
    # row 3 has three synapses of 32 bits and a 10-bit header: 106 bits, two words; only synapse 2 has a trace
    assert bench.counted == {
        "lrn_rows_read": 3,
        "lrn_words_read": 4,
        "lrn_words_written": 3,
        "lrn_synapses_visited": 3,
        "writes": 3,
        "write_attempts": 3,
        "state_reads": 7,
        "state_writes": 7,
    }


def test_traces_that_can_no_longer_count_are_dropped(rng: np.random.Generator) -> None:
    """43 time constants after its last spike a neuron is off the list; its next spike puts it back."""
    rule = replace(RULES[0], tau_post=0.02)
    bench = RuleBench(rule, Float64(), rng.random((N_PRE, N_POST)))
    oracle = PairOracle(rule, synapses(bench), Neurons(N_PRE), Neurons(N_POST))
    for t in range(1040):
        loud = t % 1000 < 40  # 2^-60 of a trace of 2 or 3 is left after 43 * 20 ticks
        pre = np.flatnonzero(rng.random(N_PRE) < 0.1 * loud).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.1 * loud).tolist()
        bench.learn(pre, post)
        oracle.tick(pre, post, bench.rounding(KEY), bench.rounding(KEY + 1))
        if t in (39, 999, 1039):
            live = [0, 0] if t == 999 else [len(oracle.pre.heard()), len(oracle.post.heard())]
            assert bench.ports["live"].tolist() == live
    assert bench.w == pytest.approx(np.array(oracle.synapses.w), rel=0, abs=1e-11)  # 1040 times 1e-15 or less


# -- the norm ------------------------------------------------------------------------------------------


def samples_of_spikes(rng: np.random.Generator, bench: RuleBench, n: int, n_ticks: int = 30) -> None:
    """Samples that start from rest and end with a norm; equal generators give equal spikes."""
    passing = [f.name for f in bench.rule.fields() if not f.lasting]
    for _ in range(n):
        for name in passing:
            bench.ports[name][...] = 0
        for t in range(n_ticks):
            pre = np.flatnonzero(rng.random(N_PRE) < 0.2).tolist()
            post = np.flatnonzero(rng.random(N_POST) < 0.1).tolist()
            bench.deliver(pre)
            bench.learn(pre, post, ending=int(t == n_ticks - 1))


@pytest.mark.parametrize("rule", RULES, ids=["additive", "nearest", "post-only"])
def test_norm_as_a_gain_is_the_dense_norm(rule: PairSTDP, seed: int) -> None:
    w = np.random.default_rng(seed).random((N_PRE, N_POST))
    forms = [
        RuleBench(replace(rule, norm=4.0, normalise=form, format=Float64()), Float64(), w)
        for form in ("gain", "dense")
    ]
    for form in forms:
        samples_of_spikes(np.random.default_rng(seed), form, 60)
    gain, dense = forms
    everything = list(range(N_PRE))
    # 60 samples of 30 ticks, each some roundings of 2^-53
    assert dense.w.sum(axis=0) == pytest.approx(np.full(N_POST, 4.0), rel=1e-12)
    assert gain.deliver(everything) == pytest.approx(dense.w.sum(axis=0), rel=1e-11)
    assert (gain.ports["gain"] != 1).any()
    # beside what both attempt: all synapses once a sample; or a column whose gain has left its range
    written = gain.counted["write_attempts"] - (dense.counted["write_attempts"] - 60 * gain.w.size)
    assert written % N_PRE == 0
    assert 0 <= written < 0.15 * 60 * gain.w.size
    gain.settle()
    assert gain.w == pytest.approx(dense.w, rel=1e-10)
    assert (gain.ports["gain"] == 1).all()
    assert gain.ports["nnz"].tolist() == np.count_nonzero(gain.w, axis=1).tolist()


@pytest.mark.small
@pytest.mark.parametrize("number_format", [Float32(), Fixed(8, exponent=-7)], ids=["float32", "fixed"])
def test_sums_are_kept_beside_the_weights(number_format: Format, rng: np.random.Generator) -> None:
    rule = PairSTDP(a_plus=0.05, a_minus=0.06, norm=2.0, format=number_format)
    bench = RuleBench(rule, number_format, 0.5 * rng.random((N_PRE, N_POST)))
    samples_of_spikes(rng, bench, 3, n_ticks=8)
    # sums in doubles of numbers in single precision: exact but for a rounding of 2^-53 a term
    assert bench.ports["total"] == pytest.approx(bench.value.astype(float).sum(axis=0), rel=1e-13)
    assert bench.ports["gain"] * bench.ports["total"] == pytest.approx(np.full(N_POST, 2.0), rel=1e-15)
    assert bench.ports["nnz"].tolist() == np.count_nonzero(bench.w, axis=1).tolist()


@pytest.mark.small
def test_a_gain_out_of_range_is_written_into_its_column() -> None:
    bench = RuleBench(PairSTDP(norm=34.0, format=Float32()), Float32(), np.array([[1.0, 2.0], [1.0, 2.0]]))
    bench.learn([], [], ending=1)
    # sums 2 and 4: gains 17, which is written, and 8.5, which is not
    assert bench.w.tolist() == [[17.0, 2.0], [17.0, 2.0]]
    assert bench.ports["gain"].tolist() == [1.0, 8.5]
    # two rows of 2 x 32 + 10 bits summed, then two synapses read and written alone
    assert bench.counted == {
        "lrn_rows_read": 4,
        "lrn_words_read": 6,
        "lrn_words_written": 2,
        "lrn_synapses_visited": 2,
        "writes": 2,
        "write_attempts": 2,
        "state_reads": 2,
        "state_writes": 2,
    }
    assert bench.deliver([0, 1]).tolist() == [34.0, 34.0]


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
        (lambda: PairSTDP(norm=-1.0), r"norm=-1\.0"),
        (lambda: PairSTDP(normalise="all"), "normalise='all'"),  # type: ignore[arg-type]
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
