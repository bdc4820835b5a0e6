"""Number formats of stored weights. A format is a value, handed to a projection."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# Positions in the constants that `Format.constants` hands to the write path.
LSB, LOW, HIGH, STOCHASTIC, PER_WORD = range(5)
WORD_BITS = 64


@dataclass(frozen=True)
class Float32:
    """IEEE single precision: the twin to compare fixed point with.

    A weight delivers its own value; two weights fill a 64-bit word.

    >>> Float32().dtype
    dtype('float32')
    """

    bits: int = 32

    def __post_init__(self) -> None:
        if self.bits != 32:
            raise ValueError(f"Float32 has 32 bits, not {self.bits}; use Fixed(bits={self.bits})")

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Type of the stored array."""
        return np.dtype(np.float32)

    def constants(self) -> tuple[float, ...]:
        """`(lsb, low, high, stochastic, weights per word)`; lsb 0 means "store as it is"."""
        return (0.0, -np.inf, np.inf, 0.0, WORD_BITS // 32)

    def quantise(self, weights: NDArray[np.float64]) -> NDArray[np.generic]:
        """Stored form of real-valued initial weights."""
        return weights.astype(np.float32)


@dataclass(frozen=True)
class Float64:
    """IEEE double precision: for proofs that two forms of a rule agree, not for a chip.

    >>> Float64().constants()[-1]
    1.0
    """

    bits: int = 64

    def __post_init__(self) -> None:
        if self.bits != 64:
            raise ValueError(
                f"Float64 has 64 bits, not {self.bits}; use Float32() or Fixed(bits={self.bits})"
            )

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Type of the stored array."""
        return np.dtype(np.float64)

    def constants(self) -> tuple[float, ...]:
        """`(lsb, low, high, stochastic, weights per word)`; lsb 0 means "store as it is"."""
        return (0.0, -np.inf, np.inf, 0.0, 1.0)

    def quantise(self, weights: NDArray[np.float64]) -> NDArray[np.generic]:
        """Stored form of real-valued initial weights."""
        return weights.astype(np.float64)


@dataclass(frozen=True)
class Fixed:
    """Signed or unsigned integer of `bits` with a shared power-of-two exponent.

        stored  n in [-(2^(bits-1) - 1), 2^(bits-1) - 1]   signed
                n in [0, 2^bits - 1]                       unsigned
        value   n * 2^exponent          (float compartments, real-valued rules)
        current n * 2^(6 + exponent)    (integer compartments: Loihi's weight, equation 2)

    Source: Davies et al., Loihi, IEEE Micro 2018 (weights of 1 to 9 bits with a shared exponent).

    >>> Fixed(8, exponent=-7).quantise(np.array([0.5, 2.0]))
    array([ 64, 127], dtype=int8)
    >>> Fixed(9)
    Traceback (most recent call last):
    ValueError: Fixed(bits=9): a stored weight has 1 to 8 bits signed, 1 to 7 unsigned
    """

    bits: int = 8
    signed: bool = True
    exponent: int = 0
    rounding: Literal["stochastic", "nearest"] = "stochastic"

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= (8 if self.signed else 7):
            raise ValueError(
                f"Fixed(bits={self.bits}): a stored weight has 1 to 8 bits signed, 1 to 7 unsigned"
            )
        if self.signed and self.bits < 2:
            raise ValueError("Fixed(bits=1): a signed weight needs 2 bits; use signed=False")
        if not -30 <= self.exponent <= 7:
            raise ValueError(f"Fixed(exponent={self.exponent}): the shared exponent is -30 to 7")
        if self.rounding not in ("stochastic", "nearest"):
            raise ValueError(f"Fixed(rounding={self.rounding!r}): choose 'stochastic' or 'nearest'")

    @property
    def dtype(self) -> np.dtype[np.int8]:
        """Type of the stored array."""
        return np.dtype(np.int8)

    @property
    def low(self) -> int:
        """Smallest stored integer."""
        return -self.high if self.signed else 0

    @property
    def high(self) -> int:
        """Largest stored integer."""
        return int(2 ** (self.bits - 1) - 1) if self.signed else int(2**self.bits - 1)

    def constants(self) -> tuple[float, ...]:
        """`(lsb, low, high, stochastic, weights per word)`."""
        stochastic = 1.0 if self.rounding == "stochastic" else 0.0
        return (2.0**self.exponent, float(self.low), float(self.high), stochastic, WORD_BITS // self.bits)

    def quantise(self, weights: NDArray[np.float64]) -> NDArray[np.generic]:
        """Round real-valued initial weights to the nearest stored integer and saturate."""
        return np.clip(np.rint(weights / 2.0**self.exponent), self.low, self.high).astype(np.int8)


Format = Float32 | Float64 | Fixed
