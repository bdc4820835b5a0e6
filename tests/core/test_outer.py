"""`add_outer` against `add_row` called for each row: equal bits, equal counts."""

import itertools

import numpy as np
import pytest

from streamsnn.memory import Fixed, Float32, Float64, Format
from streamsnn.memory.outer import add_outer
from streamsnn.memory.synaptic import add_row
from tests.core.test_synaptic_memory import constants, counted, new_count, nonzero

FORMATS = [
    Float32(),
    Float64(),
    Fixed(8, exponent=-3),
    Fixed(8, exponent=-3, rounding="nearest"),
    Fixed(4),
    Fixed(1, signed=False),
]


def check_outer(
    number_format: Format, kinds: str, rows: int, n_post: int, rng: np.random.Generator, capacity: int = 0
) -> None:
    """Three updates with about a third of the rows silent."""
    real, const = np.dtype(kinds), constants(number_format)
    lsb = number_format.constants()[0] or 1.0
    shape = (rows, n_post + capacity)
    start = number_format.quantise(rng.normal(0, 4, shape) * lsb * (rng.random(shape) < 0.7))
    start[0, 0] *= -0.0 if number_format.dtype.kind == "f" else 1
    w, by_row = start.copy(), start.copy()
    nnz, nnz_by_row = nonzero(w), nonzero(w)
    count, count_by_row = new_count(), new_count()
    for key in range(3):
        activity = (rng.random(rows) * 30 * (rng.random(rows) < 0.7)).astype(real)
        post = (rng.normal(0, 1, n_post) * (rng.random(n_post) < 0.8)).astype(real)
        scale = -0.1 * lsb
        add_outer(w, nnz, count, key, scale, activity, post, const)
        for i in range(rows):
            if activity[i] != 0.0:
                add_row(by_row, nnz_by_row, count_by_row, key, i, real.type(scale) * activity[i], post, const)
    where = f"{rows} rows of {n_post}"
    assert w.tobytes() == by_row.tobytes(), where
    assert nnz.tolist() == nnz_by_row.tolist() == nonzero(w).tolist(), where
    assert count.tolist() == count_by_row.tolist(), where


@pytest.mark.parametrize(
    ("number_format", "kinds"),
    [(f, k) for f in FORMATS for k in ("f8", "f4") if (f, k) != (Float64(), "f4")],
    ids=repr,
)
def test_equals_row_after_row(number_format: Format, kinds: str, rng: np.random.Generator) -> None:
    for n_post in range(1, 18):
        check_outer(number_format, kinds, 9, n_post, rng)
    for rows, n_post in itertools.product((1, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65, 127, 200), (1, 2)):
        check_outer(number_format, kinds, rows, n_post, rng)
    check_outer(number_format, kinds, 40, 2, rng, capacity=3)  # rows wider than what is in use


@pytest.mark.small
@pytest.mark.parametrize("number_format", [Float32(), Fixed(8)], ids=repr)
def test_few_rows_with_and_without_compilation(number_format: Format, rng: np.random.Generator) -> None:
    for rows, n_post in ((5, 1), (40, 2), (6, 3)):
        check_outer(number_format, "f8", rows, n_post, rng)


@pytest.mark.small
def test_counts_by_hand() -> None:
    w, count = np.zeros((4, 2), np.float32), new_count()
    nnz = nonzero(w)
    activity, post = np.array([1.0, 0.0, 2.0, 1.0]), np.array([0.5, 0.0])
    add_outer(w, nnz, count, 0, 1.0, activity, post, constants(Float32()))
    assert w.tolist() == [[0.5, 0.0], [0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]
    assert nnz.tolist() == [1, 0, 1, 1]
    # three rows of two floats: 2 x 32 + 10 bits are two words each; one float, so one word, changes in each
    assert counted(count) == {
        "lrn_rows_read": 3, "lrn_words_read": 6, "lrn_synapses_visited": 6, "write_attempts": 6,
        "writes": 3, "lrn_words_written": 3,
    }  # fmt: skip


@pytest.mark.small
def test_silence_touches_nothing() -> None:
    w, count = np.full((70, 2), -0.0, np.float32), new_count()
    add_outer(w, nonzero(w), count, 0, 1.0, np.zeros(70), np.ones(2), constants(Float32()))
    assert np.signbit(w).all(), "rows that are silent keep even the sign of zero"
    assert counted(count) == {}


def test_draws_differ_between_rows_and_columns() -> None:
    n = 20_000
    w = np.zeros((n, 2), np.int8)
    add_outer(w, nonzero(w), new_count(), 9, 0.5, np.ones(n), np.ones(2), constants(Fixed(8)))
    # fair coins: mean 1/2, sd 0.5 / sqrt(20,000) = 0.0035; agreement of neighbours alike; 4 sd
    assert w.mean() == pytest.approx(0.5, abs=4 * 0.0035)
    assert np.mean(w[:, 0] == w[:, 1]) == pytest.approx(0.5, abs=4 * 0.0035)
    assert np.mean(w[1:, 0] == w[:-1, 0]) == pytest.approx(0.5, abs=4 * 0.0035)


def test_rows_that_are_lists_are_changed_alike(rng: np.random.Generator) -> None:
    n, width = 12, 3
    full = Fixed(8).quantise(rng.normal(0, 5, (n, width)))
    column = np.tile(np.arange(width, dtype=np.uint16), n)  # every synapse is stored
    first, many = np.arange(n) * width, np.full(n, width, np.int32)
    lists = (full.ravel().copy(), column, first, many)
    nnz, by_list = nonzero(full), nonzero(full)
    activity, post = rng.random(n) * (rng.random(n) < 0.7), rng.normal(0, 1, width)
    count, other = new_count(), new_count()
    add_outer(full, nnz, count, 4, 3.0, activity, post, constants(Fixed(8)))
    add_outer(lists, by_list, other, 4, 3.0, activity, post, constants(Fixed(8)))
    assert lists[0].tolist() == full.ravel().tolist()
    assert by_list.tolist() == nnz.tolist()
    assert other.tolist() == count.tolist()
