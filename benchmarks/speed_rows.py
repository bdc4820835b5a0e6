"""The learning primitive alone: row updates through the one write path, with its counters."""

from dataclasses import dataclass

import numpy as np

from benchmarks.peers.protocol import Task
from streamsnn.jit import kernel
from streamsnn.memory.counters import COUNTERS, WRITE_ATTEMPTS
from streamsnn.memory.formats import Float32
from streamsnn.memory.synaptic import add_row
from streamsnn.types import Floats, Int32s, Ints, Real, Weights


@dataclass(frozen=True)
class Rows:
    """`n` rows of `length` floats, visited in random order."""

    n: int
    length: int


# as in the nets with 784 and 3160 inputs: 0.8 MB stays in a core's own cache, 40 MB does not, nor in most
# caches that cores share
ROWS = {"row_update_cached": Rows(784, 256), "row_update_uncached": Rows(3160, 3168)}


@kernel
def update_rows(
    w: Weights, nnz: Int32s, count: Ints, rows: Int32s, start: int, steps: int, post: Real, const: Floats
) -> None:
    """Add +-post to `steps` rows, the signs in turns so that weights stay where they are."""
    for k in range(steps):
        i = rows[(start + k) % rows.size]
        add_row(w, nnz, count, 0, i, 1e-3 if k & 1 else -1e-3, post, const)


def build(name: str) -> Task:
    """A step is one row."""
    n, length = ROWS[name].n, ROWS[name].length
    rng = np.random.default_rng(0)
    w = rng.standard_normal((n, length), np.float32)
    nnz = np.full(n, length, np.int32)
    count = np.zeros(len(COUNTERS), np.int64)
    rows = rng.integers(0, n, 1 << 16, dtype=np.int32)
    post = rng.standard_normal(length, np.float32)  # as precise as the weights, as rules hand it over
    stored = Float32()
    const = np.array([*stored.constants(), 0.0, float(stored.bits), 0.0])
    at = 0

    def run(steps: int) -> int:
        nonlocal at
        update_rows(w, nnz, count, rows, at, steps, post, const)
        at = (at + steps) % rows.size
        return steps

    return Task(run, report=lambda: {"write_attempts": int(count[WRITE_ATTEMPTS])})
