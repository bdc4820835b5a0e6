"""A frozen convolutional trunk in whole numbers, against plain loops: spike for spike, count for count."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from streamsnn import Core, Fixed, Given, KWinners, Latency, Layer, Level, Linear, Network, Projection
from streamsnn.delivery import last_arrival
from streamsnn.hardware.cost import cost
from streamsnn.hardware.placing import place, row_tables
from streamsnn.hardware.profile import Profile
from streamsnn.memory.convolution import Convolution
from streamsnn.neurons.integrator import LI
from tests.core.oracles.coding import latency_level, spikes_of
from tests.core.oracles.memory import words
from tests.core.oracles.neurons import largest
from tests.core.test_convolution import matrix

TICKS = 6
FIRST = Convolution(shape=(7, 7), kernel=(5, 5), filters=3, stride=2, padding=2)
SECOND = Convolution(shape=(4, 4), channels=3, kernel=(3, 3), filters=4, stride=2, padding=1)
N_CODE, N_OUT = 24, 3
MAPS = (
    Level(levels=15, shift=7, gain=(50, 70, 40), bias=(0, -900, 64)),
    Level(levels=7, shift=10, gain=(90, 100, 60, 80), bias=(-500, 0, 700, 100)),
)
CODE = KWinners(5, bias=tuple(range(-60, 60, 5)), gain=tuple(range(40, 64)), shift=2)
NAMES = ("maps", "more", "code", "out")


def drawn(rng: np.random.Generator) -> list[np.ndarray]:
    """8-bit weights of the four projections, a tenth of them 0."""
    shapes = [(FIRST.n_rows, 3), (SECOND.n_rows, 4), (SECOND.n_post, N_CODE), (N_CODE, N_OUT)]
    weights = [rng.integers(-127, 128, shape).astype(float) for shape in shapes]
    for w in weights:
        w[rng.random(w.shape) < 0.1] = 0.0
    return weights


def network(w: Sequence[np.ndarray]) -> Network:
    layers = (
        Layer("maps", MAPS[0], FIRST.n_post),
        Layer("more", MAPS[1], SECOND.n_post),
        Layer("code", CODE, N_CODE),
        Layer("out", LI(), N_OUT),
    )
    joins = (
        Projection("input", "maps", Given(w[0]), Fixed(8), storage=FIRST),
        Projection("maps", "more", Given(w[1]), Fixed(8), storage=SECOND),
        Projection("more", "code", Given(w[2]), Fixed(8)),
        Projection("code", "out", Given(w[3]), Fixed(8)),
    )
    return Network(Latency(ticks=TICKS), layers, joins, Linear())


class Trunk:
    """One sample after the other; every layer is told how many ticks its input may take."""

    def __init__(self, w: Sequence[np.ndarray]) -> None:
        full = [matrix(FIRST, w[0]), matrix(SECOND, w[1]), w[2], w[3]]
        joined = [matrix(FIRST, w[0] * 0 + 1), matrix(SECOND, w[1] * 0 + 1), w[2] * 0 + 1, w[3] * 0 + 1]
        self.w = [m.astype(int).tolist() for m in full]
        self.joined = [m.astype(int).tolist() for m in joined]
        self.width = [3, 4, N_CODE, N_OUT]  # weights of a stored row
        self.last = [TICKS - 1, TICKS, TICKS + 1, TICKS + 2]
        self.count: dict[str, Counter[str]] = {}

    def add(self, i: int, sent: dict[int, int], graded: bool) -> list[int]:
        """Input of layer i, in units of a weight of 1, and what it costs to deliver it."""
        pre = "input" if i == 0 else NAMES[i - 1]
        count = self.count.setdefault(f"{pre}->{NAMES[i]}", Counter())
        acc = [0] * len(self.w[i][0])
        for n, number in sent.items():
            for j, weight in enumerate(self.w[i][n]):
                acc[j] += weight * number
                count["synops"] += weight != 0
            rows = sum(self.joined[i][n]) // self.width[i]
            count["syn_rows_read"] += rows
            count["synops_stored"] += rows * self.width[i]
            count["syn_words_read"] += rows * words(self.width[i], 8)
            count["messages"] += 1
            count["payload_words"] += graded
        return acc

    def fire(self, i: int, v: list[int]) -> dict[int, int]:
        """Spikes of layer i with their numbers, from its potentials."""
        if i == 3:
            return {}
        if i == 2:
            scores = [(a * g + b) // 4 for a, g, b in zip(v, CODE.gain, CODE.bias, strict=True)]
            return dict.fromkeys(largest(scores, CODE.k), 1)
        neuron, sent = MAPS[i], {}
        for j, a in enumerate(v):
            c = j % len(neuron.gain)
            exact = (a * neuron.gain[c] + neuron.bias[c]) / 2**neuron.shift  # a small dyadic number: exact
            q = min(max(math.floor(exact + 0.5), 0), neuron.levels)
            if q:
                sent[j] = q
        return sent

    def run(self, levels: Sequence[int]) -> tuple[set[tuple[int, int, int]], list[int]]:
        """(tick, layer, neuron) of every spike, and the potentials of the last layer."""
        arriving = spikes_of(levels, TICKS)
        u = [[0] * len(m[0]) for m in self.w]
        v = [[0] * len(m[0]) for m in self.w]
        sent: list[dict[int, int]] = [{} for _ in NAMES]
        spikes = set()
        for t in range(TICKS + len(NAMES) - 1):
            now = dict.fromkeys(arriving[t] if t < TICKS else [], 1)
            spikes |= {(t, 0, j) for j in now}
            before, sent = [now, *sent], [{} for _ in NAMES]
            for i, name in enumerate(NAMES):
                acc = self.add(i, before[i], graded=i in (1, 2))
                if i < 3 and t > self.last[i]:
                    continue
                count = self.count.setdefault(name, Counter())
                count["neuron_updates_active"] += sum(a != 0 for a in acc)
                count["neuron_updates_idle"] += sum(a == 0 for a in acc)
                u[i] = [a + b for a, b in zip(u[i], acc, strict=True)] if i < 3 else acc
                v[i] = [a + b for a, b in zip(v[i], u[i], strict=True)]
                sent[i] = self.fire(i, v[i]) if t == self.last[i] else {}
                count["spikes"] += len(sent[i])
                spikes |= {(t, i + 1, j) for j in sent[i]}
        return spikes, v[3]


def test_a_trunk_is_its_integers_spike_for_spike(rng: np.random.Generator) -> None:
    w = drawn(rng)
    core = Core(network(w), n_features=FIRST.n_pre, n_classes=N_OUT)
    oracle = Trunk(w)
    x = rng.random((8, FIRST.n_pre)) * (rng.random((8, FIRST.n_pre)) < 0.5)
    x[0] = 0.0  # a sample without a spike of the input: only biases drive the maps
    per_layer: Counter[int] = Counter()
    for row in x:
        scores = core.run(row[None], np.array([-1]), learn=True, record=True)
        spikes, out = oracle.run([latency_level(each, 0.0, 1.0, TICKS) for each in row])
        raster = core.raster()
        found = zip(raster.ticks.tolist(), raster.layers.tolist(), raster.neurons.tolist(), strict=True)
        assert set(found) == spikes
        assert raster.ticks.size == len(spikes)
        assert scores[0].tolist() == [64 * each for each in out]
        per_layer.update(layer for _, layer, _ in spikes)
    assert min(per_layer[i] for i in range(4)) >= 8 * 3, "every layer fires"
    for name in core.counters.names[:-1]:
        counted = {k: n for k, n in core.counters.of(name).items() if n}
        assert counted == {k: n for k, n in oracle.count[name].items() if n}
    assert core.counters.of("core")["ticks"] == 8 * core.network.ticks == 8 * (TICKS + 3)


@pytest.mark.small
def test_the_last_tick_with_input_is_that_of_the_longest_way() -> None:
    def lasts(*joins: tuple[str, str, int], continuous: bool = False) -> list[int]:
        net = Network(
            Latency(ticks=TICKS),
            tuple(Layer(name, LI(), 2) for name in "abc"),
            tuple(Projection(pre, post, delay=delay) for pre, post, delay in joins),
            Linear(),
            continuous=continuous,
        )
        return [last_arrival(net, layer) for layer in net.layers]

    chain = (("input", "a", 0), ("a", "b", 0), ("b", "c", 0))
    assert lasts(*chain) == [5, 6, 7]
    assert lasts(*chain, ("input", "c", 0)) == [5, 6, 7], "a short cut does not make it shorter"
    assert lasts(("input", "a", 2), ("a", "b", 0), ("b", "c", 4)) == [7, 8, 13]
    assert lasts(("input", "a", 1), ("input", "b", 3), ("input", "c", 0)) == [6, 8, 5]
    assert lasts(*chain, ("c", "a", 3), ("b", "b", 9)) == [5, 6, 7], "loops may never end"
    assert lasts(*chain, ("input", "c", 7), continuous=True) == [5, 5, 5]


def test_only_chips_with_graded_spikes_can_host_a_trunk(rng: np.random.Generator) -> None:
    core = Core(network(drawn(rng)), n_features=FIRST.n_pre, n_classes=N_OUT)
    loihi2 = Profile.load("loihi2-estimate")
    plan = place(loihi2, core)
    assert [p.cores for p in plan.placements] == [1, 1, 1, 1]
    first, second, *_ = row_tables(loihi2, core)
    assert (first.shared, second.shared) == (FIRST.n_rows, SECOND.n_rows), "kernels are stored once"
    with pytest.raises(ValueError, match="'maps' carry numbers of 4 bits, but those of loihi1 carry no num"):
        place(Profile.load("loihi1"), core)
    core.run(rng.random((2, FIRST.n_pre)), np.full(2, -1), learn=True)
    assert cost(loihi2, core.counters, cores=plan.cores).energy_nj.mid > 0.0
