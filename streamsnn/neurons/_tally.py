"""What every spiking layer counts."""

from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, NEURON_UPDATES_IDLE, SPIKES
from streamsnn.types import Ints


@kernel
def tally(count: Ints, size: int, active: int, n_spikes: int) -> None:
    """Count one tick of a layer: its updates, those with input apart, and its spikes."""
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += size - active
    count[SPIKES] += n_spikes
