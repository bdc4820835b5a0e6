"""Rules that write late: spikes and weights of their dense forms, and never more writes than synops."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.random import RandomFeedback
from streamsnn.memory import Fixed, Float64, Format
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.surrogates import SURROGATES, Surrogate

N_IN, N_HIDDEN, N_OUT = 60, 30, 20
RULE = ThreeFactor(learning_rate=1e-5, tau_pre=0.02, width=0.6, centre=1.0, history=1024)
CELL = LIF(tau_syn=0.005, tau_mem=0.02, v_threshold=1.0, arithmetic="float")


def one_layer(rule: ThreeFactor, stored: Format) -> Network:
    """Spike trains onto spiking neurons that track rates: a closed loop through the weights."""
    return Network(
        encoder=Latency(ticks=1),
        layers=(Layer("out", CELL, N_OUT),),
        projections=(Projection("input", "out", Gaussian(1), stored, rule),),
        readout=Tracking("rate"),
        continuous=True,
    )


def recurrent(rule: ThreeFactor, stored: Format) -> Network:
    """A hidden layer with learned recurrent weights, whose third factor is fed back from the output."""
    hidden = Layer("hidden", CELL, N_HIDDEN, feedback=RandomFeedback(0.1))
    return replace(
        one_layer(rule, stored),
        layers=(hidden, Layer("out", CELL, N_OUT)),
        projections=(
            Projection("input", "hidden", Gaussian(1), stored, rule),
            Projection("hidden", "hidden", Gaussian(2, 0.05), stored, rule),
            Projection("hidden", "out", Gaussian(3), stored, rule),
        ),
    )


def stream(ticks: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random input spikes, and slow target rates in Hz of which some ticks have none."""
    rng = np.random.default_rng(seed)
    x = (rng.random((ticks, N_IN)) < 0.025).astype(float)
    y = 40.0 + 30.0 * np.sin(np.arange(ticks)[:, None] / 200.0 + np.arange(N_OUT))
    y[rng.random(ticks) < 0.1, 0] = np.nan
    return x, y


def ran(network: Network, ticks: int, blocks: int = 1) -> tuple[Core, np.ndarray]:
    """The settled core after a stream, and its spikes as (tick, layer, neuron)."""
    core = Core(network, n_features=N_IN, n_classes=N_OUT)
    x, y = stream(ticks)
    spikes = []
    for part in np.array_split(np.arange(ticks), blocks):
        core.run(x[part], y[part], learn=True, record=True)
        raster = core.raster()
        spikes.append(np.stack([raster.layers, raster.neurons]))
    core.settle()
    return core, np.concatenate(spikes, axis=1)


def largest_difference(one: Core, other: Core) -> float:
    """Over all weights of all projections."""
    names = [p.name for p in one.network.projections]
    return max(float(abs(one.weights(n) - other.weights(n)).max()) for n in names)


@pytest.mark.parametrize("build", [one_layer, recurrent])
@pytest.mark.parametrize("rise", [0.0, 0.005], ids=["one pole", "two poles"])
def test_deferred_equals_dense(build: Callable[[ThreeFactor, Format], Network], rise: float) -> None:
    rule = replace(RULE, tau_rise=rise)
    dense, dense_spikes = ran(build(rule, Float64()), 3000)
    lazy, lazy_spikes = ran(build(replace(rule, deferred=True), Float64()), 3000)
    assert dense_spikes.shape[1] > 1000
    assert np.array_equal(dense_spikes, lazy_spikes)
    # sums in another order: some thousand roundings of doubles below 10
    assert largest_difference(dense, lazy) <= 1e-11
    start = Core(dense.network, n_features=N_IN, n_classes=N_OUT)
    assert largest_difference(dense, start) > 0.1, "nothing was learned, so nothing was compared"
    assert lazy.counters["writes"] < dense.counters["writes"] / 4


@pytest.mark.parametrize("surrogate", SURROGATES)
def test_every_surrogate_defers(surrogate: Surrogate) -> None:
    rule = replace(RULE, surrogate=surrogate)
    dense, dense_spikes = ran(one_layer(rule, Float64()), 600)
    lazy, lazy_spikes = ran(one_layer(replace(rule, deferred=True), Float64()), 600)
    assert np.array_equal(dense_spikes, lazy_spikes)
    assert largest_difference(dense, lazy) <= 1e-11


