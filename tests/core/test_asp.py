"""ASP against its equations, its gain against its dense leak, and against STDP on streams."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streamsnn.memory import Fixed, Float32, Float64, Format
from streamsnn.rules.asp import ASP
from streamsnn.rules.pair_stdp import PairSTDP
from streamsnn.types import Rule
from tests.core.oracles.asp import AspOracle
from tests.core.oracles.rule_bench import KEY, RuleBench
from tests.core.oracles.stdp import Neurons, Projection

N_PRE, N_POST = 9, 5
DECAYS = pytest.mark.parametrize("decay", ["exponential", "linear"])
FAST: dict[str, Any] = {"tau_leak": 0.3, "tau_post": 1.0, "retention": 0.3, "learning_rate": 0.2}


def check_ticks(rule: ASP, number_format: Format, rng: np.random.Generator, ticks: int) -> None:
    """Random spikes on the dense kernel and the oracle."""
    bench = RuleBench(rule, number_format, rng.random((N_PRE, N_POST)))
    lsb, _, _, stochastic, per_word = number_format.constants()
    own = Projection(bench.w.tolist(), lsb or 1.0, int(per_word), number_format.bits, bool(stochastic))
    oracle = AspOracle(rule, own, Neurons(N_PRE), [0.0] * N_POST)
    for t in range(ticks):
        pre = np.flatnonzero(rng.random(N_PRE) < 0.1).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.1).tolist()
        bench.learn(pre, post, key=KEY + 2 * t)
        oracle.tick(pre, post, bench.rounding(KEY + 2 * t), bench.rounding(KEY + 2 * t + 1))
        # decayed products against exponentials: 1e-13 a tick in doubles, 2^-24 a write in single precision;
        # a chip's integer differs only within 1e-13 of a rounding edge
        loss = {32: 2.0**-22, 64: 1e-12, 8: 0.0}[number_format.bits]
        assert bench.w == pytest.approx(np.array(own.w), rel=0, abs=loss * (t + 1))
        if number_format.bits != 32:  # in single precision a change near 2^-24 may or may not be stored
            assert bench.counted == +own.count
    assert bench.ports["significance"] == pytest.approx(oracle.significance, rel=1e-12)
    assert bench.counted["writes"] > ticks


@DECAYS
@pytest.mark.parametrize(
    "number_format", [Float32(), Float64(), Fixed(8, exponent=-7)], ids=["float32", "float64", "fixed"]
)
def test_dense_form_is_the_equation(decay: Any, number_format: Format, rng: np.random.Generator) -> None:
    check_ticks(ASP(decay=decay, leak="dense", w_max=0.9, **FAST), number_format, rng, ticks=150)


@pytest.mark.small
@DECAYS
def test_a_few_ticks(decay: Any, rng: np.random.Generator) -> None:
    check_ticks(ASP(decay=decay, leak="dense", **FAST), Float64(), rng, ticks=8)


def both(rule: ASP, w: np.ndarray) -> tuple[RuleBench, RuleBench]:
    """The rule with a dense leak, and with a gain."""
    forms = [replace(rule, leak=leak, format=Float64()) for leak in ("dense", "gain")]
    return RuleBench(forms[0], Float64(), w), RuleBench(forms[1], Float64(), w)


@DECAYS
def test_gain_is_the_dense_leak(decay: Any, rng: np.random.Generator) -> None:
    rule = ASP(decay=decay, **FAST)
    # initial weights below 0 are cut by the first post spike, or by a linear leak
    dense, gain = both(rule, rng.uniform(-0.2, 1.0, (N_PRE, N_POST)))
    fired = 0
    for _ in range(3000):
        pre = np.flatnonzero(rng.random(N_PRE) < 0.1).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.03).tolist()
        # 3000 factors or terms of which each loses 2^-53; a linear leak ends at 0, so 1e-12 of w_max = 1
        slack = 1e-12 if decay == "linear" else 0.0
        assert gain.deliver(pre) == pytest.approx(dense.w[pre].sum(axis=0), rel=1e-12, abs=slack)
        dense.learn(pre, post)
        gain.learn(pre, post)
        fired += len(post)
    # nothing was read or attempted but the columns of neurons that fired
    assert gain.counted["write_attempts"] == gain.counted["lrn_rows_read"] == fired * N_PRE
    assert dense.counted["writes"] > 20 * gain.counted["writes"]
    gain.settle()
    assert gain.w == pytest.approx(dense.w, rel=1e-12, abs=slack)
    assert (gain.ports["gain"] == 1).all()
    assert not gain.ports["debt"].any()


@pytest.mark.small
@DECAYS
def test_the_gain_leaks_without_a_write(decay: Any, rng: np.random.Generator) -> None:
    dense, gain = both(ASP(decay=decay, **FAST), rng.random((N_PRE, N_POST)))
    stored = gain.w.tobytes()
    for _ in range(20):
        for bench in (dense, gain):
            bench.learn([2], [])
    assert gain.w.tobytes() == stored
    assert not {"writes", "write_attempts", "lrn_rows_read", "lrn_words_read"} & set(gain.counted)
    assert dense.counted["write_attempts"] == 20 * N_PRE * N_POST
    everything = list(range(N_PRE))
    assert gain.deliver(everything) == pytest.approx(dense.w.sum(axis=0), rel=1e-12)  # 20 roundings


@pytest.mark.small
def test_counts_of_a_post_spike_by_hand() -> None:
    bench = RuleBench(ASP(format=Float32()), Float32(), np.full((4, 3), 0.5))
    bench.learn([0], [1, 2])
    # two columns of four synapses, each in a word of its own; traces of 2 x 4 inputs, significance and gain
    assert bench.counted == {
        "lrn_rows_read": 8,
        "lrn_words_read": 8,
        "lrn_words_written": 8,
        "lrn_synapses_visited": 8,
        "write_attempts": 8,
        "writes": 8,
        "state_reads": 14,
        "state_writes": 14,
    }
    # input 0: 1 - 0.2 - 0.1 / 2; the silent ones: 0 - 0.2 - 0.1
    expected = [0.5 + 0.05 * 0.75] + 3 * [0.5 - 0.05 * 0.3]
    assert bench.w[:, 1] == pytest.approx(expected, rel=2.0**-23)  # single precision
    assert bench.ports["significance"].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.small
def test_silence_forgets_nothing() -> None:
    bench = RuleBench(ASP(**FAST), Float32(), np.full((2, 2), 0.5))
    bench.learn([0], [0])
    before = [bench.ports[name].tobytes() for name in ("w", "significance", "gain", "debt")]
    for _ in range(50):
        bench.learn([], [])
    assert [bench.ports[name].tobytes() for name in ("w", "significance", "gain", "debt")] == before


def leaked(rule: ASP, n_spikes: int) -> float:
    """Part of the weights left after a second of input, for a neuron that fired `n_spikes` before."""
    bench = RuleBench(rule, Float64(), np.full((2, 1), 0.5))
    for _ in range(n_spikes):
        bench.learn([0, 1], [0])
    first = bench.deliver([0, 1])[0]
    for _ in range(1000):
        bench.learn([0], [])
    return float(bench.deliver([0, 1])[0] / first)


def test_significance_slows_the_leak_by_the_equation() -> None:
    rule = ASP(tau_post=math.inf, tau_leak=1.0, retention=0.1, format=Float64())
    for n in (0, 10, 50):
        rate = 0.001 / (1 + 0.1 * n)
        assert leaked(rule, n) == pytest.approx((1 - rate) ** 1000, rel=1e-11)  # 1000 roundings


# -- streams -------------------------------------------------------------------------------------------

PATTERNS = np.kron(np.eye(2), np.ones(8))
SHARED: dict[str, Any] = {"learning_rate": 0.05, "offset": 0.4, "k_const": 0.1, "tau_leak": 100.0}


def taught(rule: Rule, order: list[int], n_post: int = 1, number_format: Format | None = None) -> list[float]:
    """Mean weight of the best neuron on each pattern, after presenting patterns in this order."""
    rng = np.random.default_rng(4)
    w = 0.4 + 0.1 * rng.random((16, n_post))
    bench = RuleBench(rule, number_format or Float64(), w)
    theta = np.zeros(n_post)
    for number, which in enumerate(order):
        for t in range(100):
            pre = np.flatnonzero(rng.random(16) < 0.3 * PATTERNS[which]).tolist() if t < 10 else []
            current = bench.value[pre].sum(axis=0) if rule.deliver() is None else bench.deliver(pre)
            post = [int((current - theta).argmax())] if pre else []
            theta[post] += 0.05
            bench.learn(pre, post, key=1000 * number + 2 * t)
    left = np.array([[bench.value[p == 1, j].mean() for j in range(n_post)] for p in PATTERNS])
    return [float(row.max()) for row in left]


@pytest.mark.parametrize("number_format", [Float32(), Fixed(8, exponent=-7)], ids=["float32", "fixed"])
def test_receptive_fields_follow_interleaved_inputs(number_format: Format) -> None:
    rule = ASP(**SHARED, format=number_format)
    assert min(taught(rule, [0, 1] * 20, n_post=2, number_format=number_format)) > 0.6


def test_significance_trades_new_classes_for_old_ones() -> None:
    """One neuron, class after class: significance protects the first and keeps the second out.

    Without it (stability 0) ASP forgets as STDP does.
    """
    ordered = [0] * 20 + [1] * 20
    rules: dict[str, Rule] = {
        "stdp": PairSTDP(a_plus=0.05, a_minus=0.0, x_target=0.4, traces="nearest"),
        "plastic": ASP(**SHARED, stability=0.0, format=Float64()),
        "stable": ASP(**SHARED, format=Float64()),
    }
    for rule in rules.values():
        assert taught(rule, ordered[:20])[0] > 0.9, "the first class was learned"
    first, second = zip(*(taught(rule, ordered) for rule in rules.values()), strict=True)
    assert max(first[:2]) < 0.05
    assert min(second[:2]) > 0.9
    assert first[2] > 0.5
    assert second[2] < 0.4


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ASP(learning_rate=-1.0), r"learning_rate=-1\.0"),
        (lambda: ASP(stability=math.inf), "stability=inf"),
        (lambda: ASP(tau_leak=0.0), r"tau_leak=0\.0 s"),
        (lambda: ASP(offset=math.nan), "offset=nan"),
        (lambda: ASP(w_max=0.0), r"w_max=0\.0"),
        (lambda: ASP(decay="slow"), "decay='slow'"),  # type: ignore[arg-type]
        (lambda: ASP(leak="none"), "leak='none'"),  # type: ignore[arg-type]
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
