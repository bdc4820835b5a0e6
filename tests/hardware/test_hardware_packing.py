"""Row packing: the whole table of the project's reference note (section 1.1), worked out by hand from (1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.packing import RowFormat
from streamsnn.hardware.profile import Profile
from streamsnn.memory.packing import row_words

CORE_WORDS = 16384  # 128 KB of 64-bit words

TABLE = [
    # format, words of a row of 1024, rows of 1024 in a core, synapses in a core
    (RowFormat(8), 144, 113, 115_712),
    (RowFormat(4), 80, 204, 208_896),
    (RowFormat(1), 32, 512, 524_288),
    (RowFormat(8, delay_bits=6, tag_bits=9), 384, 42, 43_008),
    (RowFormat(8, index_bits=10), 304, 53, 54_272),
    (RowFormat(8, index_bits=10, delay_bits=6), 400, 40, 40_960),
    (RowFormat(8, index_bits=10, tag_bits=9), 448, 36, 36_864),
]
formats = st.builds(
    RowFormat, weight_bits=st.integers(1, 9), index_bits=st.integers(0, 12), tag_bits=st.sampled_from([0, 9])
)


@pytest.mark.parametrize(("row", "words", "rows", "synapses"), TABLE)
def test_published_formats(row: RowFormat, words: int, rows: int, synapses: int) -> None:
    assert row.words(1024) == words
    assert CORE_WORDS // row.words(1024) == rows
    assert row.synapses_per_core(1024, CORE_WORDS) == synapses


def test_sparse_pays_below_47_percent_density() -> None:
    dense, sparse = RowFormat(8).words(1024), RowFormat(8, index_bits=10)
    assert sparse.words(int(0.46 * 1024)) < dense < sparse.words(int(0.49 * 1024))


def bit_by_bit(row: RowFormat, synapses: int) -> int:
    """Oracle: write the row bit by bit and count the words that were opened."""
    words = used = in_group = 0
    for _ in range(synapses):
        if in_group in (0, row.group):
            words, used, in_group = words + 1, row.header_bits, 0
        for _ in range(row.synapse_bits):
            if used == row.word_bits:
                words, used = words + 1, 0
            used += 1
        in_group += 1
    return words


@given(formats, st.integers(0, 300))
def test_matches_the_bit_by_bit_oracle(row: RowFormat, synapses: int) -> None:
    assert row.words(synapses) == bit_by_bit(row, synapses)


@given(formats, st.integers(0, 40), st.integers(0, 300))
def test_a_cut_at_a_group_costs_nothing(row: RowFormat, groups: int, rest: int) -> None:
    first = groups * row.group
    assert row.words(first) + row.words(rest) == row.words(first + rest)


@given(formats, st.integers(0, 300), st.integers(0, 300))
def test_any_cut_saves_at_most_one_word_and_never_a_bit(row: RowFormat, a: int, b: int) -> None:
    assert row.words(a) + row.words(b) >= row.words(a + b) - 1
    assert (row.words(a) + row.words(b)) * row.word_bits >= (a + b) * row.synapse_bits


@given(formats, st.integers(0, 300))
def test_longer_rows_take_no_fewer_words(row: RowFormat, synapses: int) -> None:
    assert row.words(synapses) <= row.words(synapses + 1)


@given(st.integers(1, 36), st.integers(0, 3000))
def test_agrees_with_the_words_the_core_counts(bits: int, synapses: int) -> None:
    row = Profile.load("loihi1").row_format(bits)
    assert row.words(synapses) == row_words(synapses, bits)


@pytest.mark.parametrize("wrong", [{"weight_bits": -1}, {"weight_bits": 8, "group": 0}])
def test_impossible_formats_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"= (-1|0)") as refused:
        RowFormat(**wrong)
    assert next(name for name in wrong if wrong[name] < 1) in str(refused.value)


def test_impossible_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="-3"):
        RowFormat(8).words(-3)
    with pytest.raises(ValueError, match="rows of 0 synapses"):
        RowFormat(8).synapses_per_core(0, CORE_WORDS)
