"""Rows that are lists: the same network as the full array with zeros, and less memory."""

import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.symmetric import SymmetricFeedback
from streamsnn.hardware.placing import row_tables
from streamsnn.hardware.profile import Profile
from streamsnn.memory import COUNTERS, Fixed, Float32, Format
from streamsnn.memory.initial import Delays, Gaussian, Given, Initial, RandomDelays, RandomFanOut, Zeros
from streamsnn.memory.synaptic import add_row
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.counting import Counting
from streamsnn.rules.pair_stdp import PairSTDP
from streamsnn.rules.reward_stdp import RewardSTDP
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Rule
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, samples
from tests.core.oracles.memory import fixed_rounding, float_rounding, row_counts

N_HIDDEN = 40
KEY = 12345
WHOLE = LIF(v_threshold=30.0)
REAL = replace(WHOLE, arithmetic="float")


def frozen(first: Projection, second: Projection, neuron: LIF) -> Network:
    layers = (Layer("hidden", neuron, N_HIDDEN), Layer("out", neuron, N_CLASSES))
    loop = Projection("hidden", "hidden", Gaussian(9, 4.0), first.format)
    return Network(Latency(), layers, (first, second, loop), Linear())


def sparse_weights(rng: np.random.Generator, n_pre: int, n_post: int, density: float) -> Given:
    there = rng.random((n_pre, n_post)) < density
    return Given(np.where(there, rng.normal(10.0, 50.0, there.shape), 0.0))


@pytest.mark.parametrize(
    ("neuron", "fmt", "delay"),
    [(WHOLE, Fixed(8), 0), (REAL, Float32(), RandomDelays(5))],
    ids=["fixed", "float, delays"],
)
def test_lists_are_the_full_array_with_zeros(
    neuron: LIF, fmt: Format, delay: int | Delays, rng: np.random.Generator
) -> None:
    x, _ = samples(rng, 20)
    for density in (0.0, 0.1, 0.5, 1.0):
        sizes = {("input", "hidden"): (N_FEATURES, N_HIDDEN), ("hidden", "out"): (N_HIDDEN, N_CLASSES)}
        full = [
            Projection(*join, sparse_weights(rng, *size, density), fmt, sparse=True, delay=delay)
            for join, size in sizes.items()
        ]
        found = []
        for joins in (full, [replace(p, storage="csr", sparse=False) for p in full]):
            core = Core(frozen(joins[0], joins[1], neuron), n_features=N_FEATURES, n_classes=N_CLASSES)
            scores = core.run(x, np.full(20, -1), learn=True, record=True)
            raster = core.raster()
            spikes = np.column_stack([raster.ticks, raster.layers, raster.neurons])
            weights = [core.weights(p.name).tolist() for p in joins]
            words = row_tables(Profile.load("loihi1"), core)
            # floats too: the additions are the same ones in the same order, and adding 0 changes nothing
            found.append((scores.tolist(), spikes.tolist(), weights, core.counters.rows.tolist(), words))
        assert found[0] == found[1]
        assert density == 0.0 or core.counters.of("hidden")["spikes"] > 0
        assert core.counters.of("input->hidden")["synops"] == 0 or density > 0.0


# -- learning ------------------------------------------------------------------------------------------


