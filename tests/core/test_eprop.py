"""e-prop: gradients of automatic differentiation, and the deferred form equal to the dense one."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.random import RandomFeedback
from streamsnn.feedback.symmetric import SymmetricFeedback
from streamsnn.memory import COUNTERS, Fixed, Float64
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.alif import ALIF
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.eprop import EProp
from tests.core.oracles.autodiff import Scalar, backward
from tests.core.oracles.rule_bench import RuleBench
from tests.core.test_deferred import largest_difference

N_IN, N_HIDDEN, N_OUT = 20, 15, 3
DT, TAU_MEM, TAU_A, TAU_OUT, THRESHOLD, GAMMA = 1e-3, 0.02, 0.2, 0.02, 0.6, 0.3
BETAS = pytest.mark.parametrize("beta", [0.0, 0.1], ids=["LIF", "ALIF"])


def network(
    beta: float,
    *,
    rate: float = 1e-4,
    deferred: bool = False,
    recurrent: bool = True,
    refractory: int = 0,
    tau_out: float = TAU_OUT,
) -> Network:
    """ALIF neurons that learn, and a leaky output with frozen weights."""
    cell = ALIF(TAU_MEM, TAU_A, THRESHOLD, beta, refractory=refractory)
    rule = EProp(rate, TAU_MEM, TAU_A, tau_out, beta, THRESHOLD, GAMMA, deferred)
    learned = [Projection("input", "hidden", Gaussian(1, 0.25), Float64(), rule)]
    if recurrent:
        learned.append(Projection("hidden", "hidden", Gaussian(2, 0.05), Float64(), rule))
    feedback = RandomFeedback(0.5) if recurrent else SymmetricFeedback()
    return Network(
        encoder=Latency(ticks=1),
        layers=(
            Layer("hidden", cell, N_HIDDEN, feedback=feedback),
            Layer("out", LI(TAU_OUT, "float"), N_OUT),
        ),
        projections=(*learned, Projection("hidden", "out", Gaussian(3), Float64())),
        readout=Tracking(),
        continuous=True,
    )


def stream(ticks: int, density: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Random spikes and slow targets."""
    rng = np.random.default_rng(4)
    x = (rng.random((ticks, N_IN)) < density).astype(float)
    return x, np.sin(np.arange(ticks)[:, None] / 100.0 + np.arange(N_OUT))


@pytest.mark.parametrize(
    ("beta", "refractory", "tau_out"),
    [(0.0, 0, TAU_OUT), (0.1, 0, TAU_OUT), (0.0, 5, 0.0), (0.1, 5, TAU_OUT), (0.1, 2, 0.0)],
    ids=["LIF", "ALIF", "LIF, refractory, no filter", "ALIF, refractory", "ALIF, refractory, no filter"],
)
def test_deferred_equals_dense(beta: float, refractory: int, tau_out: float) -> None:
    x, y = stream(3000)
    cores, spikes = [], []
    for deferred in (False, True):
        described = network(beta, deferred=deferred, refractory=refractory, tau_out=tau_out)
        core = Core(described, n_features=N_IN, n_classes=N_OUT)
        core.run(x, y, learn=True, record=True)
        core.settle()
        raster = core.raster()
        spikes.append(np.stack([raster.layers, raster.neurons]))
        cores.append(core)
    assert np.array_equal(spikes[0], spikes[1])
    assert spikes[0].shape[1] > 3000
    # each weight is the sum of 3,000 changes, added one by one or interval by interval
    assert largest_difference(*cores) <= 1e-11
    start = Core(cores[0].network, n_features=N_IN, n_classes=N_OUT)
    assert largest_difference(cores[0], start) > 0.01
    dense, lazy = (core.counters for core in cores)
    assert lazy["writes"] < dense["writes"] / 3
    assert lazy["tag_words_written"] <= dense["tag_words_written"] / 4
    assert (dense["tag_words_written"] > 0) == (beta > 0 or tau_out > 0)


def test_without_adaptation_writes_never_exceed_synops() -> None:
    core = Core(network(0.0, deferred=True), n_features=N_IN, n_classes=N_OUT)
    core.run(*stream(1500, density=0.01), learn=True)
    for name in ("input->hidden", "hidden->hidden"):
        c = core.counters.of(name)
        assert 0 < c["write_attempts"] <= c["synops_stored"] + rows_brought_up_to_date(core) * N_HIDDEN


