"""Time of one tick, against sums by hand and the published numbers of SANA-FE."""

import pytest

from streamsnn.hardware.cost import cost
from streamsnn.hardware.links import LinkLoad, Traffic
from streamsnn.hardware.profile import Profile
from streamsnn.hardware.tick import tick_seconds

FITTED = Profile.load("loihi1-fitted")
SENDER = {"neuron_updates_idle": 10, "spikes": 10, "messages": 10}
RECEIVER = {"syn_rows_read": 10, "synops_stored": 1000, "neuron_updates_active": 100}


def test_the_slowest_core_ends_the_tick() -> None:
    # barrier of two tiles 1.0 us; the receiver takes 10 x (16 + 100 x 3.8) ns = 3.96 us; the sender
    # 10 x (6.0 + 30 + 5.1) ns = 0.411 us; the receiver's updates 100 x 9.7 ns = 0.97 us, meanwhile
    assert tick_seconds(FITTED, [SENDER, RECEIVER], tiles=2).mid == pytest.approx(4.96e-6)


def test_generation_can_be_the_slowest() -> None:
    busy = {"spikes": 1000, "messages": 1000}  # 1000 x 35.1 ns
    assert tick_seconds(FITTED, [busy, RECEIVER], tiles=1).mid == pytest.approx(0.6e-6 + 35.1e-6)


def test_learning_comes_after() -> None:
    with_learning = RECEIVER | {"lrn_synapses_visited": 100}
    gain = (
        tick_seconds(FITTED, [SENDER, with_learning], tiles=2).mid
        - tick_seconds(FITTED, [SENDER, RECEIVER], tiles=2).mid
    )
    assert gain == pytest.approx(100 * 6.1e-9)


def test_links_and_pace_are_floors() -> None:
    loihi = Profile.load("loihi1")
    traffic = Traffic((LinkLoad(0, 1, 1147.0),))
    assert tick_seconds(loihi, [SENDER], traffic=traffic).mid == pytest.approx(10e-6)
    assert tick_seconds(Profile.load("truenorth"), [SENDER]).mid == 1e-3


def test_energy_of_the_published_example() -> None:
    # ten ticks of 10 -> 100: synops 355 + access 56.32 + update 21.6 + spikes 6.93 + axons out 11.1 nJ,
    # and one hop a message, 0.42 nJ if north-south: 451.37 nJ in all
    run = {
        "synops_stored": 10_000,
        "neuron_updates_active": 1000,
        "neuron_updates_idle": 100,
        "spikes": 100,
        "messages": 100,
    }
    assert cost(FITTED, run, cores=2).dynamic_nj.mid == pytest.approx(355 + 56.32 + 21.6 + 6.93 + 11.1)
    assert cost(FITTED, run | {"hops": 100}, cores=2).dynamic_nj.high == pytest.approx(451.37)


def test_no_core_is_refused() -> None:
    with pytest.raises(ValueError, match="no core to time"):
        tick_seconds(FITTED, [])
