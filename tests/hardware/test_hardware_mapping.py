from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.core_use import core_uses
from streamsnn.hardware.mapping import layout
from streamsnn.hardware.profile import Profile
from streamsnn.hardware.tables import Population, RowTable
from streamsnn.memory.convolution import Convolution

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
    with pytest.raises(ValueError, match=r"'hidden' does not fit loihi1.*5000 of in_axons.*has 4096"):
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


TRUENORTH, ODIN = Profile.load("truenorth"), Profile.load("odin")


def test_a_crossbar_takes_no_more_than_its_axons() -> None:
    # 300 neurons fill two cores of 256; 256 axons fit both, 257 neither
    plan = layout(TRUENORTH, [Population("hidden", 300)], [RowTable("pixels", "hidden", 1, 256)])
    assert plan.cores == 2
    assert dict(plan.placements[0].use)["in_axons"] == 1.0
    with pytest.raises(ValueError, match=r"'hidden' does not fit truenorth.*257 of in_axons.*has 256"):
        layout(TRUENORTH, [Population("hidden", 300)], [RowTable("pixels", "hidden", 0, 257)])


def test_a_neuron_of_truenorth_reaches_one_core() -> None:
    # 200 neurons to 2 cores are 400 edges, 256 at most: 100 neurons on each of two cores
    layers = [Population("a", 200), Population("b", 512)]
    plan = layout(TRUENORTH, layers, [RowTable("a", "b", 1, 200)])
    assert [p.cores for p in plan.placements] == [2, 2]
    assert plan.placements[0].binding == "out_axons"


def test_parameter_sets_and_formats_are_limits() -> None:
    with pytest.raises(ValueError, match="33 of neuron_sets, of which a core has 32"):
        layout(LOIHI, [Population("a", 100, neuron_sets=33)], [])
    with pytest.raises(ValueError, match="17 of threshold_sets"):
        layout(LOIHI, [Population("a", 100, threshold_sets=17)], [])
    formats = [RowTable("x", "a", 1, 1, format=f"{i} bits") for i in range(17)]
    with pytest.raises(ValueError, match="17 of synapse_formats"):
        layout(LOIHI, [Population("a", 100)], formats)
    traces = [RowTable("x", "a", 1, 1, trace=name) for name in ("10 ms", "20 ms", "10 ms", "", "30 ms")]
    plan = layout(LOIHI, [Population("a", 100)], traces)
    assert dict(plan.placements[0].use)["trace_sets"] == 1.0  # three different ones of three
    assert plan.binding == "trace_sets"
    with pytest.raises(ValueError, match="4 of trace_sets, of which a core has 3"):
        layout(LOIHI, [Population("a", 100)], [*traces, RowTable("x", "a", 1, 1, trace="40 ms")])


def test_a_population_can_be_pinned() -> None:
    plan = layout(LOIHI, [Population("a", 100, pinned=5)], [])
    assert plan.cores == 5
    with pytest.raises(
        ValueError, match=r"'a' does not fit loihi1: one of its 2 pinned cores .*1500 of comp"
    ):
        layout(LOIHI, [Population("a", 3000, pinned=2)], [])
    with pytest.raises(ValueError, match="pinned to 101 cores; give 1 to 100"):
        layout(LOIHI, [Population("a", 100, pinned=101)], [])


def test_too_many_cores_for_all_chips() -> None:
    # 16,384 chips of 128 cores are 2,097,152 cores of 1024 neurons
    layers = [Population("small", 10), Population("large", 2_097_152 * 1024)]
    with pytest.raises(ValueError, match=r"2097153 cores, most of them \(2097152\) for layer 'large'"):
        layout(LOIHI, layers, [])


