"""Shared types: what a neuron, a rule, an encoder and a readout must offer to be run by the core.

A leaf (one file in `neurons/`, `rules/`, `encoders/`, `readouts/`, or a file of your own) is a frozen
dataclass of parameters with one or two kernels under it. **A kernel's parameter names are its contract**:
the core looks at them and hands over what they name. Names that every kernel of a kind may use are listed
at the protocols below; any other name must be one of the leaf's own `fields`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Kernel = Callable[..., Any]
Floats = NDArray[np.float64]
Real = NDArray[np.float32] | NDArray[np.float64]  # as precise as the weights: kernels are compiled for both
Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]
Weights = NDArray[Any]  # int8, float32 or float64, by format: kernels are compiled for what they are given


@dataclass(frozen=True)
class Field:
    """One array that the core allocates for a leaf.

    Parameters
    ----------
    name
        Parameter name under which kernels receive it.
    dtype
        NumPy type string, for example `"i4"`; or `"real"` for a rule's arrays that are as precise as its
        weights: double with `Float64` weights, single with all others.
    dims
        Axes: `"pre"`, `"post"` (neurons on either side of a projection; a neuron's own layer is
        `"post"`), `"feature"`, `"class"`, or a number. Named axes grow when features, classes or
        neurons are added.
    initial
        Value of new elements. Fields that do not last start at zero.
    lasting
        True: learning state, kept between samples and saved in checkpoints. False: cleared before
        every sample.

    >>> Field("hits", "i4", ("post",)).lasting
    True
    """

    name: str
    dtype: str
    dims: tuple[str | int, ...]
    initial: float = 0.0
    lasting: bool = True

    def __post_init__(self) -> None:
        if not self.lasting and self.initial != 0.0:
            raise ValueError(f"field {self.name!r} does not last, so it starts at 0, not {self.initial}")
        if not 1 <= len(self.dims) <= 2:
            raise ValueError(f"field {self.name!r} has {len(self.dims)} axes; give one or two")


@runtime_checkable
class Leaf(Protocol):
    """What neurons, rules, encoders and readouts have in common."""

    def fields(self) -> tuple[Field, ...]:
        """Arrays that the core allocates for this leaf."""
        ...

    def constants(self, dt: float) -> tuple[float, ...]:
        """Numbers that kernels receive as `const`; `dt` in seconds."""
        ...


class Neuron(Leaf, Protocol):
    """A layer's neuron model.

    `kernel` may name: `t` (tick of the sample), `last` (last tick with input, on the longest way from the
    encoder), `acc` (summed input of this
    tick, `[n]`; the kernel clears it), `out` (int32 `[n]`, receives the indices of the spikes), `learn` (0
    while predicting), `key` (random key of this tick), `count`, `const`, and its own fields. It returns the
    number of spikes.
    """

    @property
    def integer(self) -> bool:
        """True if it integrates the core's integer currents, False for floats."""
        ...

    def kernel(self) -> Kernel:
        """Advance all neurons of the layer by one tick."""
        ...


@runtime_checkable
class Periodic(Protocol):
    """A neuron whose parameters differ between neurons: neuron j takes element j mod `period`."""

    @property
    def period(self) -> int:
        """Elements of each parameter; the layer's size is a whole multiple."""
        ...


