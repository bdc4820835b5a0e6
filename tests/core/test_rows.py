"""Vector instructions of the write path against rows of Python numbers, synapse by synapse."""

import math
from collections import Counter

import numpy as np
import pytest

from streamsnn.memory import COUNTERS, Fixed, Float32, Float64, Format
from streamsnn.memory.lanes import moved
from streamsnn.memory.rows import set_bits, word_starts, words_changed
from streamsnn.memory.synaptic import add_row
from streamsnn.types import Real
from tests.core.oracles import memory
from tests.core.oracles.integers import uniform32
from tests.core.test_synaptic_memory import constants, counted, new_count, nonzero

FORMATS = [
    Float32(),
    Float64(),
    Fixed(8, exponent=-3),
    Fixed(8, exponent=-3, rounding="nearest"),
    Fixed(4, exponent=1),
    Fixed(3, signed=False, rounding="nearest"),  # 21 to a word: words that do not end where vectors do
    Fixed(7),
    Fixed(1, signed=False),
]


def rounded(number_format: Format, single: bool, key: int, i: int, j: int, old: float, dx: float) -> float:
    """What synapse (i, j) stores of old + dx; `dx` in steps of the format, `single` if it is a float32."""
    if not isinstance(number_format, Fixed):
        return float(number_format.dtype.type(np.float32(old + dx) if single else old + dx))
    _, low, high, stochastic, _ = number_format.constants()
    if not stochastic:
        x = float(np.float32(np.float32(old + dx) + np.float32(0.5))) if single else old + dx + 0.5
        return min(max(math.floor(x), low), high)
    u = uniform32(key, i, j) / 2**32
    if not single:
        return min(max(math.floor(old + dx + u), low), high)
    steps = math.trunc(dx)
    if float(np.float32(u)) < abs(dx - steps):
        steps += int(math.copysign(1, dx))
    return min(max(old + steps, low), high)


def check_rows(
    number_format: Format, post_type: str, sizes: tuple[int, ...], rng: np.random.Generator
) -> None:
    """Random updates of rows of those sizes, exact in weights, neighbours, nnz and every counter."""
    lsb, _, _, stochastic, per_word = number_format.constants()
    unit = lsb or 1.0
    real = np.float32 if post_type == "f4" else np.float64
    for n in sizes:
        stored = rng.normal(0, 4, (3, n + 2)) * unit * (rng.random((3, n + 2)) < 0.6)
        w = number_format.quantise(stored)  # two columns of capacity beyond the synapses in use
        expected = w.tolist()
        nnz, count, total = nonzero(w), new_count(), Counter[str]()
        for step, size in enumerate((0.3, 5.0, 1e-6)):
            key, i, scale = 1000 * n + step, step % 3, -size * unit
            drawn = rng.normal(0, 2, n) * (rng.random(n) < 0.7)
            post: Real = drawn.astype(np.float32) if post_type == "f4" else drawn
            factor = real(scale / unit)
            dx = [float(real(float(factor) * float(p))) for p in post]
            single = post_type == "f4" and number_format != Float64()
            row = [
                rounded(number_format, single, key, i, j, float(old), dx[j])
                for j, old in enumerate(expected[i][:n])
            ]
            total += memory.row_counts(expected[i][:n], row, int(per_word), number_format.bits)
            total += Counter(rng_draws=n if stochastic else 0)
            expected[i][:n] = row
            add_row(w, nnz, count, key, i, scale, post, constants(number_format))
        assert w.tolist() == expected, n
        assert nnz.tolist() == nonzero(w).tolist(), n
        assert counted(count) == +total, n


@pytest.mark.parametrize("number_format", FORMATS, ids=repr)
def test_rows_of_every_length(number_format: Format, rng: np.random.Generator) -> None:
    for post_type in ("f8",) if number_format == Float64() else ("f8", "f4"):
        check_rows(number_format, post_type, (*range(1, 19), 31, 48, 63, 64, 65, 100, 127, 130, 256), rng)


@pytest.mark.small
@pytest.mark.parametrize("post_type", ["f8", "f4"])
@pytest.mark.parametrize("number_format", [Float32(), Fixed(8, exponent=-3), Fixed(3)], ids=repr)
def test_short_rows_with_and_without_compilation(
    number_format: Format, post_type: str, rng: np.random.Generator
) -> None:
    check_rows(number_format, post_type, (1, 2, 10, 17, 66), rng)


