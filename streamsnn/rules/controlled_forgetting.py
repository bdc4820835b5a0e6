"""Controlled forgetting: what is new goes to a neuron that has learned little, the others are spared."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.columns import add_to_column
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

(RATE, STABLE, NOVELTY, NORM, KEEP_PRE, KEEP_NOVEL, KEEP_POST, WAIT, STIMULUS) = range(N_FORMAT, N_FORMAT + 9)
FADED = 0.01


@dataclass(frozen=True)
class ControlledForgetting(EveryTick):
    """Post-only STDP whose rate falls with a neuron's significance and rises when nobody knows the input.

        x_i := 1 at a pre spike, decays with tau_pre
        P_j += 1 at a post spike, decays with tau_post                                   (significance)
        no post spike for `wait` seconds with input, for the neuron j with the least P_j:
                       v_j := v_j + stimulus,  m_j := 1;   m_j decays with tau_novelty   (novelty)
        post spike of j:   eta_j = min(1, learning_rate (1 + novelty m_j) / (1 + stability P_j))
        then for all i:    dw_ij = eta_j (norm x_i / sum_k x_k - w_ij)

    A column moves towards the pattern of the recent input, so that its sum goes to the norm by itself. A
    neuron that has learned much hardly changes any more; what no neuron answers to is given to one that has
    little to lose; within a sample the same one, until its m_j has fallen to 1 %. Silence is no novelty: only
    ticks with input count as waiting. The post neuron needs a potential `v` that the stimulus lifts over its
    threshold.

    Parameters
    ----------
    learning_rate
        Part of the way to the input's pattern that an insignificant neuron goes at a spike, dimensionless.
    stability
        How much the significance slows learning, per unit of P_j. 1 with a rate of 1 is a running mean.
    novelty
        How many times the rate a stimulated neuron learns faster by, beside 1.
    norm
        Sum of each neuron's weights, in their unit.
    tau_pre, tau_novelty, tau_post
        Decays of the input's trace, of the neuromodulation and of the significance, seconds.
    wait
        Seconds with input but without an answer that make an input novel.
    stimulus
        What novelty adds to the potential of the chosen neuron, in its unit (mV).
    format
        Number format of the weights.

    The form follows the paper's abstract: novelty is the absence of an answer, and raises firing and
    plasticity of neurons of low significance. Equations and defaults are this project's own.

    Cost per tick: n_pre traces and n_post significances; a post spike reads and attempts its column of n_pre
    synapses. Novelty reads no synapse.

    Hosts: spinnaker; loihi2 with the choice of the least significant neuron on an embedded processor. Not
    loihi1, odin, reckon, truenorth or brainscales2.

    References
    ----------
    Allred & Roy, Controlled forgetting: targeted stimulation and dopaminergic plasticity modulation for
    unsupervised lifelong learning in spiking neural networks, Frontiers in Neuroscience 2020.

    >>> ControlledForgetting(wait=0.05).when
    'tick'
    """

    learning_rate: float = 0.2
    stability: float = 0.1
    novelty: float = 4.0
    norm: float = 78.4
    tau_pre: float = 0.02
    tau_novelty: float = 0.1
    tau_post: float = 1e4
    wait: float = 0.05
    stimulus: float = 1000.0
    format: Format = field(default_factory=Float32)

    def __post_init__(self) -> None:
        times = {n: getattr(self, n) for n in ("tau_pre", "tau_novelty", "tau_post", "wait")}
        for name, time in times.items():
            if not time > 0:
                raise ValueError(f"{name}={time} s: give a positive number of seconds")
        sizes = {n: getattr(self, n) for n in ("learning_rate", "stability", "novelty", "norm", "stimulus")}
        for name, size in sizes.items():
            if not 0 <= size < np.inf:
                raise ValueError(f"{name}={size}: give a finite number, at least 0")

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: novelty is found in the layer itself."""
        return "label"

    def fields(self) -> tuple[Field, ...]:
        """Trace of the inputs; significance and modulation of each neuron; what novelty needs; scratch."""
        return (
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("significance", "f8", ("post",)),
            Field("modulation", "f8", ("post",), lasting=False),
            Field("waited", "i8", (1,), lasting=False),
            Field("chosen", "i8", (1,), lasting=False),
            Field("novelties", "i8", (1,)),
            Field("change", "f8", ("pre",), lasting=False),
            Field("everyone", "i4", ("pre",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Rates, norm, kept parts per tick, ticks to wait, and stimulus."""
        taus = (self.tau_pre, self.tau_novelty, self.tau_post)
        keep = tuple(float(np.exp(-dt / tau)) for tau in taus)
        wait = float(max(1.0, np.rint(min(self.wait / dt, 2.0**31))))
        rates = (self.learning_rate, self.stability, self.novelty, self.norm)
        return (*(float(rate) for rate in rates), *keep, wait, float(self.stimulus))

    def kernel(self) -> Kernel:
        """Traces, learning of neurons that fired, and novelty."""
        return _tick


@kernel
def _tick(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, v: Floats, x_pre: Floats,
    significance: Floats, modulation: Floats, waited: Ints, chosen: Ints, novelties: Ints, change: Floats,
    everyone: Int32s, const: Floats,
) -> None:  # fmt: skip
    x_pre *= const[KEEP_PRE]
    for k in range(pre.size):
        x_pre[pre[k]] = 1.0
    modulation *= const[KEEP_NOVEL]
    if pre.size > 0:
        significance *= const[KEEP_POST]
    count[STATE_READS] += x_pre.size + 2 * significance.size
    count[STATE_WRITES] += x_pre.size + 2 * significance.size
    if post.size > 0:
        waited[0] = 0
        total = x_pre.sum()
        for i in range(x_pre.size):
            change[i] = const[NORM] * x_pre[i] / total if total > 0.0 else 0.0
            everyone[i] = i
        for k in range(post.size if total > 0.0 else 0):
            j = post[k]
            rate = const[RATE] * (1.0 + const[NOVELTY] * modulation[j])
            rate = min(1.0, rate / (1.0 + const[STABLE] * significance[j]))
            add_to_column(
                w, nnz, count, key, j, everyone, 1.0 - rate, 0.0, change, rate, -np.inf, np.inf, const
            )
            significance[j] += 1.0
    elif pre.size > 0:
        waited[0] += 1
        if waited[0] >= const[WAIT]:
            waited[0] = 0
            novelties[0] += 1
            if chosen[0] == 0 or modulation[chosen[0] - 1] < FADED:
                chosen[0] = 1 + significance.argmin()
            v[chosen[0] - 1] += const[STIMULUS]
            modulation[chosen[0] - 1] = 1.0
