"""From counted events to energy and time, always as a band.

The costing is on the *event basis*: a published event energy already contains the memory words it moves,
so words are counted and shown by the core but never charged here a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from streamsnn.hardware.band import Band
from streamsnn.hardware.links import Traffic
from streamsnn.hardware.parts import Event
from streamsnn.hardware.profile import Profile

Phase = Literal["receive", "generate", "transit", "learn"]
EventName = Literal[
    "synop", "plastic_visit", "neuron_active", "neuron_idle", "spike", "message", "lookup", "hop_ew", "hop_ns"
]


@dataclass(frozen=True, slots=True)
class Charge:
    """A counter that costs something: which event of the profile, and in which phase of a tick."""

    counter: str
    events: tuple[EventName, ...]  # several: the counter does not tell which of them happened
    phase: Phase


CHARGES = (
    Charge("synops_stored", ("synop",), "receive"),  # a stored zero is read and added like any other
    Charge("lrn_synapses_visited", ("plastic_visit",), "learn"),
    Charge("neuron_updates_active", ("neuron_active",), "generate"),
    Charge("neuron_updates_idle", ("neuron_idle",), "generate"),
    Charge("spikes", ("spike",), "generate"),
    Charge("messages", ("message",), "generate"),
    Charge("syn_rows_read", ("lookup",), "receive"),
    Charge("hops", ("hop_ew", "hop_ns"), "transit"),
)

# Every other counter, and why it adds no energy. A counter in neither table is refused, so that a new
# one cannot be free by oversight.
NOT_CHARGED: Mapping[str, str] = MappingProxyType(
    {
        "ticks": "barrier: time is charged, its energy was never published",
        "syn_words_read": "contained in synop",
        "synops": "contained in synops_stored",
        "lrn_rows_read": "contained in plastic_visit",
        "lrn_words_read": "contained in plastic_visit",
        "lrn_words_written": "contained in plastic_visit",
        "writes": "contained in plastic_visit",
        "write_attempts": "contained in plastic_visit",
        "tag_words_read": "contained in plastic_visit",
        "tag_words_written": "contained in plastic_visit",
        "delay_words_read": "contained in synop",
        "delay_words_written": "contained in plastic_visit",
        "ring_reads": "contained in the neuron update",
        "ring_writes": "contained in synop",
        "payload_words": "never published apart from the message",
        "state_reads": "never published apart from the neuron update",
        "state_writes": "never published apart from the neuron update",
        "rng_draws": "never published",
        "epochs": "never published",
        "samples": "no event; where a sample has a least time, it is the profile's pace",
        "overflows": "no event of the chip",
        "refused": "no event of the chip",
    }
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one counter adds to the energy.

    Three shares are no counter: `static` (static power), `links` (messages between chips) and `power` (a
    chip of constant power).
    """

    counter: str
    count: int
    energy_nj: Band


@dataclass(frozen=True, slots=True)
class Cost:
    """Energy in nJ and time in s of one run, with the shares that make up the energy.

    Attributes
    ----------
    energy_nj, seconds
        Totals of what the profile has figures for.
    shares
        The energy, by counter.
    uncharged, untimed
        What happened in this run, but has no energy, or no time, in this profile: the totals lack it.
    """

    energy_nj: Band
    seconds: Band
    shares: tuple[Share, ...]
    uncharged: tuple[str, ...] = ()
    untimed: tuple[str, ...] = ()

    @property
    def dynamic_nj(self) -> Band:
        """Energy in nJ of the counted events, without static or constant power."""
        events = (s.energy_nj for s in self.shares if s.counter not in ("static", "power"))
        return sum(events, Band.ZERO)

    @property
    def edp(self) -> Band:
        """Energy-delay product in J s."""
        return self.energy_nj.times(self.seconds) * 1e-9


def cost(profile: Profile, counts: Mapping[str, int], *, cores: int, traffic: Traffic | None = None) -> Cost:
    """Return what the counted events of one run would cost on `cores` cores of the chip.

        E = sum_k e_k n_k + e_link n_ticks crossings + P_static T     (constant power: E = P chips T)
        T = max(n_ticks t_barrier(cores) + work, n_ticks t_tick + n_samples t_sample, n_ticks t_link)

    Counters are totals of the run, so the maximum over cores that ends each tick is not known. `work`
    is bracketed instead, with generate = sum of the neuron updates, spikes and messages, receive = the
    synops and look-ups, transit = the hops and learn = the visits of the learning engine:

        low   (max(generate, receive, transit) + learn) / cores     a bound: perfect balance and overlap
        mid   (generate + receive + transit + learn) / cores        balanced cores, no overlap
        high   generate + receive + transit + learn                 one core does everything

    Nor is it known how work spreads over ticks: at the high end the three times of T are added.
    Static power: low none, mid the share of the occupied cores, high all chips that are touched. Event
    energies: low and high are the smallest and largest figures of the profile's sources. The host is left
    out. A result is an order of magnitude, not a measurement.

    Parameters
    ----------
    profile
        The chip.
    counts
        Totals by counter name, such as a core's `Counters`; a name that is absent counts as 0.
    cores
        Occupied cores, at least 1.
    traffic
        Messages between chips, from `link_traffic`; without it links are left out.

    Raises
    ------
    ValueError
        If a counter is negative or unknown to `CHARGES` and `NOT_CHARGED`, or `cores` is not valid.

    References
    ----------
    Event energies: Davies et al., IEEE Micro, 2018. Form of the sum, and maximum of generation and reception:
    Boyle et al., SANA-FE, IEEE TCAD, 2025.

    Examples
    --------
    >>> result = cost(Profile.load("loihi1"), {"synops_stored": 1000, "ticks": 1}, cores=1)
    >>> round(result.dynamic_nj.mid, 3), round(result.seconds.mid * 1e6, 3)
    (23.6, 3.613)
    """
    _check(counts)
    seconds = _seconds(profile, counts, cores, traffic)
    if profile.constant_power is not None:
        whole = profile.constant_power.watts.times(seconds) * (1e9 * profile.chips(cores))
        shares = [Share("power", profile.chips(cores), whole)]
    else:
        shares = _event_shares(profile, counts)
        if traffic is not None:
            shares.append(_link_share(profile, traffic, counts.get("ticks", 0)))
        shares.append(Share("static", cores, static_watts(profile, cores).times(seconds) * 1e9))
    total = sum((s.energy_nj for s in shares), Band.ZERO)
    return Cost(total, seconds, tuple(shares), *_missing(profile, counts, traffic))


