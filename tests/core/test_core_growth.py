"""Growing, saving and refusing: what a core does with more features, more classes, and wrong input."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.arena import Arena, Slot
from streamsnn.core import Core
from streamsnn.memory import Float32
from streamsnn.memory.initial import SignedRandom
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.linear import Linear
from streamsnn.rules.counting import Counting
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, rule_host, samples

COUNTING, THREE_FACTOR = rule_host(Counting()), rule_host(ThreeFactor())


def new_core(network: Network = COUNTING, n_features: int = N_FEATURES, n_classes: int = N_CLASSES) -> Core:
    return Core(network, n_features=n_features, n_classes=n_classes, seed=6)


# -- growing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [COUNTING, THREE_FACTOR], ids=["counting", "three-factor"])
def test_classes_may_come_one_at_a_time(network: Network, rng: np.random.Generator) -> None:
    x, target = samples(rng, 60)
    target = np.sort(np.where(target < 0, 0, target))  # class after class
    known, growing = new_core(network), new_core(network, n_classes=0)
    growing.run(x[:2], np.full(2, -1), learn=True)  # nothing known yet: nothing to learn
    known.run(x[:2], np.full(2, -1), learn=True)
    for c in range(N_CLASSES):
        growing.grow(n_classes=c + 1)
        growing.run(x[target == c], target[target == c], learn=True)
    known.run(x, target, learn=True)
    w = [core.weights("code->units") for core in (known, growing)]
    if network is COUNTING:
        # a class that is not there yet costs and changes nothing
        assert w[0].tobytes() == w[1].tobytes()
        scores = [core.run(x, target, learn=False) for core in (known, growing)]
        assert scores[0].tobytes() == scores[1].tobytes()
    # an error-driven rule lowers absent classes from the start, if it knows of them
    assert w[0].shape == w[1].shape


def test_new_features_leave_what_was_learned(rng: np.random.Generator) -> None:
    x, target = samples(rng, 40)
    core = new_core()
    core.run(x, target, learn=True)
    before, trunk = core.weights("code->units"), core.weights("input->code")
    scores = core.run(x, target, learn=False)
    core.grow(n_features=N_FEATURES + 200)  # beyond any spare capacity
    assert core.weights("code->units").tobytes() == before.tobytes()
    grown = core.weights("input->code")
    assert grown[:N_FEATURES].tobytes() == trunk.tobytes()
    assert np.count_nonzero(grown[N_FEATURES:]) > 0, "new features are connected"
    wide = np.full((40, N_FEATURES + 200), np.nan)
    wide[:, :N_FEATURES] = x
    assert core.run(wide, target, learn=False).tobytes() == scores.tobytes(), "missing ones are silent"
    arrays = core.arrays()
    nonzero = np.count_nonzero(arrays["p0.w"], axis=1)
    assert arrays["p0.nnz"].tolist() == nonzero.tolist()


def test_units_grow_without_limit_of_the_first_capacity(rng: np.random.Generator) -> None:
    core = new_core(rule_host(Counting(novelty=1.0, familiarity=1.0, max_units=100)))
    x, target = rng.random((150, N_FEATURES)), rng.integers(0, N_CLASSES, 150)
    for i in range(150):
        core.run(x[i : i + 1], target[i : i + 1], learn=True)
    assert core.size("units") > 64
    assert core.weights("code->units").any(axis=0).all()
    assert core.arrays()["p1.hits"][: core.size("units")].min() >= 1


@pytest.mark.small
def test_a_core_never_shrinks() -> None:
    core = new_core()
    with pytest.raises(ValueError, match="5 features and 3 classes: a core never shrinks below 6 and 3"):
        core.grow(n_features=N_FEATURES - 1)
    with pytest.raises(ValueError, match="6 features and 2 classes"):
        core.grow(n_classes=2)


@pytest.mark.small
def test_arena_keeps_indices_and_fills_the_rest() -> None:
    slots = (Slot("a", "i4", ("n", "m"), initial=7), Slot("b", "f8", ("m",)), Slot("c", "u1", (3,)))
    arena = Arena(slots, {"n": 2, "m": 3})
    arena.view("a")[...] = [[1, 2, 3], [4, 5, 6]]
    arena.view("b")[...] = [0.5, 1.5, 2.5]
    arena.grow({"m": 5})
    assert arena.view("a").tolist() == [[1, 2, 3, 7, 7], [4, 5, 6, 7, 7]]
    assert arena.view("b").tolist() == [0.5, 1.5, 2.5, 0.0, 0.0]
    sizes = [4, 8, 1]  # bytes of an element: the layout counts elements
    firsts, ends = arena.layout[:, 0] * sizes, arena.layout[:, 1] * sizes
    assert (firsts % 64).tolist() == [0, 0, 0]
    assert all(end <= first for end, first in zip(ends[:-1], firsts[1:], strict=True)), "arrays overlap"
    assert arena.block.ctypes.data % 64 == 0
    assert arena.layout[:, 2:].tolist() == [[2, 5], [5, 1], [3, 1]]


# -- saving --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [COUNTING, THREE_FACTOR], ids=["counting", "three-factor"])
def test_restored_and_pickled_cores_go_on_bit_for_bit(network: Network, rng: np.random.Generator) -> None:
    x, target = samples(rng, 80)
    core = new_core(network)
    core.run(x[:50], target[:50], learn=True)
    restored = new_core(network, n_features=0, n_classes=0)
    restored.restore(core.arrays(), n_features=N_FEATURES, n_classes=N_CLASSES)
    pickled = pickle.loads(pickle.dumps(core))
    scores = [c.run(x[50:], target[50:], learn=True).tobytes() for c in (core, restored, pickled)]
    assert scores[0] == scores[1] == scores[2]
    arrays = [c.arrays() for c in (core, restored, pickled)]
    for name in arrays[0]:
        assert arrays[0][name].tobytes() == arrays[1][name].tobytes() == arrays[2][name].tobytes(), name


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda a: a.pop("p1.hits"), "no array 'p1.hits' of type i4"),
        (lambda a: a.update({"p1.w": a["p1.w"].astype(np.int16)}), "no array 'p1.w'"),
        (
            lambda a: a.update({"p1.hits": a["p1.hits"][None]}),
            r"'p1.hits' has shape \(1, 64\), expected 1 axes",
        ),
        (lambda a: a.update({"p1.hits": a["p1.hits"][:-1]}), "sizes disagree"),
        (lambda a: a.update({"counters": a["counters"][:-1]}), "'counters' has shape .*: sizes disagree"),
        (lambda a: a.pop("counters"), "no array 'counters'"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_whole(
    spoil: Callable[[dict[str, np.ndarray]], object], message: str, rng: np.random.Generator
) -> None:
    core = new_core()
    core.run(*samples(rng, 20), learn=True)
    before, arrays = core.arrays(), core.arrays()
    spoil(arrays)
    with pytest.raises(ValueError, match=message):
        core.restore(arrays, n_features=N_FEATURES, n_classes=N_CLASSES)
    after = core.arrays()
    assert [name for name in before if before[name].tobytes() != after[name].tobytes()] == []


@pytest.mark.small
@pytest.mark.parametrize(("n_features", "n_classes"), [(10**6, N_CLASSES), (N_FEATURES, 10**6), (-1, 0)])
def test_a_state_with_more_features_or_classes_than_its_arrays_is_refused(
    n_features: int, n_classes: int
) -> None:
    # believed, the next run would read and write beyond the arrays
    core = new_core()
    with pytest.raises(ValueError, match=str(10**6 if n_features > 0 else -1)):
        core.restore(core.arrays(), n_features=n_features, n_classes=n_classes)


# -- refusing ------------------------------------------------------------------------------------------


@pytest.mark.small
def test_samples_of_another_shape_are_refused() -> None:
    core = new_core()
    for x, target in [
        (np.zeros((2, 5)), np.zeros(2, np.int64)),
        (np.zeros(6), np.zeros(1, np.int64)),
        (np.zeros((2, 6)), np.zeros(3, np.int64)),
    ]:
        with pytest.raises(ValueError, match=r"expected \(n, 6\) and \(n,\)"):
            core.run(x, target, learn=True)


@pytest.mark.small
def test_unknown_names_are_refused() -> None:
    core = new_core()
    with pytest.raises(ValueError, match="no projection 'code->out'; there are input->code, code->units"):
        core.weights("code->out")
    with pytest.raises(ValueError, match="joins unknown layers"):
        Network(COUNTING.encoder, COUNTING.layers, (Projection("input", "nowhere"),), COUNTING.readout)
    with pytest.raises(ValueError, match="nothing feeds the last layer 'units'"):
        Network(COUNTING.encoder, COUNTING.layers, COUNTING.projections[:1], COUNTING.readout)
    with pytest.raises(ValueError, match="join two layers only once"):
        Network(COUNTING.encoder, COUNTING.layers, COUNTING.projections * 2, COUNTING.readout)
    with pytest.raises(ValueError, match="layer name 'input'"):
        Layer("input", LI())
    with pytest.raises(ValueError, match="opens units needs a post layer of size 0"):
        rule_layers = (COUNTING.layers[0], Layer("units", LI(), 5))
        Network(COUNTING.encoder, rule_layers, COUNTING.projections, COUNTING.readout)


@pytest.mark.small
@pytest.mark.parametrize("learn", [True, False])
@pytest.mark.parametrize("target", [2, 7, 2**40])
def test_a_target_beyond_the_classes_is_refused(target: int, learn: bool) -> None:
    # not refused, a compiled kernel would write beyond its arrays and the process die some time later
    core = new_core(n_classes=2)
    before = core.arrays()
    with pytest.raises(ValueError, match=f"target {target}: there are 2 classes"):
        core.run(np.zeros((2, N_FEATURES)), np.array([0, target]), learn=learn)
    after = core.arrays()
    assert [name for name in before if before[name].tobytes() != after[name].tobytes()] == []


@pytest.mark.small
def test_arrays_of_other_types_are_the_same_samples() -> None:
    x, target = np.arange(4 * N_FEATURES).reshape(4, -1) % 2, np.array([0, 1, 2, 0])
    cores = [new_core(), new_core()]
    scores = [cores[0].run(x.astype(np.float64), target, learn=True)]
    scores.append(cores[1].run(np.asfortranarray(x, np.float32), target.astype(np.int8), learn=True))
    assert scores[0].tobytes() == scores[1].tobytes()
    assert cores[0].counters.rows.tolist() == cores[1].counters.rows.tolist()


@pytest.mark.small
def test_a_rule_is_not_run_on_a_format_that_its_tables_do_not_fit() -> None:
    # Projection's default is signed 8 bits; Counting's tables of 16 levels are read beyond their end
    projections = (COUNTING.projections[0], Projection("code", "units", rule=Counting()))
    with pytest.raises(ValueError, match="code->units: Counting reads its own format"):
        Network(COUNTING.encoder, COUNTING.layers, projections, COUNTING.readout)


@pytest.mark.small
def test_a_readout_of_fewer_neurons_than_classes_is_refused() -> None:
    # Linear reads one neuron per class: the second score would come from beyond the layer
    out = Layer("out", LI(arithmetic="float"), 1)
    network = Network(COUNTING.encoder, (out,), (Projection("input", "out", format=Float32()),), Linear())
    with pytest.raises(ValueError, match="layer 'out' has 1 neurons for 2 classes"):
        Core(network, n_features=2, n_classes=2)
    core = Core(network, n_features=2, n_classes=1)
    with pytest.raises(ValueError, match="for 3 classes"):
        core.grow(n_classes=3)
    assert core.n_classes == 1


@pytest.mark.small
def test_initial_weights_onto_a_layer_that_grows_are_refused() -> None:
    # they would have been dropped in silence
    start = Projection("code", "units", SignedRandom(4), Float32(), ThreeFactor())
    projections = (THREE_FACTOR.projections[0], start)
    with pytest.raises(
        ValueError, match=r"code->units: synapses onto a layer that grows start from Zeros\(\)"
    ):
        Network(THREE_FACTOR.encoder, THREE_FACTOR.layers, projections, THREE_FACTOR.readout)
    frozen = (THREE_FACTOR.projections[0], Projection("code", "units", format=Float32()))
    with pytest.raises(ValueError, match="need a learning rule"):
        Network(THREE_FACTOR.encoder, THREE_FACTOR.layers, frozen, THREE_FACTOR.readout)
