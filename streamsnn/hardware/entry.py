"""The numbers of a hardware profile: value or band, unit, source and evidence."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from streamsnn.hardware.band import Band

Mark = Literal["published", "quoted", "derived", "measured", "estimate"]
Text = Annotated[str, Meta(min_length=1)]

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
    source: Text

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


class Rate(_Entry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages that a link carries in one direction, in millions a second."""

    unit: Literal["M/s"]

    @property
    def per_second(self) -> Band:
        """The band in messages a second."""
        return Band(self.low * 1e6, self.mid * 1e6, self.high * 1e6)


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole number fixed by the chip's construction, so without a band."""

    value: Annotated[int, Meta(ge=1)]
    unit: Text
    mark: Mark
    source: Text
