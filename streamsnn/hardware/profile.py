"""Hardware profiles: every number of a chip with its band, unit, source and evidence, read from TOML."""

import math
import tomllib
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from streamsnn.hardware.band import Band
from streamsnn.hardware.entry import Power, Text
from streamsnn.hardware.packing import RowFormat
from streamsnn.hardware.parts import Barrier, Events, Limits, Link, Pace

_ONE_GROUP = 2**62  # longer than any row


class DoesNotFit(ValueError):
    """A network that a chip cannot hold, however it is cut."""


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
    name: Text
    title: Text
    event: Events = Events()
    barrier: list[Barrier] = []
    pace: Pace = Pace()
    static_power: Power | None = None  # of one whole chip, beside its events
    constant_power: Power | None = None  # of one whole chip, its events included
    link: Link | None = None
    limit: Limits

    def __post_init__(self) -> None:
        tiles = [point.tiles for point in self.barrier]
        if tiles and (tiles[0] != 1 or any(a >= b for a, b in pairwise(tiles))):
            raise ValueError(f"barrier tiles {tiles} must start at 1 and rise from point to point")
        priced = [n for n in self.event.__struct_fields__ if getattr(self.event, n).energy is not None]
        if self.constant_power is not None and (priced or self.static_power is not None):
            raise ValueError(
                f"constant_power contains every event and the static power; remove {priced or 'static_power'}"
            )

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

        A chip without barriers, or whose barrier nobody measured, takes none.

        >>> Profile.load("loihi1").barrier_seconds(4).mid
        1.13e-07
        """
        per_tile = self.limit.cores_per_tile
        occupied = _checked_cores(cores)
        return self.barrier_over(1 if per_tile is None else math.ceil(occupied / per_tile.value))

    def barrier_over(self, tiles: int) -> Band:
        """Return the time of one barrier over `tiles` tiles.

        >>> Profile.load("loihi1").barrier_over(32).mid
        4.65e-07
        """
        if not self.barrier:
            return Band.ZERO
        if tiles > self.barrier[-1].tiles:
            raise ValueError(
                f"{tiles} tiles are in use, but profile {self.name!r} knows barriers "
                f"up to {self.barrier[-1].tiles} tiles; use fewer cores"
            )
        after = next(i for i, point in enumerate(self.barrier) if point.tiles >= tiles)
        right = self.barrier[after]
        if right.tiles == tiles:
            return right.time.seconds
        left = self.barrier[after - 1]
        share = (tiles - left.tiles) / (right.tiles - left.tiles)
        return left.time.seconds * (1.0 - share) + right.time.seconds * share

    def pace_seconds(self, ticks: int, samples: int) -> Band:
        """Return the least time of so many ticks and samples, however little there is to do in them.

        >>> Profile.load("truenorth").pace_seconds(ticks=50, samples=1).mid
        0.05
        """
        tick = Band.ZERO if self.pace.tick is None else self.pace.tick.seconds
        sample = Band.ZERO if self.pace.sample is None else self.pace.sample.seconds
        return tick * ticks + sample * samples

    def row_format(
        self, weight_bits: int, *, delay_bits: int = 0, tag_bits: int = 0, index_bits: int = 0
    ) -> RowFormat:
        """Return the packing of synapses with these fields in this chip's words.

        >>> Profile.load("loihi1").row_format(8, tag_bits=9, index_bits=10).words(1024)
        448
        """
        limit = self.limit
        if limit.word_bits is None:
            raise ValueError(f"profile {self.name!r} has no synaptic memory words; its rows cannot be packed")
        return RowFormat(
            weight_bits=weight_bits,
            delay_bits=delay_bits,
            tag_bits=tag_bits,
            index_bits=index_bits,
            word_bits=limit.word_bits.value,
            group=limit.group.value if limit.group else _ONE_GROUP,
            header_bits=limit.header_bits.value if limit.header_bits else 0,
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
