"""Energy of what a core has done, per sample."""

from collections.abc import Mapping

from streamsnn.core import Core
from streamsnn.hardware.band import Band
from streamsnn.hardware.cost import cost
from streamsnn.hardware.placing import place
from streamsnn.hardware.profile import Profile


def energy_per_sample(
    core: Core, n_samples: int, *, counters: Mapping[str, int] | None = None, profile: str = "loihi1"
) -> Band:
    """Estimated energy of the counted events, nJ per sample, as a band.

    The network is laid out on as many cores of the chip as it needs; `counters` are those of the core
    unless given, for instance of a stretch of its life.

    Raises
    ------
    ValueError
        If there is no sample, or no such profile; `DoesNotFit` if the chip cannot hold the network.

    Examples
    --------
    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0}, "left")
    >>> energy_per_sample(model.core, 1).mid > 0
    True
    """
    if n_samples < 1:
        raise ValueError(f"n_samples={n_samples}: energy per sample needs at least one")
    chip = Profile.load(profile)
    cores = place(chip, core).cores
    counted = core.counters if counters is None else counters
    return cost(chip, counted, cores=cores).energy_nj * (1.0 / n_samples)
