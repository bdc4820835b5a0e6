"""Messages between chips: which links they load, when a link is the bottleneck, and what that costs."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamsnn.hardware.band import Band
from streamsnn.hardware.mapping import Layout, Placement
from streamsnn.hardware.profile import Profile

WARN_ABOVE = 0.5  # a link this busy on average is late in the ticks that are busier than the average


@dataclass(frozen=True, slots=True)
class Flow:
    """Spikes that the whole of layer `pre` sends towards layer `post` in one tick, on average."""

    pre: str
    post: str
    spikes: float


@dataclass(frozen=True, slots=True)
class LinkLoad:
    """Messages of one tick over one direction of the link between two neighbouring chips."""

    source: int
    target: int
    messages: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """The load of every link that carries anything, the busiest first."""

    loads: tuple[LinkLoad, ...]

    @property
    def crossings(self) -> float:
        """Messages of one tick, counted once per link they cross."""
        return sum(load.messages for load in self.loads)

    def seconds(self, profile: Profile) -> Band:
        """Time in s that the busiest link needs for the messages of one tick; 0 if its rate is unknown."""
        if not self.loads or profile.link is None or profile.link.rate is None:
            return Band.ZERO
        rate, busiest = profile.link.rate.per_second, self.loads[0].messages
        return Band(busiest / rate.high, busiest / rate.mid, busiest / rate.low)


@dataclass(frozen=True, slots=True)
class Congestion:
    """How busy the busiest link is, how much slower it makes a tick, and a warning, or none."""

    utilisation: Band
    slow_down: Band
    warning: str | None


def link_traffic(profile: Profile, plan: Layout, flows: Sequence[Flow]) -> Traffic:
    """Return the messages that every link between chips carries in one tick.

        messages(chip a -> chip b) = spikes * (share of pre on a) * (cores of post on b)    fan_out = "source"
        messages(chip a -> chip b) = spikes * (share of pre on a) * [post on b]        fan_out = "destination"

    Layers fill cores, and cores fill chips, in the order of the plan; chips stand in a grid as square as
    possible, numbered row by row; a message goes along its row first, then along the column. The grid is an
    estimate: boards differ. Spikes are spread evenly over a layer's neurons. Flows from outside the
    plan, such as a sensor, are the host's and are left out.

    Raises
    ------
    ValueError
        If a flow ends at no layer of the plan, or its spikes are negative or not finite.

    Examples
    --------
    >>> from streamsnn.hardware.mapping import layout
    >>> from streamsnn.hardware.tables import Population, RowTable
    >>> loihi = Profile.load("loihi1")
    >>> layers = [Population("a", 128 * 1024), Population("b", 1024)]
    >>> plan = layout(loihi, layers, [RowTable("a", "b", 1, 4096)])
    >>> link_traffic(loihi, plan, [Flow("a", "b", 100.0)]).loads
    (LinkLoad(source=0, target=1, messages=100.0),)
    """
    cores = _cores_by_chip(profile, plan)
    width = math.ceil(math.sqrt(profile.chips(plan.cores)))
    at_source = profile.link is None or profile.link.fan_out == "source"
    loads: defaultdict[tuple[int, int], float] = defaultdict(float)
    for flow in flows:
        if flow.post not in cores:
            raise ValueError(f"flow {flow.pre!r} to {flow.post!r} ends at no layer of the plan")
        if not (math.isfinite(flow.spikes) and flow.spikes >= 0.0):
            raise ValueError(f"flow {flow.pre!r} to {flow.post!r} has {flow.spikes} spikes; give 0 or more")
        for source, held in cores.get(flow.pre, {}).items():
            leaving = flow.spikes * held / sum(cores[flow.pre].values())
            for target, reached in cores[flow.post].items():
                for hop in _route(source, target, width):
                    loads[hop] += leaving * (reached if at_source else 1)
    found = [LinkLoad(*link, messages) for link, messages in loads.items() if messages > 0.0]
    return Traffic(tuple(sorted(found, key=lambda load: (-load.messages, load.source, load.target))))


def congestion(profile: Profile, traffic: Traffic, tick: Band) -> Congestion:
    """Return how the busiest link compares with a tick of `tick` seconds of computing.

        utilisation = t_link / max(t_link, t_tick)        slow-down = max(1, t_link / t_tick)

    Low pairs the fastest link with the longest tick, high the slowest link with the shortest.

    Raises
    ------
    ValueError
        If the tick may take no time at all.

    Examples
    --------
    >>> busy = Traffic((LinkLoad(0, 1, 1147.0),))
    >>> found = congestion(Profile.load("loihi1"), busy, Band.exact(5e-6))
    >>> round(found.slow_down.mid, 3), found.warning is not None
    (2.0, True)
    """
    if tick.low <= 0.0:
        raise ValueError(f"a tick of {tick.low} s leaves nothing to compare with; give its computing time")
    link = traffic.seconds(profile)
    ratio = Band(link.low / tick.high, link.mid / tick.mid, link.high / tick.low)
    slow_down = Band(max(1.0, ratio.low), max(1.0, ratio.mid), max(1.0, ratio.high))
    use = Band(min(1.0, ratio.low), min(1.0, ratio.mid), min(1.0, ratio.high))
    warning = None
    if use.mid > WARN_ABOVE:
        busiest = traffic.loads[0]
        warning = (
            f"the link from chip {busiest.source} to chip {busiest.target} is busy for {use.mid:.0%} of a "
            f"tick ({busiest.messages:.0f} messages) and may slow it {slow_down.low:.3g} to "
            f"{slow_down.high:.3g} times; use fewer chips or place the layers that talk most on one chip"
        )
    return Congestion(use, slow_down, warning)


def _cores_by_chip(profile: Profile, plan: Layout) -> dict[str, dict[int, float]]:
    """How much of a layer each chip holds: its number of cores there."""
    per_chip = profile.limit.cores_per_chip.value
    found: dict[str, dict[int, float]] = {}
    first = 0
    for placement in plan.placements:
        found[placement.population] = _spread(placement, first, per_chip)
        first += placement.cores
    return found


def _spread(placement: Placement, first: int, per_chip: int) -> dict[int, float]:
    last = first + placement.cores
    chips = range(first // per_chip, (last - 1) // per_chip + 1)
    return {c: min(last, (c + 1) * per_chip) - max(first, c * per_chip) for c in chips}


def _route(source: int, target: int, width: int) -> list[tuple[int, int]]:
    """Links of the way: along the row, then along the column."""
    way = [source]
    while way[-1] % width != target % width:
        way.append(way[-1] + (1 if target % width > way[-1] % width else -1))
    while way[-1] != target:
        way.append(way[-1] + (width if target > way[-1] else -width))
    return list(pairwise(way))
