"""Messages between chips, counted by hand on small grids."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.band import Band
from streamsnn.hardware.links import Flow, LinkLoad, Traffic, congestion, link_traffic
from streamsnn.hardware.mapping import Layout, Placement
from streamsnn.hardware.profile import Profile

LOIHI, LOIHI2 = Profile.load("loihi1"), Profile.load("loihi2-estimate")


def plan(**cores: int) -> Layout:
    return Layout(tuple(Placement(name, k, "compartments", ()) for name, k in cores.items()))


def test_nothing_crosses_inside_a_chip_or_from_a_sensor() -> None:
    there = plan(a=64, b=64)
    assert link_traffic(LOIHI, there, [Flow("a", "b", 10.0), Flow("pixels", "a", 5.0)]).loads == ()


def test_a_layer_over_two_chips_by_hand() -> None:
    # a: cores 0-95 of chip 0; b: 32 cores of chip 0 and 64 of chip 1. 100 spikes go to 64 cores of chip 1.
    traffic = link_traffic(LOIHI, plan(a=96, b=96), [Flow("a", "b", 100.0)])
    assert traffic.loads == (LinkLoad(0, 1, 6400.0),)
    # the other way: two thirds of b lie on chip 1 and reach the 96 cores of a
    back = link_traffic(LOIHI, plan(a=96, b=96), [Flow("b", "a", 3.0)])
    assert back.loads == (LinkLoad(1, 0, 2.0 * 96),)


def test_fan_out_at_the_destination_sends_one_message_per_chip() -> None:
    assert link_traffic(LOIHI2, plan(a=96, b=96), [Flow("a", "b", 100.0)]).loads == (LinkLoad(0, 1, 100.0),)


def test_messages_go_along_the_row_then_along_the_column() -> None:
    # four chips as 0 1 / 2 3; each layer fills one. 0 to 3 crosses 0-1 and 1-3; 2 to 1 crosses 2-3 and 3-1.
    there = plan(a=128, b=128, c=128, d=128)
    flows = [Flow("a", "d", 1.0), Flow("c", "b", 2.0), Flow("a", "b", 4.0)]
    traffic = link_traffic(LOIHI, there, flows)
    assert traffic.loads == (
        LinkLoad(0, 1, 5.0 * 128),
        LinkLoad(2, 3, 2.0 * 128),
        LinkLoad(3, 1, 2.0 * 128),
        LinkLoad(1, 3, 1.0 * 128),
    )
    assert traffic.crossings == 10.0 * 128


def test_time_and_congestion_by_hand() -> None:
    traffic = Traffic((LinkLoad(0, 1, 3440.0), LinkLoad(1, 0, 10.0)))
    assert traffic.seconds(LOIHI).low == pytest.approx(3440 / 344e6)  # 10 us
    assert traffic.seconds(LOIHI).high == pytest.approx(3440 / 34.4e6)  # 100 us
    found = congestion(LOIHI, traffic, Band(10e-6, 15e-6, 20e-6))
    assert found.slow_down.low == 1.0
    assert found.slow_down.mid == pytest.approx(3440 / 114.7e6 / 15e-6)  # about 2
    assert found.slow_down.high == pytest.approx(10.0)
    assert found.utilisation.low == pytest.approx(0.5)
    assert found.utilisation.mid == 1.0
    assert found.warning is not None and "from chip 0 to chip 1" in found.warning
    assert "1 to 10 times" in found.warning


def test_a_link_warns_above_half_of_a_tick() -> None:
    traffic = Traffic((LinkLoad(0, 1, 1147.0),))  # 10 us
    assert congestion(LOIHI, traffic, Band.exact(19.9e-6)).warning is not None
    calm = congestion(LOIHI, traffic, Band.exact(20.1e-6))
    assert calm.warning is None
    assert calm.utilisation.mid == pytest.approx(10 / 20.1)
    assert calm.slow_down.mid == 1.0


def test_an_unknown_rate_slows_nothing() -> None:
    found = congestion(Profile.load("truenorth"), Traffic((LinkLoad(0, 1, 1e9),)), Band.exact(1e-3))
    assert (found.utilisation, found.slow_down) == (Band.ZERO, Band.exact(1.0))


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="flow 'a' to 'z' ends at no layer"):
        link_traffic(LOIHI, plan(a=1), [Flow("a", "z", 1.0)])
    with pytest.raises(ValueError, match=r"'a' to 'a' has -1\.0 spikes"):
        link_traffic(LOIHI, plan(a=1), [Flow("a", "a", -1.0)])
    with pytest.raises(ValueError, match=r"a tick of 0\.0 s"):
        congestion(LOIHI, Traffic(()), Band.ZERO)


@dataclass(frozen=True)
class Chip:
    """Where a chip stands in the oracle's grid."""

    row: int
    column: int


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), max_size=8),
)
def test_crossings_equal_distance_times_messages(
    sizes: list[int], wanted: list[tuple[int, int, int]]
) -> None:
    """Oracle: every core of the sender sends its share to every core of the receiver, one by one."""
    names = [f"l{i}" for i in range(len(sizes))]
    there = plan(**dict(zip(names, sizes, strict=True)))
    chips = -(-sum(sizes) // 128)
    width = next(w for w in range(1, chips + 1) if w * w >= chips)
    owner = [name for name, k in zip(names, sizes, strict=True) for _ in range(k)]
    held: dict[str, dict[Chip, int]] = {name: {} for name in names}
    for core, name in enumerate(owner):
        chip = Chip(*divmod(core // 128, width))
        held[name][chip] = held[name].get(chip, 0) + 1
    flows, expected = [], 0.0
    for a, b, spikes in wanted:
        pre, post = names[a % len(names)], names[b % len(names)]
        flows.append(Flow(pre, post, float(spikes)))
        for x, n in held[pre].items():
            for y, m in held[post].items():
                steps = abs(x.row - y.row) + abs(x.column - y.column)
                expected += spikes * n / sum(held[pre].values()) * m * steps
    # sums of floats in another order
    assert link_traffic(LOIHI, there, flows).crossings == pytest.approx(expected, rel=1e-9)
