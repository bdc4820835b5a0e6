"""What counting units share with and without a budget: constants, overlaps, and the table of a unit."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import LRN_ROWS_READ, LRN_SYNAPSES_VISITED, LRN_WORDS_READ, STATE_READS
from streamsnn.memory.synaptic import HIGH, N_FORMAT, PER_WORD
from streamsnn.types import Field, Floats, Int32s, Ints, Weights

# A rule's constants follow the format's; from VALUE on stand two tables indexed by level: value, then climb.
NOVELTY, FAMILIARITY, MAX_UNITS, YOUNG, PRIOR, P_MAX, BUDGET, VALUE = range(N_FORMAT, N_FORMAT + 8)
RESOLUTION = 16.0  # log-odds of 1 as an 8-bit weight
OVERLAP = Field("overlap", "f8", ("post",), lasting=False)


@kernel
def fill_log_odds(log_odds: Int32s, q: int, n: float, const: Floats) -> None:
    """Table of unit q after n hits: level to 8-bit log-odds weight."""
    a = const[PRIOR]
    for level in range(int(const[HIGH]) + 1):
        p = min((const[VALUE + level] + a) / (n + 2.0 * a + 2.0), const[P_MAX])
        weight = np.floor(RESOLUTION * np.log(p / (1.0 - p)) + 0.5)
        log_odds[q, level] = int(min(max(weight, -127.0), 127.0))


@kernel
def overlaps(
    w: Weights,
    count: Ints,
    pre: Int32s,
    label: int,
    n_units: int,
    samples: Floats | Int32s,
    owner: Int32s,
    overlap: Floats,
    const: Floats,
) -> int:
    """Overlap s of each unit of class `label`, -1 for all others; returns the most similar unit, or -1.

    `samples` are what each unit has counted: whole samples, or with a budget shares of them.
    """
    best = -1
    best_s = -1.0
    n_own = 0
    words = 0
    word = -1
    per_word = int(const[PER_WORD])
    for q in range(n_units):
        overlap[q] = -1.0
        if owner[q] != label:
            continue
        n_own += 1
        if q // per_word != word:
            word = q // per_word
            words += 1
        s = 0.0
        for k in range(pre.size):
            s += const[VALUE + np.uint8(w[pre[k], q])]
        s /= pre.size * samples[q]
        overlap[q] = s
        if s > best_s:
            best_s = s
            best = q
    count[LRN_ROWS_READ] += pre.size
    count[LRN_WORDS_READ] += pre.size * words
    count[LRN_SYNAPSES_VISITED] += pre.size * n_own
    count[STATE_READS] += n_own
    return best
