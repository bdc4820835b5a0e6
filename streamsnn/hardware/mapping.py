"""How many cores a network needs under a chip's limits, and which limit decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from streamsnn.hardware.profile import DoesNotFit, Profile
from streamsnn.hardware.tables import Population, RowTable

Resource = Literal[
    "compartments",
    "synaptic_words",
    "in_axons",
    "out_axons",
    "neuron_sets",
    "threshold_sets",
    "synapse_formats",
    "trace_sets",
    "delay_slots",
]
RESOURCES: tuple[Resource, ...] = get_args(Resource)


@dataclass(frozen=True, slots=True)
class Placement:
    """Cores of one population, the fullest core's use of each limit (1.0 = full), and the binding one.

    Only limits that the profile states are in `use`; `binding` is None where it states none.
    """

    population: str
    cores: int
    binding: Resource | None
    use: tuple[tuple[Resource, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All placements; a core never holds parts of two populations, unless the chip has only one core."""

    placements: tuple[Placement, ...]
    one_core: bool = False

    @property
    def cores(self) -> int:
        """Occupied cores, at least 1."""
        return 1 if self.one_core else max(1, sum(p.cores for p in self.placements))

    @property
    def binding(self) -> Resource | None:
        """The limit that binds the population with the most cores."""
        fullest = max(self.placements, key=lambda p: (p.cores, max((u for _, u in p.use), default=0.0)))
        return fullest.binding

    def report(self) -> str:
        """One line per layer: its cores, the limit that binds it, and how full that and the others are.

        >>> plan = layout(Profile.load("brainscales2"), [Population("hidden", 128)], [])
        >>> print(plan.report())
        hidden: the one core, bound by compartments (compartments 25 %)
        """
        return "\n".join(_line(p, self.one_core) for p in self.placements)


def layout(profile: Profile, populations: Sequence[Population], tables: Sequence[RowTable]) -> Layout:
    """Split every population over the fewest cores that respect the profile's limits.

    A population is cut along its neurons, so each part keeps every incoming row, shortened:

        compartments    ceil(size / k)                                 <= limit
        synaptic words  sum over tables in of  rows * ceil(words / k)  <= limit
        in axons        sum over tables in of  rows                    <= limit, whatever k; of a
                        convolution, the rows that ceil(size / k) neighbours read
        out axons       ceil(size / k) * (cores of all targets)        <= limit
        parameter sets, formats, traces                                <= limit, whatever k
        delay slots     ceil(size / k) * 2^ceil(log2(longest delay + 2))  <= limit, where there are delays

    Cuts are taken to fall on groups of the row format; elsewhere a part may hold one word a row more.
    Targets are split before sources, and loops repeat until nothing changes. A limit that the profile
    does not state is not checked. A chip of one core holds all layers together, or the network does not fit.

    Raises
    ------
    ValueError
        If there is no population, a name repeats or is missing, a size is not positive, a synapse waits
        longer than it can, a population cannot fit however it is cut, or the chips that can be joined are
        too few. The sentence names the
        layer, the limit and the value.

    References
    ----------
    Smallest partitions, targets first: Rueckauer et al., NxTF, 2022.

    Examples
    --------
    >>> table = RowTable("pixels", "hidden", words_per_row=144, rows=784)
    >>> plan = layout(Profile.load("loihi1"), [Population("hidden", 1024)], [table])
    >>> plan.cores, plan.binding
    (8, 'synaptic_words')
    """
    _check(populations, tables)
    _check_delays(profile, tables)
    if profile.limit.cores_per_chip.value == 1:
        return _together(profile, populations, tables)
    cores = {p.name: p.pinned or 1 for p in populations}
    changed = True
    while changed:
        changed = False
        for population in reversed(populations):
            needed = _fewest(profile, population, tables, cores)
            changed = changed or needed != cores[population.name]
            cores[population.name] = needed
    _check_chips(profile, cores)
    return Layout(tuple(_placement(profile, p, tables, cores) for p in populations))


def _check(populations: Sequence[Population], tables: Sequence[RowTable]) -> None:
    names = [p.name for p in populations]
    if not names:
        raise ValueError("no population to place; give at least one")
    for p in populations:
        if names.count(p.name) > 1:
            raise ValueError(f"population {p.name!r} is given twice; names must differ")
        if p.size < 1:
            raise ValueError(f"population {p.name!r} has size {p.size}; give at least 1 neuron")
        if p.pinned is not None and not 1 <= p.pinned <= p.size:
            raise ValueError(f"population {p.name!r} is pinned to {p.pinned} cores; give 1 to {p.size}")
    for t in tables:
        if t.post not in names:
            raise ValueError(f"row table ends at {t.post!r}, which is no population; use one of {names}")
        if t.rows < 0 or t.words_per_row < 0:
            raise ValueError(f"row table {t.pre!r} to {t.post!r} has negative rows or words; give 0 or more")


def _check_delays(profile: Profile, tables: Sequence[RowTable]) -> None:
    longest = 0 if profile.limit.delay is None else profile.limit.delay.value
    for t in tables:
        if t.delay > longest:
            can = f"wait at most {longest} ticks" if longest else "have no delays that the profile states"
            raise ValueError(
                f"synapses from {t.pre!r} to {t.post!r} wait up to {t.delay} ticks, but those of "
                f"{profile.name} {can}; use shorter delays"
            )


