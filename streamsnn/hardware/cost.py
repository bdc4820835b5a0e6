"""From counted events to energy and time, always as a band.

The costing is on the *event basis*: a published event energy already contains the memory words it moves,
so words are counted and shown by the core but never charged here a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from streamsnn.hardware.band import Band
from streamsnn.hardware.profile import Event, Profile

Phase = Literal["receive", "generate", "transit", "learn"]
EventName = Literal[
    "synop", "plastic_visit", "neuron_active", "neuron_idle", "spike", "message", "hop_ew", "hop_ns"
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
    Charge("hops", ("hop_ew", "hop_ns"), "transit"),
)

# Every other counter, and why it adds no energy. A counter in neither table is refused, so that a new
# one cannot be free by oversight.
NOT_CHARGED: Mapping[str, str] = MappingProxyType(
    {
        "ticks": "barrier: time is charged, its energy was never published",
        "syn_rows_read": "contained in synop",
        "syn_words_read": "contained in synop",
        "synops": "contained in synops_stored",
        "lrn_rows_read": "contained in plastic_visit",
        "lrn_words_read": "contained in plastic_visit",
        "lrn_words_written": "contained in plastic_visit",
        "writes": "contained in plastic_visit",
        "write_attempts": "contained in plastic_visit",
        "state_reads": "never published apart from the neuron update",
        "state_writes": "never published apart from the neuron update",
        "rng_draws": "never published",
        "epochs": "never published",
        "samples": "no event of the chip",
        "overflows": "no event of the chip",
        "refused": "no event of the chip",
    }
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one counter adds to the energy; the static share is named `static`."""

    counter: str
    count: int
    energy_nj: Band


@dataclass(frozen=True, slots=True)
class Cost:
    """Energy in nJ and time in s of one run, with the shares that make up the energy."""

    energy_nj: Band
    seconds: Band
    shares: tuple[Share, ...]

    @property
    def dynamic_nj(self) -> Band:
        """Energy in nJ of the counted events, without static power."""
        return sum((s.energy_nj for s in self.shares if s.counter != "static"), Band.ZERO)

    @property
    def edp(self) -> Band:
        """Energy-delay product in J s."""
        return self.energy_nj.times(self.seconds) * 1e-9


def cost(profile: Profile, counts: Mapping[str, int], *, cores: int) -> Cost:
    """Return what the counted events of one run would cost on `cores` cores of the chip.

        E = sum_k e_k n_k + P_static T        T = n_ticks t_barrier(cores) + work

    Counters are totals of the run, so the maximum over cores that ends each tick is not known. `work`
    is bracketed instead, with generate = sum of the neuron updates, spikes and messages, receive = the
    synops, transit = the hops and learn = the visits of the learning engine:

        low   (max(generate, receive, transit) + learn) / cores     a bound: perfect balance and overlap
        mid   (generate + receive + transit + learn) / cores        balanced cores, no overlap
        high   generate + receive + transit + learn                 one core does everything

    Static power: low none, mid the share of the occupied cores, high all chips that are touched. Event
    energies: low and high are the smallest and largest figures of the profile's sources. Time is that of
    an unthrottled run; congestion, slow links between chips and the host are left out. A result is an
    order of magnitude, not a measurement.

    Parameters
    ----------
    profile
        The chip.
    counts
        Totals by counter name, such as a core's `Counters`; a name that is absent counts as 0.
    cores
        Occupied cores, at least 1.

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
    shares = [
        Share(c.counter, counts.get(c.counter, 0), _energy(profile, c) * counts.get(c.counter, 0))
        for c in CHARGES
    ]
    seconds = profile.barrier_seconds(cores) * counts.get("ticks", 0) + _work(profile, counts, cores)
    share_of_chip = cores / profile.limit.cores_per_chip.value
    chip = profile.static_power.watts
    static = Band(0.0, chip.mid * share_of_chip, chip.high * profile.chips(cores))
    shares.append(Share("static", cores, static.times(seconds) * 1e9))
    return Cost(sum((s.energy_nj for s in shares), Band.ZERO), seconds, tuple(shares))


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
    """One event of unknown kind: the extremes, and the mean in the middle."""
    mean = sum(band.mid for band in bands) / len(bands)
    return Band(min(band.low for band in bands), mean, max(band.high for band in bands))


def _events(profile: Profile, charge: Charge) -> list[Event]:
    return [getattr(profile.event, name) for name in charge.events]


def _energy(profile: Profile, charge: Charge) -> Band:
    return _any_of([event.energy.nanojoules for event in _events(profile, charge)])


def _work(profile: Profile, counts: Mapping[str, int], cores: int) -> Band:
    busy: dict[Phase, Band] = dict.fromkeys(("receive", "generate", "transit", "learn"), Band.ZERO)
    for charge in CHARGES:
        each = _any_of([event.time.seconds for event in _events(profile, charge)])
        busy[charge.phase] += each * counts.get(charge.counter, 0)
    serial = sum(busy.values(), Band.ZERO)
    overlapped = max(busy["receive"].low, busy["generate"].low, busy["transit"].low)
    return Band((overlapped + busy["learn"].low) / cores, serial.mid / cores, serial.high)
