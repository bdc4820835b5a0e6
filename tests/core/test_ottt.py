"""OTTT against a plain loop over every synapse and tick, and against S-TLLR without its anti-causal term."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.memory import Fixed, Float64, Format
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.ottt import OTTT
from streamsnn.rules.s_tllr import STLLR
from streamsnn.types import Rule
from tests.core.oracles.rule_bench import RuleBench
from tests.core.test_error_gates import N_IN, N_OUT, TAU, stream

RULE = OTTT(learning_rate=0.02, lambda_pre=0.8, width=0.8, centre=0.3, window=20)


def network(rule: Rule, stored: Format | None = None) -> Network:
    """Spikes straight onto leaky outputs that should follow a target."""
    return Network(
        encoder=Latency(ticks=1),
        layers=(Layer("out", LI(TAU, "float"), N_OUT),),
        projections=(Projection("input", "out", Gaussian(1, 0.05), stored or Float64(), rule),),
        readout=Tracking(),
        continuous=True,
    )


def by_hand(rule: OTTT, xs: np.ndarray, ys: np.ndarray) -> list[list[float]]:
    """Weights after the stream: a sum per synapse, added every `window` ticks and at the end."""
    w: list[list[float]] = Gaussian(1, 0.05).rows(0, N_IN, N_OUT).tolist()
    owed = [[0.0] * N_OUT for _ in range(N_IN)]
    keep = math.exp(-1e-3 / TAU)
    v, trace = [0.0] * N_OUT, [0.0] * N_IN
    for t, (x, y) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
        for j in range(N_OUT):
            v[j] = keep * v[j] + sum(w[i][j] for i in range(N_IN) if x[i])
        for i in range(N_IN):
            trace[i] = rule.lambda_pre * trace[i] + x[i]
            for j in range(N_OUT):
                psi = max(0.0, 1.0 - abs(v[j] - rule.centre) / rule.width)
                owed[i][j] -= rule.learning_rate * (v[j] - y[j]) * psi * trace[i]
        if (t + 1) % rule.window == 0 or t + 1 == len(xs):
            for i in range(N_IN):
                for j in range(N_OUT):
                    w[i][j] += owed[i][j]
                    owed[i][j] = 0.0
    return w


@pytest.mark.parametrize("window", [1, 20, 63])
def test_follows_its_equation(window: int) -> None:
    rule = replace(RULE, window=window)
    x, y = stream()
    core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
    core.run(x, y, learn=True)
    core.settle()
    expected = np.array(by_hand(rule, x, y))
    assert np.abs(expected - Gaussian(1, 0.05).rows(0, N_IN, N_OUT)).max() > 0.01
    # sums in another order, and traces dropped below 1e-12
    assert core.weights("input->out") == pytest.approx(expected, abs=1e-10)


def test_writing_every_tick_equals_s_tllr_without_its_anti_causal_term() -> None:
    x, y = stream()
    found = []
    for rule in (
        replace(RULE, window=1, surrogate="fast_sigmoid"),
        STLLR(RULE.learning_rate, RULE.lambda_pre, 0.0, 1.0, 0.0, RULE.width, RULE.centre),
    ):
        core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
        core.run(x, y, learn=True)
        core.settle()
        found.append(core.weights("input->out"))
    assert found[0] == pytest.approx(found[1], abs=1e-10)


def test_a_sample_is_written_in_its_last_tick() -> None:
    net = replace(network(replace(RULE, window=63)), encoder=Latency(ticks=8), continuous=False)
    core = Core(net, n_features=N_IN, n_classes=N_OUT)
    x = np.random.default_rng(1).random((5, N_IN))
    for n in range(5):
        core.run(x[n : n + 1], np.full((1, N_OUT), 0.4), learn=True)
        c = core.counters.of("input->out")
        # one row per input that spiked, once a sample, although each sample has 8 ticks with error
        assert c["lrn_rows_read"] == c["syn_rows_read"] == c["messages"]
        assert 0 < c["writes"] <= c["write_attempts"] == c["synops_stored"]
    weights = core.weights("input->out")
    core.settle()
    assert core.weights("input->out").tobytes() == weights.tobytes(), "nothing was left"


@pytest.mark.small
def test_counts_by_hand() -> None:
    bench = RuleBench(replace(RULE, window=3), Float64(), np.full((4, 3), 0.5))
    bench.ports["v"] = np.full(3, 0.3)
    for pre in ([1], [], [1]):
        bench.learn(pre, [], [1.0, 0.0, -1.0])
    # row 1 alone (3 x 64 + 10 bits, 4 words): two of its synapses change; 3 x 3 words of changes, then a
    # backward pass over them, 2 spikes, and for the row three terms of 3 words, its trace and its spikes
    expected = Counter(lrn_rows_read=1, lrn_words_read=4, lrn_synapses_visited=3, write_attempts=3)
    expected += Counter(writes=2, lrn_words_written=2)
    expected += Counter(state_reads=2 + 9 + 3 * 3 + 2, state_writes=2 + 9 + 9 + 2)
    assert bench.counted == expected
    # s = 1 in ticks 0 and 2: traces 1, 0.8, 1.64, all at the centre of the surrogate
    assert bench.w[1] == pytest.approx([0.5 - 0.02 * 3.44, 0.5, 0.5 + 0.02 * 3.44], abs=1e-15)


def test_learns_iid_and_forgets_in_order() -> None:
    x, y = stream(3000)
    core = Core(network(replace(RULE, learning_rate=0.005)), n_features=N_IN, n_classes=N_OUT)
    squared = ((core.run(x, y, learn=True) - y) ** 2).mean(axis=1)
    assert squared[-1000:].mean() < squared[:200].mean()
    steady = np.full_like(y, 0.4)
    core.run(x, steady, learn=True)
    learned = float(((core.run(x, steady, learn=False) - steady) ** 2).mean())
    core.run(x, -steady, learn=True)
    assert float(((core.run(x, steady, learn=False) - steady) ** 2).mean()) > 2.0 * learned


@pytest.mark.parametrize("stored", [Float64(), Fixed(8, exponent=-6)], ids=["float", "8 bits"])
def test_longer_windows_write_less(stored: Format) -> None:
    x, y = stream(1000)
    writes = []
    for window in (1, 20, 60):
        core = Core(network(replace(RULE, window=window), stored), n_features=N_IN, n_classes=N_OUT)
        core.run(x, y, learn=True)
        c = core.counters.of("input->out")
        assert 0 < c["writes"] <= c["write_attempts"]
        writes.append(c["write_attempts"])
    assert writes[0] > writes[1] > writes[2]


@pytest.mark.small
def test_a_non_finite_learning_signal_is_refused() -> None:
    bench = RuleBench(replace(RULE, window=2), Float64(), np.full((2, 2), 0.5))
    bench.ports["v"] = np.full(2, 0.3)
    for _ in range(4):
        bench.learn([0, 1], [1], [1.0, math.nan])
    assert bench.counted["refused"] == 4
    assert (bench.w == 0.5).all()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OTTT(lambda_pre=1.0), r"lambda_pre=1\.0"),
        (lambda: OTTT(learning_rate=math.nan), "learning_rate=nan"),
        (lambda: OTTT(window=64), "window=64"),
        (lambda: OTTT(window=0), "window=0"),
        (lambda: OTTT(width=0.0), r"width=0\.0"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
