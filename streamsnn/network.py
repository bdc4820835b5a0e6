"""The frozen description of a network: it goes to and from files, clones and other tools; `Core` runs it."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from streamsnn.memory.convolution import Convolution
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.graded import Graded
from streamsnn.memory.initial import Delays, Initial, Zeros
from streamsnn.refusals import (
    check_feedback,
    check_parameters,
    check_payload,
    check_rule,
    check_shape,
    check_synapses,
)
from streamsnn.types import Encoder, Feedback, Neuron, Readout, Rule

INPUT = "input"


@dataclass(frozen=True)
class Layer:
    """A population of neurons of one model.

    Parameters
    ----------
    name
        Unique name; `"input"` is taken by the encoder's neurons.
    neuron
        Neuron model with its parameters.
    size
        Number of neurons. 0 for a layer that grows: with the classes (`per_class=True`), or with the
        units that a rule opens.
    per_class
        One neuron per class (per output, if the readout's targets are vectors).
    feedback
        How the error of the last layer becomes the third factor of rules onto this one; None for none.

    Raises
    ------
    ValueError
        If the name is no identifier or taken, or the size does not fit.

    Examples
    --------
    >>> from streamsnn import LIF
    >>> Layer("hidden", LIF(tau_mem=0.02), size=128).size
    128
    """

    name: str
    neuron: Neuron
    size: int = 0
    per_class: bool = False
    feedback: Feedback | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name == INPUT:
            raise ValueError(f"layer name {self.name!r}: give an identifier other than {INPUT!r}")
        if self.size < 0 or (self.per_class and self.size):
            raise ValueError(
                f"layer {self.name!r} has size {self.size}: give size >= 0, and 0 with per_class"
            )
        check_parameters(self)


@dataclass(frozen=True)
class Projection:
    """All synapses from one layer to another, `w[n_pre, n_post]`.

    Parameters
    ----------
    pre, post
        Names of the layers; `"input"` for the encoder's neurons.
    weights
        Initial weights, row by row.
    format
        Number format of the stored weights.
    rule
        Learning rule, or None for frozen weights.
    sparse
        Cost the rows as lists of index and weight (True) or as full rows. A list holds the synapses whose
        initial weight is not zero; it is shorter on the chip below about 47 % density. Full arrays with
        their zeros are run here; for weights that learn, or too many for full arrays, take `"csr"`.
    delay
        Ticks that a spike waits beyond its usual way, 0 to 62: one number, or `RandomDelays`, or `Given`
        an array `[n_pre, n_post]`. With one number, rules see `pre` when the spike arrives. With numbers
        of their own, rules see it when it reaches the synapses, before it waits: there the chip updates
        its presynaptic traces, and reads the row.
    mask
        With `"csr"`, where there are synapses, also of weight 0; None for where the weight is not zero.
    storage
        `"dense"`: full arrays. `"csr"`: lists, also in this machine's memory; synapses outside them cannot
        learn. Reading a row costs about 1 ns a stored synapse, against 0.05 ns for an element of a full
        row: CSR is the faster form below about 5 % density. A `Convolution`: fixed weights in rows that
        the neurons share.

    Examples
    --------
    >>> from streamsnn import PES, Float32
    >>> Projection("input", "out", format=Float32(), rule=PES()).name
    'input->out'
    """

    pre: str
    post: str
    weights: Initial = field(default_factory=Zeros)
    format: Format = field(default_factory=Fixed)
    rule: Rule | None = None
    sparse: bool = False
    delay: int | Delays = 0
    mask: Initial | None = None
    storage: Literal["dense", "csr"] | Convolution = "dense"

    def __post_init__(self) -> None:
        check_synapses(self)

    @property
    def name(self) -> str:
        """`pre->post`, the name of its counter row."""
        return f"{self.pre}->{self.post}"

    @property
    def listed(self) -> bool:
        """Whether the chip holds its rows as lists."""
        return self.sparse or self.storage == "csr"

    @property
    def own_delays(self) -> bool:
        """Whether every synapse has a delay of its own."""
        return not isinstance(self.delay, int)

    @property
    def longest_delay(self) -> int:
        """Ticks that a spike waits at most."""
        return self.delay if isinstance(self.delay, int) else self.delay.longest


@dataclass(frozen=True)
class Network:
    """Encoder, layers, projections and readout.

    Spikes of tick t reach the next layer (or their own, through a recurrent projection) in tick t + 1; the
    encoder's spikes reach theirs in the same tick; delays come on top. A sample therefore takes
    `encoder.ticks` ticks, one for each layer before the last on the longest way to it, and the longest delays
    on a way; in a continuous network, `encoder.ticks`: spikes on their way arrive during the next sample.

    Parameters
    ----------
    encoder
        Features to spikes.
    layers
        In the order of the data flow; the last one is read out.
    projections
        Between the input and the layers.
    readout
        Scores from the last layer.
    dt
        Seconds per tick.
    continuous
        True: a stream without gaps; potentials, traces and spikes on their way go on from sample to
        sample. False: every sample starts from rest.

    Raises
    ------
    ValueError
        For unknown or repeated names, or a last layer that nothing feeds.

    Examples
    --------
    >>> from streamsnn.encoders.latency import Latency
    >>> from streamsnn.neurons.integrator import LI
    >>> from streamsnn.readouts.linear import Linear
    >>> from streamsnn.memory.formats import Float32
    >>> from streamsnn.rules.three_factor import ThreeFactor
    >>> net = Network(
    ...     encoder=Latency(),
    ...     layers=(Layer("out", LI(arithmetic="float"), per_class=True),),
    ...     projections=(Projection("input", "out", format=Float32(), rule=ThreeFactor()),),
    ...     readout=Linear(),
    ... )
    >>> net.ticks
    8
    """

    encoder: Encoder
    layers: tuple[Layer, ...]
    projections: tuple[Projection, ...]
    readout: Readout
    dt: float = 1e-3
    continuous: bool = False

    def __post_init__(self) -> None:
        names = [layer.name for layer in self.layers]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"layers {names}: give at least one, each name once")
        for p in self.projections:
            if p.pre not in (INPUT, *names) or p.post not in names:
                raise ValueError(f"projection {p.name} joins unknown layers; there are {[INPUT, *names]}")
            check_rule(p, self.layer(p.post))
            if self.graded(p):
                check_payload(p)
            check_shape(p, 0 if p.pre == INPUT else self.layer(p.pre).size, self.layer(p.post).size)
        if len({p.name for p in self.projections}) < len(self.projections):
            raise ValueError(f"projections {[p.name for p in self.projections]}: join two layers only once")
        for layer in self.layers[:-1]:
            check_feedback(layer, [p for p in self.projections if (p.pre, p.post) == (layer.name, names[-1])])
        if not any(p.post == names[-1] for p in self.projections):
            raise ValueError(f"nothing feeds the last layer {names[-1]!r}")
        if not self.dt > 0 or not np.isfinite(self.dt):
            raise ValueError(f"dt={self.dt} s: give a positive number of seconds")

    def layer(self, name: str) -> Layer:
        """The layer called `name`."""
        return next(layer for layer in self.layers if layer.name == name)

    def graded(self, p: Projection) -> bool:
        """Whether the spikes of a projection carry numbers."""
        return isinstance(self.encoder if p.pre == INPUT else self.layer(p.pre).neuron, Graded)

    @property
    def ticks(self) -> int:
        """Ticks of one sample."""
        if self.continuous:
            return self.encoder.ticks
        waited, hops = {INPUT: 0}, {INPUT: -1}
        for layer in self.layers:
            into = [p for p in self.projections if p.post == layer.name and p.pre in waited]
            waited[layer.name] = max((waited[p.pre] + p.longest_delay for p in into), default=0)
            hops[layer.name] = max((hops[p.pre] + 1 for p in into), default=0)
        last = self.layers[-1].name
        return self.encoder.ticks + hops[last] + waited[last]
