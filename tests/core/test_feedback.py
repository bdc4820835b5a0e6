"""The third factor of hidden layers, and readouts that follow vectors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.random import RandomFeedback
from streamsnn.feedback.symmetric import SymmetricFeedback
from streamsnn.memory import Fixed, Float64, Format
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Feedback
from tests.core.oracles.integers import uniform32

N_IN, N_HIDDEN, N_OUT = 5, 8, 3
FLOAT = Float64()
SPEED: Any = "speed"


def network(feedback: Feedback, out: Format = FLOAT) -> Network:
    """A hidden layer that learns from what comes back; the weights onto the output are frozen."""
    hidden = LIF(v_threshold=0.3, arithmetic="float")
    rule = ThreeFactor(learning_rate=1e-3)
    return Network(
        encoder=Latency(ticks=1),
        layers=(
            Layer("hidden", hidden, N_HIDDEN, feedback=feedback),
            Layer("out", LI(arithmetic="float"), N_OUT),
        ),
        projections=(
            Projection("input", "hidden", Gaussian(1), Float64(), rule),
            Projection("hidden", "out", Gaussian(2), out),
        ),
        readout=Tracking(),
        continuous=True,
    )


def third_factors(net: Network, ticks: int, rng: np.random.Generator) -> tuple[Core, np.ndarray, np.ndarray]:
    """Core after a stream, with the error and the hidden third factor of its last tick."""
    core = Core(net, n_features=N_IN, n_classes=N_OUT)
    x = (rng.random((ticks, N_IN)) < 0.5).astype(float)
    y = rng.normal(size=(ticks, N_OUT))
    scores = core.run(x, y, learn=True)
    saved = core.arrays()
    assert saved["out.third"] == pytest.approx(scores[-1] - y[-1])
    return core, saved["out.third"], saved["hidden.third"]


def test_random_feedback_is_a_fixed_matrix(rng: np.random.Generator) -> None:
    core, error, signal = third_factors(network(RandomFeedback(0.5, seed=7)), 20, rng)
    b = [[0.5 * (uniform32(7, j, k) / 2.0**31 - 1.0) for k in range(N_OUT)] for j in range(N_HIDDEN)]
    assert np.abs(b).max() <= 0.5
    assert signal == pytest.approx([sum(b[j][k] * error[k] for k in range(N_OUT)) for j in range(N_HIDDEN)])
    hidden = core.counters.of("hidden")
    assert hidden["rng_draws"] == N_HIDDEN * N_OUT
    assert hidden["state_reads"] == 20 * N_HIDDEN * N_OUT


@pytest.mark.parametrize("out", [Float64(), Fixed(8, exponent=-6)], ids=["float", "8 bits"])
def test_symmetric_feedback_reads_the_forward_weights(out: Format, rng: np.random.Generator) -> None:
    core, error, signal = third_factors(network(SymmetricFeedback(gain=2.0), out), 20, rng)
    lsb = 2.0**-6 if isinstance(out, Fixed) else 1.0
    w = core.weights("hidden->out").tolist()
    assert signal == pytest.approx(
        [2.0 * sum(lsb * w[j][k] * error[k] for k in range(N_OUT)) for j in range(N_HIDDEN)]
    )
    hidden = core.counters.of("hidden")
    assert hidden["lrn_synapses_visited"] == 20 * N_HIDDEN * N_OUT
    assert hidden["lrn_rows_read"] == 20 * N_HIDDEN


def test_a_hidden_layer_without_feedback_learns_nothing(rng: np.random.Generator) -> None:
    plain = network(RandomFeedback())
    silent = replace(plain, layers=(replace(plain.layers[0], feedback=None), plain.layers[1]))
    core, _, signal = third_factors(silent, 30, rng)
    assert not signal.any()
    assert core.counters["writes"] == 0
    assert third_factors(plain, 30, rng)[0].counters["writes"] > 0


def test_symmetric_feedback_teaches_the_hidden_layer() -> None:
    rng = np.random.default_rng(3)
    x = (rng.random((6000, N_IN)) < 0.5).astype(float)
    y = np.tile([0.6, -0.4, 0.2], (6000, 1))
    plain = network(SymmetricFeedback())
    learned = replace(plain.projections[0], rule=ThreeFactor(2e-4, width=0.3, centre=0.3))
    taught = replace(
        plain,
        layers=(plain.layers[0], Layer("out", LI(0.02, "float"), N_OUT)),
        projections=(learned, plain.projections[1]),
    )
    untaught = replace(taught, layers=(replace(taught.layers[0], feedback=None), taught.layers[1]))
    late = []
    for net in (taught, untaught):
        scores = Core(net, n_features=N_IN, n_classes=N_OUT).run(x, y, learn=True)
        late.append(((scores[-1000:] - y[-1000:]) ** 2).mean())
    # the output's weights are frozen: only what came back can have helped (measured: 0.16 against 37)
    assert late[0] < 0.05 * late[1]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (lambda: RandomFeedback(0.0), r"amplitude=0\.0"),
        (lambda: SymmetricFeedback(-1.0), r"gain=-1\.0"),
        (lambda: Tracking(SPEED), "of='speed'"),
        (lambda: Tracking(tau=0.0), r"tau=0\.0"),
    ],
)
def test_refusals(bad: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        bad()


def test_targets_of_another_shape_are_refused() -> None:
    core = Core(network(RandomFeedback()), n_features=N_IN, n_classes=N_OUT)
    with pytest.raises(ValueError, match=r"target \(2,\), expected \(n, 5\) and \(n, 3\)"):
        core.run(np.zeros((2, N_IN)), np.zeros(2), learn=True)
