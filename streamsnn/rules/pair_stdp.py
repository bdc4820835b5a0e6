"""Pair-based spike-timing-dependent plasticity (STDP), in the form of traces."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from streamsnn.memory.formats import Float32, Format
from streamsnn.rules import _pairs
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Kernel


@dataclass(frozen=True)
class PairSTDP(EveryTick):
    """Pair STDP: a weight grows when the post spike follows the pre spike, and falls when it leads.

        x_i[t] = x_i[t-1] exp(-dt / tau_pre)  + s_i        pre trace; nearest: set to 1 by a spike
        y_j[t] = y_j[t-1] exp(-dt / tau_post) + s_j        post trace
        pre spike of i:   dw_ij = -a_minus y_j ((w_ij - w_min) / (w_max - w_min))^mu
        post spike of j:  dw_ij =  a_plus (x_i - x_target) ((w_max - w_ij) / (w_max - w_min))^mu
        w_ij stays in [w_min, w_max]
        with a norm, at the end of every learned sample:  w_ij := w_ij norm / sum_i w_ij

    A post spike sees pre spikes of its own tick, a pre spike does not see post spikes of its own tick:
    input is delivered before neurons fire. The post-only rule of Diehl & Cook is `a_minus=0` with
    `x_target > 0`: inputs that were silent before a post spike are depressed by it.

    A norm is the same factor for all synapses of a neuron. `normalise="dense"` writes it into every one of
    them; `"gain"` keeps one gain g_j and one sum per neuron and delivers g_j w_ij: the same weights but for
    rounding, and no write. A gain is written into its column only once it has left 1/16 to 16 (1/2 to 2
    for integers, which would run out of range).

    Parameters
    ----------
    a_plus, a_minus
        Largest weight change of one pair, in units of the weight. Defaults: 0.01 and 0.0105, the
        slight dominance of depression that keeps weights bounded (Song, Miller & Abbott 2000 use 1.05).
    tau_pre, tau_post
        Decay of the traces, seconds; default 20 ms (same source).
    traces
        `"additive"`: all spikes count. `"nearest"`: only the last one. They are different rules.
    x_target
        Trace at which a post spike changes nothing, dimensionless.
    mu
        Weight dependence, dimensionless: 0 additive, 1 multiplicative, between them graded (Guetig et al.
        2003).
    w_min, w_max
        Bounds of the weight, in its own unit. Only a norm leads beyond them, until the next change.
    norm
        Sum of each neuron's weights, in their unit; 78.4 for 784 inputs in ports of Diehl & Cook. 0 for
        none. Samples end in a network that is not continuous; initial weights are normalised after the
        first sample.
    normalise
        `"gain"` or `"dense"`.
    format
        Number format of the weights, if there is a norm as a gain; else the projection says.

    Cost per tick: one update of each live trace. Each pre spike reads its row and attempts the synapses
    onto the neurons whose y_j is not 0; each post spike reads and attempts one synapse in each row whose
    trace is not 0 (in all rows with `x_target > 0`). Once a sample, a norm costs n_post sums and gains; the
    dense one reads and attempts all n_pre x n_post synapses as well.

    Hosts: loihi1, loihi2, spinnaker; brainscales2 with `traces="nearest"`; a gain needs a per-neuron factor
    on the input (loihi2, spinnaker). Not odin (another rule is built in), reckon (e-prop only) or truenorth
    (no learning).

    References
    ----------
    Song, Miller & Abbott, Competitive Hebbian learning through spike-timing-dependent synaptic plasticity,
    Nature Neuroscience 2000; Guetig, Aharonov, Rotter & Sompolinsky, Learning input correlations through
    nonlinear temporally asymmetric Hebbian plasticity, J. Neuroscience 2003; Diehl & Cook, Unsupervised
    learning of digit recognition using spike-timing-dependent plasticity, Front. Comput. Neurosci. 2015.

    >>> PairSTDP(a_plus=0.01, a_minus=0.0, x_target=0.4, traces="nearest").when
    'tick'
    """

    a_plus: float = 0.01
    a_minus: float = 0.0105
    tau_pre: float = 0.02
    tau_post: float = 0.02
    traces: Literal["additive", "nearest"] = "additive"
    x_target: float = 0.0
    mu: float = 0.0
    w_min: float = 0.0
    w_max: float = 1.0
    norm: float = 0.0
    normalise: Literal["gain", "dense"] = "gain"
    format: Format = field(default_factory=Float32)

    def __post_init__(self) -> None:
        if not self.tau_pre > 0 or not self.tau_post > 0:
            raise ValueError(f"tau_pre={self.tau_pre} s, tau_post={self.tau_post} s: give positive seconds")
        if not np.isfinite([self.a_plus, self.a_minus, self.x_target]).all() or not 0 <= self.mu < np.inf:
            raise ValueError(
                f"a_plus={self.a_plus}, a_minus={self.a_minus}, x_target={self.x_target}, mu={self.mu}: "
                "give finite numbers, mu >= 0"
            )
        if self.traces not in ("additive", "nearest"):
            raise ValueError(f"traces={self.traces!r}: choose 'additive' or 'nearest'")
        if not -np.inf < self.w_min < self.w_max < np.inf:
            raise ValueError(f"w_min={self.w_min}, w_max={self.w_max}: give finite bounds, w_min < w_max")
        if not 0 <= self.norm < np.inf or self.normalise not in ("gain", "dense"):
            raise ValueError(
                f"norm={self.norm}, normalise={self.normalise!r}: give a finite norm, 0 for none, and "
                "'gain' or 'dense'"
            )

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: the rule has two factors."""
        return "label"

    @property
    def _gained(self) -> bool:
        return self.norm > 0 and self.normalise == "gain"

    def fields(self) -> tuple[Field, ...]:
        """Lists of live traces on both sides, gain and sum of each neuron, and scratch."""
        real = "f4" if self.format == Float32() else "f8"
        return (
            Field("live", "i8", (2,), lasting=False),
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("who_pre", "i4", ("pre",), lasting=False),
            Field("place", "i4", ("pre",), lasting=False),
            Field("change", "f8", ("pre",), lasting=False),
            Field("traced", "f8", (6, "post"), lasting=False),
            Field("who_post", "i4", ("post",), lasting=False),
            Field("word", "i4", ("post",), lasting=False),
            Field("sums", real, ("post",), lasting=False),
            Field("gain", "f8", ("post",), initial=1.0),
            Field("total", "f8", ("post",)),
            Field("summed", "i8", (1,)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Amplitudes, kept parts per tick, kind of trace, target, mu, bounds, norm and its kind."""
        keep = (float(np.exp(-dt / self.tau_pre)), float(np.exp(-dt / self.tau_post)))
        nearest = 1.0 if self.traces == "nearest" else 0.0
        form = (float(self.x_target), float(self.mu), float(self.w_min), float(self.w_max))
        norm = (float(self.norm), 1.0 if self.normalise == "dense" else 0.0)
        return (float(self.a_plus), float(self.a_minus), *keep, nearest, *form, *norm)

    def kernel(self) -> Kernel:
        """Traces, depression by pre spikes, potentiation by post spikes."""
        return _pairs.tick

    def deliver(self) -> Kernel | None:
        """With a gain, weights deliver their value times it."""
        return _pairs.deliver if self._gained else None

    def arrive(self) -> None:
        """No row is owed anything before it is read: `deliver` applies the gain."""

    def settle(self) -> Kernel | None:
        """With a gain, write it into all synapses."""
        return _pairs.settle if self._gained else None
