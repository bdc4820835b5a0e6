"""Chip integers: decay, wrap, rounding hash."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.memory.fixed_point import decay, decay_constant, draw, draw_key, mix, wrap24
from tests.core.oracles import integers

STATE = st.integers(-(2**23) + 1, 2**23 - 1)
DECAY = st.integers(0, 4096)


@pytest.mark.small
@given(STATE, DECAY)
def test_decay_is_the_floor_form(x: int, d: int) -> None:
    assert decay(x, d) == integers.dec(x, d)


def test_floor_form_equals_subtract_ceil_form_on_random_states(rng: np.random.Generator) -> None:
    states = rng.integers(-(2**23), 2**23, 20_000).tolist()
    decays = rng.integers(0, 4097, 20_000).tolist()
    ours = [decay(x, d) for x, d in zip(states, decays, strict=True)]
    assert ours == [integers.dec_subtracting(x, d) for x, d in zip(states, decays, strict=True)]


@pytest.mark.small
@pytest.mark.parametrize("x", [1, -1, 2**23 - 1, -(2**23) + 1])
def test_any_decay_ends_at_exactly_zero(x: int) -> None:
    # rounding toward zero takes off at least 1 a tick; at d = 41 a state shrinks by 1 %, so 24 bits need
    # about ln(2^23) / 0.01 = 1600 ticks, and then at most 100 single steps
    for _ in range(2000):
        x = decay(x, 41)
    assert x == 0


@pytest.mark.small
@given(st.integers(-(2**40), 2**40))
def test_wrap24_is_twos_complement(x: int) -> None:
    assert wrap24(x) == integers.wrap(x)
    assert -(2**23) <= wrap24(x) < 2**23


@pytest.mark.small
@pytest.mark.parametrize(
    ("tau", "dt", "expected"),
    [(float("inf"), 1e-3, 0), (0.02, 1e-3, 200), (1e-9, 1e-3, 4096), (0.1, 1e-3, 41)],
)
def test_decay_constant_by_hand(tau: float, dt: float, expected: int) -> None:
    # 4096 (1 - exp(-1/20)) = 199.76; 4096 (1 - exp(-1/100)) = 40.76
    assert decay_constant(tau, dt) == expected


@pytest.mark.small
@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan")])
def test_decay_constant_refuses_what_is_no_time(tau: float) -> None:
    with pytest.raises(ValueError, match=f"time constant {tau} s"):
        decay_constant(tau, 1e-3)


@pytest.mark.small
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**20), st.integers(0, 2**20))
def test_draw_equals_the_documented_hash(key: int, row: int, column: int) -> None:
    assert mix(key) == integers.scramble(key)
    assert draw(key, row, column) == integers.uniform32(key, row, column)


@pytest.mark.small
@given(st.integers(-(2**40), 2**40), st.integers(0, 2**40), st.integers(0, 100))
def test_draw_key_equals_the_documented_hash(seed: int, clock: int, stream: int) -> None:
    key = draw_key(seed, clock, stream)
    assert key == integers.sample_key(seed, clock, stream)
    assert 0 <= key < 2**32


@pytest.mark.small
def test_indices_of_spike_arrays_draw_like_python_integers() -> None:
    spikes: Any = np.array([70_000, 3], np.int32)  # 70000 times the row's multiplier leaves 32 bits
    assert draw(2**32 - 1, spikes[0], spikes[1]) == draw(2**32 - 1, 70_000, 3)


def table(seed: int, n_rows: int, n_columns: int, clock: int = 5) -> np.ndarray:
    """Uniform draws `[n_rows, n_columns]` of one visit; the hash itself is pinned above."""
    key = integers.sample_key(seed, clock, 0)
    rows, columns = np.arange(n_rows, dtype=np.uint64), np.arange(n_columns, dtype=np.uint64)
    return integers.uniform32_table(key, rows, columns)


def test_the_table_is_the_hash() -> None:
    drawn = table(7, 3, 4)
    key = draw_key(7, 5, 0)
    assert drawn.tolist() == [[draw(key, i, j) for j in range(4)] for i in range(3)]


def chi_square(values: np.ndarray, n_bins: int) -> float:
    expected = values.size / n_bins
    return float(((np.bincount(values.astype(np.int64), minlength=n_bins) - expected) ** 2 / expected).sum())


def test_seven_bit_draws_are_uniform() -> None:
    drawn = table(1, 1024, 1024)
    # chi-square with 127 degrees of freedom: mean 127, sd sqrt(254) = 16; 4 sd each side. The reference
    # note's bad hash (row and column added with one multiplier) scored 29,305.
    for bits in (drawn >> np.uint64(25), drawn & np.uint64(127)):  # highest seven and lowest seven
        assert 127 - 4 * 16 < chi_square(bits.ravel(), 128) < 127 + 4 * 16
    by_row = [chi_square(row >> np.uint64(25), 128) for row in drawn]
    # mean of 1024 rows: sd 16 / 32 = 0.5
    assert np.mean(by_row) == pytest.approx(127, abs=4 * 0.5)


def test_rows_columns_seeds_and_times_are_uncorrelated() -> None:
    drawn = table(1, 512, 512) / 2.0**32 - 0.5
    n = drawn.size
    others = {
        "next column": np.roll(drawn, 1, axis=1),
        "next row": np.roll(drawn, 1, axis=0),
        "transposed": drawn.T * (1 - np.eye(512)),
        "next seed": table(2, 512, 512) / 2.0**32 - 0.5,
        "next time": table(1, 512, 512, clock=6) / 2.0**32 - 0.5,
    }
    for name, other in others.items():
        correlation = (drawn * other).mean() * 12  # a uniform variable has variance 1/12
        # sd of the correlation of n pairs is 1/sqrt(n); 4 sd, 5 pairs tried (transposed: each pair twice)
        assert abs(correlation) < 4 * np.sqrt(2 / n), name


def test_draws_of_consecutive_keys_are_independent_and_uniform() -> None:
    rows, columns = np.arange(64, dtype=np.uint64), np.arange(64, dtype=np.uint64)
    drawn = np.stack([integers.uniform32_table(key, rows, columns) for key in range(100, 228)])
    centred = drawn / 2.0**32 - 0.5
    n = drawn.size  # 524,288
    # mean of a uniform variable: sd 1/sqrt(12 n); of its variance 1/12: sd 1/sqrt(180 n); 4 sd
    assert abs(centred.mean()) < 4 / np.sqrt(12 * n)
    assert abs((centred**2).mean() - 1 / 12) < 4 / np.sqrt(180 * n)
    for axis, name in enumerate(("next key", "next row", "next column")):
        for lag in (1, 2, 16):
            correlation = (centred * np.roll(centred, lag, axis)).mean() * 12
            assert abs(correlation) < 4 / np.sqrt(n), f"{name}, lag {lag}"  # sd 1/sqrt(n)
    # each lane of a vector of sixteen on its own: chi-square of 127 degrees of freedom, sd 16; 4 sd
    for lane in range(16):
        bits = drawn[:, :, lane::16] >> np.uint64(25)
        assert abs(chi_square(bits.ravel(), 128) - 127) < 4 * 16, lane


@pytest.mark.small
def test_equal_keys_give_equal_bits_and_other_keys_do_not() -> None:
    key, other = draw_key(3, 10, 0), draw_key(3, 10, 1)
    first = [draw(key, i, j) for i in range(4) for j in range(4)]
    assert first == [draw(key, i, j) for i in range(4) for j in range(4)]
    assert len({*first, *(draw(other, i, j) for i in range(4) for j in range(4))}) == 32
