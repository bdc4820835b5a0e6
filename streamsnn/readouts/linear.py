"""One neuron per class: scores are its potential, errors are softmax or linear."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Kernel


@dataclass(frozen=True)
class Linear:
    """Potentials of one neuron per class as scores, with the error that drives learning.

        score_c = v_c
        softmax   e_c = exp(v_c) / sum_k exp(v_k) - [c is the target]
        squared   e_c = v_c - [c is the target]

    The error is given in the last tick of a labelled sample; it is zero before.

    Parameters
    ----------
    loss
        `"softmax"` or `"squared"`.

    >>> Linear("squared").loss
    'squared'
    """

    loss: Literal["softmax", "squared"] = "softmax"

    def __post_init__(self) -> None:
        if self.loss not in ("softmax", "squared"):
            raise ValueError(f"loss={self.loss!r}: choose 'softmax' or 'squared'")

    @property
    def targets(self) -> Literal["class", "vector"]:
        """The class index."""
        return "class"

    @property
    def when(self) -> Literal["tick", "sample"]:
        """In the last tick of a sample."""
        return "sample"

    def fields(self) -> tuple[Field, ...]:
        """Nothing to remember."""
        return ()

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(1.0,)` for softmax, `(0.0,)` for squared."""
        return (1.0 if self.loss == "softmax" else 0.0,)

    def kernel(self) -> Kernel:
        """Write the scores."""
        return _read

    def error(self) -> Kernel:
        """Write prediction minus target."""
        return _error


@kernel
def _read(v: Floats, scores: Floats) -> None:
    for c in range(scores.size):
        scores[c] = v[c]


@kernel
def _error(v: Floats, target: int, third: Floats, const: Floats) -> None:
    peak = v[0]
    for c in range(v.size):
        peak = max(peak, v[c])
    total = 0.0
    for c in range(v.size):
        third[c] = np.exp(v[c] - peak) if const[0] == 1.0 else v[c]
        total += third[c]
    for c in range(v.size):
        if const[0] == 1.0:
            third[c] /= total
        third[c] -= 1.0 if c == target else 0.0