@pytest.mark.parametrize("number_format", [Float32(), Fixed(8)], ids=repr)
def test_rows_with_gaps_are_changed_alike(number_format: Format, rng: np.random.Generator) -> None:
    post, const = rng.normal(0, 1, 37), constants(number_format)
    table = number_format.quantise(rng.normal(0, 5, (2, 74)))
    close = np.ascontiguousarray(table[:, ::2])
    count, other = new_count(), new_count()
    add_row(close, nonzero(close), count, 5, 1, 0.7, post, const)
    add_row(table[:, ::2], nonzero(close), other, 5, 1, 0.7, post, const)
    assert table[:, ::2].tolist() == close.tolist()
    assert count.tolist() == other.tolist()


def test_a_negative_zero_becomes_no_write(rng: np.random.Generator) -> None:
    w, count = np.full((1, 20), -0.0, np.float32), new_count()
    add_row(w, nonzero(w), count, 0, 0, 1.0, np.zeros(20), constants(Float32()))
    assert counted(count)["writes"] == 0, "0 and -0 are the same weight"
    assert not np.signbit(w).any(), "-0 + 0 is 0, as in IEEE arithmetic"


def test_values_out_of_range_saturate_on_both_sides() -> None:
    post = np.array([1e30, -1e30, 3e9, -3e9, 200.0, -200.0])
    both: list[Real] = [post, post.astype(np.float32)]
    for change in both:
        for form in (Fixed(8), Fixed(8, rounding="nearest")):
            w = np.zeros((1, 6), np.int8)
            add_row(w, nonzero(w), new_count(), 3, 0, 1.0, change, constants(form))
            assert w.tolist() == [[127, -127, 127, -127, 127, -127]]


# -- rounding at random in float32 ---------------------------------------------------------------------


@pytest.mark.small
def test_moved_steps_by_hand() -> None:
    half, most = 2**31, 2**32 - 1
    script = [
        (0.0, 0, 0.0), (2.0, 0, 2.0), (-3.0, most, -3.0),  # whole steps need no chance
        (0.5, half - 256, 1.0), (0.5, half, 0.0),  # up while u < 1/2
        (-0.5, half - 256, -1.0), (-0.5, half, 0.0),  # the same away from zero
        (1.25, 0, 2.0), (-1.25, 0, -2.0), (1.25, most, 1.0),
    ]  # fmt: skip
    assert [float(moved(np.float32(dx), h)) for dx, h, _ in script] == [moves for *_, moves in script]


def test_small_changes_of_large_weights_are_kept_on_average() -> None:
    # 127 + 1e-4 is 127 in steps of float32's spacing there (8e-6) only up to 8 %; the draw sees 1e-4 itself
    n, rounds = 4096, 200
    for sign in (1.0, -1.0):
        w, nnz = np.full((1, n), int(100 * sign), np.int8), np.full(1, n, np.int32)
        post = np.full(n, 1e-4, np.float32)
        for key in range(rounds):
            add_row(w, nnz, new_count(), key, 0, -sign, post, constants(Fixed(8)))
        moves = float(np.sum(100 - sign * w.astype(np.float64)))
        # expected 4096 * 200 * 1e-4 = 82 moves, Poisson: sd 9; 4 sd
        assert moves == pytest.approx(82, abs=4 * 9)


# -- words ---------------------------------------------------------------------------------------------


@pytest.mark.small
@pytest.mark.parametrize("per_word", [1, 2, 7, 8, 9, 12, 16, 21, 32, 64])
def test_words_changed_counts_words(per_word: int, rng: np.random.Generator) -> None:
    step, starts = word_starts(per_word)
    assert step == 64 - 64 % per_word
    for density in (0.0, 0.05, 0.5, 1.0):
        bits = [k for k in range(step) if rng.random() < density]
        mask = np.uint64(sum(1 << k for k in bits))
        assert set_bits(mask) == len(bits)
        assert words_changed(mask, per_word, np.uint64(starts)) == len({k // per_word for k in bits})


def test_every_counter_is_known_to_this_file() -> None:
    count = new_count()
    w = np.zeros((1, 3), np.int8)
    add_row(w, nonzero(w), count, 0, 0, 1.0, np.ones(3), constants(Fixed(8)))
    moved_names = {name for name, n in zip(COUNTERS, count, strict=True) if n}
    assert moved_names == {
        "lrn_rows_read", "lrn_words_read", "lrn_words_written", "lrn_synapses_visited", "writes",
        "write_attempts", "rng_draws",
    }  # fmt: skip
