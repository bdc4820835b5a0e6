"""Writing a column synapse by synapse: what rules do at a postsynaptic spike."""

from typing import Any

from streamsnn.jit import kernel
from streamsnn.memory.columns import rounded
from streamsnn.memory.counters import LRN_ROWS_READ, LRN_SYNAPSES_VISITED, LRN_WORDS_READ, RNG_DRAWS
from streamsnn.memory.synaptic import LSB, STOCHASTIC, write
from streamsnn.types import Floats, Int32s, Ints, Weights


@kernel
def real_value(w: Weights, i: int, j: int, const: Floats) -> float:
    """Real value of a stored weight."""
    return float(w[i, j]) * (const[LSB] if const[LSB] > 0.0 else 1.0)


@kernel
def store(
    w: Weights, nnz: Int32s, count: Ints, key: int, i: int, j: int, value: float, const: Floats
) -> None:
    """Store a real value in one synapse, rounded and saturated as `add_row` does."""
    stored: Any = value
    if const[LSB] > 0.0:
        stored = rounded(value, key, i, j, const)
    write(w, nnz, count, i, j, stored)


@kernel
def count_column(count: Ints, visited: int, const: Floats) -> None:
    """Count the visits of one column: one synapse, so one word, in each row."""
    count[LRN_ROWS_READ] += visited
    count[LRN_WORDS_READ] += visited
    count[LRN_SYNAPSES_VISITED] += visited
    if const[LSB] > 0.0 and const[STOCHASTIC] != 0.0:
        count[RNG_DRAWS] += visited