def static_watts(profile: Profile, cores: int) -> Band:
    """Return the static power in W of `cores` cores: low none, mid their share of a chip, high whole chips.

    >>> static_watts(Profile.load("loihi1"), 64)
    Band(low=0.0, mid=0.052, high=0.1265)
    """
    chips = profile.chips(cores)
    if profile.static_power is None:
        return Band.ZERO
    chip = profile.static_power.watts
    return Band(0.0, chip.mid * (cores / profile.limit.cores_per_chip.value), chip.high * chips)


def busy_seconds(profile: Profile, counts: Mapping[str, int]) -> dict[Phase, Band]:
    """Return how long one core is busy with the counted events, by phase.

    >>> busy_seconds(Profile.load("loihi1"), {"synops_stored": 1000})["receive"].mid
    3.5e-06
    """
    busy: dict[Phase, Band] = dict.fromkeys(("receive", "generate", "transit", "learn"), Band.ZERO)
    for charge in CHARGES:
        times = [event.time.seconds for event in _events(profile, charge) if event.time is not None]
        busy[charge.phase] += _any_of(times) * counts.get(charge.counter, 0)
    return busy


def _check(counts: Mapping[str, int]) -> None:
    charged = {charge.counter for charge in CHARGES}
    for name, count in counts.items():
        if name not in charged and name not in NOT_CHARGED:
            raise ValueError(
                f"counter {name!r} is unknown to the cost model; list it in CHARGES or NOT_CHARGED"
            )
        if count < 0:
            raise ValueError(f"counter {name!r} = {count} is negative; give totals of a run")


def _any_of(bands: list[Band]) -> Band:
    """One event of unknown kind: the extremes, and the mean in the middle; nothing if none is known."""
    if not bands:
        return Band.ZERO
    mean = sum(band.mid for band in bands) / len(bands)
    return Band(min(band.low for band in bands), mean, max(band.high for band in bands))


def _events(profile: Profile, charge: Charge) -> list[Event]:
    return [getattr(profile.event, name) for name in charge.events]


def _event_shares(profile: Profile, counts: Mapping[str, int]) -> list[Share]:
    shares = []
    for charge in CHARGES:
        count = counts.get(charge.counter, 0)
        each = _any_of([e.energy.nanojoules for e in _events(profile, charge) if e.energy is not None])
        shares.append(Share(charge.counter, count, each * count))
    return shares


def _link_share(profile: Profile, traffic: Traffic, ticks: int) -> Share:
    energy = profile.link.energy if profile.link is not None else None
    each = Band.ZERO if energy is None else energy.nanojoules
    crossings = traffic.crossings * ticks
    return Share("links", round(crossings), each * crossings)


def _seconds(profile: Profile, counts: Mapping[str, int], cores: int, traffic: Traffic | None) -> Band:
    barriers = profile.barrier_seconds(cores) * counts.get("ticks", 0)
    busy = busy_seconds(profile, counts)
    serial = sum(busy.values(), Band.ZERO)
    overlapped = max(busy["receive"].low, busy["generate"].low, busy["transit"].low)
    work = Band((overlapped + busy["learn"].low) / cores, serial.mid / cores, serial.high)
    ticks, samples = counts.get("ticks", 0), counts.get("samples", 0)
    computing = barriers + work
    pacing = profile.pace_seconds(ticks, samples)
    linking = Band.ZERO if traffic is None else traffic.seconds(profile) * ticks
    every = (computing, pacing, linking)
    return Band(
        max(band.low for band in every), max(band.mid for band in every), sum(band.high for band in every)
    )


def _missing(
    profile: Profile, counts: Mapping[str, int], traffic: Traffic | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What happened but has no energy, and what has no time, in this profile."""
    happened = [charge for charge in CHARGES if counts.get(charge.counter, 0)]
    energy = [c.counter for c in happened if any(e.energy is None for e in _events(profile, c))]
    time = [c.counter for c in happened if any(e.time is None for e in _events(profile, c))]
    if traffic is not None and traffic.crossings:
        energy += ["links"] if profile.link is None or profile.link.energy is None else []
        time += ["links"] if profile.link is None or profile.link.rate is None else []
    if profile.static_power is None:
        energy.append("static")
    if profile.constant_power is not None:
        energy = []
    return tuple(energy), tuple(time)