@pytest.mark.small
@pytest.mark.parametrize(
    "fmt", [Fixed(8, exponent=-4), Fixed(4, rounding="nearest"), Float32()], ids=["8", "4", "float"]
)
def test_a_row_of_a_list_takes_what_its_synapses_are_due(fmt: Format, rng: np.random.Generator) -> None:
    n_post, index = 70, 7
    columns = [np.sort(rng.choice(n_post, n, replace=False)) for n in (13, 0, 70, 1)]
    many = np.array([c.size for c in columns], np.int32)
    first = np.cumsum(many) - many
    column = np.concatenate(columns).astype(np.uint16)
    value = fmt.quantise(rng.normal(0.0, 1.0, column.size) * (rng.random(column.size) < 0.8))
    nnz = np.array([np.count_nonzero(value[a : a + n]) for a, n in zip(first, many, strict=True)], np.int32)
    lsb, low, high, stochastic, _ = fmt.constants()
    per_word = 64 // (fmt.bits + index)
    const = np.array([lsb, low, high, stochastic, max(per_word, 1), 0.0, fmt.bits + index, 1.0])
    key = KEY if stochastic else None
    store = fixed_rounding(lsb, int(low), int(high), key) if lsb else float_rounding
    count = np.zeros(len(COUNTERS), np.int64)
    expected: Counter[str] = Counter()
    for step in range(12):
        i, scale, post = step % 4, float(rng.normal()), rng.normal(0.0, 1.0, n_post)
        post[rng.random(n_post) < 0.3] = 0.0
        old = value[first[i] : first[i] + many[i]].tolist()
        new = [store(i, int(j), w, scale * float(post[j])) for j, w in zip(columns[i], old, strict=True)]
        add_row((value, column, first, many), nnz, count, KEY, i, scale, post, const)
        assert value[first[i] : first[i] + many[i]].tolist() == new
        assert nnz[i] == np.count_nonzero(new)
        expected += row_counts(old, new, max(per_word, 1), fmt.bits + index)
        expected["rng_draws"] += len(new) if key is not None else 0
    assert {c: n for c, n in zip(COUNTERS, count.tolist(), strict=True) if n} == dict(+expected)


def learning(rule: Rule, fmt: Format, storage: str, weights: Initial, mask: Initial | None = None) -> Network:
    out = Layer("out", LI(arithmetic="float"), N_CLASSES)
    join = Projection("input", "out", weights, fmt, rule)
    if storage == "csr":
        join = replace(join, storage="csr", mask=mask)
    return Network(Latency(), (out,), (join,), Linear())


SAME = ("writes", "write_attempts", "lrn_rows_read", "lrn_synapses_visited", "rng_draws", "synops")


def test_a_list_of_all_synapses_learns_what_the_full_array_does(rng: np.random.Generator) -> None:
    rule, fmt = ThreeFactor(learning_rate=0.3), Fixed(8, exponent=-6)
    x, target = samples(rng, 40)
    everywhere = Given(np.ones((N_FEATURES, N_CLASSES)))
    cores = [
        Core(learning(rule, fmt, storage, Zeros(), mask), n_features=N_FEATURES, n_classes=N_CLASSES, seed=4)
        for storage, mask in (("dense", None), ("csr", everywhere))
    ]
    scores = [core.run(x, target, learn=True).tolist() for core in cores]
    assert scores[0] == scores[1]
    weights = [core.weights("input->out").tolist() for core in cores]
    assert weights[0] == weights[1]
    counts = [{name: core.counters[name] for name in SAME} for core in cores]
    assert counts[0] == counts[1]
    assert counts[0]["writes"] > 0


def test_only_stored_synapses_learn_and_cost(rng: np.random.Generator) -> None:
    mask = rng.random((N_FEATURES, N_CLASSES)) < 0.5
    network = learning(
        ThreeFactor(learning_rate=0.3), Fixed(8, exponent=-6), "csr", Zeros(), Given(mask.astype(float))
    )
    core = Core(network, n_features=N_FEATURES, n_classes=N_CLASSES, seed=4)
    x, target = samples(rng, 40)
    core.run(x, target, learn=True)
    w = core.weights("input->out")
    assert not w[~mask].any()
    assert np.count_nonzero(w[mask]) > mask.sum() / 2
    assert core.n_synapses("input->out") == mask.sum()
    # the dense rule visits every row that exists in every labelled sample
    assert core.counters["write_attempts"] == np.count_nonzero(target >= 0) * mask.sum()
    clone = pickle.loads(pickle.dumps(core))
    again = [c.run(x, target, learn=True).tolist() for c in (core, clone)]
    assert again[0] == again[1]


