"""Integer arithmetic of a Loihi-like core, and the counter-based random numbers it rounds with.

All integers are kept in int64 with explicit masks, so that compiled and plain Python agree bit for bit.
"""

import numpy as np

from streamsnn.jit import kernel

_MASK32 = 0xFFFFFFFF
MULTIPLIER = 0x45D9F3B  # below 2^31: the product of two masked values fits in int64
ROW = 0x4F1BBCDD  # odd, below 2^31
_SIGN24 = 1 << 23
_MASK24 = (1 << 24) - 1


@kernel
def decay(x: int, d: int) -> int:
    """Decayed state, rounded toward zero: sign(x) * floor(|x| * (4096 - d) / 4096), d in 0..4096."""
    return (x * (4096 - d)) >> 12 if x >= 0 else -((-x * (4096 - d)) >> 12)


@kernel
def wrap24(x: int | np.int32) -> int:
    """Two's complement wrap to 24 bits, as the chip's current register overflows."""
    return int((x + _SIGN24) & _MASK24) - _SIGN24


@kernel
def mix(h: int) -> int:
    """Two rounds of a 32-bit xor-shift-multiply hash.

    Only the low 32 bits of products count, so that it runs in 32-bit lanes too (`memory.lanes.mixed`).
    """
    h = ((h >> 16) ^ h) * MULTIPLIER & _MASK32
    h = ((h >> 16) ^ h) * MULTIPLIER & _MASK32
    return (h >> 16) ^ h


@kernel
def row_key(key: int, row: int) -> int:
    """What all draws of a row have in common: computed once a row."""
    # int(): in plain Python an index of an int32 array would overflow
    return mix((key + int(row) * ROW) & _MASK32)


@kernel
def draw(key: int, row: int, column: int) -> int:
    """Uniform integer in 0..2^32-1 for one synapse of one visit.

    Counter-based: a draw depends on what is rounded, never on the order of visits. Row and column enter
    differently (odd multiple, xor): adding both with one multiplier correlates neighbours.
    """
    return mix(row_key(key, row) ^ int(column))


@kernel
def draw_key(seed: int, clock: int, stream: int) -> int:
    """Key of all draws of one projection (`stream`) at one time (`clock`)."""
    return mix((mix((seed & _MASK32) ^ mix(stream + 1)) + (clock & _MASK32)) & _MASK32) ^ mix(clock >> 32)


def decay_constant(tau: float, dt: float) -> int:
    """12-bit decay for a time constant: round(4096 * (1 - exp(-dt / tau))); `tau` may be infinite.

    >>> decay_constant(float("inf"), 1e-3), decay_constant(0.02, 1e-3)
    (0, 200)
    """
    if not tau > 0:
        raise ValueError(f"time constant {tau} s: give a positive number of seconds or inf")
    return int(np.rint(4096 * -np.expm1(-dt / tau)))
