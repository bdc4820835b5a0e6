"""A figure with its uncertainty: low, mid and high."""

import math
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Band:
    """A non-negative figure as three values, never one bare number.

        (a + b)_k = a_k + b_k        (f * a)_k = f * a_k        k in {low, mid, high},  f >= 0

    The ends add as if all terms erred the same way, so a sum is never narrower than its terms allow.

    Parameters
    ----------
    low, mid, high
        Finite numbers with 0 <= low <= mid <= high, all in the unit that the owner states.

    Raises
    ------
    ValueError
        If a value is not finite, is negative, or the three are out of order.

    Examples
    --------
    >>> Band(1.0, 2.0, 4.0) * 0.5 + Band.exact(1.0)
    Band(low=1.5, mid=2.0, high=3.0)
    """

    ZERO: ClassVar["Band"]

    low: float
    mid: float
    high: float

    def __post_init__(self) -> None:
        values = (self.low, self.mid, self.high)
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"band {values} holds a value that is not finite; give three finite numbers")
        if not 0.0 <= self.low <= self.mid <= self.high:
            raise ValueError(f"band {values} must satisfy 0 <= low <= mid <= high")

    @classmethod
    def exact(cls, value: float) -> "Band":
        """Return the band whose three values are equal."""
        return cls(value, value, value)

    def __add__(self, other: "Band") -> "Band":
        return Band(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def __mul__(self, factor: float) -> "Band":
        return Band(self.low * factor, self.mid * factor, self.high * factor)

    def times(self, other: "Band") -> "Band":
        """Return the product end by end, for instance power times time."""
        return Band(self.low * other.low, self.mid * other.mid, self.high * other.high)


Band.ZERO = Band.exact(0.0)
