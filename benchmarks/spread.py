"""Centre and spread of repeated measurements."""

import math
import statistics
from collections.abc import Sequence

from benchmarks.record import Figures


def mean_sd(name: str, values: Sequence[float]) -> Figures:
    """Mean and sample standard deviation (None for a single value).

    >>> mean_sd("acc", [1.0, 3.0])
    {'acc_mean': 2.0, 'acc_sd': 1.4142135623730951}
    """
    sd = statistics.stdev(values) if len(values) > 1 else None
    return {f"{name}_mean": statistics.fmean(values), f"{name}_sd": sd}


def min_median_max(name: str, values: Sequence[float]) -> Figures:
    """Smallest, middle and largest value.

    >>> min_median_max("rate", [3.0, 1.0, 2.0])
    {'rate_min': 1.0, 'rate_median': 2.0, 'rate_max': 3.0}
    """
    return {
        f"{name}_min": min(values),
        f"{name}_median": statistics.median(values),
        f"{name}_max": max(values),
    }


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % confidence interval of the median from order statistics: no assumption about the distribution.

    The number of values below the true median is binomial(n, 1/2), here by its normal approximation.

    >>> median_interval(range(1, 101))
    (40, 61)
    """
    ordered = sorted(values)
    n = len(ordered)
    low = max(0, math.floor(n / 2 - 0.98 * math.sqrt(n)) - 1)
    return ordered[low], ordered[n - 1 - low]
