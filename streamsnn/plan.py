"""What the generated program of a network needs: arrays, constants, kernels, and their names."""

import inspect

from streamsnn.arena import Slot
from streamsnn.memory.formats import Fixed
from streamsnn.memory.packing import index_bits
from streamsnn.network import INPUT, Network, Projection
from streamsnn.types import Field, Kernel, Leaf


class Plan:
    """Arrays, constants and names of one network.

    Attributes
    ----------
    lasting, passing
        Arrays kept between samples, and arrays cleared before each (none in a continuous network).
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
        self.lasting = [Slot("core.clock", "i8", (1,))]
        self.passing: list[Slot] = []
        self.constants: list[float] = []
        self.spans: dict[str, tuple[int, int]] = {}  # scope -> its constants
        self.known: dict[str, dict[str, str]] = {}  # scope -> parameter name -> variable
        self.kernels: dict[str, Kernel] = {}
        self.rows = (
            *(p.name for p in network.projections),
            *(layer.name for layer in network.layers),
            "core",
        )
        self.taught = _taught(network)
        self._encoder()
        for layer in network.layers:
            self._leaf(layer.name, layer.neuron, layer.name, layer.name)
            current = "i4" if layer.neuron.integer else "f8"
            self._slot(layer.name, Field("size", "i8", (1,)))
            self._slot(layer.name, Field("acc", current, (layer.name,), lasting=False))
            self._slot(layer.name, Field("fired", "i4", (2, layer.name), lasting=False))
            self._slot(layer.name, Field("n_fired", "i8", (1,), lasting=False))
            if layer.name in self.taught:
                self._slot(layer.name, Field("third", "f8", (layer.name,), lasting=False))
            if layer.feedback is not None:
                self._leaf(f"{layer.name}_feedback", layer.feedback, layer.name, layer.name)
        for i, projection in enumerate(network.projections):
            self._projection(f"p{i}", projection)
        last = network.layers[-1].name
        self._leaf("readout", network.readout, last, last)

    def _slot(self, scope: str, f: Field, pre: str = "", post: str = "") -> None:
        axes = {"pre": pre, "post": post}
        dims = tuple(axes.get(d, d) if isinstance(d, str) else d for d in f.dims)
        slot = Slot(f"{scope}.{f.name}", f.dtype, dims, f.initial)
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
        self._slot("encoder", Field("index", "i4", (INPUT,), lasting=False))

    def _projection(self, scope: str, p: Projection) -> None:
        self._slot(scope, Field("w", p.format.dtype.str, (p.pre, p.post)))
        self._slot(scope, Field("nnz", "i4", (p.pre,)))
        index = index_bits(self.network.layer(p.post).size) if p.sparse else 0
        exponent = p.format.exponent if isinstance(p.format, Fixed) else 0
        format_constants = (
            *p.format.constants(),
            float(exponent),
            float(p.format.bits + index),
            float(p.sparse),
        )
        own: tuple[float, ...] = ()
        if p.rule is not None:
            for f in p.rule.fields():
                self._slot(scope, f, p.pre, p.post)
            own = p.rule.constants(self.network.dt)
            if p.rule.third == "label":
                self._slot(scope, Field("third", "f8", (1,), lasting=False))
        self._const(scope, (*format_constants, *own))

    def call(self, scope: str, k: Kernel, ports: dict[str, str]) -> str:
        """A call of `k` whose arguments are found by the names of its parameters."""
        alias = f"{scope}_{k.__name__.lstrip('_')}"
        self.kernels[alias] = k
        known = {**ports, **self.known[scope]}
        arguments = []
        for name in inspect.signature(getattr(k, "py_func", k)).parameters:
            if name not in known:
                raise ValueError(
                    f"kernel {k.__module__}.{k.__name__} asks for {name!r}; "
                    f"here it may name {', '.join(sorted(known))}"
                )
            arguments.append(known[name])
        return f"{alias}({', '.join(arguments)})"


def _taught(network: Network) -> set[str]:
    """Layers that have a third factor: where an error is written, and where a rule reads one."""
    found = {p.post for p in network.projections if p.rule is not None and p.rule.third == "error"}
    found |= {layer.name for layer in network.layers if layer.feedback is not None}
    return found | ({network.layers[-1].name} if network.readout.error() is not None else set())


def variable(slot: Slot) -> str:
    """Name of the array in the generated text."""
    return slot.name.replace(".", "_")
