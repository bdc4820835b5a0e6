"""Number formats, initial weights, words of a row, and counters as a mapping."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.memory import COUNTERS, Counters, Fixed, Float32
from streamsnn.memory.initial import SignedRandom, Zeros
from streamsnn.memory.packing import index_bits, row_words
from tests.core.oracles import memory

pytestmark = pytest.mark.small
FIXED = st.one_of(
    st.builds(Fixed, st.integers(2, 8), st.just(True), st.integers(-30, 7)),
    st.builds(Fixed, st.integers(1, 7), st.just(False), st.integers(-30, 7)),
)


@given(FIXED, st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8))
def test_quantise_rounds_to_the_nearest_and_saturates(fixed: Fixed, values: list[float]) -> None:
    stored = fixed.quantise(np.array(values)).tolist()
    for value, n in zip(values, stored, strict=True):
        # Python rounds a Fraction half to even, as IEEE does
        exact = round(Fraction(value) / Fraction(2) ** fixed.exponent)
        assert n == min(max(exact, fixed.low), fixed.high)


@pytest.mark.parametrize(
    ("fixed", "low", "high"),
    [
        (Fixed(8), -127, 127),
        (Fixed(2), -1, 1),
        (Fixed(4, signed=False), 0, 15),
        (Fixed(1, signed=False), 0, 1),
        (Fixed(7, signed=False), 0, 127),
    ],
)
def test_ranges(fixed: Fixed, low: int, high: int) -> None:
    assert (fixed.low, fixed.high) == (low, high)
    assert fixed.quantise(np.array([-1e9, 1e9])).tolist() == [low, high]
    assert fixed.quantise(np.zeros(1)).dtype == fixed.dtype == np.int8


def test_constants_of_the_write_path() -> None:
    assert Fixed(8, exponent=-3, rounding="nearest").constants() == (0.125, -127.0, 127.0, 0.0, 8)
    assert Fixed(3).constants() == (1.0, -3.0, 3.0, 1.0, 21)  # 21 whole weights of 3 bits in 64
    assert Float32().constants() == (0.0, -math.inf, math.inf, 0.0, 2)


def test_float32_keeps_single_precision() -> None:
    assert Float32().quantise(np.array([0.1, 1e300 * 0])).tolist() == [float(np.float32(0.1)), 0.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bits": 9}, r"Fixed\(bits=9\).*1 to 8 bits signed, 1 to 7 unsigned"),
        ({"bits": 8, "signed": False}, r"Fixed\(bits=8\)"),
        ({"bits": 0, "signed": False}, r"Fixed\(bits=0\)"),
        ({"bits": 1}, r"Fixed\(bits=1\).*signed=False"),
        ({"exponent": 8}, r"exponent=8.*-30 to 7"),
        ({"exponent": -31}, r"exponent=-31"),
        ({"rounding": "down"}, "rounding='down'"),
    ],
)
def test_fixed_refuses(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fixed(**arguments)  # type: ignore[arg-type]


def test_float32_refuses_other_widths() -> None:
    with pytest.raises(ValueError, match="not 16; use Fixed"):
        Float32(16)


# -- words of a row ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (8, 144),  # dense 8 b
        (4, 80),  # dense 4 b
        (1, 32),  # dense 1 b
        (8 + 6 + 9, 384),  # dense 8 b, delay 6 b, tag 9 b
        (8 + 10, 304),  # sparse 8 b, index 10 b
        (8 + 10 + 6, 400),  # sparse, delay 6 b
        (8 + 10 + 9, 448),  # sparse, tag 9 b
    ],
)
def test_published_table_of_rows_of_1024(bits: int, words: int) -> None:
    assert row_words(1024, bits) == words


@given(st.integers(0, 5000), st.integers(1, 40))
def test_words_of_a_row(n: int, bits: int) -> None:
    assert row_words(n, bits) == memory.words(n, bits)


@given(st.integers(0, 20), st.integers(0, 500), st.integers(1, 40))
def test_splitting_a_row_between_groups_costs_nothing(groups: int, rest: int, bits: int) -> None:
    # elsewhere a split can even save a word, where it turns two part-filled groups into two small ones
    assert row_words(64 * groups, bits) + row_words(rest, bits) == row_words(64 * groups + rest, bits)
    assert row_words(rest, bits) <= row_words(rest + 1, bits)


@given(st.integers(0, 10_000))
def test_index_bits_reach_every_neuron(n: int) -> None:
    bits = index_bits(n)
    assert 2**bits >= n
    assert bits == 6 or 2 ** (bits - 1) < n


# -- initial weights -----------------------------------------------------------------------------------


@given(st.integers(2, 9), st.integers(2, 20), st.integers(1, 6), st.integers(0, 3))
def test_signed_random_is_balanced_and_repeatable(fan_in: int, n: int, n_post: int, seed: int) -> None:
    w = SignedRandom(fan_in, amplitude=2.0, seed=seed).rows(0, n, n_post)
    assert w.shape == (n, n_post)
    inputs = min(fan_in, n)
    assert np.abs(w).sum(axis=0).tolist() == [2.0 * inputs] * n_post
    assert w.sum(axis=0).tolist() == [2.0 * (inputs % 2)] * n_post
    assert w.tobytes() == SignedRandom(fan_in, amplitude=2.0, seed=seed).rows(0, n, n_post).tobytes()


def test_patches_are_local() -> None:
    w = SignedRandom(fan_in=6, image=(8, 8), patch=3, seed=2).rows(0, 64, 50)
    for column in w.T.reshape(50, 8, 8):
        rows, columns = np.nonzero(column)
        assert np.count_nonzero(column) == 6
        assert np.ptp(rows) < 3
        assert np.ptp(columns) < 3


def test_rows_of_new_features_have_the_density_of_the_old() -> None:
    w = SignedRandom(fan_in=5, seed=1).rows(50, 150, 400)
    density = np.count_nonzero(w) / w.size
    # 40,000 synapses, p = 0.1: sd 0.0015; 4 sd
    assert density == pytest.approx(0.1, abs=0.006)
    assert set(np.unique(w)) == {-1.0, 0.0, 1.0}


def test_signed_random_refuses() -> None:
    with pytest.raises(ValueError, match="fan_in=1"):
        SignedRandom(fan_in=1)
    with pytest.raises(ValueError, match=r"patch=None: give both"):
        SignedRandom(image=(8, 8))
    with pytest.raises(ValueError, match=r"patch=9 does not fit"):
        SignedRandom(image=(8, 8), patch=9)
    with pytest.raises(ValueError, match="60 inputs are no image of 8 x 8"):
        SignedRandom(image=(8, 8), patch=3).rows(0, 60, 2)


def test_zeros() -> None:
    assert Zeros().rows(3, 5, 2).tolist() == [[0.0, 0.0], [0.0, 0.0]]


# -- counters as a mapping -----------------------------------------------------------------------------


def test_counters_add_up_rows_and_subtract() -> None:
    rows = np.arange(2 * len(COUNTERS)).reshape(2, -1)
    counters = Counters(rows, ("a", "b"))
    assert list(counters) == list(COUNTERS)
    assert counters["writes"] == rows[:, COUNTERS.index("writes")].sum()
    assert counters.of("b")["synops"] == rows[1, COUNTERS.index("synops")]
    assert set((counters - counters).values()) == {0}
    rows[:] = 0
    assert counters["refused"] > 0, "counters are a copy"


def test_counters_name_what_is_missing() -> None:
    counters = Counters(np.zeros((1, len(COUNTERS)), np.int64), ("a",))
    with pytest.raises(KeyError, match="no counter 'synapses'; there are syn_rows_read"):
        counters["synapses"]
    with pytest.raises(KeyError, match="no counter row 'b'; there are a"):
        counters.of("b")
    with pytest.raises(ValueError, match=r"counter rows \(1, \d+\), expected \(2, \d+\)"):
        Counters(np.zeros((1, len(COUNTERS)), np.int64), ("a", "b"))
