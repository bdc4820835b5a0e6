"""Counters of everything a chip would do: one int64 row per projection, per layer and for the core.

Kernels add to a row once per *row of synapses*, never once per synapse, so that counting stays free.
Definitions follow the design's glossary: a *write* is a stored synaptic word whose value changed after
rounding; a *write attempt* is a requested change, also when rounding swallowed it.

Rows are int64, not uint64: in compiled code an unsigned count plus a signed literal becomes a float, and
2^63 events are out of reach.
"""

from collections.abc import Iterator, Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

COUNTERS = (
    "syn_rows_read",  # look-ups of a synapse list by a spike
    "syn_words_read",  # 64-bit words read by those look-ups
    "synops_stored",  # stored entries delivered
    "synops",  # non-zero weights delivered
    "lrn_rows_read",  # rows visited by learning
    "lrn_words_read",
    "lrn_words_written",
    "lrn_synapses_visited",
    "writes",  # synapses whose stored value changed
    "write_attempts",
    "state_reads",  # words of neuron and trace memory: hit counts, traces
    "state_writes",
    "neuron_updates_active",  # updates of a neuron that received input in this tick
    "neuron_updates_idle",
    "spikes",
    "messages",
    "hops",
    "ticks",
    "samples",
    "epochs",
    "overflows",
    "rng_draws",
    "refused",  # non-finite third factors
    "tag_words_read",  # eligibility stored per synapse: synaptic memory too, counted apart from weights
    "tag_words_written",
    "delay_words_read",  # delays stored per synapse, likewise
    "delay_words_written",
    "ring_reads",  # accumulators of delayed input: one read per neuron and tick
    "ring_writes",  # stored entries delivered into them
    "payload_words",  # numbers carried by graded spikes, of up to 32 bits each
)
(
    SYN_ROWS_READ,
    SYN_WORDS_READ,
    SYNOPS_STORED,
    SYNOPS,
    LRN_ROWS_READ,
    LRN_WORDS_READ,
    LRN_WORDS_WRITTEN,
    LRN_SYNAPSES_VISITED,
    WRITES,
    WRITE_ATTEMPTS,
    STATE_READS,
    STATE_WRITES,
    NEURON_UPDATES_ACTIVE,
    NEURON_UPDATES_IDLE,
    SPIKES,
    MESSAGES,
    HOPS,
    TICKS,
    SAMPLES,
    EPOCHS,
    OVERFLOWS,
    RNG_DRAWS,
    REFUSED,
    TAG_WORDS_READ,
    TAG_WORDS_WRITTEN,
    DELAY_WORDS_READ,
    DELAY_WORDS_WRITTEN,
    RING_READS,
    RING_WRITES,
    PAYLOAD_WORDS,
) = range(len(COUNTERS))


class Counters(Mapping[str, int]):
    """Totals by name, with one row per projection, layer and core behind them.

    Parameters
    ----------
    rows
        int64 array `[len(names), len(COUNTERS)]`; it is copied.
    names
        Name of each row.

    Examples
    --------
    >>> import numpy as np
    >>> before = Counters(np.zeros((1, len(COUNTERS)), np.int64), ("code->units",))
    >>> after = Counters(np.ones((1, len(COUNTERS)), np.int64), ("code->units",))
    >>> (after - before)["writes"], after.of("code->units")["synops"]
    (1, 1)
    """

    def __init__(self, rows: NDArray[np.int64], names: tuple[str, ...]) -> None:
        if rows.shape != (len(names), len(COUNTERS)):
            raise ValueError(f"counter rows {rows.shape}, expected {(len(names), len(COUNTERS))}")
        self.rows = rows.copy()
        self.names = names

    def __getitem__(self, name: str) -> int:
        if name not in COUNTERS:
            raise KeyError(f"no counter {name!r}; there are {', '.join(COUNTERS)}")
        return int(self.rows[:, COUNTERS.index(name)].sum())

    def __iter__(self) -> Iterator[str]:
        return iter(COUNTERS)

    def __len__(self) -> int:
        return len(COUNTERS)

    def __sub__(self, earlier: "Counters") -> "Counters":
        return Counters(self.rows - earlier.rows, self.names)

    def of(self, row: str) -> Self:
        """The counters of one projection or layer alone."""
        if row not in self.names:
            raise KeyError(f"no counter row {row!r}; there are {', '.join(self.names)}")
        i = self.names.index(row)
        return type(self)(self.rows[i : i + 1], (row,))

    def __repr__(self) -> str:
        return f"Counters({', '.join(f'{k}={v}' for k, v in self.items() if v)})"