class Rule(Leaf, Protocol):
    """A learning rule of one projection.

    `kernel` may name: `w` (`[n_pre, n_post]`; of lists, what only `add_row` understands), `nnz` (non-zero
    weights per row), `count`, `key` (random key of this tick), `seed` (of draws keyed otherwise), `pre`
    (indices of the presynaptic spikes delivered in this tick), `post` (indices of the spikes that the post
    layer has then fired), `third` (third factor), `size` (int64 `[1]`, neurons of the post layer), `t` (tick
    of the sample), `learn`, `ending` (1 in the last tick of a sample whose passing arrays are cleared after
    it), `const` (format constants, then the rule's own), its own fields, and fields of the post layer's
    neuron (`v`, ...). It changes weights through `streamsnn.memory.synaptic` only.

    Within a tick: spikes are delivered, neurons advance, the readout gives the third factor, rules learn.
    """

    @property
    def format(self) -> Any:
        """Number format (`streamsnn.memory.Format`) that suits the rule's weights."""
        ...

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Run every tick, or once in the last tick of a labelled sample."""
        ...

    @property
    def third(self) -> Literal["label", "error"]:
        """What `third` holds: the class index `[1]`, or the error (prediction minus target) `[n_post]`."""
        ...

    @property
    def opens_units(self) -> bool:
        """True if the rule adds neurons to its post layer by raising `size`."""
        ...

    def kernel(self) -> Kernel:
        """Turn activity into weight changes."""
        ...

    def deliver(self) -> Kernel | None:
        """Deliver spikes in the rule's own way (names of `kernel`, and `acc`), or None.

        `post` are here the spikes that the post layer fired in the tick before.
        """
        ...


@runtime_checkable
class Defers(Protocol):
    """A rule that writes a row later than it could: when the row is next read, or when asked."""

    def arrive(self) -> Kernel | None:
        """Write what the rows of `pre` are owed, before they are delivered (names of `Rule.kernel`)."""
        ...

    def settle(self) -> Kernel | None:
        """Write all that is pending (names of `Rule.kernel`); `Core.settle` runs it."""
        ...


@runtime_checkable
class Fuses(Protocol):
    """A rule that can write what the rows of `pre` are owed and deliver them in one pass over each."""

    def arrive_and_deliver(self) -> Kernel | None:
        """`arrive` and the delivery of full rows at once (names of `Rule.kernel`, and `acc`, of floats)."""
        ...


@runtime_checkable
class Explains(Protocol):
    """A rule whose units have classes and can say who told them what; `explain_one` asks it.

    Its `fields` include `owner` (class of each unit) and may include `hits` (samples that each has learned).
    """

    def evidence(self, rows: Weights, given: Mapping[str, NDArray[Any]]) -> Floats:
        """What the spike of each active row added to each unit's potential `[n_active, n_units]`.

        `rows` are the stored weights of the rows `[n_active, n_units]`; `given` holds the rule's arrays, the
        encoder's where its spikes are what the rows get, `pre`, and `payload` where spikes carry numbers.
        """
        ...


@runtime_checkable
class Shares(Protocol):
    """A readout in which several units speak for a class, and that can say how much each counted."""

    def shares(self, v: NDArray[Any], given: Mapping[str, NDArray[Any]]) -> Floats:
        """Share of each unit in what its class scores, from potentials `[n_units]` and `Explains.given`.

        Those of one class sum to 1, or to less where a class also has what no unit gives it. `given` holds
        the readout's arrays too.
        """
        ...


@runtime_checkable
class Accounts(Protocol):
    """A rule that knows what each class has met and cost; `streamsnn inspect` asks it.

    Each answer comes from the rule's own lasting arrays, None for what they do not tell.
    """

    def class_samples(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Samples of each class `[n_classes]`."""
        ...

    def class_writes(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Writes onto the units of each class `[n_classes]`."""
        ...

    def ages(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Samples of its own class since each unit last learned `[n_units]`."""
        ...


class Feedback(Leaf, Protocol):
    """How the error of the last layer reaches a hidden one: the third factor of its rules.

    `kernel` may name: `error` (float64 `[n_out]`), `target`, `third` (float64 `[n]`, to be written), `post`
    (spikes of the hidden layer in this tick), `w` and `format` (weights `[n, n_out]` onto the last layer and
    the constants of their format, where such a projection exists), `count`, `const`, its own fields and
    fields of the layer's neuron.
    """

    def kernel(self) -> Kernel:
        """Write the third factor."""
        ...


class Encoder(Leaf, Protocol):
    """Features to spikes of the input layer.

    `kernel` may name: `x` (float64 `[n_features]`, NaN = missing), `learn`, `ptr` (int64 `[ticks + 1]`),
    `index` (int32, neurons that spike, tick after tick: tick t is `index[ptr[t]:ptr[t + 1]]`), `key` (random
    key of this sample; predictions share one until the next sample is learned), `const`, its own fields, and,
    of an encoder with `payload_bits`, `payload` (int32, the number that each spike of `index` carries).
    Rules onto such spikes may name `payload`, the encoder's fields, and `code`, the encoder's constants.
    """

    @property
    def ticks(self) -> int:
        """Ticks with input per sample."""
        ...

    @property
    def lines(self) -> int:
        """Input neurons per feature."""
        ...

    def kernel(self) -> Kernel:
        """Write the spikes of one sample."""
        ...


class Readout(Leaf, Protocol):
    """Potentials of the last layer to one score per class.

    `kernel` may name: `scores` (float64 `[n_classes]`, to be written), `post` (spikes of the last layer in
    this tick), `t` (tick of the sample), `const`, fields of the last layer's neuron (`v`), fields of the
    rule that feeds it (`owner`), and fields of another layer's neuron after its name (`lines_v`). `error` may
    also name `target` (class index, or float64 `[n_out]`), `third` (to be written) and `count`.
    """

    @property
    def targets(self) -> Literal["class", "vector"]:
        """What a sample's target is: a class index, or one number per output."""
        ...

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Read (and give the error) every tick, or in the last tick of a sample."""
        ...

    def kernel(self) -> Kernel:
        """Write the scores."""
        ...

    def error(self) -> Kernel | None:
        """Write the third factor of error-driven rules, or None."""
        ...
