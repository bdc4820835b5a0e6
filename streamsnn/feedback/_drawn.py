"""Fixed random weights between a layer and the outputs, drawn when an output first appears."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import RNG_DRAWS
from streamsnn.memory.fixed_point import draw
from streamsnn.types import Floats, Ints


@kernel
def draw_outputs(
    weights: Floats, drawn: Ints, n_neurons: int, n_out: int, amplitude: float, seed: int, count: Ints
) -> None:
    """Draw the weights `[n_neurons, n_out]`, uniform in [-amplitude, amplitude), of outputs not drawn yet."""
    for k in range(drawn[0], n_out):
        for j in range(n_neurons):
            weights[j, k] = amplitude * (draw(seed, j, k) * 2.0**-31 - 1.0)
        count[RNG_DRAWS] += n_neurons
    drawn[0] = max(drawn[0], n_out)
