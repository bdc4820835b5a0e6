"""Chip integers and the rounding hash, in unbounded Python integers."""

import math

import numpy as np
from numpy.typing import NDArray

M32 = 2**32


def dec(x: int, d: int) -> int:
    """sign(x) floor(|x| (4096 - d) / 4096)."""
    return int(math.copysign(1, x)) * (abs(x) * (4096 - d) // 4096)


def dec_subtracting(x: int, d: int) -> int:
    """The same decay as other emulators write it: x - sign(x) ceil(|x| d / 4096)."""
    return x - int(math.copysign(1, x)) * -(-abs(x) * d // 4096)


def wrap(x: int, bits: int = 24) -> int:
    """The value that `bits` bits of two's complement hold of x."""
    x %= 2**bits
    return x - 2**bits if x >= 2 ** (bits - 1) else x


def scramble(h: int) -> int:
    """The 32-bit hash: two rounds of (h xor h >> 16) * 0x45D9F3B, then one more xor-shift."""
    for _ in range(2):
        h = (h ^ h >> 16) * 0x45D9F3B % M32
    return h ^ h >> 16


def uniform32(key: int, row: int, column: int) -> int:
    """Random number of one synapse: the row enters by an odd multiple, the column by xor."""
    return scramble(scramble((key + 0x4F1BBCDD * row) % M32) ^ column)


def sample_key(seed: int, clock: int, stream: int) -> int:
    """Random key of one projection at one time."""
    seeded = (seed % M32) ^ scramble(stream + 1)
    return scramble((scramble(seeded) + clock % M32) % M32) ^ scramble(clock // M32)


def uniform32_table(key: int, rows: NDArray[np.uint64], columns: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`uniform32` for all pairs of rows and columns `[rows, columns]`."""

    def mixed(h: NDArray[np.uint64]) -> NDArray[np.uint64]:
        for _ in range(2):
            h = ((h >> np.uint64(16)) ^ h) * np.uint64(0x45D9F3B) & np.uint64(M32 - 1)
        return (h >> np.uint64(16)) ^ h

    by_row = mixed((np.uint64(key) + rows * np.uint64(0x4F1BBCDD)) & np.uint64(M32 - 1))
    return mixed(by_row[:, None] ^ columns[None, :])
