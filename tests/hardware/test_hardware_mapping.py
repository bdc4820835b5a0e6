import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.mapping import Population, RowTable, layout
from streamsnn.hardware.profile import Profile

LOIHI = Profile.load("loihi1")


def test_compartments_bind_a_layer_without_synapses() -> None:
    plan = layout(LOIHI, [Population("hidden", 2500)], [])
    assert (plan.cores, plan.binding) == (3, "compartments")
    assert dict(plan.placements[0].use)["compartments"] == pytest.approx(834 / 1024)


def test_synaptic_memory_binds_dense_rows() -> None:
    # 784 dense rows of 1024 8-bit synapses: 144 words each. 7 cores need ceil(144/7) = 21 words a row,
    # 784 * 21 = 16,464 > 16,384; 8 cores need 18.
    plan = layout(LOIHI, [Population("hidden", 1024)], [RowTable("pixels", "hidden", 144, 784)])
    assert (plan.cores, plan.binding) == (8, "synaptic_words")
    assert dict(plan.placements[0].use)["synaptic_words"] == pytest.approx(784 * 18 / 16384)


def test_out_axons_bind_a_source_of_many_targets() -> None:
    # 1000 neurons to 5 cores are 5000 edges; two cores leave 2500 each.
    plan = layout(LOIHI, [Population("a", 1000), Population("b", 5 * 1024)], [RowTable("a", "b", 1, 1000)])
    assert [p.cores for p in plan.placements] == [2, 5]
    assert plan.placements[0].binding == "out_axons"
    assert plan.cores == 7


def test_a_loop_counts_its_own_cores() -> None:
    # 2048 neurons need 2 cores; every neuron then reaches both: 1024 * 2 = 2048 edges leave each.
    plan = layout(LOIHI, [Population("r", 2048)], [RowTable("r", "r", 4, 2048)])
    assert plan.cores == 2
    assert dict(plan.placements[0].use)["out_axons"] == pytest.approx(0.5)


def test_two_tables_between_the_same_layers_share_their_edges() -> None:
    tables = [RowTable("a", "b", 1, 100), RowTable("a", "b", 1, 100)]
    plan = layout(LOIHI, [Population("a", 100), Population("b", 10)], tables)
    assert dict(plan.placements[0].use)["out_axons"] == pytest.approx(100 / 4096)
    assert dict(plan.placements[1].use)["in_axons"] == pytest.approx(200 / 4096)


def test_what_cannot_fit_says_why() -> None:
    with pytest.raises(ValueError, match=r"'hidden' fits on no number.*1\.22 times the limit of in_axons"):
        layout(LOIHI, [Population("hidden", 10)], [RowTable("pixels", "hidden", 2, 5000)])


@given(st.integers(1, 5000), st.integers(0, 2000), st.integers(1, 200))
def test_the_split_is_the_smallest_that_fits(size: int, rows: int, words: int) -> None:
    def fits(k: int) -> bool:
        return -(-size // k) <= 1024 and rows * -(-words // k) <= 16384

    if not fits(size):
        return
    plan = layout(LOIHI, [Population("p", size)], [RowTable("input", "p", words, rows)])
    assert fits(plan.cores)
    assert plan.cores == 1 or not fits(plan.cores - 1)
    assert max(share for _, share in plan.placements[0].use) <= 1.0


@pytest.mark.parametrize(
    ("populations", "tables", "part"),
    [
        ([], [], "no population"),
        ([Population("a", 1), Population("a", 2)], [], "'a' is given twice"),
        ([Population("a", 0)], [], "'a' has size 0"),
        ([Population("a", 1)], [RowTable("a", "z", 1, 1)], "'z'"),
        ([Population("a", 1)], [RowTable("x", "a", -1, 1)], "'x' to 'a'"),
    ],
)
def test_wrong_networks_are_named(populations: list[Population], tables: list[RowTable], part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        layout(LOIHI, populations, tables)
    assert "\n" not in str(refused.value)
