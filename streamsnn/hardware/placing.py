"""A core's whole network on a chip: its layers and synapse lists, and its traffic between chips."""

import numpy as np

from streamsnn.core import Core
from streamsnn.hardware.links import Flow
from streamsnn.hardware.mapping import Layout, Population, RowTable, layout
from streamsnn.hardware.profile import Profile
from streamsnn.memory.packing import index_bits
from streamsnn.network import INPUT, Projection


def populations(core: Core) -> tuple[Population, ...]:
    """The layers of a network as it is now; one that has no neurons yet counts as one neuron."""
    return tuple(Population(layer.name, max(1, core.size(layer.name))) for layer in core.network.layers)


def row_tables(profile: Profile, core: Core) -> tuple[RowTable, ...]:
    """The synapse lists of a network as it is now, in the chip's words.

    Rows of a sparse projection hold its stored synapses and their indices, as many as the mean row; rows of
    another hold all neurons of the layer they reach.
    """
    return tuple(_table(profile, core, p) for p in core.network.projections)


def place(profile: Profile, core: Core) -> Layout:
    """Return how many cores of the chip every layer of a network takes, and which limit binds it.

    The encoder's neurons live outside the chip. What traces and tags a rule keeps per synapse is not known
    here, so their bits are left out.

    Raises
    ------
    ValueError
        If the network does not fit the chip; the sentence names the layer, the limit and the value.

    Examples
    --------
    >>> from streamsnn import LIF, Latency, Layer, Linear, Network
    >>> layers = (Layer("hidden", LIF(tau_mem=0.02), 2000), Layer("out", LIF(tau_mem=0.02), 10))
    >>> joins = (Projection("input", "hidden"), Projection("hidden", "out"))
    >>> network = Network(encoder=Latency(), layers=layers, projections=joins, readout=Linear())
    >>> plan = place(Profile.load("loihi1"), Core(network, n_features=64, n_classes=10))
    >>> plan.cores, [p.binding for p in plan.placements]
    (3, ['compartments', 'in_axons'])
    """
    return layout(profile, populations(core), row_tables(profile, core))


def flows(core: Core) -> tuple[Flow, ...]:
    """Spikes per tick over every projection, as the core has counted them; none before its first tick."""
    counters = core.counters
    ticks = counters["ticks"]
    if ticks == 0:
        return ()
    joins = core.network.projections
    return tuple(Flow(p.pre, p.post, counters.of(p.name)["messages"] / ticks) for p in joins)


def _table(profile: Profile, core: Core, projection: Projection) -> RowTable:
    rows = _size(core, projection.pre)
    stored, index = _size(core, projection.post), 0
    if projection.sparse:
        index = index_bits(stored)
        stored = int(np.ceil(np.count_nonzero(core.weights(projection.name)) / max(1, rows)))
    words = 0  # a chip whose synapses are no words of a memory
    if profile.limit.word_bits is not None:
        words = profile.row_format(projection.format.bits, index_bits=index).words(stored)
    name = f"{projection.format.bits} bits{', sparse' if projection.sparse else ''}"
    return RowTable(projection.pre, projection.post, words, rows, format=name)


def _size(core: Core, layer: str) -> int:
    return core.n_features * core.network.encoder.lines if layer == INPUT else core.size(layer)
