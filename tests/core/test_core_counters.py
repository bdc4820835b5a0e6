"""Invariants of the counters through whole cores on small random networks."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.memory import COUNTERS, Fixed
from streamsnn.memory.initial import SignedRandom
from streamsnn.memory.packing import index_bits
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.counting import Counting
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Rule
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, neuron_host, rule_host, samples
from tests.core.oracles.memory import words

LEARNING = [name for name in COUNTERS if name.startswith(("lrn_", "write", "rng_"))]
HOSTS = {
    "counting": rule_host(Counting()),
    "three-factor": rule_host(ThreeFactor()),
    "PES": rule_host(PES()),
    "three-factor, 8 bits": neuron_host(LIF()),
}
every_host = pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)


def frozen(rng: np.random.Generator) -> tuple[Network, int]:
    """A random network without learning: sizes, density and weight bits vary, the shape does not."""
    n_features, n_hidden, n_out = (int(n) for n in rng.integers([3, 8, 3], [12, 90, 80]))
    sparse = bool(rng.integers(2))
    trunk = Projection(
        "input",
        "code",
        SignedRandom(int(rng.integers(2, 8)), 64.0, seed=1),
        Fixed(2, exponent=6),
        sparse=sparse,
    )
    bits = int(rng.integers(2, 9))
    out = Projection("code", "out", SignedRandom(5, seed=2), Fixed(bits), sparse=not sparse)
    lif = LIF(tau_mem=0.01, v_threshold=60.0)
    layers = (Layer("code", lif, n_hidden), Layer("out", LI(arithmetic="float"), n_out))
    return Network(Latency(), layers, (trunk, out), Linear()), n_features


def run_frozen(network: Network, n_features: int, seed: int, x: np.ndarray) -> Core:
    core = Core(network, n_features=n_features, n_classes=3, seed=seed)
    core.run(x, np.full(len(x), -1), learn=True, record=True)
    return core


def test_reads_are_spikes_times_rows(rng: np.random.Generator) -> None:
    for _ in range(6):
        network, n_features = frozen(rng)
        x, _ = samples(rng, 20, n_features)
        core = run_frozen(network, n_features, 0, x)
        raster = core.raster()
        # a sample's last tick has no layer left to deliver to: LIF spikes of that tick are not read
        read = [raster.layers == 0, (raster.layers == 1) & (raster.ticks < network.ticks - 1)]
        for p, chosen in zip(network.projections, read, strict=True):
            w, count = core.weights(p.name), core.counters.of(p.name)
            fan_out = np.count_nonzero(w, axis=1)
            stored = fan_out if p.sparse else np.full(len(w), w.shape[1])
            bits = p.format.bits + (index_bits(w.shape[1]) if p.sparse else 0)
            row = np.array([words(int(n), bits) for n in stored])
            spikes = raster.neurons[chosen]
            assert count["syn_rows_read"] == spikes.size > 0
            assert count["syn_words_read"] == row[spikes].sum()
            assert count["synops_stored"] == stored[spikes].sum()
            assert count["synops"] == fan_out[spikes].sum()
        code = core.counters.of("code")
        assert code["spikes"] == np.count_nonzero(raster.layers == 1)
        # every neuron is updated in every tick, with input or without
        for layer in ("code", "out"):
            c = core.counters.of(layer)
            updates = c["neuron_updates_active"] + c["neuron_updates_idle"]
            assert updates == 20 * network.ticks * core.size(layer)
        assert core.counters.of("core")["ticks"] == 20 * network.ticks


def test_frozen_weights_cost_no_learning_whatever_the_seed(rng: np.random.Generator) -> None:
    network, n_features = frozen(rng)
    x, _ = samples(rng, 20, n_features)
    cores = [run_frozen(network, n_features, seed, x) for seed in (0, 1, 2**31)]
    assert {name: cores[0].counters[name] for name in LEARNING} == dict.fromkeys(LEARNING, 0)
    assert cores[0].counters["synops"] > 0
    assert (
        cores[0].counters.rows.tolist() == cores[1].counters.rows.tolist() == cores[2].counters.rows.tolist()
    )


@every_host
def test_prediction_changes_nothing(host: Network, rng: np.random.Generator) -> None:
    core = Core(host, n_features=N_FEATURES, n_classes=N_CLASSES, seed=3)
    x, target = samples(rng, 40)
    core.run(x, target, learn=True)
    before, counters = core.arrays(), core.counters
    first = core.run(x, target, learn=False)
    assert core.run(x[::-1].copy(), target, learn=False)[::-1].tobytes() == first.tobytes()
    after = core.arrays()
    assert [name for name in before if before[name].tobytes() != after[name].tobytes()] == []
    assert core.counters.rows.tolist() == counters.rows.tolist()
    assert counters["writes"] > 0, "there was something to disturb"


@every_host
def test_a_block_is_its_samples_one_by_one(host: Network, rng: np.random.Generator) -> None:
    x, target = samples(rng, 50)
    block, single, mixed = (Core(host, n_features=N_FEATURES, n_classes=N_CLASSES, seed=3) for _ in range(3))
    scores = [block.run(x, target, learn=True)]
    scores.append(
        np.concatenate([single.run(x[i : i + 1], target[i : i + 1], learn=True) for i in range(50)])
    )
    parts = []
    for part in (slice(0, 7), slice(7, 8), slice(8, 50)):
        parts.append(mixed.run(x[part], target[part], learn=True))
        mixed.run(x[:3], target[:3], learn=False)  # predictions in between disturb nothing
    scores.append(np.concatenate(parts))
    assert scores[0].tobytes() == scores[1].tobytes() == scores[2].tobytes()
    for p in host.projections:
        weights = [core.weights(p.name).tobytes() for core in (block, single, mixed)]
        assert weights[0] == weights[1] == weights[2]
    assert block.counters.rows.tolist() == single.counters.rows.tolist() == mixed.counters.rows.tolist()
    assert block.totals.tolist() == list(block.counters.values())


@pytest.mark.parametrize(
    ("rule", "differs"), [(Counting(young=50), True), (ThreeFactor(), False)], ids=["draws", "no draws"]
)
def test_the_seed_moves_draws_only(rule: Rule, differs: bool, rng: np.random.Generator) -> None:
    x, target = samples(rng, 50)
    cores = [Core(rule_host(rule), n_features=N_FEATURES, n_classes=N_CLASSES, seed=seed) for seed in (1, 2)]
    for core in cores:
        core.run(x, target, learn=True)
    w = [core.weights("code->units") for core in cores]
    assert (w[0].shape != w[1].shape or bool((w[0] != w[1]).any())) == differs
    trunk = [Counter(core.counters.of("input->code")) for core in cores]
    assert trunk[0] == trunk[1], "what the frozen trunk costs does not depend on learning"


def test_without_labels_a_rule_writes_nothing(rng: np.random.Generator) -> None:
    x, _ = samples(rng, 10)
    for name, host in HOSTS.items():
        core = Core(host, n_features=N_FEATURES, n_classes=N_CLASSES)
        core.run(x, np.full(10, -1), learn=True)
        assert core.counters["write_attempts"] == core.counters["lrn_rows_read"] == 0, name
        assert core.counters["samples"] == 10


def test_dense_rule_attempts_every_synapse_of_every_labelled_sample(rng: np.random.Generator) -> None:
    x, target = samples(rng, 30)
    core = Core(HOSTS["three-factor"], n_features=N_FEATURES, n_classes=N_CLASSES)
    core.run(x, target, learn=True)
    w = core.weights("code->units")
    labelled = np.count_nonzero(target >= 0)
    assert core.counters["write_attempts"] == labelled * w.size
    larger = Core(replace(HOSTS["three-factor"], dt=2e-3), n_features=N_FEATURES, n_classes=2 * N_CLASSES)
    larger.run(x, target, learn=True)
    assert larger.counters["write_attempts"] == labelled * 2 * w.size
