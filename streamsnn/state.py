"""Every mutable array of a core: how it is made, grows, is saved and restored."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.arena import Arena, saved_dims
from streamsnn.assembly import assemble
from streamsnn.network import INPUT, Layer, Network
from streamsnn.synapses import initial

_UNITS = 64  # first capacity of a layer whose units a rule opens


class State:
    """The arrays, the counters, the clock and the random state of one network.

    Parameters
    ----------
    network, n_features, n_classes, seed
        As for `Core`.

    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier()
    >>> model.learn_one({"a": 1.0}, "yes")
    >>> model.core.n_features, model.core.n_classes
    (1, 1)
    """

    def __init__(self, network: Network, *, n_features: int, n_classes: int = 0, seed: int = 0) -> None:
        self.network = network
        self.seed = int(seed)
        self.n_features = 0
        self.n_classes = 0
        self._program = assemble(network)
        dims = {INPUT: 0, "feature": 0, "class": 0, "spike": 0}
        for layer in network.layers:
            dims[layer.name] = _UNITS if self._opened(layer) else layer.size
        self._memory = self._arena(dims)
        for layer in network.layers:
            self._memory.view(f"{layer.name}.size")[0] = layer.size
        self._bind()
        self.grow(n_features=n_features, n_classes=n_classes)

    def _opened(self, layer: Layer) -> bool:
        return any(p.post == layer.name and p.rule and p.rule.opens_units for p in self.network.projections)

    def _owned(self, layer: Layer) -> bool:
        """Whether a rule says which class each neuron speaks for."""
        rules = [p.rule for p in self.network.projections if p.post == layer.name and p.rule]
        return any(f.name == "owner" for rule in rules for f in rule.fields())

    def _arena(self, dims: dict[str, int]) -> Arena:
        arena = Arena(self._program.slots, dims)
        arena.view("core.constants")[...] = self._program.constants
        arena.view("core.seed")[0] = self.seed
        return arena

    def _bind(self) -> None:
        """Take what is used in every call after arrays were (re)allocated or have grown."""
        self._counts: NDArray[np.int64] = self._memory.view("counters")  # type: ignore[assignment]
        self._open_sizes = [
            (layer.name, self._memory.view(f"{layer.name}.size"))
            for layer in self.network.layers
            if self._opened(layer)
        ]

    # -- growing --------------------------------------------------------------------------------------

    def _dims(self, n_features: int, n_classes: int) -> dict[str, int]:
        """Sizes that follow from the numbers of features and classes."""
        per_class = [layer.name for layer in self.network.layers if layer.per_class]
        inputs = n_features * self.network.encoder.lines
        spikes = inputs * self.network.encoder.ticks  # every input neuron in every tick
        whole = {INPUT: inputs, "feature": n_features, "class": n_classes, "spike": spikes}
        return whole | dict.fromkeys(per_class, n_classes)

    def _reserve(self, dims: dict[str, int]) -> None:
        """Make room for at least `dims`, doubling, so that growth costs little per sample."""
        have = self._memory.dims
        wanted = {d: max(n, 2 * have[d]) for d, n in dims.items() if n > have[d]}
        if wanted:
            self._memory.grow(wanted)
            self._bind()

    def grow(self, *, n_features: int | None = None, n_classes: int | None = None) -> None:
        """Add features or classes; learned weights keep their values.

        Raises
        ------
        ValueError
            If a number falls, the last layer is too small for the classes, or initial weights do not fit;
            nothing has changed then.
        """
        features = self.n_features if n_features is None else n_features
        classes = self.n_classes if n_classes is None else n_classes
        if features < self.n_features or classes < self.n_classes:
            raise ValueError(
                f"{features} features and {classes} classes: a core never shrinks below "
                f"{self.n_features} and {self.n_classes}"
            )
        last = self.network.layers[-1]
        if not last.per_class and not self._owned(last) and last.size < classes:
            raise ValueError(
                f"layer {last.name!r} has {last.size} neurons for {classes} classes: use per_class"
            )
        lines = self.network.encoder.lines
        first = self.n_features == 0 and features > 0
        filled = []  # synapses may be refused: all are made before anything changes
        room = self._dims(features, classes)
        for i, p in enumerate(self.network.projections):
            inputs = (self.n_features * lines, features * lines)
            start, stop = inputs if p.pre == INPUT else (0, self.network.layer(p.pre).size * first)
            new = initial(p, start, stop, self.network.layer(p.post).size)
            if new is not None:
                filled.append((f"p{i}", new))
                room |= new.room(self._memory, f"p{i}")
        self._reserve(room)
        for layer in self.network.layers:
            if layer.per_class:
                self._memory.view(f"{layer.name}.size")[0] = classes
        self.n_features, self.n_classes = features, classes
        self._bind()
        for scope, new in filled:
            new.store(self._memory, scope)

    # -- looking --------------------------------------------------------------------------------------

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, at capacity."""
        return self._memory.block.nbytes

    def size(self, layer: str) -> int:
        """Neurons of a layer in use."""
        return int(self._memory.view(f"{layer}.size")[0])

    def _shape(self, projection: str) -> tuple[int, int, int]:
        """Number of a projection, and the neurons on either side."""
        names = [p.name for p in self.network.projections]
        if projection not in names:
            raise ValueError(f"no projection {projection!r}; there are {', '.join(names)}")
        p = self.network.projections[names.index(projection)]
        n_pre = self.n_features * self.network.encoder.lines if p.pre == INPUT else self.size(p.pre)
        return names.index(projection), n_pre, self.size(p.post)

    # -- saving ---------------------------------------------------------------------------------------

    def arrays(self) -> dict[str, NDArray[Any]]:
        """A copy of everything that lasts, by name, with the counters."""
        return {slot.name: self._memory.view(slot.name).copy() for slot in self._program.lasting}

    def restore(self, arrays: dict[str, NDArray[Any]], *, n_features: int, n_classes: int) -> None:
        """Take back what `arrays` gave; a mismatch is refused before anything changes."""
        found = saved_dims(self._program.lasting, arrays)
        needed = self._dims(n_features, n_classes)
        if min(n_features, n_classes) < 0 or any(found.get(d, n) < n for d, n in needed.items()):
            raise ValueError(f"saved arrays do not hold {n_features} features and {n_classes} classes")
        memory = self._arena(self._memory.dims | needed | found)
        memory.fill({slot.name: arrays[slot.name] for slot in self._program.lasting})
        self._memory = memory
        self.n_features, self.n_classes = n_features, n_classes
        self._bind()

    def array(self, name: str) -> NDArray[Any]:
        """A copy of one array at capacity: of `arrays`, or one that passes (`units.v`), as last left."""
        names = [slot.name for slot in self._program.slots]
        if name not in names:
            raise ValueError(f"no array {name!r}; there are {', '.join(names)}")
        return self._memory.view(name).copy()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "seed": self.seed,
            "n_features": self.n_features,
            "n_classes": self.n_classes,
            "arrays": self.arrays(),
        }

    def __setstate__(self, saved: dict[str, Any]) -> None:
        self.__init__(  # type: ignore[misc]
            saved["network"], n_features=0, n_classes=0, seed=saved["seed"]
        )
        self.restore(saved["arrays"], n_features=saved["n_features"], n_classes=saved["n_classes"])
