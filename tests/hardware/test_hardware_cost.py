"""Energy and time, against sums worked out by hand from the published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.band import Band
from streamsnn.hardware.cost import CHARGES, NOT_CHARGED, Cost, cost, static_watts
from streamsnn.hardware.links import LinkLoad, Traffic
from streamsnn.hardware.profile import Profile
from streamsnn.memory.counters import COUNTERS

LOIHI = Profile.load("loihi1")
COUNTS = {
    "synops_stored": 1000,
    "lrn_synapses_visited": 10,
    "neuron_updates_active": 20,
    "neuron_updates_idle": 80,
    "spikes": 5,
    "messages": 5,
    "hops": 10,
    "ticks": 4,
}
counts = st.dictionaries(st.sampled_from(COUNTERS), st.integers(0, 10**9))
cores = st.integers(1, 300)


def test_every_counter_is_charged_or_says_why_not() -> None:
    charged = [charge.counter for charge in CHARGES]
    assert sorted([*charged, *NOT_CHARGED]) == sorted(COUNTERS)


def test_energy_by_hand() -> None:
    result = cost(LOIHI, COUNTS, cores=2)
    # pJ: synops, plastic visits, active, idle, spikes, messages, hops
    low = 1000 * 23.6 + 10 * 120 + 20 * 72.8 + 80 * 51.2 + 0 + 5 * 1.7 + 10 * 3.0
    mid = 1000 * 23.6 + 10 * 120 + 20 * 81 + 80 * 52 + 0 + 5 * 1.7 + 10 * 3.5
    high = 1000 * 35.5 + 10 * 180.5 + 20 * 81 + 80 * 52 + 5 * 69.3 + 5 * 111 + 10 * 4.2
    assert result.dynamic_nj.low == pytest.approx(low * 1e-3)
    assert result.dynamic_nj.mid == pytest.approx(mid * 1e-3)
    assert result.dynamic_nj.high == pytest.approx(high * 1e-3)


def test_time_and_static_energy_by_hand() -> None:
    result = cost(LOIHI, COUNTS, cores=2)
    generate_low = 20 * 8.4 + 80 * 5.3 + 0 + 5 * 2.1  # ns; less than the 3100 of receiving
    low = 4 * 113 + (max(1000 * 3.1, generate_low) + 10 * 6.1) / 2
    mid = 4 * 113 + (1000 * 3.5 + generate_low + 10 * 5.3 + 10 * 6.1) / 2
    high = (
        4 * 600 + 1000 * 4.7 + 20 * 9.7 + 80 * 6.0 + 5 * 30 + 5 * 21.1 + 10 * 6.5 + 10 * 8.2
    )  # one core does it all
    assert result.seconds.low == pytest.approx(low * 1e-9)
    assert result.seconds.mid == pytest.approx(mid * 1e-9)
    assert result.seconds.high == pytest.approx(high * 1e-9)
    static = result.energy_nj.mid - result.dynamic_nj.mid
    assert static == pytest.approx(0.104 * 2 / 128 * mid)  # W x ns = nJ
    assert result.energy_nj.low == result.dynamic_nj.low
    assert result.energy_nj.high - result.dynamic_nj.high == pytest.approx(0.1265 * high)
    assert result.edp.mid == pytest.approx(result.energy_nj.mid * 1e-9 * result.seconds.mid)


def test_dense_pass_of_the_published_keyword_network() -> None:
    # 390-256-256-29 has 172,800 synapses: one dense pass is 4.08 uJ at 23.6 pJ (Yan et al. 2020's network).
    synapses = 390 * 256 + 256 * 256 + 256 * 29
    result = cost(LOIHI, {"synops_stored": synapses}, cores=6)
    assert synapses == 172_800
    assert result.dynamic_nj.mid == pytest.approx(4078.08)


def test_a_busy_core_stays_below_the_chip_s_ceiling() -> None:
    # A core that does nothing but one kind of event burns e_k / t_k: 6.7, 9.6 and 19.7 mW.
    ceilings = (("synops_stored", 6.7), ("neuron_updates_active", 9.6), ("lrn_synapses_visited", 19.7))
    for counter, milliwatts in ceilings:
        result = cost(LOIHI, {counter: 10**6}, cores=1)
        assert result.dynamic_nj.mid * 1e-9 / result.seconds.mid == pytest.approx(milliwatts * 1e-3, rel=0.01)


def test_the_shares_add_up_and_name_their_counters() -> None:
    result = cost(LOIHI, COUNTS, cores=2)
    assert [share.counter for share in result.shares] == [*(c.counter for c in CHARGES), "static"]
    assert sum((s.energy_nj for s in result.shares), Band.ZERO) == result.energy_nj
    assert result.shares[0].count == 1000
    assert result.shares[0].energy_nj.mid == pytest.approx(23.6)


def test_no_counts_cost_nothing() -> None:
    zero = cost(LOIHI, dict.fromkeys(COUNTERS, 0), cores=7)
    assert zero.energy_nj == zero.seconds == Band.ZERO
    assert cost(LOIHI, {}, cores=7) == zero


def test_waiting_costs_static_energy_only() -> None:
    idle = cost(LOIHI, {"ticks": 1000}, cores=1)
    assert idle.dynamic_nj == Band.ZERO
    assert idle.energy_nj.low == 0.0
    assert idle.energy_nj.mid == pytest.approx(0.104 / 128 * 113 * 1000)


def ends(result: Cost) -> list[float]:
    bands = (result.energy_nj, result.seconds, result.edp)
    return [end for band in bands for end in (band.low, band.mid, band.high)]


@given(counts, st.sampled_from(COUNTERS), st.integers(1, 10**6), cores)
def test_more_of_anything_never_costs_less(base: dict[str, int], name: str, more: int, cores: int) -> None:
    raised = base | {name: base.get(name, 0) + more}
    before, after = cost(LOIHI, base, cores=cores), cost(LOIHI, raised, cores=cores)
    for a, b in zip(ends(before), ends(after), strict=True):
        assert b >= a * (1 - 1e-12)  # sums of floats may differ in the last bits
    # a spike adds energy at the high end only, a look-up is contained in its synops
    charged = {charge.counter for charge in CHARGES} - {"spikes", "syn_rows_read"}
    assert (after.dynamic_nj.mid > before.dynamic_nj.mid) == (name in charged)


@given(counts, counts, cores)
def test_energy_of_two_stretches_adds_up(a: dict[str, int], b: dict[str, int], cores: int) -> None:
    both = {name: a.get(name, 0) + b.get(name, 0) for name in COUNTERS}
    apart = cost(LOIHI, a, cores=cores).dynamic_nj + cost(LOIHI, b, cores=cores).dynamic_nj
    assert cost(LOIHI, both, cores=cores).dynamic_nj.mid == pytest.approx(apart.mid)


@given(counts, cores)
def test_more_cores_change_no_event_and_only_raise_static_power(base: dict[str, int], cores: int) -> None:
    few, many = cost(LOIHI, base, cores=cores), cost(LOIHI, base, cores=cores + 1)
    assert few.dynamic_nj == many.dynamic_nj
    assert many.energy_nj.high >= few.energy_nj.high * (1 - 1e-12)


@pytest.mark.parametrize(
    ("wrong", "cores", "part"),
    [({"synop": 1}, 1, "'synop'"), ({"writes": -1}, 1, "'writes' = -1"), ({}, 0, "cores = 0")],
)
def test_wrong_input_is_named(wrong: dict[str, int], cores: int, part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        cost(LOIHI, wrong, cores=cores)
    assert "\n" not in str(refused.value)


def test_what_has_no_figure_is_named() -> None:
    counts = {
        "synops_stored": 10,
        "neuron_updates_active": 2,
        "hops": 5,
        "lrn_synapses_visited": 3,
        "ticks": 1,
    }
    spinnaker = cost(Profile.load("spinnaker1"), counts, cores=1)
    assert spinnaker.uncharged == ("lrn_synapses_visited", "hops", "static")
    assert spinnaker.untimed == ("synops_stored", "lrn_synapses_visited", "neuron_updates_active", "hops")
    assert spinnaker.energy_nj.mid == pytest.approx(10 * 13.3 + 2 * 26)
    loihi = cost(LOIHI, counts, cores=1)
    assert (loihi.uncharged, loihi.untimed) == ((), ())
    assert cost(Profile.load("odin"), {"synops_stored": 1}, cores=1).uncharged == ("static",)


def test_constant_power_is_power_times_time() -> None:
    chip = Profile.load("brainscales2")
    result = cost(chip, {"samples": 100, "spikes": 10**6, "synops_stored": 10**6}, cores=1)
    assert result.seconds.mid == pytest.approx(100 * 48e-6)
    assert result.energy_nj.mid == pytest.approx(100 * 8400.0)  # 175 mW x 48 us = 8.4 uJ
    assert [share.counter for share in result.shares] == ["power"]
    assert result.dynamic_nj == Band.ZERO
    assert result.uncharged == ()
    assert result.untimed == ("synops_stored", "spikes")
    assert cost(chip, {"samples": 1}, cores=2).energy_nj.mid == pytest.approx(2 * 8400.0)  # two chips


def test_a_tick_is_never_shorter_than_the_pace() -> None:
    chip = Profile.load("truenorth")
    result = cost(chip, {"ticks": 1000, "synops_stored": 10**6}, cores=4096)
    assert result.seconds == Band.exact(1.0)
    # mW x 1 s = 1e6 nJ: nothing, the whole chip's floor, the same; 7.8 nJ a thousand synops
    assert result.energy_nj.mid == pytest.approx(50e6 + 7800)
    loihi2 = Profile.load("loihi2-estimate")
    slow = cost(loihi2, {"ticks": 10, "synops_stored": 10**6}, cores=1)
    assert slow.seconds.mid == pytest.approx(0.7e-3)  # work, far above 10 x 200 ns
    assert slow.seconds.high == pytest.approx(3.5e-3 + 10 * 1.8e-6)  # work and pace, one after the other
    assert cost(loihi2, {"ticks": 10}, cores=1).seconds.mid == pytest.approx(10 * 200e-9)


def test_links_add_energy_and_bound_the_time() -> None:
    # 1147 messages cross the busiest link in a tick, 853 another: 10 us at 114.7 M/s, 105 pJ a crossing
    traffic = Traffic((LinkLoad(0, 1, 1147.0), LinkLoad(1, 0, 853.0)))
    result = cost(LOIHI, {"ticks": 100}, cores=256, traffic=traffic)
    share = next(s for s in result.shares if s.counter == "links")
    assert share.count == 200_000
    assert share.energy_nj.mid == pytest.approx(200_000 * 0.105)
    assert share.energy_nj.high == pytest.approx(200_000 * 0.960)
    assert result.seconds.mid == pytest.approx(100 * 10e-6)
    assert result.dynamic_nj == share.energy_nj
    free = cost(LOIHI, {"ticks": 100}, cores=256)
    assert free.seconds.mid < result.seconds.mid
    # no link in SANA-FE's profile: its messages are neither charged nor timed, and that is said
    fitted = cost(Profile.load("loihi1-fitted"), {"ticks": 100}, cores=256, traffic=traffic)
    assert "links" in fitted.uncharged and "links" in fitted.untimed


def test_static_power_by_hand() -> None:
    assert static_watts(LOIHI, 192).mid == pytest.approx(1.5 * 0.104)
    assert static_watts(LOIHI, 192).high == pytest.approx(2 * 0.1265)
    assert static_watts(Profile.load("cpu"), 1) == Band.ZERO


@given(counts, st.sampled_from(["loihi1-fitted", "truenorth", "spinnaker2", "odin", "cpu", "brainscales2"]))
def test_every_chip_costs_no_less_for_more(base: dict[str, int], name: str) -> None:
    profile = Profile.load(name)
    raised = {counter: 2 * base.get(counter, 0) + 1 for counter in COUNTERS}
    for a, b in zip(ends(cost(profile, base, cores=1)), ends(cost(profile, raised, cores=1)), strict=True):
        assert b >= a * (1 - 1e-12)  # sums of floats may differ in the last bits
