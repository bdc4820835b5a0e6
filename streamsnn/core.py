"""The running machine: every mutable array, the counters, the clock and the random state live here."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.arena import Arena
from streamsnn.assembly import assemble
from streamsnn.memory.counters import COUNTERS, Counters
from streamsnn.network import INPUT, Layer, Network
from streamsnn.recording import Raster
from streamsnn.targets import checked
from streamsnn.types import Floats, Ints

_UNITS = 64  # first capacity of a layer whose units a rule opens
_SETTLE = 2  # beside 0, predict, and 1, learn


class Core:
    """Runs a network on an emulated neuromorphic core and counts what a chip would do.

    Parameters
    ----------
    network
        The frozen description.
    n_features, n_classes
        Features and classes known so far; both may grow.
    seed
        Seed of all randomness while learning. Equal seed and stream give equal bits.

    Raises
    ------
    ValueError
        If a kernel asks for an array that does not exist, or arrays have wrong shapes.

    Examples
    --------
    >>> from streamsnn.encoders.latency import Latency
    >>> from streamsnn.memory import Float32
    >>> from streamsnn.network import Layer, Network, Projection
    >>> from streamsnn.neurons.integrator import LI
    >>> from streamsnn.readouts.linear import Linear
    >>> from streamsnn.rules.three_factor import ThreeFactor
    >>> out = Layer("out", LI(arithmetic="float"), per_class=True)
    >>> learned = Projection("input", "out", format=Float32(), rule=ThreeFactor())
    >>> core = Core(Network(Latency(), (out,), (learned,), Linear()), n_features=2, n_classes=2)
    >>> x, target = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    >>> for _ in range(50):
    ...     _ = core.run(x, target, learn=True)
    >>> core.run(x, target, learn=False).argmax(axis=1)
    array([0, 1])
    """

    def __init__(self, network: Network, *, n_features: int, n_classes: int = 0, seed: int = 0) -> None:
        self.network = network
        self.seed = int(seed)
        self.n_features = 0
        self.n_classes = 0
        self._program = assemble(network)
        dims = {INPUT: 0, "feature": 0, "class": 0}
        for layer in network.layers:
            dims[layer.name] = _UNITS if self._opened(layer) else layer.size
        self._memory = Arena(self._program.lasting, dims)
        self._state = Arena(self._program.passing, dims)
        self._constants = np.array(self._program.constants)
        self._counts = np.zeros((len(self._program.rows), len(COUNTERS)), np.int64)
        self._no_record = self._record = np.zeros((0, 3), np.int32)
        for layer in network.layers:
            self._memory.view(f"{layer.name}.size")[0] = layer.size
        self._bind()
        self.grow(n_features=n_features, n_classes=n_classes)

    def _opened(self, layer: Layer) -> bool:
        return any(p.post == layer.name and p.rule and p.rule.opens_units for p in self.network.projections)

    def _bind(self) -> None:
        """Take the arenas' blocks after they were (re)allocated."""
        self._layout = np.concatenate([self._memory.layout, self._state.layout])
        self._open_sizes = [
            (layer.name, self._memory.view(f"{layer.name}.size"))
            for layer in self.network.layers
            if self._opened(layer)
        ]

    # -- growing --------------------------------------------------------------------------------------

    def _dims(self, n_features: int, n_classes: int) -> dict[str, int]:
        """Sizes that follow from the numbers of features and classes."""
        per_class = [layer.name for layer in self.network.layers if layer.per_class]
        whole = {INPUT: n_features * self.network.encoder.lines, "feature": n_features, "class": n_classes}
        return whole | dict.fromkeys(per_class, n_classes)

    def _reserve(self, dims: dict[str, int]) -> None:
        """Make room for at least `dims`, doubling, so that growth costs little per sample."""
        have = self._memory.dims
        wanted = {d: max(n, 2 * have[d]) for d, n in dims.items() if n > have[d]}
        if wanted:
            self._memory.grow(wanted)
            self._state.grow(wanted)
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
        if not last.per_class and not self._opened(last) and last.size < classes:
            raise ValueError(
                f"layer {last.name!r} has {last.size} neurons for {classes} classes: use per_class"
            )
        lines = self.network.encoder.lines
        first = self.n_features == 0 and features > 0
        filled = []  # weights may be refused: all are made before anything changes
        for i, p in enumerate(self.network.projections):
            inputs = (self.n_features * lines, features * lines)
            start, stop = inputs if p.pre == INPUT else (0, self.network.layer(p.pre).size * first)
            rows = p.stored_rows(start, stop, self.network.layer(p.post).size)
            if rows is not None:
                filled.append((i, start, rows))
        self._reserve(self._dims(features, classes))
        for layer in self.network.layers:
            if layer.per_class:
                self._memory.view(f"{layer.name}.size")[0] = classes
        self.n_features, self.n_classes = features, classes
        for i, start, rows in filled:
            stop, n_post = start + rows.shape[0], rows.shape[1]
            self._memory.view(f"p{i}.w")[start:stop, :n_post] = rows
            self._memory.view(f"p{i}.nnz")[start:stop] = np.count_nonzero(rows, axis=1)

    # -- running --------------------------------------------------------------------------------------

    def run(self, x: Floats, target: NDArray[Any], *, learn: bool, record: bool = False) -> Floats:
        """Run samples one after the other; predict each before learning it.

        Parameters
        ----------
        x
            Features `[n, n_features]`; NaN is a missing value.
        target
            Class index of each sample `[n]`, -1 without label; or, where the readout says so, vectors
            `[n, n_classes]`, NaN first without target.
        learn
            False: nothing lasting changes, no counter moves.
        record
            Keep the spikes of these samples for `raster`.

        Returns
        -------
        Scores `[n, n_classes]`, as they were before each sample was learned.
        """
        x, target = checked(self.network, x, target, self.n_features, self.n_classes)
        if learn:
            for name, size in self._open_sizes:
                self._reserve({name: int(size[0]) + x.shape[0]})
        self._record = self._recorder(x.shape[0]) if record else self._no_record
        return self._execute(x, target, int(learn))

    def settle(self) -> None:
        """Write everything that deferring rules still hold back, so that `weights` shows it."""
        x = np.zeros((0, self.n_features))
        vector = self.network.readout.targets == "vector"
        target = np.zeros((0, self.n_classes)) if vector else np.zeros(0, np.int64)
        self._execute(x, target, _SETTLE)

    def _execute(self, x: Floats, target: NDArray[Any], mode: int) -> Floats:
        scores = np.empty((x.shape[0], self.n_classes))
        # A continuous network's state lasts, so that predicting runs on a copy.
        aside = mode == 0 and self.network.continuous
        self._program.run(
            self._memory.block.copy() if aside else self._memory.block,
            self._state.block,
            self._layout,
            self._counts if mode else self._counts.copy(),
            self._constants,
            x,
            target,
            mode,
            self.seed,
            scores,
            self._record,
        )
        return scores

    def _recorder(self, n_samples: int) -> NDArray[np.int32]:
        per_tick = sum(self._memory.dims[layer.name] for layer in self.network.layers)
        spikes = self.network.ticks * per_tick + self._memory.dims[INPUT]
        return np.zeros((n_samples * spikes + 1, 3), np.int32)

    def raster(self) -> Raster:
        """Spikes of the last run with `record=True`."""
        n = int(self._record[0, 0]) if self._record.shape[0] else 0
        ticks, layers, neurons = self._record[1 : n + 1].T.copy()
        names = (INPUT, *(layer.name for layer in self.network.layers))
        sizes = (self.n_features * self.network.encoder.lines, *(self.size(name) for name in names[1:]))
        return Raster(ticks, layers, neurons, names, sizes, self.network.dt)

    # -- looking --------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated program, to read."""
        return self._program.source

    @property
    def counters(self) -> Counters:
        """A copy of all counters."""
        return Counters(self._counts, self._program.rows)

    @property
    def totals(self) -> Ints:
        """Sum over all counter rows `[len(COUNTERS)]`: cheap enough to read after every sample."""
        totals: Ints = self._counts.sum(axis=0)
        return totals

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, at capacity."""
        return self._memory.block.nbytes + self._state.block.nbytes + self._counts.nbytes

    def size(self, layer: str) -> int:
        """Neurons of a layer in use."""
        return int(self._memory.view(f"{layer}.size")[0])

    def weights(self, projection: str) -> NDArray[Any]:
        """A copy of the stored weights `[n_pre, n_post]` of the projection called `pre->post`."""
        names = [p.name for p in self.network.projections]
        if projection not in names:
            raise ValueError(f"no projection {projection!r}; there are {', '.join(names)}")
        i = names.index(projection)
        p = self.network.projections[i]
        n_pre = self.n_features * self.network.encoder.lines if p.pre == INPUT else self.size(p.pre)
        return self._memory.view(f"p{i}.w")[:n_pre, : self.size(p.post)].copy()

    # -- saving ---------------------------------------------------------------------------------------

    def arrays(self) -> dict[str, NDArray[Any]]:
        """A copy of everything that lasts, by name, with the counters."""
        saved = {slot.name: self._memory.view(slot.name).copy() for slot in self._memory.slots}
        return {**saved, "counters": self._counts.copy()}

    def restore(self, arrays: dict[str, NDArray[Any]], *, n_features: int, n_classes: int) -> None:
        """Take back what `arrays` gave; a mismatch is refused before anything changes."""
        found: dict[str, int] = {}
        for slot in self._memory.slots:
            if slot.name not in arrays or arrays[slot.name].dtype != np.dtype(slot.dtype):
                raise ValueError(f"saved state has no array {slot.name!r} of type {slot.dtype}")
            shape = arrays[slot.name].shape
            if len(shape) != len(slot.dims):
                raise ValueError(
                    f"saved array {slot.name!r} has shape {shape}, expected {len(slot.dims)} axes"
                )
            found |= {d: n for d, n in zip(slot.dims, shape, strict=True) if isinstance(d, str)}
        if arrays.get("counters", self._counts[:0]).shape != self._counts.shape:
            raise ValueError("saved state has no counters of this network")
        needed = self._dims(n_features, n_classes)
        if min(n_features, n_classes) < 0 or any(found.get(d, n) < n for d, n in needed.items()):
            raise ValueError(f"saved arrays do not hold {n_features} features and {n_classes} classes")
        dims = self._memory.dims | needed | found
        memory, state = Arena(self._memory.slots, dims), Arena(self._state.slots, dims)
        for slot in memory.slots:
            if memory.view(slot.name).shape != arrays[slot.name].shape:
                raise ValueError(
                    f"saved array {slot.name!r} has shape {arrays[slot.name].shape}: sizes disagree"
                )
            memory.view(slot.name)[...] = arrays[slot.name]
        self._memory, self._state = memory, state
        self._counts = arrays["counters"].copy()
        self.n_features, self.n_classes = n_features, n_classes
        self._bind()

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
