"""Time of one tick when it is known what every core does in it."""

from collections.abc import Mapping, Sequence

from streamsnn.hardware.band import Band
from streamsnn.hardware.cost import busy_seconds
from streamsnn.hardware.links import Traffic
from streamsnn.hardware.profile import Profile


def tick_seconds(
    profile: Profile,
    cores: Sequence[Mapping[str, int]],
    *,
    tiles: int | None = None,
    traffic: Traffic | None = None,
) -> Band:
    """Return the time of one tick from the counters of every core in that tick.

        T = max( t_tick,  t_barrier(tiles) + max_c max(generate_c, receive_c) + max_c learn_c,  t_link )

    A core generates (updates, spikes, messages) and receives (look-ups, synops) at the same time; the slowest
    core ends the tick; learning comes after. Queues on the mesh inside a chip are left out.

    Parameters
    ----------
    profile
        The chip.
    cores
        Counters of one tick, one mapping per occupied core.
    tiles
        Tiles in use; None: as few as the cores need.
    traffic
        Messages between chips in this tick.

    Raises
    ------
    ValueError
        If there is no core.

    References
    ----------
    Boyle et al., SANA-FE, IEEE TCAD, 2025, whose simple timing model it is, without learning and links.

    Examples
    --------
    Ten neurons on one tile send to a hundred on another:

    >>> sender = {"neuron_updates_idle": 10, "spikes": 10, "messages": 10}
    >>> receiver = {"syn_rows_read": 10, "synops_stored": 1000}
    >>> took = tick_seconds(Profile.load("loihi1-fitted"), [sender, receiver], tiles=2)
    >>> round(took.mid * 1e6, 3)
    4.96
    """
    if not cores:
        raise ValueError("no core to time; give the counters of at least one")
    busy = [busy_seconds(profile, counts) for counts in cores]
    barrier = profile.barrier_seconds(len(cores)) if tiles is None else profile.barrier_over(tiles)
    pace = profile.pace_seconds(ticks=1, samples=0)
    link = Band.ZERO if traffic is None else traffic.seconds(profile)
    working = _slowest([b[phase] for b in busy for phase in ("generate", "receive")])
    learning = _slowest([b["learn"] for b in busy])
    return _slowest([pace, barrier + working + learning, link])


def _slowest(bands: Sequence[Band]) -> Band:
    return Band(max(b.low for b in bands), max(b.mid for b in bands), max(b.high for b in bands))
