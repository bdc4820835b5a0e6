"""Hardware profiles: every number of a chip with its band, unit, source and evidence, read from TOML."""

import math
import tomllib
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from streamsnn.hardware.band import Band
from streamsnn.hardware.packing import RowFormat

Mark = Literal["published", "quoted", "derived", "estimate"]
_Text = Annotated[str, Meta(min_length=1)]

# Divisors: dividing by a power of ten rounds once, multiplying by its inexact inverse rounds twice.
_PER_NANOJOULE = {"fJ": 1e6, "pJ": 1e3, "nJ": 1.0}
_PER_SECOND = {"ns": 1e9, "us": 1e6, "ms": 1e3}
_PER_WATT = {"mW": 1e3, "W": 1.0}


# Structs instead of dataclasses: only for these does msgspec refuse a field that does not exist.
class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    low: float
    mid: float
    high: float
    mark: Mark
    source: _Text

    def __post_init__(self) -> None:
        Band(self.low, self.mid, self.high)

    def _divided(self, by: float) -> Band:
        return Band(self.low / by, self.mid / by, self.high / by)


class Energy(_Entry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Energy of one event, in the unit that the file states."""

    unit: Literal["fJ", "pJ", "nJ"]

    @property
    def nanojoules(self) -> Band:
        """The band in nJ."""
        return self._divided(_PER_NANOJOULE[self.unit])


class Time(_Entry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Duration of one event, in the unit that the file states."""

    unit: Literal["ns", "us", "ms"]

    @property
    def seconds(self) -> Band:
        """The band in s."""
        return self._divided(_PER_SECOND[self.unit])


class Power(_Entry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Power, in the unit that the file states."""

    unit: Literal["mW", "W"]

    @property
    def watts(self) -> Band:
        """The band in W."""
        return self._divided(_PER_WATT[self.unit])


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one event costs; a hop and a message are charged separately."""

    energy: Energy
    time: Time


class Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every kind of event that the cost model charges."""

    synop: Event
    plastic_visit: Event
    neuron_active: Event
    neuron_idle: Event
    spike: Event
    message: Event
    hop_ew: Event
    hop_ns: Event


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole number fixed by the chip's construction, so without a band."""

    value: Annotated[int, Meta(ge=1)]
    unit: _Text
    mark: Mark
    source: _Text


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a core and a chip hold, and how synaptic memory is laid out."""

    cores_per_chip: Limit
    cores_per_tile: Limit
    compartments: Limit
    synaptic_words: Limit
    in_axons: Limit
    out_axons: Limit
    word_bits: Limit
    group: Limit
    header_bits: Limit


class Barrier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Time of the barrier that ends a tick when `tiles` tiles are in use."""

    tiles: Annotated[int, Meta(ge=1)]
    time: Time


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One chip as a data file: energies, times, static power and limits, each with its evidence.

    Examples
    --------
    >>> loihi = Profile.load("loihi1")
    >>> loihi.event.neuron_active.energy.nanojoules
    Band(low=0.0728, mid=0.081, high=0.081)
    >>> loihi.limit.compartments.value, loihi.event.synop.energy.mark
    (1024, 'quoted')
    """

    schema: Literal[1]
    name: _Text
    title: _Text
    event: Events
    barrier: Annotated[list[Barrier], Meta(min_length=1)]
    static_power: Power
    limit: Limits

    def __post_init__(self) -> None:
        tiles = [point.tiles for point in self.barrier]
        if tiles[0] != 1 or any(a >= b for a, b in pairwise(tiles)):
            raise ValueError(f"barrier tiles {tiles} must start at 1 and rise from point to point")

    @classmethod
    def load(cls, profile: str | Path) -> "Profile":
        """Load a shipped profile by name, or a file by its path.

        Parameters
        ----------
        profile
            A name such as `"loihi1"`, or a path that ends in `.toml`.

        Raises
        ------
        FileNotFoundError
            If there is no such profile.
        ValueError
            If the file is not valid; the sentence names the file, the key and the value.
        """
        path = Path(profile)
        if path.suffix == ".toml":
            if not path.is_file():
                raise FileNotFoundError(f"hardware profile {str(path)!r} does not exist; check the path")
            return _decode(path.read_bytes(), str(path))
        shipped = files("streamsnn.hardware") / "profiles"
        names = sorted(f.name.removesuffix(".toml") for f in shipped.iterdir() if f.name.endswith(".toml"))
        if profile not in names:
            raise FileNotFoundError(
                f"no hardware profile {str(profile)!r}; "
                f"use one of {', '.join(names)} or the path of a .toml file"
            )
        return _decode((shipped / f"{profile}.toml").read_bytes(), f"{profile}.toml")

    def chips(self, cores: int) -> int:
        """Return the number of chips that `cores` cores occupy.

        >>> Profile.load("loihi1").chips(129)
        2
        """
        return math.ceil(_checked_cores(cores) / self.limit.cores_per_chip.value)

    def barrier_seconds(self, cores: int) -> Band:
        """Return the time of one barrier over `cores` cores, linear between the profile's points.

        >>> Profile.load("loihi1").barrier_seconds(4).mid
        1.13e-07
        """
        tiles = math.ceil(_checked_cores(cores) / self.limit.cores_per_tile.value)
        if tiles > self.barrier[-1].tiles:
            raise ValueError(
                f"{cores} cores are {tiles} tiles, but profile {self.name!r} knows barriers "
                f"up to {self.barrier[-1].tiles} tiles; use fewer cores"
            )
        after = next(i for i, point in enumerate(self.barrier) if point.tiles >= tiles)
        right = self.barrier[after]
        if right.tiles == tiles:
            return right.time.seconds
        left = self.barrier[after - 1]
        share = (tiles - left.tiles) / (right.tiles - left.tiles)
        return left.time.seconds * (1.0 - share) + right.time.seconds * share

    def row_format(
        self, weight_bits: int, *, delay_bits: int = 0, tag_bits: int = 0, index_bits: int = 0
    ) -> RowFormat:
        """Return the packing of synapses with these fields in this chip's words.

        >>> Profile.load("loihi1").row_format(8, tag_bits=9, index_bits=10).words(1024)
        448
        """
        return RowFormat(
            weight_bits=weight_bits,
            delay_bits=delay_bits,
            tag_bits=tag_bits,
            index_bits=index_bits,
            word_bits=self.limit.word_bits.value,
            group=self.limit.group.value,
            header_bits=self.limit.header_bits.value,
        )


def _checked_cores(cores: int) -> int:
    if cores < 1:
        raise ValueError(f"cores = {cores} is impossible; give at least 1")
    return cores


def _decode(text: bytes, name: str) -> Profile:
    try:
        tree = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"hardware profile {name} is not readable as TOML: {error}") from error
    try:
        return msgspec.convert(tree, Profile)
    except msgspec.ValidationError as error:
        raise ValueError(_sentence(str(error), tree, name)) from error


def _sentence(message: str, tree: dict[str, Any], name: str) -> str:
    """Turn msgspec's "problem - at `$.key[0].key`" into a sentence that also shows the value."""
    problem, _, path = message.partition(" - at `$")
    keys = path.rstrip("`").replace("[", ".[").strip(".").split(".") if path else []
    value: Any = tree
    for key in keys:
        value = value[int(key.strip("[]"))] if key.startswith("[") else value[key]
    where = ".".join(keys).replace(".[", "[") or "the top level"
    shown = "" if isinstance(value, dict | list) else f" = {value!r}"
    return f"hardware profile {name}, {where}{shown}: {problem[:1].lower()}{problem[1:]}; correct the file"
