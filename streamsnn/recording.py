"""Recording of single spikes, for rasters and for tests."""

from dataclasses import dataclass

from streamsnn.jit import kernel
from streamsnn.types import Int32s


@dataclass(frozen=True)
class Raster:
    """Spikes of one sample: tick, layer (0 is the input) and neuron of each, in order of time.

    Attributes
    ----------
    ticks, layers, neurons
        int32 arrays of equal length.
    names, sizes
        Name and size of each layer.
    dt
        Seconds per tick.
    """

    ticks: Int32s
    layers: Int32s
    neurons: Int32s
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    dt: float


@kernel
def note(record: Int32s, t: int, layer: int, spikes: Int32s) -> None:
    """Append spikes to `record` (`[capacity + 1, 3]`; the first row holds the number in use)."""
    for k in range(spikes.size):
        record[0, 0] += 1
        row = record[0, 0]
        record[row, 0] = t
        record[row, 1] = layer
        record[row, 2] = spikes[k]
