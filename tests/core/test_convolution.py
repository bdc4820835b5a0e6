"""Convolution by shared rows, against the dense matrix that it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.hardware.placing import place, row_tables
from streamsnn.hardware.profile import Profile
from streamsnn.memory import Fixed, Float32
from streamsnn.memory.convolution import Convolution, find_rows
from streamsnn.memory.initial import Given, RandomDelays
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.memory import words

shapes = st.tuples(st.integers(1, 6), st.integers(1, 6))


def matrix(c: Convolution, kernel: np.ndarray) -> np.ndarray:
    """`[n_pre, n_post]`, from the definition: four loops over output, kernel and channels."""
    height, width = c.shape
    rows, columns = c.out_shape
    weights = kernel.reshape(*c.kernel, c.channels, c.filters)
    dense = np.zeros((height, width, c.channels, rows, columns, c.filters))
    for oy, ox in np.ndindex(rows, columns):
        for dy, dx in np.ndindex(c.kernel):
            y, x = oy * c.stride + dy - c.padding, ox * c.stride + dx - c.padding
            if 0 <= y < height and 0 <= x < width:
                dense[y, x, :, oy, ox, :] += weights[dy, dx]
    return dense.reshape(c.n_pre, c.n_post)


@pytest.mark.small
@given(shapes, shapes, st.integers(1, 2), st.integers(1, 3), st.integers(0, 2))
def test_the_rows_of_a_spike_are_its_row_of_the_matrix(
    shape: tuple[int, int], kernel: tuple[int, int], channels: int, stride: int, padding: int
) -> None:
    if any(k > n + 2 * padding for n, k in zip(shape, kernel, strict=True)):
        return
    c = Convolution(shape, channels, kernel, filters=2, stride=stride, padding=padding)
    w = np.arange(1.0, 1 + c.n_rows * 2).reshape(c.n_rows, 2)
    dense = matrix(c, w)
    rows, places = np.zeros((2, kernel[0] * kernel[1]), np.int32)
    for i in range(c.n_pre):
        n = find_rows(i, np.array(c.constants()), rows, places)
        out = np.zeros((c.n_post // 2, 2))
        for r, p in zip(rows[:n], places[:n], strict=True):
            out[p] += w[r]
        assert out.ravel().tolist() == dense[i].tolist()
    assert c.n_synapses == np.count_nonzero(dense)


C = Convolution(shape=(7, 5), channels=2, kernel=(3, 2), filters=4, stride=2, padding=1)


def network(first: Projection, neuron: LIF) -> Network:
    layers = (Layer("maps", neuron, C.n_post), Layer("out", LI(arithmetic=neuron.arithmetic), 3))
    top = Projection("maps", "out", Given(np.arange(C.n_post * 3).reshape(C.n_post, 3) % 19 - 9.0), Fixed(8))
    return Network(Latency(), layers, (first, top), Linear())


@pytest.mark.parametrize(
    ("neuron", "exponent"),
    [(LIF(v_threshold=40.0), -2), (LIF(v_threshold=40.0), 1), (LIF(v_threshold=40.0, arithmetic="float"), 0)],
)
def test_a_convolution_is_its_dense_matrix(neuron: LIF, exponent: int, rng: np.random.Generator) -> None:
    fmt = Fixed(8, exponent=exponent)
    kernel = rng.integers(-30, 31, (C.n_rows, C.filters)).astype(float)
    kernel[rng.random(kernel.shape) < 0.2] = 0.0
    delay = 3 if neuron.integer else 0
    shared = Projection("input", "maps", Given(kernel), fmt, storage=C, delay=delay)
    # shared rows are floored to a multiple of 2^6 one by one, as the rows of the matrix are
    unrolled = Projection("input", "maps", Given(matrix(C, kernel)), fmt, delay=delay)
    x = rng.random((8, C.n_pre))
    x[rng.random(x.shape) < 0.5] = 0.0
    cores = [Core(network(p, neuron), n_features=C.n_pre, n_classes=3) for p in (shared, unrolled)]
    scores = [core.run(x, np.full(8, -1), learn=True, record=True) for core in cores]
    # floats: sums of few multiples of 1/4 are exact in any order
    assert scores[0].tolist() == scores[1].tolist()
    assert np.any(scores[0] != 0)
    rasters = [core.raster() for core in cores]
    assert rasters[0].neurons.tolist() == rasters[1].neurons.tolist()
    assert rasters[0].ticks.tolist() == rasters[1].ticks.tolist()
    assert cores[0].weights("input->maps").tolist() == fmt.quantise(kernel).tolist()
    count, full = (core.counters.of("input->maps") for core in cores)
    assert count["synops"] == full["synops"] > 0, "the same non-zero weights are delivered"
    assert count["messages"] == full["messages"]
    spikes = rasters[0].neurons[rasters[0].layers == 0]
    joined = np.count_nonzero(matrix(C, np.ones_like(kernel)), axis=1)[spikes].sum()
    assert count["synops_stored"] == joined
    assert count["syn_rows_read"] == joined / C.filters
    assert count["syn_words_read"] == joined / C.filters * words(C.filters, 8)
    assert count["ring_writes"] == (joined if delay else 0)
    assert count["delay_words_read"] == (joined / C.filters * words(C.filters, 6) if delay else 0)


def test_the_kernel_is_stored_once() -> None:
    p = Projection("input", "maps", Given(np.ones((C.n_rows, C.filters))), Fixed(8), storage=C)
    core = Core(network(p, LIF()), n_features=C.n_pre, n_classes=3)
    assert core.n_synapses("input->maps") == 3 * 2 * 2 * 4
    loihi, odin = Profile.load("loihi1"), Profile.load("odin")
    first = row_tables(loihi, core)[0]
    # 12 lists of 4 weights: one word each, whatever the number of inputs and of cores
    assert (first.rows, first.shared, first.words_per_row) == (C.n_pre, 12, 1)
    assert first.words(1) == first.words(7) == 12
    placed = place(loihi, core).placements[0]
    use = dict(placed.use)
    assert placed.cores == 1
    assert use["in_axons"] == C.n_pre / 4096
    assert use["synaptic_words"] == 12 / 16384
    # a chip without shared rows holds a list for every input
    listed = row_tables(odin, core)[0]
    assert (listed.rows, listed.shared) == (C.n_pre, 0)
    assert odin.limit.word_bits is not None
    mean = -(-C.n_synapses // C.n_pre)
    assert listed.words_per_row == odin.row_format(8, index_bits=7).words(mean)


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"rule": ThreeFactor(), "format": Float32()}, "full, with one delay, and do not learn"),
        ({"delay": RandomDelays(3)}, "full, with one delay, and do not learn"),
        ({"sparse": True}, "full, with one delay, and do not learn"),
        ({"mask": Given(np.ones((C.n_rows, C.filters)))}, "a mask needs storage='csr'"),
    ],
)
def test_shared_rows_are_fixed_and_full(wrong: dict[str, object], part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        Projection("input", "maps", **{"storage": C, **wrong})  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_a_convolution_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="the kernel is larger than the padded input"):
        Convolution(shape=(3, 3), kernel=(6, 3), padding=1)
    with pytest.raises(ValueError, match=r"stride=0, .*: give sizes and a stride of at least 1"):
        Convolution(shape=(3, 3), stride=0)
    p = Projection("input", "out", Given(np.ones((C.n_rows, C.filters))), Fixed(8), storage=C)
    with pytest.raises(ValueError, match=r"a convolution of 70 neurons onto 48 .* any number and 9"):
        Network(Latency(), (Layer("out", LI(), 9),), (p,), Linear())
    fitting = Network(Latency(), (Layer("out", LI(), C.n_post),), (p,), Linear())
    with pytest.raises(ValueError, match="its convolution takes 70 inputs, not 71"):
        Core(fitting, n_features=71)
    core = Core(fitting, n_features=70)
    with pytest.raises(ValueError, match="its convolution takes 70 inputs, not 72"):
        core.grow(n_features=72)
    with pytest.raises(ValueError, match=r"weights \(11, 4\)|shape \(11, 4\)"):
        wrong = Projection("input", "out", Given(np.ones((11, 4))), Fixed(8), storage=C)
        Core(Network(Latency(), (Layer("out", LI(), C.n_post),), (wrong,), Linear()), n_features=70)
