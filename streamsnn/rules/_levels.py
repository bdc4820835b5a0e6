"""What counting units share with and without a budget: their constants, and the table of a unit."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.synaptic import HIGH, N_FORMAT
from streamsnn.types import Floats, Int32s

# A rule's constants follow the format's; from VALUE on stand two tables indexed by level: value, then climb.
NOVELTY, FAMILIARITY, MAX_UNITS, YOUNG, PRIOR, P_MAX, BUDGET, VALUE = range(N_FORMAT, N_FORMAT + 8)
RESOLUTION = 16.0  # log-odds of 1 as an 8-bit weight


@kernel
def fill_log_odds(log_odds: Int32s, q: int, n: float, const: Floats) -> None:
    """Table of unit q after n hits: level to 8-bit log-odds weight."""
    a = const[PRIOR]
    for level in range(int(const[HIGH]) + 1):
        p = min((const[VALUE + level] + a) / (n + 2.0 * a + 2.0), const[P_MAX])
        weight = np.floor(RESOLUTION * np.log(p / (1.0 - p)) + 0.5)
        log_odds[q, level] = int(min(max(weight, -127.0), 127.0))
