"""Whole networks on the core against plain loops over samples and ticks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import AdaptivePopulation, Latency
from streamsnn.memory import COUNTERS, Counters, Fixed
from streamsnn.memory.packing import index_bits
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.network import Network
from streamsnn.neurons.k_winners import KWinners
from streamsnn.neurons.lif import LIF
from streamsnn.rules.counting import Counting
from tests.core.oracles.hosts import (
    LEARNING,
    N_CLASSES,
    N_FEATURES,
    N_HIDDEN,
    K,
    neuron_host,
    rule_host,
    samples,
)
from tests.core.oracles.machine import CountingMachine, ThreeFactorMachine, Trunk


def check_counters(counters: Counters, expected: Mapping[str, Counter[str]]) -> None:
    """Every counter of every row."""
    for name in counters.names:
        row = counters.of(name)
        assert {c: row[c] for c in COUNTERS if row[c]} == dict(+expected[name]), name


def trunk_of(core: Core) -> Trunk:
    stored, number_format = core.weights("input->code"), core.network.projections[0].format
    assert isinstance(number_format, Fixed)
    return Trunk(stored, number_format.exponent, number_format.bits + index_bits(stored.shape[1]))


def check_counting(network: Network, n_features: int, n: int, seed: int, rng: np.random.Generator) -> None:
    core = Core(network, n_features=n_features, n_classes=N_CLASSES, seed=seed)
    encoder, rule = network.encoder, network.projections[1].rule
    neuron = network.layers[0].neuron
    assert isinstance(encoder, AdaptivePopulation)
    assert isinstance(rule, Counting)
    assert isinstance(neuron, KWinners)
    machine = CountingMachine(trunk_of(core), encoder, neuron.k, rule, seed)
    x, target = samples(rng, n, n_features)
    scores = core.run(x, target, learn=True)
    expected = [
        machine.learn(row, label, N_CLASSES) for row, label in zip(x.tolist(), target.tolist(), strict=True)
    ]
    # sums of a few exponentials of doubles: two libraries' exp and log differ by about 1e-16
    assert scores == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)
    weights = core.weights("code->units")
    assert weights.tolist() == machine.units.rows(weights.shape[0])
    assert core.size("units") == machine.units.opened
    check_counters(core.counters, machine.count)


def test_default_classifier_is_its_equations(rng: np.random.Generator) -> None:
    network = SpikingClassifier(n_hidden=96, k=8, encoder=AdaptivePopulation(n_calibrate=30)).network()
    check_counting(network, n_features=7, n=150, seed=4, rng=rng)


@pytest.mark.small
def test_a_small_classifier_is_its_equations(rng: np.random.Generator) -> None:
    network = rule_host(
        Counting(max_units=3, novelty=0.6, familiarity=0.8), AdaptivePopulation(n_calibrate=5)
    )
    check_counting(network, n_features=N_FEATURES, n=12, seed=1, rng=rng)


def check_three_factor(n: int, seed: int, rng: np.random.Generator) -> None:
    network = neuron_host(LIF(tau_syn=0.004, tau_mem=0.01))
    core = Core(network, n_features=N_FEATURES, n_classes=N_CLASSES, seed=seed)
    encoder, neuron = network.encoder, network.layers[0].neuron
    assert isinstance(encoder, Latency)
    assert isinstance(neuron, LIF)
    machine = ThreeFactorMachine(trunk_of(core), encoder, neuron, LEARNING, -6, N_CLASSES, seed)
    x, target = samples(rng, n)
    scores = core.run(x, target, learn=True)
    expected = [machine.learn(row, label) for row, label in zip(x.tolist(), target.tolist(), strict=True)]
    # potentials are sums of multiples of 1/64: exact. Weights could differ only where single precision (the
    # rule's) and double (here) are on different sides of a rounding edge, a chance of 1e-7 a write
    assert scores.tolist() == expected
    assert core.weights("code->units").tolist() == machine.rule.synapses.w
    assert core.counters["spikes"] > n
    assert core.counters["writes"] > n
    check_counters(core.counters, machine.count)


def test_hidden_lif_and_three_factor_are_their_equations(rng: np.random.Generator) -> None:
    check_three_factor(n=60, seed=9, rng=rng)


@pytest.mark.small
def test_three_factor_on_a_few_samples(rng: np.random.Generator) -> None:
    check_three_factor(n=5, seed=2, rng=rng)


def test_raster_holds_the_spikes_that_were_counted(rng: np.random.Generator) -> None:
    network = rule_host(Counting())
    core = Core(network, n_features=N_FEATURES, n_classes=N_CLASSES)
    x, target = samples(rng, 4)
    core.run(x, target, learn=True, record=True)
    raster = core.raster()
    assert raster.names == ("input", "code", "units")
    assert raster.sizes == (N_FEATURES, N_HIDDEN, core.size("units"))
    spikes = np.bincount(raster.layers, minlength=3)
    assert spikes[1] == core.counters.of("code")["spikes"] == 4 * K
    assert spikes[0] == core.counters.of("input->code")["syn_rows_read"]
    assert set(raster.ticks[raster.layers == 1]) == {network.encoder.ticks - 1}
    plain = Core(replace(network, dt=network.dt), n_features=N_FEATURES, n_classes=N_CLASSES)
    plain.run(x, target, learn=True)
    assert plain.weights("code->units").tobytes() == core.weights("code->units").tobytes()
    assert plain.raster().ticks.size == 0, "nothing was recorded"
