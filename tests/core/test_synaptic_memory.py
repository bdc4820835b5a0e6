"""The one write path and delivery, against tables of Python numbers."""

from collections import Counter

import numpy as np
import pytest

from streamsnn.memory import COUNTERS, Fixed, Float32, Format
from streamsnn.memory.synaptic import add_row, count_delivery, deliver_float, deliver_integer, write
from tests.core.oracles import memory
from tests.core.oracles.integers import uniform32

KEY = 123_456_789


def constants(number_format: Format, sparse: bool = False, index: int = 0) -> np.ndarray:
    """A projection's constants: format, exponent, bits stored per synapse, sparse or not."""
    exponent = number_format.exponent if isinstance(number_format, Fixed) else 0
    bits = number_format.bits + index
    return np.array([*number_format.constants(), float(exponent), float(bits), float(sparse)])


def new_count() -> np.ndarray:
    return np.zeros(len(COUNTERS), np.int64)


def counted(count: np.ndarray) -> Counter[str]:
    """Counters that moved, by name."""
    return Counter({name: int(n) for name, n in zip(COUNTERS, count, strict=True) if n})


def nonzero(w: np.ndarray) -> np.ndarray:
    return np.asarray(np.count_nonzero(w, axis=1), np.int32)


def spikes(*indices: int) -> np.ndarray:
    return np.array(indices, np.int32)


# -- write ---------------------------------------------------------------------------------------------


@pytest.mark.small
def test_write_counts_attempts_and_changes_apart() -> None:
    w, nnz, count = np.zeros((2, 3), np.int8), np.zeros(2, np.int32), new_count()
    script = [(0, 1, 5), (0, 1, 5), (0, 1, 6), (1, 2, 0), (1, 0, 1), (0, 1, 0)]
    for i, j, value in script:
        write(w, nnz, count, i, j, value)
    assert w.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert nnz.tolist() == [0, 1]
    # 0->5, 5->6, 0->1 and 6->0 change; 5->5 and 0->0 do not
    assert counted(count) == Counter(write_attempts=6, writes=4, lrn_words_written=4)


# -- add_row -------------------------------------------------------------------------------------------


def check_add_row(number_format: Format, rng: np.random.Generator, n_post: int = 37) -> None:
    """Random updates of random rows, exact against the oracle in weights, nnz and every counter."""
    stochastic = isinstance(number_format, Fixed) and number_format.rounding == "stochastic"
    start = rng.normal(0, 20, (4, n_post)) * (rng.random((4, n_post)) < 0.5)
    w = number_format.quantise(start)
    expected = w.tolist()
    nnz, count, total = nonzero(w), new_count(), Counter[str]()
    lsb, low, high, _, per_word = number_format.constants()
    for step in range(40):
        key = KEY + step
        i, scale = int(rng.integers(4)), float(rng.normal(0, 3)) * (lsb or 1.0)
        post = rng.normal(0, 2, n_post) * (rng.random(n_post) < 0.3)
        store: memory.Rounding = memory.float_rounding
        if isinstance(number_format, Fixed):
            store = memory.fixed_rounding(lsb, int(low), int(high), key if stochastic else None)
        row = [store(i, j, old, scale * post[j]) for j, old in enumerate(expected[i])]
        total += memory.row_counts(expected[i], row, int(per_word), number_format.bits)
        total += Counter(rng_draws=n_post if stochastic else 0)
        expected[i] = row
        add_row(w, nnz, count, key, i, scale, post, constants(number_format))
    assert w.tolist() == expected
    assert nnz.tolist() == nonzero(w).tolist()
    assert counted(count) == +total


@pytest.mark.parametrize(
    "number_format",
    [
        Fixed(8, rounding="nearest"),
        Fixed(8, exponent=-5),
        Fixed(4),
        Fixed(3, signed=False, rounding="nearest"),
        Float32(),
    ],
    ids=repr,
)
def test_add_row(number_format: Format, rng: np.random.Generator) -> None:
    check_add_row(number_format, rng)


@pytest.mark.small
@pytest.mark.parametrize("number_format", [Fixed(8), Float32()], ids=repr)
def test_add_row_on_a_small_row(number_format: Format, rng: np.random.Generator) -> None:
    check_add_row(number_format, rng, n_post=3)


@pytest.mark.small
def test_nearest_is_exact_and_saturates_by_hand() -> None:
    number_format = Fixed(4, exponent=-1, rounding="nearest")  # steps of 0.5, -7..7
    w, nnz, count = np.array([[0, 0, 6, -7, 3]], np.int8), np.array([3], np.int32), new_count()
    post = np.array([0.2, 0.25, 5.0, -1.0, -1.5])
    add_row(w, nnz, count, KEY, 0, 1.0, post, constants(number_format))
    # 0.4 -> 0; 0.5 -> 1 (halves up); 16 -> 7; -9 -> -7 stays; 3 - 3 = 0
    assert w.tolist() == [[0, 1, 7, -7, 0]]
    assert nnz.tolist() == [3]
    assert counted(count)["writes"] == 3
    assert counted(count)["lrn_words_written"] == 1, "five 4-bit weights share a word"