def _check_chips(profile: Profile, cores: Mapping[str, int]) -> None:
    if profile.limit.chips is None:
        return
    there = profile.limit.chips.value * profile.limit.cores_per_chip.value
    if sum(cores.values()) > there:
        largest = max(cores, key=lambda name: cores[name])
        raise ValueError(
            f"the network needs {sum(cores.values())} cores, most of them ({cores[largest]}) for layer "
            f"{largest!r}, but {profile.name} has at most {there}; use a smaller network"
        )


def _needs(
    population: Population, tables: Sequence[RowTable], cores: Mapping[str, int], k: int
) -> dict[Resource, int]:
    """What the fullest of `k` cores takes of every resource."""
    size = -(-population.size // k)
    incoming = [t for t in tables if t.post == population.name]
    targets = {t.post for t in tables if t.pre == population.name}
    longest = max((t.delay for t in incoming), default=0)
    slots: dict[Resource, int] = {"delay_slots": size << (longest + 1).bit_length()} if longest else {}
    return slots | {
        "compartments": size,
        "synaptic_words": sum(t.words(k) for t in incoming),
        "in_axons": sum(t.axons(k) for t in incoming),
        "out_axons": size * sum(k if name == population.name else cores[name] for name in targets),
        "neuron_sets": population.neuron_sets,
        "threshold_sets": population.threshold_sets,
        "synapse_formats": len({t.format for t in incoming}),
        "trace_sets": len({t.trace for t in incoming if t.trace}),
    }


def _use(profile: Profile, needs: Mapping[Resource, int]) -> dict[Resource, float]:
    """Share of each limit that the profile states."""
    limits = {name: getattr(profile.limit, name) for name in RESOURCES}
    return {name: needs[name] / limit.value for name, limit in limits.items() if limit and name in needs}


def fullest(use: Mapping[Resource, float]) -> Resource | None:
    """The limit that is used most; None if there is no limit."""
    return max(use.items(), key=lambda item: item[1])[0] if use else None


def _over(profile: Profile, needs: Mapping[Resource, int]) -> bool:
    return max(_use(profile, needs).values(), default=0.0) > 1.0


def _refuse(profile: Profile, layer: str, where: str, needs: Mapping[Resource, int]) -> DoesNotFit:
    use = _use(profile, needs)
    full = max(use, key=lambda name: use[name])
    return DoesNotFit(
        f"layer {layer!r} does not fit {profile.name}: {where} still needs {needs[full]} of {full}, of which "
        f"a core has {getattr(profile.limit, full).value}; use a smaller network"
    )


def _fewest(
    profile: Profile, population: Population, tables: Sequence[RowTable], cores: Mapping[str, int]
) -> int:
    if population.pinned is not None:
        if _over(profile, needs := _needs(population, tables, cores, population.pinned)):
            raise _refuse(profile, population.name, f"one of its {population.pinned} pinned cores", needs)
        return population.pinned
    # Cut to single neurons, a population takes the least of everything: what fails there fails anywhere.
    if _over(profile, needs := _needs(population, tables, cores, population.size)):
        raise _refuse(profile, population.name, "a core with one of its neurons", needs)
    k = max(cores[population.name], _bound(profile, population, tables))
    while _over(profile, _needs(population, tables, cores, k)):
        k += 1
    return k


def _bound(profile: Profile, population: Population, tables: Sequence[RowTable]) -> int:
    """Cores that are needed even if neurons and words could be cut anywhere: where the search starts."""
    words = sum(t.rows * t.words_per_row for t in tables if t.post == population.name and not t.shared)
    limit = profile.limit
    pairs = ((population.size, limit.compartments), (words, limit.synaptic_words))
    return max([1, *(-(-need // there.value) for need, there in pairs if there is not None)])


def _placement(
    profile: Profile, population: Population, tables: Sequence[RowTable], cores: Mapping[str, int]
) -> Placement:
    """The binding limit is the fullest one just before the last cut, or of the one core."""
    k = cores[population.name]
    before = _use(profile, _needs(population, tables, cores, max(1, k - 1)))
    binding = fullest(before)
    use = _use(profile, _needs(population, tables, cores, k))
    return Placement(population.name, k, binding, tuple(use.items()))


def _together(profile: Profile, populations: Sequence[Population], tables: Sequence[RowTable]) -> Layout:
    """All layers on the only core: their needs add up, except for what they share by name."""
    ones = {p.name: 1 for p in populations}
    each = {p.name: _needs(p, tables, ones, 1) for p in populations}
    total: dict[Resource, int] = {
        name: sum(needs.get(name, 0) for needs in each.values())
        for name in RESOURCES
        if any(name in needs for needs in each.values())
    }
    total["synapse_formats"] = len({t.format for t in tables})
    total["trace_sets"] = len({t.trace for t in tables if t.trace})
    use = _use(profile, total)
    binding = fullest(use)
    if binding is not None and use[binding] > 1.0:
        largest = max(each.items(), key=lambda item: item[1][binding])[0]
        raise _refuse(profile, largest, "its only core, shared by all layers,", total)
    shared = tuple(use.items())
    return Layout(tuple(Placement(p.name, 1, binding, shared) for p in populations), one_core=True)


def _line(placement: Placement, one_core: bool) -> str:
    cores = "the one core" if one_core else f"{placement.cores} core{'s' if placement.cores > 1 else ''}"
    if placement.binding is None:
        return f"{placement.population}: {cores}, the profile states no limit"
    use = ", ".join(f"{name} {share:.0%}".replace("%", " %") for name, share in placement.use)
    return f"{placement.population}: {cores}, bound by {placement.binding} ({use})"
