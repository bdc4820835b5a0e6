"""What the generated program of a network needs: arrays, constants, kernels, and their names."""

import inspect

from streamsnn.arena import Slot
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.counters import COUNTERS
from streamsnn.memory.delays import slots
from streamsnn.memory.formats import WORD_BITS, Fixed, Float64
from streamsnn.memory.graded import Graded
from streamsnn.memory.packing import index_bits
from streamsnn.network import INPUT, Layer, Network, Projection
from streamsnn.types import Field, Kernel, Leaf


class Plan:
    """Arrays, constants and names of one network.

    Attributes
    ----------
    lasting, fixed, passing
        Arrays kept between samples, arrays that are no state, and arrays cleared before each sample (none
        in a continuous network), in the order in which the core lays them out.
    constants
        Every leaf's numbers, one after the other; `spans` says which are whose.
    known
        For each scope (a layer, a projection `p0`, ...): parameter name of a kernel to variable.
    taught
        Layers that have a third factor.
    kernels
        Imports of the generated text.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rows = (
            *(p.name for p in network.projections),
            *(layer.name for layer in network.layers),
            "core",
        )
        rows = (len(self.rows), len(COUNTERS))
        self.lasting = [Slot("core.clock", "i8", (1,)), Slot("counters", "i8", rows)]
        self.passing: list[Slot] = []
        self.constants: list[float] = []
        self.spans: dict[str, tuple[int, int]] = {}  # scope -> its constants
        self.known: dict[str, dict[str, str]] = {}  # scope -> parameter name -> variable
        self.synapses: dict[str, dict[str, str]] = {}  # of each projection, without its rule's arrays
        self.kernels: dict[str, Kernel] = {}
        self.taught = _taught(network)
        self._encoder()
        for layer in network.layers:
            self._leaf(layer.name, layer.neuron, layer.name, layer.name)
            current = _current(network, layer)
            self._slot(layer.name, Field("size", "i8", (1,)))
            self._slot(layer.name, Field("acc", current, (layer.name,), lasting=False))
            self._slot(layer.name, Field("fired", "i4", (2, layer.name), lasting=False))
            self._slot(layer.name, Field("n_fired", "i8", (1,), lasting=False))
            if isinstance(layer.neuron, Graded):
                self._slot(layer.name, Field("sent", "i4", (2, layer.name), lasting=False))
            self._ring(layer)
            if layer.name in self.taught:
                self._slot(layer.name, Field("third", "f8", (layer.name,), lasting=False))
            if layer.feedback is not None:
                self._leaf(f"{layer.name}_feedback", layer.feedback, layer.name, layer.name)
        for i, projection in enumerate(network.projections):
            self._projection(f"p{i}", projection)
        last = network.layers[-1].name
        self._leaf("readout", network.readout, last, last)
        self.fixed = (
            Slot("encoder.index", "i4", ("spike",)),  # written anew for every sample
            *([Slot("encoder.payload", "i4", ("spike",))] if isinstance(network.encoder, Graded) else []),
            Slot("core.constants", "f8", (len(self.constants),)),
            Slot("core.seed", "i8", (1,)),
            Slot("core.uncounted", "i8", rows),  # what predicting counts, to be forgotten
        )

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All arrays, in layout order."""
        return (*self.lasting, *self.fixed, *self.passing)

    def _slot(self, scope: str, f: Field, pre: str = "", post: str = "", real: str = "f8") -> None:
        axes = {"pre": pre, "post": post}
        dims = tuple(axes.get(d, d) if isinstance(d, str) else d for d in f.dims)
        slot = Slot(f"{scope}.{f.name}", real if f.dtype == "real" else f.dtype, dims, f.initial)
        (self.lasting if f.lasting or self.network.continuous else self.passing).append(slot)
        self.known.setdefault(scope, {})[f.name] = variable(slot)

    def _const(self, scope: str, values: tuple[float, ...]) -> None:
        self.spans[scope] = (len(self.constants), len(self.constants) + len(values))
        self.constants += values
        self.known.setdefault(scope, {})["const"] = f"{scope}_const"

    def _leaf(self, scope: str, leaf: Leaf, pre: str, post: str) -> None:
        for f in leaf.fields():
            self._slot(scope, f, pre, post)
        self._const(scope, leaf.constants(self.network.dt))

    def _encoder(self) -> None:
        encoder = self.network.encoder
        self._leaf("encoder", encoder, INPUT, INPUT)
        self._slot("encoder", Field("ptr", "i8", (encoder.ticks + 1,), lasting=False))
        self.known["encoder"]["index"] = "encoder_index"
        if isinstance(encoder, Graded):
            self.known["encoder"]["payload"] = "encoder_payload"

    def _projection(self, scope: str, p: Projection) -> None:
        self._synapses(scope, p)
        self.synapses[scope] = dict(self.known[scope])
        own: tuple[float, ...] = ()
        if p.rule is not None:
            for f in p.rule.fields():
                self._slot(scope, f, p.pre, p.post, real="f8" if isinstance(p.format, Float64) else "f4")
            own = p.rule.constants(self.network.dt)
            if p.rule.third == "label":
                self._slot(scope, Field("third", "f8", (1,), lasting=False))
        self._const(scope, (*self._format_constants(p), *own))

    def _synapses(self, scope: str, p: Projection) -> None:
        """Weights, their counts, and delays; a list has one axis, that of its stored synapses."""
        if isinstance(p.storage, Convolution):
            self._shared(scope, p, p.storage)
            return
        dims = (p.pre, p.post) if p.storage == "dense" else (f"{scope}.stored",)
        self._slot(scope, Field("nnz", "i4", (p.pre,)))
        if p.storage == "dense":
            self._slot(scope, Field("w", p.format.dtype.str, dims))
        else:
            wide = self.network.layer(p.post).size > 1 << 16
            self._slot(scope, Field("value", p.format.dtype.str, dims))
            self._slot(scope, Field("column", "u4" if wide else "u2", dims))
            self._slot(scope, Field("first", "i8", (p.pre,)))
            self._slot(scope, Field("many", "i4", (p.pre,)))
            self.known[scope]["w"] = f"({scope}_value, {scope}_column, {scope}_first, {scope}_many)"
        self.known[scope]["lengths"] = f"{scope}_{'nnz' if p.storage == 'dense' else 'many'}"
        if p.own_delays:
            self._slot(scope, Field("delay", "i1", dims))
        else:
            self._line(scope, p)

    def _line(self, scope: str, p: Projection) -> None:
        """Where spikes wait that have one delay for all synapses."""
        if p.longest_delay:
            n = slots(p.longest_delay)
            self._slot(f"{scope}_lag", Field("late", "i4", (n, p.pre), lasting=False))
            self._slot(f"{scope}_lag", Field("n_late", "i8", (n,), lasting=False))
            self._const(f"{scope}_lag", (float(p.longest_delay),))

    def _shared(self, scope: str, p: Projection, c: Convolution) -> None:
        """The kernel's rows, and scratch for those that one spike reads."""
        self._slot(scope, Field("w", p.format.dtype.str, (c.n_rows, c.filters)))
        self._slot(scope, Field("nnz", "i4", (c.n_rows,)))
        for name in ("rows", "places"):
            self._slot(scope, Field(name, "i4", (c.kernel[0] * c.kernel[1],), lasting=False))
        self._line(scope, p)
        self._const(f"{scope}_geometry", c.constants())
        self.known[scope]["geometry"] = f"{scope}_geometry_const"

    def _format_constants(self, p: Projection) -> tuple[float, ...]:
        """What `memory.synaptic` reads of a projection's constants."""
        index = index_bits(self.network.layer(p.post).size) if p.listed else 0
        bits = p.format.bits + index
        lsb, low, high, stochastic, per_word = p.format.constants()
        exponent = p.format.exponent if isinstance(p.format, Fixed) else 0
        per_word = float(max(1, WORD_BITS // bits)) if p.storage == "csr" else per_word
        return (lsb, low, high, stochastic, per_word, float(exponent), float(bits), float(p.listed))

    def _ring(self, layer: Layer) -> None:
        """Where input waits that has a delay for each synapse."""
        longest = [p.longest_delay for p in self.network.projections if p.post == layer.name and p.own_delays]
        if longest:
            current = _current(self.network, layer)
            self._slot(layer.name, Field("ring", current, (slots(max(longest)), layer.name), lasting=False))

    def call(self, scope: str, k: Kernel, ports: dict[str, str], own: dict[str, str] | None = None) -> str:
        """A call of `k` whose arguments are found by the names of its parameters.

        The scope's own arrays hide `ports`; what is in `own` hides both.
        """
        alias = f"{scope}_{k.__name__.lstrip('_')}"
        self.kernels[alias] = k
        known = {**ports, **self.known[scope], **(own or {})}
        arguments = []
        for name in inspect.signature(getattr(k, "py_func", k)).parameters:
            if name not in known:
                raise ValueError(
                    f"kernel {k.__module__}.{k.__name__} asks for {name!r}; "
                    f"here it may name {', '.join(sorted(known))}"
                )
            arguments.append(known[name])
        return f"{alias}({', '.join(arguments)})"


def _current(network: Network, layer: Layer) -> str:
    """Type of a layer's summed input: as precise as the weights that feed it.

    A sum of integers of up to 8 bits is exact in single precision up to 131,072 spikes.
    """
    if layer.neuron.integer:
        return "i4"
    double = any(isinstance(p.format, Float64) for p in network.projections if p.post == layer.name)
    return "f8" if double else "f4"


def _taught(network: Network) -> set[str]:
    """Layers that have a third factor: where an error is written, and where a rule reads one."""
    found = {p.post for p in network.projections if p.rule is not None and p.rule.third == "error"}
    found |= {layer.name for layer in network.layers if layer.feedback is not None}
    return found | ({network.layers[-1].name} if network.readout.error() is not None else set())


def variable(slot: Slot) -> str:
    """Name of the array in the generated text."""
    return slot.name.replace(".", "_")