@pytest.mark.small
def test_words_written_are_counted_per_word() -> None:
    number_format = Fixed(8, rounding="nearest")
    n = 20  # words of 8, 8 and 4 weights
    for changed, words in [([0, 7], 1), ([0, 8], 2), ([7, 8, 15, 16, 19], 3), ([], 0)]:
        w, nnz, count = np.zeros((1, n), np.int8), np.zeros(1, np.int32), new_count()
        post = np.zeros(n)
        post[changed] = 1.0
        add_row(w, nnz, count, KEY, 0, 1.0, post, constants(number_format))
        assert counted(count)["lrn_words_written"] == words
        assert counted(count)["writes"] == len(changed)
        assert counted(count)["lrn_words_read"] == 3  # ceil((20 * 8 + 10) / 64)


def test_stochastic_rounding_is_unbiased() -> None:
    number_format, n = Fixed(8), 20_000
    for x in (0.1, 0.5, 2.97, -0.3, -1.75):
        w, nnz = np.zeros((1, n), np.int8), np.zeros(1, np.int32)
        add_row(w, nnz, new_count(), KEY, 0, x, np.ones(n), constants(number_format))
        fraction = x - np.floor(x)
        sd = np.sqrt(fraction * (1 - fraction) / n)  # of the mean of n Bernoulli draws
        assert w.mean() == pytest.approx(x, abs=4 * sd)
        assert set(np.unique(w)) == {np.floor(x), np.ceil(x)}


@pytest.mark.small
def test_stochastic_rounding_uses_the_documented_draws() -> None:
    w, nnz = np.zeros((3, 9), np.int8), np.zeros(3, np.int32)
    for i in (2, 0):  # rows in any order
        add_row(w, nnz, new_count(), KEY, i, 0.5, np.ones(9), constants(Fixed(8)))
    up = [[int(uniform32(KEY, i, j) >= 2**31) for j in range(9)] for i in range(3)]
    assert w.tolist() == [up[0], [0] * 9, up[2]]


def test_equal_keys_give_equal_bits_and_rows_do_not_share_draws() -> None:
    def rounded(key: int) -> np.ndarray:
        w, nnz = np.zeros((2, 4000), np.int8), np.zeros(2, np.int32)
        for i in range(2):
            add_row(w, nnz, new_count(), key, i, 0.5, np.ones(4000), constants(Fixed(8)))
        return w

    w = rounded(KEY)
    assert w.tobytes() == rounded(KEY).tobytes()
    for other in (w[1], rounded(KEY + 1)[0], np.roll(w[0], 1)):
        # agreement of independent fair coins: 1/2, sd 0.5 / sqrt(4000) = 0.008; 4 sd
        assert np.mean(w[0] == other) == pytest.approx(0.5, abs=4 * 0.008)


# -- delivery ------------------------------------------------------------------------------------------


@pytest.mark.small
@pytest.mark.parametrize("exponent", range(-6, 8))
def test_deliver_integer_is_equation_2(exponent: int) -> None:
    stored = np.array([[-127, -64, -3, -1, 0, 1, 2, 63, 127]], np.int8)
    acc, count = np.zeros(9, np.int32), new_count()
    deliver_integer(stored, nonzero(stored), count, spikes(0, 0), acc, constants(Fixed(8, exponent=exponent)))
    # every spike delivers: two of them give twice the floored weight, not the floor of twice the weight
    assert acc.tolist() == [2 * memory.effective_weight(n, exponent) for n in stored[0].tolist()]
    assert np.abs(acc).max() <= 2 * (2**21 - 2**6)


@pytest.mark.small
@pytest.mark.parametrize("number_format", [Float32(), Fixed(8, exponent=-4)], ids=repr)
def test_deliver_float_adds_real_values(number_format: Format, rng: np.random.Generator) -> None:
    w = number_format.quantise(rng.normal(0, 2, (5, 4)))
    acc, count = np.ones(4), new_count()
    deliver_float(w, nonzero(w), count, spikes(3, 1, 3), acc, constants(number_format))
    unit = 2.0**-4 if isinstance(number_format, Fixed) else 1.0
    # doubles hold these sums of a few small multiples or of a few floats to the last bit or nearly so
    rows = w.astype(np.float64)
    assert acc == pytest.approx(1.0 + unit * (2.0 * rows[3] + rows[1]), rel=1e-14)


@pytest.mark.small
@pytest.mark.parametrize("sparse", [False, True])
def test_delivery_is_counted_per_spike(sparse: bool, rng: np.random.Generator) -> None:
    w = (rng.integers(-1, 2, (6, 150)) * (rng.random((6, 150)) < 0.4)).astype(np.int8)
    pre, count = spikes(0, 5, 5, 2), new_count()
    const = constants(Fixed(2), sparse, index=8 if sparse else 0)
    count_delivery(nonzero(w), count, pre, 150, const)
    bits = 10 if sparse else 2
    assert counted(count) == memory.delivery_counts(w.tolist(), pre.tolist(), bits, sparse)


@pytest.mark.small
def test_no_spike_reads_nothing() -> None:
    w, count, acc = np.ones((2, 3), np.int8), new_count(), np.zeros(3, np.int32)
    deliver_integer(w, nonzero(w), count, spikes(), acc, constants(Fixed(8)))
    assert counted(count) == Counter()
    assert acc.tolist() == [0, 0, 0]
