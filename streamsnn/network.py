"""The frozen description of a network: it goes to and from files, clones and other tools; `Core` runs it."""

import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.initial import Initial, Zeros
from streamsnn.types import Encoder, Feedback, Floats, Neuron, Readout, Rule

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
        Cost the rows as index + weight pairs (True) or as full rows. How they are stored here does not
        change; on the chip a list is shorter below about 47 % density.

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

    @property
    def name(self) -> str:
        """`pre->post`, the name of its counter row."""
        return f"{self.pre}->{self.post}"

    def stored_rows(self, start: int, stop: int, n_post: int) -> NDArray[Any] | None:
        """Initial weights of rows start..stop as they are stored, None where there is nothing to fill."""
        if stop == start or n_post == 0:  # a layer that grows starts from zero weights
            return None
        rows = self.weights.rows(start, stop, n_post)
        if rows.shape != (stop - start, n_post):
            raise ValueError(
                f"projection {self.name}: weights {rows.shape}, expected {(stop - start, n_post)}"
            )
        return self.format.quantise(rows)


@dataclass(frozen=True)
class Network:
    """Encoder, layers, projections and readout.

    Spikes of tick t reach the next layer (or their own, through a recurrent projection) in tick t + 1; the
    encoder's spikes reach theirs in the same tick. A sample therefore takes
    `encoder.ticks + len(layers) - 1` ticks; in a continuous network, `encoder.ticks`: spikes on their
    way arrive during the next sample.

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
            self._check_rule(p)
        if len({p.name for p in self.projections}) < len(self.projections):
            raise ValueError(f"projections {[p.name for p in self.projections]}: join two layers only once")
        if not any(p.post == names[-1] for p in self.projections):
            raise ValueError(f"nothing feeds the last layer {names[-1]!r}")
        if not self.dt > 0 or not np.isfinite(self.dt):
            raise ValueError(f"dt={self.dt} s: give a positive number of seconds")

    def _check_rule(self, p: Projection) -> None:
        size = self.layer(p.post).size
        if size == 0 and not isinstance(p.weights, Zeros):
            raise ValueError(f"projection {p.name}: synapses onto a layer that grows start from Zeros()")
        if size == 0 and p.rule is None:
            raise ValueError(f"projection {p.name}: weights onto a layer that grows need a learning rule")
        if p.rule is None:
            return
        if p.rule.opens_units and size:
            raise ValueError(f"projection {p.name}: a rule that opens units needs a post layer of size 0")
        deliver, name = p.rule.deliver(), type(p.rule).__name__
        if deliver is None:
            return
        if p.format != p.rule.format:
            raise ValueError(
                f"projection {p.name}: {name} reads its own format, {p.rule.format}, not {p.format}"
            )
        # An integer layer would cut real values without a word.
        acc = inspect.signature(getattr(deliver, "py_func", deliver)).parameters["acc"].annotation
        if acc == Floats and self.layer(p.post).neuron.integer:
            raise ValueError(
                f"projection {p.name}: {name} delivers real values; give layer {p.post!r} a float neuron"
            )

    def layer(self, name: str) -> Layer:
        """The layer called `name`."""
        return next(layer for layer in self.layers if layer.name == name)

    @property
    def ticks(self) -> int:
        """Ticks of one sample."""
        return self.encoder.ticks + (0 if self.continuous else len(self.layers) - 1)