@pytest.mark.parametrize("stored", [Float64(), Fixed(8, exponent=-6)], ids=["float", "8 bits"])
@pytest.mark.parametrize("history", [32, 1024])
def test_writes_never_exceed_synops(stored: Format, history: int) -> None:
    rule = replace(RULE, deferred=True, history=history, learning_rate=1e-4)
    core, _ = ran(recurrent(rule, stored), 800)
    for p in core.network.projections:
        c = core.counters.of(p.name)
        assert 0 < c["write_attempts"] <= c["synops_stored"]
        assert c["writes"] <= c["write_attempts"]


def test_splitting_the_stream_changes_nothing() -> None:
    network = recurrent(replace(RULE, deferred=True), Float64())
    whole, spikes = ran(network, 400)
    parts, same = ran(network, 400, blocks=7)
    assert np.array_equal(spikes, same)
    assert {k for k, v in whole.arrays().items() if v.tobytes() != parts.arrays()[k].tobytes()} == set()


def test_settling_twice_writes_once() -> None:
    core, _ = ran(one_layer(replace(RULE, deferred=True), Float64()), 300)
    weights, writes = core.weights("input->out"), core.counters["writes"]
    core.settle()
    assert core.weights("input->out").tobytes() == weights.tobytes()
    assert core.counters["writes"] == writes


def test_predicting_a_stream_leaves_no_trace() -> None:
    core = Core(one_layer(replace(RULE, deferred=True), Float64()), n_features=N_IN, n_classes=N_OUT)
    x, y = stream(200)
    core.run(x[:100], y[:100], learn=True)
    before, counters = core.arrays(), core.counters
    first = core.run(x[100:], y[100:], learn=False)
    again = core.run(x[100:], y[100:], learn=False)
    assert first.tobytes() == again.tobytes()
    assert first.any()
    assert {k for k, v in core.arrays().items() if v.tobytes() != before[k].tobytes()} == set()
    assert dict(core.counters) == dict(counters)


def test_a_sample_that_starts_from_rest_ends_settled(rng: np.random.Generator) -> None:
    dense = replace(one_layer(RULE, Float64()), encoder=Latency(ticks=8), continuous=False)
    lazy = replace(dense, projections=(replace(dense.projections[0], rule=replace(RULE, deferred=True)),))
    cores = [Core(network, n_features=N_IN, n_classes=N_OUT) for network in (dense, lazy)]
    x, y = rng.random((60, N_IN)), np.full((60, N_OUT), 40.0)
    for core in cores:
        core.run(x, y, learn=True)
    # no call of settle: what is pending is written before the sample's traces are cleared
    assert largest_difference(*cores) <= 1e-11
    assert cores[1].counters["writes"] > 0


def test_a_short_history_drops_only_faded_traces() -> None:
    exact, _ = ran(one_layer(replace(RULE, deferred=True), Float64()), 1500)
    short, _ = ran(one_layer(replace(RULE, deferred=True, history=512), Float64()), 1500)
    # half of 512 ticks are 12.8 time constants: a dropped trace is below 3e-6 of a spike
    moved = largest_difference(exact, Core(exact.network, n_features=N_IN, n_classes=N_OUT))
    assert 0 < largest_difference(exact, short) <= 1e-4 * moved


def test_a_non_finite_target_is_refused_and_never_written() -> None:
    core = Core(one_layer(replace(RULE, deferred=True), Float64()), n_features=N_IN, n_classes=N_OUT)
    x, y = stream(300)
    y[150:, 3] = np.inf
    core.run(x, y, learn=True)
    core.settle()
    assert np.isfinite(core.weights("input->out")).all()
    assert core.counters["refused"] == int(np.isfinite(y[150:, 0]).sum())


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"history": 100}, "history=100"),
        ({"tau_rise": 0.05}, r"tau_rise=0\.05"),
        ({"surrogate": "cosine"}, "surrogate='cosine'"),
        ({"width": 0.0}, r"width=0\.0"),
    ],
)
def test_refusals(bad: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(RULE, **bad)