def test_new_features_bring_new_lists(rng: np.random.Generator) -> None:
    network = frozen(
        Projection("input", "hidden", RandomFanOut(5, 60.0, seed=2), Fixed(8), storage="csr"),
        Projection("hidden", "out", RandomFanOut(2, 60.0, seed=3), Fixed(8), storage="csr"),
        WHOLE,
    )
    core = Core(network, n_features=4, n_classes=N_CLASSES)
    before = core.weights("input->hidden")
    core.grow(n_features=9)
    after = core.weights("input->hidden")
    assert after.shape == (9, N_HIDDEN)
    assert after[:4].tolist() == before.tolist()
    assert np.count_nonzero(after, axis=1).tolist() == [5] * 9, "no weight of deviation 60 rounds to 0 here"
    grown_at_once = replace(network.projections[0], weights=Given(after))
    whole = Core(
        replace(network, projections=(grown_at_once, *network.projections[1:])),
        n_features=9,
        n_classes=N_CLASSES,
    )
    x = rng.random((10, 9))
    runs = [c.run(x, np.full(10, -1), learn=True).tolist() for c in (core, whole)]
    assert runs[0] == runs[1]
    assert core.counters.rows.tolist() == whole.counters.rows.tolist()


def test_memory_grows_with_synapses_not_with_neurons() -> None:
    n, fan_out = 20_000, 50
    layers = (Layer("wide", LIF(), n), Layer("out", LI(), N_CLASSES))
    joins = (
        Projection("input", "out", Gaussian(1, 9.0), Fixed(8)),
        Projection("wide", "wide", RandomFanOut(fan_out, 90.0), Fixed(8), storage="csr"),
    )
    core = Core(Network(Latency(), layers, joins, Linear()), n_features=1, n_classes=N_CLASSES)
    synapses = core.n_synapses("wide->wide")
    assert 0.95 * n * fan_out < synapses <= n * fan_out  # weights that round to 0 are no synapses
    lists = {name: a.nbytes for name, a in core.arrays().items() if name in ("p1.value", "p1.column")}
    assert lists == {"p1.value": synapses, "p1.column": 2 * synapses}
    assert core.nbytes < 3 * synapses + 100 * n


# -- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (PairSTDP(), "PairSTDP reads or writes single weights, which lists lack; use storage='dense'"),
        (RewardSTDP(), "RewardSTDP keeps a number for every pair of neurons"),
        (Counting(), "layer of size 0"),
    ],
    ids=["single weights", "pairs", "growing"],
)
def test_rules_of_single_weights_need_the_full_array(rule: Rule, part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        learning(rule, rule.format, "csr", Zeros(), Given(np.ones((N_FEATURES, N_CLASSES))))
    assert "\n" not in str(refused.value)


def test_what_lists_and_full_rows_cannot_do_is_refused() -> None:
    with pytest.raises(ValueError, match="storage='coo': choose 'dense', 'csr' or a Convolution"):
        Projection("input", "out", storage="coo")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a mask needs storage='csr'"):
        Projection("input", "out", mask=Gaussian(1), sparse=True)
    with pytest.raises(ValueError, match="would write synapses that a list lacks; use storage='csr'"):
        replace_rule = Projection("input", "out", format=Float32(), rule=ThreeFactor(), sparse=True)
        Network(Latency(), (Layer("out", LI(arithmetic="float"), 3),), (replace_rule,), Linear())
    hidden = Layer("hidden", LIF(arithmetic="float"), 5, feedback=SymmetricFeedback())
    joins = (
        Projection("input", "hidden", format=Float32(), rule=ThreeFactor()),
        Projection("hidden", "out", Gaussian(1), Float32(), storage="csr"),
    )
    with pytest.raises(ValueError, match="SymmetricFeedback reads single weights of hidden->out"):
        Network(Latency(), (hidden, Layer("out", LI(arithmetic="float"), 3)), joins, Linear())
    growing = Projection("input", "out", format=Float32(), rule=ThreeFactor(), storage="csr")
    with pytest.raises(ValueError, match="layer 'out' grows; give it a size"):
        Network(Latency(), (Layer("out", LI(arithmetic="float"), per_class=True),), (growing,), Linear())
