"""Splits and stream orders: every sample once, in the promised order, from the seed alone."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.continual import ClassIncremental, stratified_split

LABELS = np.array([3, 1, 2, 0, 1, 3, 0, 2, 4, 4, 0, 1, 2, 3, 4, 0, 0])


@given(st.lists(st.integers(0, 5), min_size=1, max_size=80), st.integers(0, 2**32 - 1), st.floats(0.05, 0.95))
def test_split_keeps_every_class_on_both_sides(labels: Any, seed: int, held_out: Any) -> None:
    y = np.repeat(labels, 2)  # no class with a single sample
    train, test = stratified_split(y, held_out, seed)
    assert sorted([*train, *test]) == list(range(len(y)))
    for label in set(labels):
        n = int((y == label).sum())
        wanted = min(max(int(np.floor(held_out * n + 0.5)), 1), n - 1)
        assert int((y[test] == label).sum()) == wanted


def test_split_rounds_class_by_class() -> None:
    y = [0] * 12 + [1] * 13 + [2] * 4  # 2.4 -> 2, 2.6 -> 3, 0.8 -> 1
    _, test = stratified_split(y, held_out=0.2, seed=1)
    assert [int((np.array(y)[test] == label).sum()) for label in (0, 1, 2)] == [2, 3, 1]


def test_split_comes_from_the_seed() -> None:
    y = np.arange(200) % 4
    assert np.array_equal(stratified_split(y, seed=5)[1], stratified_split(y, seed=5)[1])
    assert not np.array_equal(stratified_split(y, seed=5)[1], stratified_split(y, seed=6)[1])


def test_split_returns_ascending_positions() -> None:
    train, test = stratified_split(np.arange(60) % 3, seed=2)
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()


def test_split_takes_string_labels() -> None:
    _, test = stratified_split(["cat"] * 5 + ["dog"] * 5, held_out=0.4, seed=0)
    assert [int((test < 5).sum()), int((test >= 5).sum())] == [2, 2]


@pytest.mark.parametrize("held_out", [0.0, 1.0, -0.2, float("nan")])
def test_split_refuses_a_share_outside_0_and_1(held_out: Any) -> None:
    with pytest.raises(ValueError, match="held_out must lie between 0 and 1"):
        stratified_split([0, 0, 1, 1], held_out)


def test_split_refuses_a_class_of_one_sample() -> None:
    with pytest.raises(ValueError, match="Class 7 has one sample only"):
        stratified_split([0, 0, 7])


@pytest.mark.parametrize("y", [[], [[0, 1]]])
def test_split_refuses_what_is_no_label_vector(y: Any) -> None:
    with pytest.raises(ValueError, match="non-empty vector"):
        stratified_split(y)


@pytest.mark.parametrize("order", ["class", "pairs", "iid"])
@given(
    labels=st.lists(st.integers(-3, 6), min_size=1, max_size=60),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_sample_arrives_once_and_experiences_fill_the_stream(
    order: Any, labels: Any, seed: int
) -> None:
    parts = ClassIncremental(order).experiences(labels, seed)
    assert sorted(parts.order.tolist()) == list(range(len(labels)))
    assert parts.boundaries[-1] == len(labels)
    assert (np.diff((0, *parts.boundaries)) > 0).all()
    assert len(parts.boundaries) == len(parts.names) == len(parts.groups) == len(parts.group_names)
    assert [label for group in parts.groups for label in group] == sorted(set(labels))


def test_class_order_is_sorted_and_ends_where_each_class_ends() -> None:
    parts = ClassIncremental("class").experiences(LABELS, seed=3)
    assert LABELS[parts.order].tolist() == sorted(LABELS.tolist())
    assert parts.boundaries == (5, 8, 11, 14, 17)
    assert parts.names == parts.group_names == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(parts.seen, np.tri(5, dtype=bool))


def test_pairs_mix_two_classes_and_leave_an_odd_last_one_alone() -> None:
    parts = ClassIncremental("pairs").experiences(LABELS, seed=3)
    arrived = LABELS[parts.order]
    assert parts.groups == ((0, 1), (2, 3), (4,))
    assert parts.boundaries == (8, 14, 17)
    assert sorted(arrived[:8].tolist()) == [0] * 5 + [1] * 3
    assert arrived[:8].tolist() != sorted(arrived[:8].tolist())
    assert parts.names == parts.group_names == ("0+1", "2+3", "4")


def test_iid_cuts_equal_stretches_and_tests_single_classes() -> None:
    parts = ClassIncremental("iid").experiences(LABELS, seed=3)
    assert parts.groups == ((0,), (1,), (2,), (3,), (4,))
    assert set(np.diff((0, *parts.boundaries)).tolist()) == {3, 4}
    assert parts.names[0] == "stretch 1" and parts.group_names[0] == "0"
    arrived = LABELS[parts.order]
    for row, stop in enumerate(parts.boundaries):
        assert parts.seen[row].tolist() == [label in arrived[:stop] for label in range(5)]


@pytest.mark.parametrize("order", ["class", "pairs", "iid"])
def test_order_comes_from_the_seed(order: Any) -> None:
    y = np.arange(100) % 5
    first, again, other = (ClassIncremental(order).experiences(y, seed).order for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_string_labels_come_in_alphabetical_order() -> None:
    parts = ClassIncremental("class").experiences(["b", "a", "b"], seed=0)
    assert parts.groups == (("a",), ("b",))
    assert parts.boundaries == (1, 3)


def test_an_unknown_order_is_named_with_the_choices() -> None:
    with pytest.raises(ValueError, match=r"Unknown order 'sorted'; choose one of class, pairs, iid\."):
        ClassIncremental(cast(Any, "sorted"))
