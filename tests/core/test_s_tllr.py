"""S-TLLR against a plain loop over every synapse and tick."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.memory import Fixed, Float64
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.s_tllr import STLLR
from tests.core.test_error_gates import N_IN, N_OUT, TAU, stream

RULE = STLLR(learning_rate=0.01, width=0.4, centre=0.3, history=64)


def network(rule: STLLR) -> Network:
    """Spikes straight onto leaky outputs that should follow a target."""
    return Network(
        encoder=Latency(ticks=1),
        layers=(Layer("out", LI(TAU, "float"), N_OUT),),
        projections=(Projection("input", "out", Gaussian(1, 0.05), Float64(), rule),),
        readout=Tracking(),
        continuous=True,
    )


def by_hand(rule: STLLR, xs: np.ndarray, ys: np.ndarray) -> list[list[float]]:
    """Weights after the stream."""
    w: list[list[float]] = Gaussian(1, 0.05).rows(0, N_IN, N_OUT).tolist()
    keep = math.exp(-1e-3 / TAU)
    v, x_pre, y_post = [0.0] * N_OUT, [0.0] * N_IN, [0.0] * N_OUT
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        for j in range(N_OUT):
            v[j] = keep * v[j] + sum(w[i][j] for i in range(N_IN) if x[i])
        psi = [1.0 / (1.0 + abs(u - rule.centre) / rule.width) ** 2 for u in v]
        for i in range(N_IN):
            x_pre[i] = rule.lambda_pre * x_pre[i] + x[i]
            for j in range(N_OUT):
                e = rule.causal * psi[j] * x_pre[i] + rule.anti_causal * y_post[j] * x[i]
                w[i][j] -= rule.learning_rate * (v[j] - y[j]) * e
        y_post = [rule.lambda_post * a + b for a, b in zip(y_post, psi, strict=True)]
    return w


@pytest.mark.parametrize(
    "rule",
    [RULE, replace(RULE, anti_causal=0.0, lambda_pre=0.5), replace(RULE, lambda_post=0.9)],
    ids=["S-TLLR", "OTTT", "long post trace"],
)
def test_follows_its_equation(rule: STLLR) -> None:
    x, y = stream()
    core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
    for part in np.array_split(np.arange(len(x)), 3):
        core.run(x[part], y[part], learn=True)
        core.settle()  # in the middle of an interval, too: its two parts add up
    # the weights that are read are settled, so only the order of summing differs
    assert core.weights("input->out") == pytest.approx(np.array(by_hand(rule, x, y)), abs=1e-12)
    c = core.counters.of("input->out")
    assert 0 < c["writes"] <= c["write_attempts"] <= c["synops_stored"] + 3 * N_IN * N_OUT


def test_learns_iid_and_forgets_in_order() -> None:
    x, y = stream(3000)
    core = Core(network(RULE), n_features=N_IN, n_classes=N_OUT)
    squared = ((core.run(x, y, learn=True) - y) ** 2).mean(axis=1)
    assert squared[-1000:].mean() < squared[:200].mean()
    steady = np.full_like(y, 0.4)
    core.run(x, steady, learn=True)
    learned = float(((core.run(x, steady, learn=False) - steady) ** 2).mean())
    core.run(x, -steady, learn=True)
    assert float(((core.run(x, steady, learn=False) - steady) ** 2).mean()) > 2.0 * learned


def test_eight_bits_write_less() -> None:
    x, y = stream(1000)
    plain = network(RULE)
    stored = replace(plain.projections[0], format=Fixed(8, exponent=-6))
    core = Core(replace(plain, projections=(stored,)), n_features=N_IN, n_classes=N_OUT)
    core.run(x, y, learn=True)
    c = core.counters.of("input->out")
    assert 0 < c["writes"] < c["write_attempts"] <= c["synops_stored"]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"lambda_pre": 1.0}, r"lambda_pre=1\.0"),
        ({"lambda_post": -0.1}, r"lambda_post=-0\.1"),
        ({"width": 0.0}, r"width=0\.0"),
        ({"history": 3}, "history=3"),
    ],
)
def test_refusals(bad: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        STLLR(**bad)
