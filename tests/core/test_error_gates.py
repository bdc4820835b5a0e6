"""Rules that act on some errors only: ErrorTriggered and SOEL against plain loops over every synapse."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.local import LocalFeedback
from streamsnn.memory import Fixed, Float64
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules._eligibility import Eligibility
from streamsnn.rules.error_triggered import ErrorTriggered
from streamsnn.rules.soel import SOEL
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.integers import uniform32
from tests.core.test_feedback import network as with_feedback

N_IN, N_OUT, TICKS, TAU = 6, 3, 400, 0.01
BASE = Eligibility(learning_rate=0.002, tau_pre=TAU, width=0.7)
PLAIN = ThreeFactor(learning_rate=0.002, tau_pre=TAU, width=0.7, deferred=True)
KEEP = math.exp(-1e-3 / TAU)
Gate = Callable[[int, list[float]], list[float]]


def network(rule: ErrorTriggered | SOEL | ThreeFactor) -> Network:
    """Spikes straight onto leaky outputs that should follow a target."""
    return Network(
        encoder=Latency(ticks=1),
        layers=(Layer("out", LI(TAU, "float"), N_OUT),),
        projections=(Projection("input", "out", Gaussian(1, 0.05), Float64(), rule),),
        readout=Tracking(),
        continuous=True,
    )


def stream(ticks: int = TICKS) -> tuple[np.ndarray, np.ndarray]:
    """Random spikes and slow targets."""
    x = (np.random.default_rng(2).random((ticks, N_IN)) < 0.15).astype(float)
    return x, 0.3 * np.sin(np.arange(ticks)[:, None] / 60.0 + np.arange(N_OUT))


def by_hand(gate: Gate) -> list[list[float]]:
    """Weights after the stream, every synapse changed in every tick."""
    w: list[list[float]] = Gaussian(1, 0.05).rows(0, N_IN, N_OUT).tolist()
    v, trace = [0.0] * N_OUT, [0.0] * N_IN
    xs, ys = stream()
    for t, (x, y) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
        for j in range(N_OUT):
            v[j] = KEEP * v[j] + sum(w[i][j] for i in range(N_IN) if x[i])
        events = gate(t, [v[j] - y[j] for j in range(N_OUT)])
        for i in range(N_IN):
            trace[i] = KEEP * trace[i] + x[i]
            for j in range(N_OUT):
                inside = abs(v[j]) < 0.7
                w[i][j] -= BASE.learning_rate * trace[i] * events[j] * inside
    return w


def settled(rule: ErrorTriggered | SOEL) -> Core:
    core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
    core.run(*stream(), learn=True)
    core.settle()
    return core


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_error_triggered_follows_its_equation(rate: float) -> None:
    theta = [0.08]
    shares = []

    def gate(t: int, error: list[float]) -> list[float]:
        sizes = [math.floor(abs(e) / theta[0]) for e in error]
        events = [math.copysign(theta[0] * size, e) for size, e in zip(sizes, error, strict=True)]
        shares.append(sum(size > 0 for size in sizes) / N_OUT)
        if rate:
            theta[0] *= 1.0 + 0.02 * (shares[-1] - rate)
        return events

    core = settled(ErrorTriggered(BASE, theta=0.08, rate=rate, gain=0.02))
    # the same sums in another order, 400 ticks of numbers below 1
    assert core.weights("input->out") == pytest.approx(np.array(by_hand(gate)), abs=1e-12)
    assert 0.08 * (1.0 + core.arrays()["p0.excess"][0]) == pytest.approx(theta[0], rel=1e-9)
    assert 0.05 < np.mean(shares) < 0.95


def test_the_servo_holds_the_event_rate() -> None:
    shares = []
    for rate in (0.1, 0.4):
        rule = ErrorTriggered(BASE, theta=1e-3, rate=rate, gain=0.05)
        core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
        x, y = stream(6000)
        core.run(x[:3000], y[:3000], learn=True)
        events = []
        for t in range(3000, 4000):
            core.run(x[t : t + 1], y[t : t + 1], learn=True)
            theta = 1e-3 * (1.0 + core.arrays()["p0.excess"][0])
            events.append(float((abs(core.arrays()["out.third"]) >= theta).mean()))
        shares.append(np.mean(events))
    # a servo of 20 ticks' memory around an error that swings over 380: within half of what was asked
    assert shares == pytest.approx([0.1, 0.4], rel=0.5)


def test_gating_saves_writes_on_iid_and_ordered_targets() -> None:
    x, y = stream(3000)
    ordered = np.repeat(y[::300], 300, axis=0)  # one target after the other
    for target in (y, ordered):
        found = {}
        for name, rule in (("plain", PLAIN), ("gated", ErrorTriggered(BASE, theta=0.1))):
            core = Core(network(rule), n_features=N_IN, n_classes=N_OUT)
            error = core.run(x, target, learn=True) - target
            found[name] = (core.counters["writes"], float((error[1500:] ** 2).mean()))
        assert found["gated"][0] < 0.8 * found["plain"][0]
        assert found["gated"][1] < 2.0 * found["plain"][1]


def test_soel_follows_its_equation() -> None:
    clipped = [0]

    def gate(t: int, error: list[float]) -> list[float]:
        if t % 4 != 3:
            return [0.0] * N_OUT
        levels = [round(400.0 * e) if abs(e) > 0.02 else 0 for e in error]
        clipped[0] += sum(abs(level) > 127 for level in levels)
        return [min(max(level, -127), 127) / 400.0 for level in levels]

    core = settled(SOEL(BASE, scale=400.0, dead_zone=0.02))
    assert core.weights("input->out") == pytest.approx(np.array(by_hand(gate)), abs=1e-12)
    assert core.counters.of("input->out")["overflows"] == clipped[0] > 0


def test_soel_in_eight_bits_rests_inside_the_dead_zone() -> None:
    rule = SOEL(BASE, dead_zone=10.0)
    plain = network(rule)
    stored = replace(plain.projections[0], format=Fixed(8, exponent=-6))
    core = Core(replace(plain, projections=(stored,)), n_features=N_IN, n_classes=N_OUT)
    core.run(*stream(), learn=True)
    assert core.counters["writes"] == core.counters["write_attempts"] == 0


def test_local_feedback_is_a_readout_of_the_layer_alone() -> None:
    net = with_feedback(LocalFeedback(amplitude=0.01, tau=0.02, unit=0.5, seed=3))
    core = Core(net, n_features=5, n_classes=3)
    rng = np.random.default_rng(6)
    x, y = (rng.random((30, 5)) < 0.5).astype(float), rng.normal(size=(30, 3))
    core.run(x, y, learn=True, record=True)
    raster, keep = core.raster(), math.exp(-0.05)
    g = [[0.01 * (uniform32(3, j, k) / 2.0**31 - 1.0) for k in range(3)] for j in range(8)]
    out = [0.0] * 3
    for t in range(30):
        # a raster counts ticks within a sample, here always 0: samples are told apart by order
        fired = spikes_of_sample(raster.layers, raster.neurons, x)[t]
        out = [keep * out[k] + (1.0 - keep) / 1e-3 * sum(g[j][k] for j in fired) for k in range(3)]
    slopes = [min(max((out[k] - y[-1][k]) / 0.5, -1.0), 1.0) for k in range(3)]
    expected = [sum(g[j][k] * slopes[k] for k in range(3)) for j in range(8)]
    assert core.arrays()["hidden.third"] == pytest.approx(expected)


def spikes_of_sample(layers: np.ndarray, neurons: np.ndarray, x: np.ndarray) -> list[list[int]]:
    """Hidden spikes of each sample: a sample's records are its input spikes, then those of the layers."""
    found: list[list[int]] = []
    position = 0
    for row in x:
        position += int(row.sum())
        spikes = []
        while position < len(layers) and layers[position] == 1:
            spikes.append(int(neurons[position]))
            position += 1
        found.append(spikes)
    return found


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (lambda: ErrorTriggered(theta=0.0), r"theta=0\.0"),
        (lambda: ErrorTriggered(rate=1.0), r"rate=1\.0"),
        (lambda: SOEL(scale=0.0), r"scale=0\.0"),
        (lambda: SOEL(period=0), "period=0"),
        (lambda: LocalFeedback(unit=0.0), r"unit=0\.0"),
    ],
)
def test_refusals(bad: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        bad()
