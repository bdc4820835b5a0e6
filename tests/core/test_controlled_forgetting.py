"""Controlled forgetting against its equations, novelty by hand, and on streams beside STDP."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.memory import Fixed, Float32, Float64, Format
from streamsnn.rules.controlled_forgetting import ControlledForgetting
from tests.core.oracles.rule_bench import KEY, RuleBench

N_PRE, N_POST = 7, 4
RULE = ControlledForgetting(
    learning_rate=0.3, novelty=2.0, stability=0.5, norm=3.0, wait=0.004, tau_post=0.2, tau_novelty=0.01
)


def bench_of(rule: ControlledForgetting, number_format: Format, w: np.ndarray) -> RuleBench:
    """The rule with the potentials that it stimulates."""
    bench = RuleBench(rule, number_format, w)
    bench.ports["v"] = np.zeros(w.shape[1])
    return bench


class Oracle:
    """The equations neuron by neuron, in Python floats."""

    def __init__(self, rule: ControlledForgetting, w: list[list[float]]) -> None:
        self.rule, self.w = rule, w
        self.x = [0.0] * len(w)
        n = len(w[0])
        self.significance, self.modulation, self.v = [0.0] * n, [0.0] * n, [0.0] * n
        self.waited, self.chosen = 0, -1

    def tick(self, pre: list[int], post: list[int], store: Callable[[int, int, float], float]) -> None:
        r = self.rule
        self.x = [1.0 if i in pre else x * math.exp(-0.001 / r.tau_pre) for i, x in enumerate(self.x)]
        self.modulation = [m * math.exp(-0.001 / r.tau_novelty) for m in self.modulation]
        if pre:
            self.significance = [p * math.exp(-0.001 / r.tau_post) for p in self.significance]
        for j in post if sum(self.x) else ():
            eta = r.learning_rate * (1 + r.novelty * self.modulation[j])
            eta = min(1.0, eta / (1 + r.stability * self.significance[j]))
            for i, x in enumerate(self.x):
                aim = r.norm * x / math.fsum(self.x)
                self.w[i][j] = store(i, j, (1 - eta) * self.w[i][j] + eta * aim)
            self.significance[j] += 1
        if post:
            self.waited = 0
        elif pre:
            self.waited += 1
            if self.waited == round(r.wait / 0.001):
                self.waited = 0
                if self.chosen < 0 or self.modulation[self.chosen] < 0.01:
                    self.chosen = self.significance.index(min(self.significance))
                self.v[self.chosen] += r.stimulus
                self.modulation[self.chosen] = 1.0


def check_ticks(number_format: Format, rng: np.random.Generator, ticks: int) -> None:
    """Random spikes on kernel and oracle."""
    bench = bench_of(RULE, number_format, rng.random((N_PRE, N_POST)))
    lsb = number_format.constants()[0]
    oracle = Oracle(RULE, (bench.w * (lsb or 1.0)).tolist())
    fired = 0
    for t in range(ticks):
        loud = t % 120 < 80  # 40 ticks of silence: a modulation fades to 1 % and another neuron is chosen
        pre = np.flatnonzero(rng.random(N_PRE) < 0.3 * loud).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.06 * loud).tolist()
        bench.learn(pre, post, key=KEY + t)
        rounding = bench.rounding(KEY + t)

        def store(i: int, j: int, value: float, rounding: Callable[..., float] = rounding) -> float:
            return rounding(i, j, 0.0, value) * (lsb or 1.0)

        oracle.tick(pre, post, store)
        fired += len(post) if any(oracle.x) else 0
        # products in doubles, or one rounding of 2^-24 a write, which later writes shrink; integers are equal
        loss = {32: 2.0**-22, 64: 1e-13, 8: 0.0}[number_format.bits]
        assert bench.value == pytest.approx(np.array(oracle.w), rel=0, abs=loss)
    assert bench.ports["significance"] == pytest.approx(oracle.significance, rel=1e-12)
    assert bench.ports["v"].tolist() == oracle.v
    assert len(set(oracle.v)) > 1
    count = bench.counted
    assert count["write_attempts"] == count["lrn_words_read"] == count["lrn_rows_read"] == fired * N_PRE
    assert 0 < count["lrn_words_written"] == count["writes"] <= count["write_attempts"]
    assert bench.ports["nnz"].tolist() == np.count_nonzero(bench.w, axis=1).tolist()


@pytest.mark.parametrize(
    "number_format", [Float32(), Float64(), Fixed(8, exponent=-6)], ids=["float32", "float64", "fixed"]
)
def test_the_rule_is_its_equation(number_format: Format, rng: np.random.Generator) -> None:
    check_ticks(number_format, rng, ticks=400)


@pytest.mark.small
def test_a_few_ticks(rng: np.random.Generator) -> None:
    check_ticks(Float64(), rng, ticks=120)


@pytest.mark.small
def test_counts_and_weights_of_one_spike_by_hand() -> None:
    rule = ControlledForgetting(learning_rate=0.5, norm=4.0)
    bench = bench_of(rule, Float32(), np.full((4, 2), 1.0))
    bench.learn([0, 1], [1])
    # half of the way to a norm of 4 on the two inputs that spiked
    assert bench.w.tolist() == [[1.0, 1.5], [1.0, 1.5], [1.0, 0.5], [1.0, 0.5]]
    assert bench.counted == {
        "lrn_rows_read": 4,
        "lrn_words_read": 4,
        "lrn_words_written": 4,
        "lrn_synapses_visited": 4,
        "writes": 4,
        "write_attempts": 4,
        "state_reads": 8,
        "state_writes": 8,
    }
    assert bench.ports["significance"].tolist() == [0.0, 1.0]


@pytest.mark.small
def test_novelty_chooses_the_neuron_with_least_to_lose() -> None:
    rule = ControlledForgetting(wait=0.003, stimulus=7.0, learning_rate=0.5, novelty=1.0, norm=1.0)
    bench = bench_of(rule, Float64(), np.full((2, 3), 0.5))
    bench.learn([0], [0])
    bench.learn([0], [2])
    for _ in range(2):
        bench.learn([1], [])
    assert bench.ports["v"].tolist() == [0, 0, 0]
    for _ in range(20):
        bench.learn([], [])  # silence is no novelty
    bench.learn([1], [])
    assert bench.ports["v"].tolist() == [0, 7.0, 0]
    assert bench.ports["novelties"].tolist() == [1]
    bench.learn([0], [1])
    # it goes (0.5 + 0.5 m) of the way, m one tick old; the trace of input 1 is one tick old, that of 0 new
    part = 0.5 + 0.5 * math.exp(-1 / 100)
    x = math.exp(-1 / 20)
    expected = [(1 - part) * 0.5 + part / (1 + x), (1 - part) * 0.5 + part * x / (1 + x)]
    assert bench.w[:, 1] == pytest.approx(expected, rel=1e-12)  # a handful of roundings


# -- streams -------------------------------------------------------------------------------------------

PATTERNS = np.kron(np.eye(3), np.ones(6))


def responses(rule: ControlledForgetting, order: list[int], rng: np.random.Generator) -> np.ndarray:
    """Mean weight of the best neuron on each pattern; neurons answer above a threshold, or if stimulated."""
    bench = bench_of(rule, Float32(), 0.1 * rng.random((18, 4)))
    for which in order:
        for name in ("x_pre", "modulation", "waited", "chosen"):
            bench.ports[name][...] = 0
        bench.ports["v"][:] = 0
        for _ in range(40):
            pre = np.flatnonzero(rng.random(18) < 0.3 * PATTERNS[which]).tolist()
            v = bench.ports["v"]
            v += bench.value[pre].sum(axis=0)
            winner = int(v.argmax())
            post = [winner] if v[winner] > 12.0 else []
            if post:
                v[:] = 0
            bench.learn(pre, post)
    best: np.ndarray = np.array([(bench.value * p[:, None]).sum(axis=0).max() / 6 for p in PATTERNS])
    return best


@pytest.mark.parametrize("order", ["ordered", "mixed"])
def test_novelty_gives_each_pattern_a_neuron_in_any_order(order: str, rng: np.random.Generator) -> None:
    shown = [0] * 12 + [1] * 12 + [2] * 12 if order == "ordered" else [0, 1, 2] * 12
    rule = ControlledForgetting(learning_rate=0.2, novelty=4.0, norm=6.0, wait=0.015)
    assert responses(rule, shown, rng).min() > 0.8
    # nobody is ever called: untrained neurons cannot answer, and nothing is learned
    deaf = ControlledForgetting(learning_rate=0.2, novelty=4.0, norm=6.0, wait=1.0)
    assert responses(deaf, shown, rng).max() < 0.2


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ControlledForgetting(learning_rate=-1.0), r"learning_rate=-1\.0"),
        (lambda: ControlledForgetting(stability=math.inf), "stability=inf"),
        (lambda: ControlledForgetting(wait=0.0), r"wait=0\.0 s"),
        (lambda: ControlledForgetting(tau_pre=math.nan), "tau_pre=nan s"),
        (lambda: ControlledForgetting(norm=-2.0), r"norm=-2\.0"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
