"""Readout of a population without classes: how often each neuron spiked."""

from dataclasses import dataclass
from typing import Literal

from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Kernel


@dataclass(frozen=True)
class SpikeCounts:
    """Spikes of each neuron of the last layer in this sample, one score per neuron.

        score_j = per_spike * sum over the ticks of the sample of s_j

    Nothing teaches: targets are class indices that nobody reads, and there is no error.

    Parameters
    ----------
    per_spike
        Score of one spike, dimensionless; 1 / (seconds of a sample) gives rates in hertz.

    >>> SpikeCounts().error() is None
    True
    """

    per_spike: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.per_spike < float("inf"):
            raise ValueError(f"per_spike={self.per_spike}: give a positive finite number")

    @property
    def targets(self) -> Literal["class", "vector"]:
        """Class indices, unused."""
        return "class"

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Every tick."""
        return "tick"

    def fields(self) -> tuple[Field, ...]:
        """Nothing to remember: the scores are the counts."""
        return ()

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(per_spike,)`."""
        return (float(self.per_spike),)

    def kernel(self) -> Kernel:
        """Count."""
        return _count

    def error(self) -> None:
        """No error: nothing is taught."""


@kernel
def _count(t: int, post: Int32s, scores: Floats, const: Floats) -> None:
    if t == 0:
        for c in range(scores.size):
            scores[c] = 0.0
    for k in range(post.size):
        if post[k] < scores.size:
            scores[post[k]] += const[0]
