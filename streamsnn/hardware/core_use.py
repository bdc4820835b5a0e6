"""The report of a mapping core by core: what every core holds, and what fills it most."""

from collections.abc import Sequence
from dataclasses import dataclass

from streamsnn.hardware.mapping import Layout, Resource, fullest
from streamsnn.hardware.profile import Profile
from streamsnn.hardware.tables import Population


@dataclass(frozen=True, slots=True)
class CoreUse:
    """One core: its chip, its layer's neurons `first` to `last` (excluded), and the fullest limit.

    `use` is the share of that limit in the layer's fullest core; cores of fewer neurons hold less.
    """

    core: int
    chip: int
    population: str
    first: int
    last: int
    binding: Resource | None
    use: float


def core_uses(profile: Profile, plan: Layout, populations: Sequence[Population]) -> tuple[CoreUse, ...]:
    """Return the cores of a plan in order: layer after layer, chip after chip.

    On a chip of one core every layer has its own entry, all of core 0.

    Raises
    ------
    ValueError
        If the populations are not those of the plan.

    Examples
    --------
    >>> from streamsnn.hardware.mapping import layout
    >>> truenorth, layers = Profile.load("truenorth"), [Population("hidden", 300)]
    >>> [(c.core, c.first, c.last) for c in core_uses(truenorth, layout(truenorth, layers, []), layers)]
    [(0, 0, 150), (1, 150, 300)]
    """
    if [p.population for p in plan.placements] != [p.name for p in populations]:
        raise ValueError(
            f"plan of {[p.population for p in plan.placements]} does not place "
            f"{[p.name for p in populations]}; give the populations it was made from"
        )
    found: list[CoreUse] = []
    for placement, population in zip(plan.placements, populations, strict=True):
        use = dict(placement.use)
        binding, fill = fullest(use), max(use.values(), default=0.0)
        for i in range(placement.cores):
            core = 0 if plan.one_core else len(found)
            first, last = (n * population.size // placement.cores for n in (i, i + 1))
            chip = core // profile.limit.cores_per_chip.value
            found.append(CoreUse(core, chip, population.name, first, last, binding, fill))
    return tuple(found)