def test_a_chip_of_one_core_holds_all_layers_together() -> None:
    layers = [Population("a", 100), Population("b", 150)]
    # 4 bits: a row of 100 is 13 words, one of 150 is 19
    tables = [RowTable("pixels", "a", 13, 100), RowTable("a", "b", 19, 100)]
    plan = layout(ODIN, layers, tables)
    assert (plan.cores, plan.binding) == (1, "compartments")
    use = dict(plan.placements[0].use)
    assert use["compartments"] == pytest.approx(250 / 256)
    assert use["synaptic_words"] == pytest.approx(3200 / 8192)
    assert use["in_axons"] == pytest.approx(200 / 256)
    with pytest.raises(ValueError, match=r"'b' does not fit odin.*shared by all layers.*260 of compartments"):
        layout(ODIN, [Population("a", 100), Population("b", 160)], tables)


def test_a_chip_without_limits_says_so() -> None:
    plan = layout(Profile.load("spinnaker1"), [Population("a", 10**6), Population("b", 3)], [])
    assert (plan.cores, plan.binding) == (2, None)
    assert "the profile states no limit" in plan.report()


def test_the_report_names_layer_cores_and_limits() -> None:
    plan = layout(LOIHI, [Population("hidden", 1024)], [RowTable("pixels", "hidden", 144, 784)])
    assert plan.report().startswith("hidden: 8 cores, bound by synaptic_words (compartments 12 %,")
    assert "synaptic_words 86 %" in plan.report()  # 784 x 18 of 16,384 words


def test_core_by_core() -> None:
    layers = [Population("a", 10, pinned=4), Population("b", 128 * 1024)]
    cores = core_uses(LOIHI, layout(LOIHI, layers, []), layers)
    assert [(c.first, c.last) for c in cores[:4]] == [(0, 2), (2, 5), (5, 7), (7, 10)]
    assert [c.core for c in cores] == list(range(132))
    assert [c.chip for c in cores] == [0] * 128 + [1] * 4
    assert (cores[4].population, cores[4].binding, cores[4].use) == ("b", "compartments", 1.0)
    with pytest.raises(ValueError, match="give the populations it was made from"):
        core_uses(LOIHI, layout(LOIHI, layers, []), layers[:1])


@given(st.integers(1, 3000), st.integers(1, 50))
def test_every_neuron_lies_on_exactly_one_core(size: int, pinned: int) -> None:
    layers = [Population("a", size, pinned=min(pinned, size))]
    profile = Profile.load("spinnaker1")  # states no limit of neurons
    cores = core_uses(profile, layout(profile, layers, []), layers)
    assert [n for c in cores for n in range(c.first, c.last)] == list(range(size))
    assert max(c.last - c.first for c in cores) == -(-size // len(cores))


def test_parts_of_a_convolution_read_only_the_lines_around_them() -> None:
    c = Convolution(shape=(14, 9), channels=32, kernel=(3, 3), filters=5, stride=2, padding=1)
    line, columns = 9 * 32, c.out_shape[1]
    for n in range(1, c.n_post + 1):
        parts = []  # lines of the input that neurons first..first + n read, the padding among them
        for first in range(0, c.n_post, n):
            pixels = [j // c.filters // columns for j in range(first, min(first + n, c.n_post))]
            parts.append((max(pixels) - min(pixels)) * 2 + 3)
        assert max(parts) * line <= c.inputs(n) or c.inputs(n) == c.n_pre
        assert c.inputs(n) <= (max(parts) + 2) * line, "at most one line of the output too many"
    assert [c.inputs(n) // line for n in (1, 25, 26, 50, c.n_post)] == [3, 3, 5, 5, 14]
    table = RowTable("maps", "more", 1, 14 * 9 * 32, shared=288, window=c)
    assert table.axons(1) == 14 * 9 * 32
    plan = layout(LOIHI, [Population("more", c.n_post)], [table])
    # 4032 lists of inputs fit one core; twice as many channels do not
    assert plan.cores == 1
    wide = replace(c, channels=64)
    plan = layout(LOIHI, [Population("more", c.n_post)], [replace(table, rows=wide.n_pre, window=wide)])
    assert (plan.cores, plan.binding) == (4, "in_axons")
    use = dict(plan.placements[0].use)
    assert use["in_axons"] == wide.inputs(-(-c.n_post // 4)) / 4096 <= 1.0