def rows_brought_up_to_date(core: Core) -> int:
    """Flushes of silent rows: at most one per row and half history."""
    half = EProp().history // 2
    return (core.counters["ticks"] // half) * (N_IN + N_HIDDEN)


def test_dense_costs_every_eligibility_every_tick() -> None:
    core = Core(network(0.1), n_features=N_IN, n_classes=N_OUT)
    core.run(*stream(7), learn=True)
    c = core.counters.of("input->hidden")
    # 15 synapses of 2 x 32 bits and a 10-bit header: 970 bits, 16 words
    assert c["tag_words_read"] == c["tag_words_written"] == 7 * N_IN * 16
    assert c["lrn_synapses_visited"] == 7 * N_IN * N_HIDDEN
    plain = Core(network(0.0), n_features=N_IN, n_classes=N_OUT)
    plain.run(*stream(7), learn=True)
    # without adaptation one eligibility each: 490 bits, 8 words
    assert plain.counters.of("input->hidden")["tag_words_read"] == 7 * N_IN * 8


def loss_by_hand(
    x: np.ndarray,
    y: np.ndarray,
    w: list[list[Scalar]],
    w_out: list[list[float]],
    beta: float,
    refractory: int,
) -> Scalar:
    """1/2 sum of squared errors of the output, with spikes differentiated through their surrogate.

    As e-prop assumes, the reset is not differentiated, and the output filters spikes by (1 - kappa).
    """
    alpha, rho, kappa = (math.exp(-DT / tau) for tau in (TAU_MEM, TAU_A, TAU_OUT))
    n = len(w[0])
    v = [Scalar(0.0) for _ in range(n)]
    a = [Scalar(0.0) for _ in range(n)]
    z = [Scalar(0.0) for _ in range(n)]
    out = [Scalar(0.0) for _ in range(len(w_out[0]))]
    silent = [0] * n
    loss = Scalar(0.0)
    for t in range(len(x)):
        for j in range(n):
            current = Scalar(0.0)
            for i in np.flatnonzero(x[t]):
                current = current + w[i][j]
            a[j] = a[j] * rho + z[j]
            v[j] = v[j] * alpha + current + (-THRESHOLD * z[j].detached())
            distance = v[j] + a[j] * -beta + -THRESHOLD
            psi = GAMMA / THRESHOLD * max(0.0, 1.0 - abs(distance.value) / THRESHOLD)
            z[j] = distance.step(psi) if silent[j] == 0 else Scalar(0.0)  # no input could have fired it
            silent[j] = refractory if z[j].value else max(0, silent[j] - 1)
        for k in range(len(out)):
            out[k] = out[k] * kappa
            for j in range(n):
                out[k] = out[k] + z[j] * ((1.0 - kappa) * w_out[j][k])
            error = out[k] + -float(y[t][k])
            loss = loss + error * error * 0.5
    return loss


@pytest.mark.parametrize("refractory", [0, 1, 3])
@BETAS
def test_gradient_equals_automatic_differentiation(beta: float, refractory: int) -> None:
    """With the error of the very tick as learning signal, e-prop's sum is the exact gradient.

    The output's filter makes the error at t depend on earlier spikes, which is what F_kappa accounts for.
    """
    x, y = stream(60, density=0.2)
    n, n_out = 4, 2
    rng = np.random.default_rng(8)
    w = rng.normal(0.0, 0.3, (N_IN, n))
    w_out = rng.normal(0.0, 0.5, (n, n_out)).tolist()
    nodes = [[Scalar(float(value)) for value in row] for row in w]
    backward(loss_by_hand(x, y[:, :n_out], nodes, w_out, beta, refractory))
    expected = np.array([[node.gradient for node in row] for row in nodes])
    assert abs(expected).max() > 0.01
    for deferred in (False, True):
        got = -accumulated_change(x, y[:, :n_out], w, w_out, beta, refractory, deferred)
        # two orders of summing some thousand products
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


def accumulated_change(
    x: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    w_out: list[list[float]],
    beta: float,
    refractory: int,
    deferred: bool,
) -> np.ndarray:
    """What the rule asks for in sum while the weights that fire stay as they are."""
    rule = EProp(1.0, TAU_MEM, TAU_A, TAU_OUT, beta, THRESHOLD, GAMMA, deferred, history=32)
    cell = ALIF(TAU_MEM, TAU_A, THRESHOLD, beta, refractory)
    n, n_out, kappa = w.shape[1], y.shape[1], math.exp(-DT / TAU_OUT)
    bench = RuleBench(rule, Float64(), np.zeros_like(w))
    bench.ports |= {"v": np.zeros(n), "a": np.zeros(n), "silent": np.zeros(n, np.int32)}
    v, a, silent = (bench.ports[name] for name in ("v", "a", "silent"))
    z, out, fired = np.zeros(n), np.zeros(n_out), np.zeros(n, np.int32)
    counts, const = np.zeros(len(COUNTERS), np.int64), np.array(cell.constants(DT))
    for t in range(len(x)):
        pre = np.flatnonzero(x[t])
        bench.deliver(pre.tolist())
        count = cell.kernel()(w[pre].sum(axis=0), fired, counts, const, v, a, z, silent)
        spikes = np.zeros(n)
        spikes[fired[:count]] = 1.0
        out = kappa * out + (1.0 - kappa) * (spikes @ np.array(w_out))
        bench.learn(pre.tolist(), fired[:count].tolist(), np.array(w_out) @ (out - y[t]))
    bench.settle()
    return bench.w


@pytest.mark.small
@given(
    beta=st.sampled_from([0.0, 0.1, 1.0, 2.0]),  # 2 psi reaches rho and beyond: factors of zero and below
    tau_out=st.sampled_from([0.0, 0.002, 0.05]),
    history=st.sampled_from([4, 16, 64]),
    rate=st.floats(0.01, 0.6),
    seed=st.integers(0, 999),
)
@settings(max_examples=40, deadline=None)
def test_spans_equal_the_ticks_they_replace(
    beta: float, tau_out: float, history: int, rate: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rule = EProp(0.1, 0.02, 0.2, tau_out, beta, 0.6, GAMMA, history=history)
    benches = [RuleBench(replace(rule, deferred=d), Float64(), np.zeros((5, 3))) for d in (False, True)]
    for t in range(150):
        pre = np.flatnonzero(rng.random(5) < rate).tolist()
        third = rng.normal(size=3) * (rng.random() < 0.7)
        neuron = {"v": rng.normal(0.6, 0.3, 3), "a": rng.random(3), "silent": rng.integers(0, 3, 3, np.int32)}
        for bench in benches:
            bench.deliver(pre)
            bench.ports |= {name: array.copy() for name, array in neuron.items()}
            bench.learn(pre, [], third, ending=int(t == 149))
    # the last tick settles all; 150 ticks of maps below 10, in doubles
    assert benches[1].w == pytest.approx(benches[0].w, rel=0, abs=1e-12)
    assert benches[1].counted["lrn_rows_read"] <= benches[0].counted["lrn_rows_read"]


def test_e_prop_learns_a_pattern() -> None:
    """I.i.d. and in order: the same pattern over and over, and two patterns one after the other."""
    x, y = stream(400)
    learner = network(0.0, rate=2e-3, recurrent=False)
    core = Core(learner, n_features=N_IN, n_classes=N_OUT)
    squared = [float(((core.run(x, y, learn=True) - y) ** 2).mean()) for _ in range(30)]
    assert squared[-1] < 0.6 * squared[0]
    other = -y
    before = float(((core.run(x, other, learn=False) - other) ** 2).mean())
    for _ in range(30):
        core.run(x, other, learn=True)
    assert float(((core.run(x, other, learn=False) - other) ** 2).mean()) < 0.6 * before
    # gradient rules overwrite: what was learned first is gone once its opposite has been learned
    assert float(((core.run(x, y, learn=False) - y) ** 2).mean()) > 1.5 * squared[-1]


def test_eight_bits_learn_too() -> None:
    x, y = stream(400)
    plain = network(0.0, rate=2e-3, recurrent=False, deferred=True)
    stored = replace(plain.projections[0], format=Fixed(8, exponent=-6))
    core = Core(replace(plain, projections=(stored, plain.projections[1])), n_features=N_IN, n_classes=N_OUT)
    squared = [float(((core.run(x, y, learn=True) - y) ** 2).mean()) for _ in range(30)]
    assert squared[-1] < 0.6 * squared[0]
    c = core.counters.of("input->hidden")
    assert 0 < c["writes"] < c["write_attempts"]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"learning_rate": -1.0}, r"learning_rate=-1\.0"),
        ({"tau_mem": 0.0}, r"tau_mem=0\.0"),
        ({"beta": -0.1}, r"beta=-0\.1"),
        ({"gamma": 0.0}, r"gamma=0\.0"),
        ({"history": 6}, "history=6"),
    ],
)
def test_refusals(bad: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        EProp(**bad)
