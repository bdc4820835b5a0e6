"""How many cores a network needs under a chip's limits, and which limit decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from streamsnn.hardware.profile import Profile

Resource = Literal["compartments", "synaptic_words", "in_axons", "out_axons"]


@dataclass(frozen=True, slots=True)
class Population:
    """A layer of `size` neurons, one compartment each."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class RowTable:
    """Synapse lists from `pre` to `post`: `rows` lists of `words_per_row` words over the whole of `post`.

    `pre` may name something that lives off the chip, such as a sensor; then it occupies no core.
    """

    pre: str
    post: str
    words_per_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Cores of one population, the fullest core's use of each limit (1.0 = full), and the binding one."""

    population: str
    cores: int
    binding: Resource
    use: tuple[tuple[Resource, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All placements; a core never holds parts of two populations."""

    placements: tuple[Placement, ...]

    @property
    def cores(self) -> int:
        """Occupied cores, at least 1."""
        return max(1, sum(p.cores for p in self.placements))

    @property
    def binding(self) -> Resource:
        """The limit that binds the population with the most cores."""
        return max(self.placements, key=lambda p: (p.cores, dict(p.use)[p.binding])).binding


def layout(profile: Profile, populations: Sequence[Population], tables: Sequence[RowTable]) -> Layout:
    """Split every population over the fewest cores that respect the profile's limits.

    A population is cut along its neurons, so each part keeps every incoming row, shortened:

        compartments    ceil(size / k)                                 <= limit
        synaptic words  sum over tables in of  rows * ceil(words / k)  <= limit
        in axons        sum over tables in of  rows                    <= limit, whatever k
        out axons       ceil(size / k) * (cores of all targets)        <= limit

    Cuts are taken to fall on groups of the row format; elsewhere a part may hold one word a row more.
    Targets are split before sources, and loops repeat until nothing changes.

    Raises
    ------
    ValueError
        If there is no population, a name repeats or is missing, a size is not positive, or a population
        cannot fit however it is cut.

    Examples
    --------
    >>> table = RowTable("pixels", "hidden", words_per_row=144, rows=784)
    >>> plan = layout(Profile.load("loihi1"), [Population("hidden", 1024)], [table])
    >>> plan.cores, plan.binding
    (8, 'synaptic_words')
    """
    _check(populations, tables)
    cores = {p.name: 1 for p in populations}
    changed = True
    while changed:
        changed = False
        for population in reversed(populations):
            needed = _fewest(profile, population, tables, cores)
            changed = changed or needed != cores[population.name]
            cores[population.name] = needed
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
    for t in tables:
        if t.post not in names:
            raise ValueError(f"row table ends at {t.post!r}, which is no population; use one of {names}")
        if t.rows < 0 or t.words_per_row < 0:
            raise ValueError(f"row table {t.pre!r} to {t.post!r} has negative rows or words; give 0 or more")


def _use(
    profile: Profile, population: Population, tables: Sequence[RowTable], cores: dict[str, int], k: int
) -> dict[Resource, float]:
    """Share of each limit that the fullest of `k` cores takes."""
    size = -(-population.size // k)
    incoming = [t for t in tables if t.post == population.name]
    split = cores | {population.name: k}
    targets = {t.post for t in tables if t.pre == population.name}
    limit = profile.limit
    return {
        "compartments": size / limit.compartments.value,
        "synaptic_words": sum(t.rows * -(-t.words_per_row // k) for t in incoming)
        / limit.synaptic_words.value,
        "in_axons": sum(t.rows for t in incoming) / limit.in_axons.value,
        "out_axons": size * sum(split[name] for name in targets) / limit.out_axons.value,
    }


def _fewest(
    profile: Profile, population: Population, tables: Sequence[RowTable], cores: dict[str, int]
) -> int:
    k = cores[population.name]
    while max(_use(profile, population, tables, cores, k).values()) > 1.0:
        if k == population.size:
            use = _use(profile, population, tables, cores, k)
            full = max(use, key=lambda resource: use[resource])
            raise ValueError(
                f"population {population.name!r} fits on no number of {profile.name} cores: one neuron "
                f"a core still needs {use[full]:.2f} times the limit of {full}; use a smaller network"
            )
        k += 1
    return k


def _placement(
    profile: Profile, population: Population, tables: Sequence[RowTable], cores: dict[str, int]
) -> Placement:
    """The binding limit is the fullest one just before the last cut, or of the one core."""
    k = cores[population.name]
    before = _use(profile, population, tables, cores, max(1, k - 1))
    binding = max(before, key=lambda resource: before[resource])
    use = _use(profile, population, tables, cores, k)
    return Placement(population.name, k, binding, tuple(use.items()))
