"""Stochastic STDP on bits, against ages and draws, and on streams."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.rules.stochastic_stdp import StochasticSTDP
from tests.core.oracles.rule_bench import KEY, RuleBench
from tests.core.oracles.stdp import BinaryOracle, Neurons

RULE = StochasticSTDP(p_on=0.5, p_off=0.3, tau=0.01, window=0.008)
BIT = RULE.format


def check_bits(rng: np.random.Generator, ticks: int) -> None:
    bench = RuleBench(RULE, BIT, rng.integers(0, 2, (9, 6)))
    oracle = BinaryOracle(RULE, bench.w.tolist(), Neurons(9))
    for t in range(ticks):
        pre = np.flatnonzero(rng.random(9) < 0.1).tolist()
        post = np.flatnonzero(rng.random(6) < 0.2).tolist()
        bench.learn(pre, post, key=KEY + t)
        oracle.tick(pre, post, KEY + t)
        assert bench.w.tolist() == oracle.w
        assert bench.counted == +oracle.count
    assert bench.counted["writes"] > 0
    assert bench.ports["nnz"].tolist() == bench.w.sum(axis=1).tolist()


def test_bits_switch_by_age_and_draw(rng: np.random.Generator) -> None:
    check_bits(rng, ticks=300)


@pytest.mark.small
def test_a_few_ticks(rng: np.random.Generator) -> None:
    check_bits(rng, ticks=15)


@pytest.mark.small
@pytest.mark.parametrize(("age", "switched"), [(0, 1), (8, 1), (9, 0), (30, 0)])
def test_the_window_is_closed_at_its_end(age: int, switched: int) -> None:
    # p_on = 1 and no decay: within the window a bit always switches on
    rule = StochasticSTDP(p_on=1.0, p_off=1.0, tau=math.inf, window=0.008)
    bench = RuleBench(rule, BIT, np.array([[0], [1]]))
    for t in range(age + 1):
        bench.learn([0] if t == 0 else [], [0] if t == age else [])
    assert bench.w.ravel().tolist() == [switched, 0]
    # both were read; the silent input switched off, the other one was drawn for if it could switch on
    assert bench.counted["lrn_synapses_visited"] == bench.counted["lrn_words_read"] == 2
    assert bench.counted["writes"] == bench.counted["write_attempts"] == 1 + switched
    assert bench.counted["rng_draws"] == 1 + switched


def test_switching_is_as_frequent_as_it_should_be() -> None:
    bench = RuleBench(RULE, BIT, np.zeros((1000, 1)))
    bench.learn(list(range(1000)), [])
    bench.learn([], [])
    bench.learn([], [0])
    # two ticks later p = 0.5 exp(-2 / 10); four standard deviations of a binomial count
    p = 0.5 * math.exp(-0.2)
    assert abs(bench.w.sum() - 1000 * p) < 4 * math.sqrt(1000 * p * (1 - p))


def shown(order: list[int]) -> tuple[list[float], list[int]]:
    """Part of the bits of each of two patterns that is on, and writes of each presentation."""
    rng = np.random.default_rng(6)
    patterns = np.kron(np.eye(2), np.ones(20))
    bench = RuleBench(StochasticSTDP(), BIT, rng.integers(0, 2, (40, 1)))
    writes = [0]
    for n, which in enumerate(order):
        bench.learn(np.flatnonzero(patterns[which]).tolist(), [0], key=n)
        for _ in range(40):
            bench.learn([], [])
        writes.append(bench.counted["writes"])
    return [float(bench.w[p == 1].mean()) for p in patterns], np.diff(writes).tolist()


def test_writes_cease_when_a_pattern_is_learned() -> None:
    bits, writes = shown([0] * 200)
    assert bits == [1.0, 0.0]
    assert sum(writes[:50]) > 10
    assert sum(writes[-50:]) == 0


def test_ordered_patterns_overwrite_and_interleaved_ones_mix() -> None:
    ordered, _ = shown([0] * 100 + [1] * 100)
    interleaved, writes = shown([0, 1] * 100)
    assert ordered[0] == 0.0
    assert ordered[1] > 0.9
    # at rest each bit is on with odds p_on to p_off, 2 to 1: and goes on switching
    assert sum(interleaved) / 2 == pytest.approx(2 / 3, abs=4 * math.sqrt(2 / 9 / 40))
    assert sum(writes[-50:]) > 0


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StochasticSTDP(p_on=1.5), r"p_on=1\.5"),
        (lambda: StochasticSTDP(p_off=-0.1), r"p_off=-0\.1"),
        (lambda: StochasticSTDP(tau=0.0), r"tau=0\.0 s"),
        (lambda: StochasticSTDP(window=math.inf), "window=inf s"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
