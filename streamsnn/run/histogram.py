"""Latencies in a fixed number of logarithmic buckets: bounded memory, quantiles to 2.2 %."""

import math

import numpy as np
from numpy.typing import NDArray

PER_OCTAVE = 32
OCTAVES = 36  # up to 68 s in nanoseconds


class LatencyHistogram:
    """Counts of durations; bucket b holds those of about 2^(b / 32) ns.

    >>> h = LatencyHistogram()
    >>> for ns in range(1000, 2000):
    ...     h.add(ns)
    >>> abs(h.quantile_us(0.5) - 1.5) < 0.04
    True
    """

    def __init__(self, counts: NDArray[np.int64] | None = None) -> None:
        self.counts = np.zeros(PER_OCTAVE * OCTAVES, np.int64) if counts is None else counts.copy()

    def add(self, ns: int) -> None:
        """Count one duration."""
        self.counts[min(int(math.log2(max(ns, 1)) * PER_OCTAVE), len(self.counts) - 1)] += 1

    def quantile_us(self, q: float) -> float:
        """The duration below which a share `q` of all lie, in microseconds; 0 before the first."""
        total = int(self.counts.sum())
        if not total:
            return 0.0
        bucket = int(np.searchsorted(np.cumsum(self.counts), max(q * total, 1)))
        return float(2.0 ** ((bucket + 0.5) / PER_OCTAVE) / 1000.0)
