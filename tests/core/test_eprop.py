"""e-prop: gradients of automatic differentiation, and the deferred form equal to the dense one."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.random import RandomFeedback
from streamsnn.feedback.symmetric import SymmetricFeedback
from streamsnn.memory import Fixed, Float64
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.alif import ALIF
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.eprop import EProp
from tests.core.oracles.autodiff import Scalar, backward
from tests.core.test_deferred import largest_difference

N_IN, N_HIDDEN, N_OUT = 20, 15, 3
DT, TAU_MEM, TAU_A, TAU_OUT, THRESHOLD, GAMMA = 1e-3, 0.02, 0.2, 0.02, 0.6, 0.3
BETAS = pytest.mark.parametrize("beta", [0.0, 0.1], ids=["LIF", "ALIF"])


def network(beta: float, *, rate: float = 1e-4, deferred: bool = False, recurrent: bool = True) -> Network:
    """ALIF neurons that learn, and a leaky output with frozen weights."""
    cell = ALIF(TAU_MEM, TAU_A, THRESHOLD, beta, refractory=0)
    rule = EProp(rate, TAU_MEM, TAU_A, TAU_OUT, beta, THRESHOLD, GAMMA, deferred)
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


@BETAS
def test_deferred_equals_dense(beta: float) -> None:
    x, y = stream(3000)
    cores, spikes = [], []
    for deferred in (False, True):
        core = Core(network(beta, deferred=deferred), n_features=N_IN, n_classes=N_OUT)
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
    assert lazy["writes"] < dense["writes"] / 4
    assert lazy["tag_words_written"] < dense["tag_words_written"] / 4


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


def loss_by_hand(
    x: np.ndarray, y: np.ndarray, w: list[list[Scalar]], w_out: list[list[float]], beta: float
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
            z[j] = distance.step(psi)
        for k in range(len(out)):
            out[k] = out[k] * kappa
            for j in range(n):
                out[k] = out[k] + z[j] * ((1.0 - kappa) * w_out[j][k])
            error = out[k] + -float(y[t][k])
            loss = loss + error * error * 0.5
    return loss


@BETAS
def test_gradient_equals_automatic_differentiation(beta: float) -> None:
    """With the error of the very tick as learning signal, e-prop's sum is the exact gradient.

    The output's filter makes the error at t depend on earlier spikes, which is what F_kappa accounts for.
    """
    x, y = stream(60, density=0.2)
    n, n_out = 4, 2
    rng = np.random.default_rng(8)
    w = rng.normal(0.0, 0.3, (N_IN, n))
    w_out = rng.normal(0.0, 0.5, (n, n_out)).tolist()
    nodes = [[Scalar(float(value)) for value in row] for row in w]
    backward(loss_by_hand(x, y[:, :n_out], nodes, w_out, beta))
    expected = np.array([[node.gradient for node in row] for row in nodes])
    got = -accumulated_change(x, y[:, :n_out], w, w_out, beta)
    assert abs(expected).max() > 0.01
    # two orders of summing some thousand products
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


def accumulated_change(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, w_out: list[list[float]], beta: float
) -> np.ndarray:
    """What the dense kernel asks for in sum while the weights that fire stay as they are."""
    rule = EProp(1.0, TAU_MEM, TAU_A, TAU_OUT, beta, THRESHOLD, GAMMA)
    const = np.array([*Float64().constants(), 0.0, 64.0, 0.0, *rule.constants(DT)])
    cell = ALIF(TAU_MEM, TAU_A, THRESHOLD, beta, refractory=0)
    n, n_out, kappa = w.shape[1], y.shape[1], math.exp(-DT / TAU_OUT)
    v, a, z, out = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n_out)
    silent, fired = np.zeros(n, np.int32), np.zeros(n, np.int32)
    counts = np.zeros(Core(network(beta), n_features=1).totals.size, np.int64)
    changed, nnz = np.zeros_like(w), np.zeros(N_IN, np.int32)
    x_pre, eps, f, delta = np.zeros(N_IN), np.zeros_like(w), np.zeros_like(w), np.zeros(n)
    psi, signal = np.zeros((1, n)), np.zeros((1, n))
    for t in range(len(x)):
        pre = np.flatnonzero(x[t]).astype(np.int32)
        count = cell.kernel()(
            w[pre].sum(axis=0), fired, counts, np.array(cell.constants(DT)), v, a, z, silent
        )
        spikes = np.zeros(n)
        spikes[fired[:count]] = 1.0
        out = kappa * out + (1.0 - kappa) * (spikes @ np.array(w_out))
        third = np.array(w_out) @ (out - y[t])
        rule.kernel()(changed, nnz, counts, 0, pre, third, v, a, x_pre, eps, f, delta, psi, signal, const)
    return changed


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
