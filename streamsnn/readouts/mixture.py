"""Mixture readout: several units speak for a class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Kernel


@dataclass(frozen=True)
class Mixture:
    """Score of a class from the potentials of its units.

        score_c = log sum_{q of class c} exp(beta * v_q / unit)

    Classes without units score -inf.

    Parameters
    ----------
    beta
        Inverse temperature: large values take the best unit alone.
    unit
        Potential that stands for a log-odds of 1.

    >>> Mixture().constants(0.001)
    (0.00625,)
    """

    beta: float = 0.1
    unit: float = 16.0

    def __post_init__(self) -> None:
        if not self.beta > 0 or not self.unit > 0:
            raise ValueError(f"beta={self.beta}, unit={self.unit}: give positive numbers")

    @property
    def targets(self) -> Literal["class", "vector"]:
        """The class index."""
        return "class"

    @property
    def when(self) -> Literal["tick", "sample"]:
        """In the last tick of a sample."""
        return "sample"

    def fields(self) -> tuple[Field, ...]:
        """Largest potential of each class, scratch."""
        return (Field("peak", "f8", ("class",), lasting=False),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(beta / unit,)`."""
        return (self.beta / self.unit,)

    def kernel(self) -> Kernel:
        """Write the scores."""
        return _read

    def shares(self, v: NDArray[Any], given: Mapping[str, NDArray[Any]]) -> Floats:
        """Term of each unit in the sum of its class.

        >>> Mixture().shares(np.array([160, 160, 16]), {"owner": np.array([0, 0, 1])}).tolist()
        [0.5, 0.5, 1.0]
        """
        owner = given["owner"]
        driven = self.beta / self.unit * np.asarray(v, np.float64)
        peak = np.full(int(owner.max(initial=-1)) + 1, -np.inf)
        np.maximum.at(peak, owner, driven)
        term = np.exp(driven - peak[owner])
        share: Floats = term / np.bincount(owner, term)[owner]
        return share

    def error(self) -> None:
        """Counting units learn from labels, not from errors."""


@kernel
def _read(v: Int32s, owner: Int32s, peak: Floats, scores: Floats, const: Floats) -> None:
    for c in range(scores.size):
        peak[c] = -np.inf
        scores[c] = 0.0
    for q in range(v.size):
        peak[owner[q]] = max(peak[owner[q]], const[0] * v[q])
    for q in range(v.size):  # relative to the peak: exp cannot overflow
        scores[owner[q]] += np.exp(const[0] * v[q] - peak[owner[q]])
    for c in range(scores.size):
        scores[c] = peak[c] + np.log(scores[c]) if scores[c] > 0.0 else -np.inf
