"""Delays: when spikes arrive, what waiting costs, and what is refused."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.hardware.placing import place, row_tables
from streamsnn.hardware.profile import Profile
from streamsnn.memory import Fixed, Float32, Float64
from streamsnn.memory.initial import Delays, Given, RandomDelays, Zeros
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.k_winners import KWinners
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.asp import ASP
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.memory import words

# One spike is enough to fire, and nothing stays: a spike out is a spike in, when it arrived.
RELAY = LIF(tau_mem=1e-4, v_threshold=1.0)
EYE = Given(2 * np.eye(3))
X = np.array([[1.0, 0.55, 0.01]])  # Latency(4 ticks): spikes of neuron 0 and 1 in ticks 0 and 2, 2 is silent
NO_LABEL = np.array([-1])


def relays(delay: int | Delays, on: int | Delays = 0, continuous: bool = False) -> Network:
    return Network(
        encoder=Latency(ticks=4),
        layers=(Layer("first", RELAY, 3), Layer("second", RELAY, 3)),
        projections=(
            Projection("input", "first", EYE, Fixed(8), delay=delay),
            Projection("first", "second", EYE, Fixed(8), delay=on),
        ),
        readout=Linear(),
        continuous=continuous,
    )


def spikes(core: Core, x: np.ndarray, layer: int) -> list[tuple[int, int]]:
    """(tick, neuron) of a layer; the ticks of samples follow one another."""
    found = []
    for s in range(len(x)):
        core.run(x[s : s + 1], NO_LABEL, learn=True, record=True)
        raster = core.raster()
        chosen = raster.layers == layer
        ticks = raster.ticks[chosen] + s * core.network.ticks
        found += list(zip(ticks.tolist(), raster.neurons[chosen].tolist(), strict=True))
    return found


@pytest.mark.small
def test_a_spike_arrives_when_its_delay_is_over() -> None:
    core = Core(relays(5, on=2), n_features=3, n_classes=3)
    assert core.network.ticks == 4 + 1 + 5 + 2
    assert core.delays("input->first").tolist() == [[5, 5, 5]] * 3
    assert spikes(core, X, 0) == [(0, 0), (2, 1)]
    assert spikes(core, X, 1) == [(5, 0), (2 + 5, 1)], "an encoder's spike in tick t + delay"
    assert spikes(core, X, 2) == [(5 + 3, 0), (2 + 5 + 3, 1)], "a layer's in tick t + 1 + delay"


def test_networks_without_delays_do_not_pay_for_them() -> None:
    plain, late = (Core(relays(delay), n_features=3, n_classes=3).source for delay in (0, RandomDelays(2)))
    words_of_delays = ("now = ", "_ring", "_lag", "_late", "_delay")
    assert [word for word in words_of_delays if word in plain] == []
    assert [word for word in words_of_delays if word in late] == ["now = ", "_ring", "_late", "_delay"]


@pytest.mark.small
def test_every_synapse_has_its_own_delay() -> None:
    delays = np.array([[4, 0, 0], [0, 1, 0], [0, 0, 5]])
    core = Core(relays(Given(delays), on=2), n_features=3, n_classes=3)
    assert spikes(core, X, 1) == [(3, 1), (4, 0)]
    assert core.delays("input->first").tolist() == delays.tolist()
    assert core.network.ticks == 4 + 1 + 5 + 2


@pytest.mark.parametrize("delays", [9, Given(np.full((3, 3), 9))], ids=["one", "own"])
def test_spikes_wait_into_the_next_sample_of_a_stream(delays: int | Delays) -> None:
    network = relays(delays, continuous=True)
    core = Core(network, n_features=3, n_classes=3)
    x = np.repeat(X, 5, axis=0)
    sent = [(t + 4 * s, i) for s in range(5) for t, i in ((0, 0), (2, 1))]
    arrived = [(t + 9, i) for t, i in sent if t + 9 < 20]
    assert spikes(core, x, 1) == arrived
    # a saved core has the spikes on their way: the first five samples' last ones come first
    clone = pickle.loads(pickle.dumps(core))
    silent = np.zeros((3, 3))
    waiting = [(t + 9 - 20, i) for t, i in sent if t + 9 >= 20]
    assert spikes(core, silent, 1) == spikes(clone, silent, 1) == waiting


def test_a_sample_starts_without_what_still_waits() -> None:
    network = relays(3)
    own = Given(np.full((3, 3), 7))
    back = Projection("second", "first", EYE, Fixed(8), delay=own)  # arrives after the sample's end
    core = Core(replace(network, projections=(*network.projections, back)), n_features=3, n_classes=3)
    twice = spikes(core, np.repeat(X, 2, axis=0), 1)
    assert twice == [(3, 0), (5, 1), (3 + 8, 0), (5 + 8, 1)]
    assert core.network.ticks == 8, "only ways to the last layer make a sample longer"


@pytest.mark.small
def test_waiting_is_counted(rng: np.random.Generator) -> None:
    one = Core(relays(5, on=2), n_features=3, n_classes=3)
    own = Core(relays(Given(np.full((3, 3), 5)), on=2), n_features=3, n_classes=3)
    for core in (one, own):
        core.run(X, NO_LABEL, learn=True)
    # 2 spikes read rows of 3 synapses of 6 bits; 3 neurons look at their slot in each of 12 ticks
    expected = {"delay_words_read": 2 * words(3, 6), "ring_writes": 2 * 3, "ring_reads": 0}
    count = one.counters.of("input->first")
    assert {name: count[name] for name in expected} == expected
    assert one.counters.of("first")["ring_reads"] == 3 * 12
    assert one.counters.rows.tolist() == own.counters.rows.tolist(), "a chip keeps one delay at every synapse"


def learning(delay: int | Delays, rule: ThreeFactor) -> Core:
    network = Network(
        encoder=Latency(ticks=4),
        layers=(Layer("out", LI(arithmetic="float"), 3),),
        projections=(Projection("input", "out", Zeros(), Float64(), rule, delay=delay),),
        readout=Linear("squared"),
    )
    return Core(network, n_features=3, n_classes=3)


def test_rules_see_spikes_that_arrive() -> None:
    rule = ThreeFactor(learning_rate=1.0, tau_pre=0.004)
    found = []
    for delay in (3, Given(np.full((3, 3), 3))):
        core = learning(delay, rule)
        core.run(X, np.array([1]), learn=True)
        found.append(core.weights("input->out")[:2, 1])
    # neuron 0 spikes in tick 0, neuron 1 in tick 2; the error comes in the last of 4 + 3 ticks
    trace = np.exp(-1 / 4.0) ** np.array([3, 1])  # 4 ms, from the spike's arrival to the last tick
    assert found[0] == pytest.approx(trace, rel=1e-12), "products of a few doubles"
    # with delays of their own, traces start when the spike reaches the synapses: 3 ticks earlier
    assert found[1] == pytest.approx(trace * np.exp(-3 / 4.0), rel=1e-12)


def test_deferred_is_dense_where_every_synapse_has_its_delay(rng: np.random.Generator) -> None:
    delays = RandomDelays(3, seed=2)
    x, target = rng.random((30, 3)), rng.integers(0, 3, 30)
    scores, weights = [], []
    for deferred in (False, True):
        core = learning(delays, ThreeFactor(learning_rate=0.1, deferred=deferred))
        scores.append(core.run(x, target, learn=True))
        core.settle()
        weights.append(core.weights("input->out"))
    # one product of sums instead of a sum of products: a few roundings of doubles
    assert scores[0] == pytest.approx(scores[1], abs=1e-12)
    assert weights[0] == pytest.approx(weights[1], abs=1e-12)
    assert np.count_nonzero(weights[0]) == 9


@pytest.mark.parametrize("delays", [9, RandomDelays(9, seed=5)], ids=["one", "own"])
def test_growing_and_predicting_leave_what_waits(delays: int | Delays, rng: np.random.Generator) -> None:
    network = relays(delays, continuous=True)
    weights = RandomDelays(longest=3, seed=1)  # drawn row by row: the same rows, whenever they are made
    late = replace(network.projections[0], weights=weights)
    network = replace(network, projections=(late, network.projections[1]))
    x = rng.random((12, 5))
    x[:6, 3:] = np.nan
    whole = Core(network, n_features=5, n_classes=3)
    grown = Core(network, n_features=3, n_classes=3)
    expected = spikes(whole, x, 1)
    found = spikes(grown, x[:6, :3].copy(), 1)
    counters = grown.counters.rows.tolist()
    grown.run(rng.random((4, 3)), np.full(4, -1), learn=False)
    assert grown.counters.rows.tolist() == counters
    grown.grow(n_features=5)
    found += [(t + 24, i) for t, i in spikes(grown, x[6:].copy(), 1)]
    assert found == expected
    assert len(expected) > 12


def test_winners_wait_for_late_input(rng: np.random.Generator) -> None:
    x = rng.random((5, 6))
    rasters = []
    for delay in (0, 3):
        network = Network(
            encoder=Latency(ticks=4),
            layers=(Layer("code", KWinners(4), 20), Layer("out", LI(), 3)),
            projections=(
                Projection("input", "code", RandomDelays(99, seed=1), Fixed(8), delay=delay),
                Projection("code", "out", RandomDelays(99, seed=2), Fixed(8)),
            ),
            readout=Linear(),
        )
        core = Core(network, n_features=6, n_classes=3)
        core.run(x, np.full(5, -1), learn=True, record=True)
        rasters.append(core.raster())
    code = [(r.ticks[r.layers == 1].tolist(), r.neurons[r.layers == 1].tolist()) for r in rasters]
    assert set(code[0][0]) == {3}
    assert set(code[1][0]) == {6}, "the last tick with input is the encoder's, and the delay"
    # a winner's potential weighs early spikes by the ticks left, so that all wait alike
    assert code[0][1] == code[1][1]


@pytest.mark.small
def test_random_delays_do_not_depend_on_the_block() -> None:
    delays = RandomDelays(longest=9, shortest=2, seed=4)
    whole = delays.rows(0, 50, 8)
    assert np.concatenate([delays.rows(0, 20, 8), delays.rows(20, 50, 8)]).tolist() == whole.tolist()
    assert set(np.unique(whole)) == set(range(2, 10))


@pytest.mark.parametrize(
    ("delay", "part"),
    [
        (63, "delay of 63 ticks: give 0 to 62"),
        (-1, "delay of -1 ticks"),
        (RandomDelays(longest=64), "delay of 64 ticks"),
        (1.5, "give whole ticks, RandomDelays or Given"),
        (Given(np.full((3, 3), 0.5)), "delay of 0.5 ticks: give whole ticks"),
        (Given(np.full((3, 3), -2)), "delay of -2 ticks: give whole ticks"),
        (Given(np.full((2, 3), 1)), r"shape \(2, 3\) hold no rows 0 to 3"),
    ],
)
def test_wrong_delays_are_refused(delay: int, part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        Core(relays(delay), n_features=3, n_classes=3)
    assert "\n" not in str(refused.value)


def test_rules_that_deliver_and_layers_that_grow_take_one_delay() -> None:
    rule = ASP(leak="gain")
    own = Projection("input", "out", format=rule.format, rule=rule, delay=RandomDelays(3))
    layer = Layer("out", LIF(arithmetic="float"), 3)
    with pytest.raises(ValueError, match="ASP delivers spikes in its own way; give one delay"):
        Network(Latency(), (layer,), (own,), Linear())
    assert Network(Latency(), (layer,), (replace(own, delay=3),), Linear()).ticks == 11
    growing = Layer("out", LI(arithmetic="float"), per_class=True)
    with pytest.raises(ValueError, match="layer 'out' grows; give it a size"):
        Network(Latency(), (growing,), (replace(own, rule=ThreeFactor(), format=Float32()),), Linear())


def test_a_chip_holds_delays_or_says_why_not() -> None:
    core = Core(relays(RandomDelays(62), on=6), n_features=3, n_classes=3)
    loihi = Profile.load("loihi1")
    # rows of 3 x (8 + 6) + 10 = 52 bits are one word; 62 ticks need 64 slots, 6 need 8
    assert [(t.words_per_row, t.delay) for t in row_tables(loihi, core)] == [(1, 62), (1, 6)]
    use = [dict(p.use)["delay_slots"] for p in place(loihi, core).placements]
    assert use == [3 * 64 / 8192, 3 * 8 / 8192]
    with pytest.raises(ValueError, match=r"wait up to 62 ticks, but those of odin have no delays that"):
        place(Profile.load("odin"), core)
    many = replace(core.network, layers=(Layer("first", RELAY, 200), Layer("second", RELAY, 3)))
    w, back = Zeros(), Zeros()
    many = replace(
        many,
        projections=(
            replace(many.projections[0], weights=w),
            replace(many.projections[1], weights=back),
        ),
    )
    plan = place(loihi, Core(many, n_features=3, n_classes=3))
    assert (plan.placements[0].cores, plan.placements[0].binding) == (2, "delay_slots")
