"""A core's whole network on a chip: its layers and synapse lists, and its traffic between chips."""

from streamsnn.core import Core
from streamsnn.hardware.links import Flow
from streamsnn.hardware.mapping import Layout, layout
from streamsnn.hardware.profile import DoesNotFit, Profile
from streamsnn.hardware.tables import Population, RowTable
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.delays import DELAY_BITS
from streamsnn.memory.graded import Graded
from streamsnn.memory.packing import index_bits
from streamsnn.network import INPUT, Projection


def populations(core: Core) -> tuple[Population, ...]:
    """The layers of a network as it is now; one that has no neurons yet counts as one neuron."""
    return tuple(Population(layer.name, max(1, core.size(layer.name))) for layer in core.network.layers)


def row_tables(profile: Profile, core: Core) -> tuple[RowTable, ...]:
    """The synapse lists of a network as it is now, in the chip's words.

    Rows of a sparse projection hold its stored synapses and their indices, as many as the mean row; rows of
    another hold all neurons of the layer they reach. Those of a convolution are shared, or, where the chip
    cannot, are lists. Delays take their bits of every synapse.
    """
    return tuple(_table(profile, core, p) for p in core.network.projections)


def place(profile: Profile, core: Core) -> Layout:
    """Return how many cores of the chip every layer of a network takes, and which limit binds it.

    The encoder's neurons live outside the chip. What traces and tags a rule keeps per synapse is not known
    here, so their bits are left out.

    Raises
    ------
    DoesNotFit
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
    _check_payload(profile, core)
    return layout(profile, populations(core), row_tables(profile, core))


def flows(core: Core) -> tuple[Flow, ...]:
    """Spikes per tick over every projection, as the core has counted them; none before its first tick."""
    counters = core.counters
    ticks = counters["ticks"]
    if ticks == 0:
        return ()
    joins = core.network.projections
    return tuple(Flow(p.pre, p.post, counters.of(p.name)["messages"] / ticks) for p in joins)


def _check_payload(profile: Profile, core: Core) -> None:
    there = profile.limit.payload_bits
    for layer in core.network.layers:
        needed = layer.neuron.payload_bits if isinstance(layer.neuron, Graded) else 0
        if needed > (there.value if there else 0):
            can = f"carry at most {there.value} bits" if there else "carry no numbers"
            raise DoesNotFit(
                f"spikes of layer {layer.name!r} carry numbers of {needed} bits, but those of {profile.name} "
                f"{can}; use a neuron with plain spikes"
            )


def _table(profile: Profile, core: Core, projection: Projection) -> RowTable:
    rows, n_post = _size(core, projection.pre), _size(core, projection.post)
    stored, index, shared, c = n_post, 0, 0, projection.storage
    window = c if isinstance(c, Convolution) else None
    if isinstance(c, Convolution) and profile.limit.shared_rows:
        stored, shared = c.filters, c.n_rows
    elif isinstance(c, Convolution) or projection.listed:
        synapses = c.n_synapses if isinstance(c, Convolution) else core.n_synapses(projection.name)
        stored, index = -(-synapses // max(1, rows)), index_bits(n_post)
    delay = projection.longest_delay
    words = 0  # a chip whose synapses are no words of a memory
    if profile.limit.word_bits is not None:
        delay_bits = DELAY_BITS if delay else 0
        packed = profile.row_format(projection.format.bits, index_bits=index, delay_bits=delay_bits)
        words = packed.words(stored)
    kinds = [f"{projection.format.bits} bits", *["sparse"] * (index > 0), *["delay"] * (delay > 0)]
    name = ", ".join([*kinds, *["shared"] * (shared > 0)])
    return RowTable(projection.pre, projection.post, words, rows, name, "", delay, shared, window)


def _size(core: Core, layer: str) -> int:
    return core.n_features * core.network.encoder.lines if layer == INPUT else core.size(layer)
