"""Eligibility propagation (e-prop) for LIF and ALIF neurons, dense or deferred."""

from dataclasses import dataclass

import numpy as np

from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.spans import span_rows
from streamsnn.rules._defaults import EveryTick
from streamsnn.rules._eprop import arrive, dense, remember, settle
from streamsnn.types import Field, Kernel


@dataclass(frozen=True)
class EProp(EveryTick):
    """Eligibility propagation onto LIF (beta = 0) or ALIF neurons.

        x_i[t]    = x_i[t-1] exp(-dt / tau_mem) + s_i[t]              s_i: spikes delivered at t
        psi_j[t]  = gamma / v_th * max(0, 1 - |v_j[t] - A_j[t]| / v_th) ,    A_j = v_th + beta a_j
                    0 in a refractory tick, in which no input could have made a spike
        e_ij[t]   = psi_j[t] (x_i[t] - beta eps_ij[t])
        eps_ij[t+1] = psi_j[t] x_i[t] + (rho - beta psi_j[t]) eps_ij[t]      rho = exp(-dt / tau_adaptation)
        f_ij[t]   = kappa f_ij[t-1] + (1 - kappa) e_ij[t]             kappa = exp(-dt / tau_out)
        dw_ij     = -learning_rate L_j[t] f_ij[t]

    L_j is the third factor (the error, or on a hidden layer its feedback). A spike fired at t - 1 is
    delivered at t, so that x_i[t] is the paper's z_i filtered up to t - 1. The neuron must be an `ALIF`
    with the same tau_mem, tau_adaptation, beta and v_threshold, and any refractory time. A non-finite third
    factor counts as zero; it is refused and counted, never written.

    Dense: every tick reads and writes all eligibilities, and all weights while some L_j is not zero.
    Deferred: a row's weights and eligibilities are brought up to date when its presynaptic neuron spikes.
    The tick is linear in (x, eps, f), with coefficients of the post neuron alone, so that n ticks are one
    map, composed of at most 2 log2 n kept ones (`memory.spans`): the dense form's numbers up to the order
    of additions, at the words of the synops, and without a replay of the ticks.

    Parameters
    ----------
    learning_rate
        Weight change per unit of learning signal and eligibility.
    tau_mem, tau_adaptation, tau_out
        Decay of the membrane, of the adaptation, and of the output's filter, seconds; `tau_out=0`: none.
    beta
        Strength of the adaptation; 0 for LIF.
    v_threshold, gamma
        Threshold, and height of the surrogate (gamma 0.3 in the paper's code).
    deferred
        Update rows when they are next read.
    history
        Deferred only: ticks of history, a power of two. Rows silent for half of it are brought up to date
        then; without adaptation, once their trace has faded, they are left alone.

    Cost per tick, synaptic memory: dense n_pre n_post eligibilities (of 32 bits each: one for the
    adaptation if beta > 0, one for the filter if tau_out > 0) and weights; deferred (presynaptic spikes)
    n_post of both. Neuron memory, deferred: 3 words per post neuron and span (7 with adaptation), on the
    average two spans written and two read a tick.
    Hosts: spinnaker1, spinnaker2, cpu; loihi2 without the eligibility per synapse (beta = 0, tau_out = 0);
    reckon runs a variant of its own.

    References
    ----------
    Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein & Maass, A solution to the learning dilemma for
    recurrent networks of spiking neurons, Nature Communications 2020; Korcsak-Gorzo et al., Event-driven
    eligibility propagation in large sparse networks, 2025.

    >>> EProp(beta=1.7, deferred=True).history
    256
    """

    learning_rate: float = 1e-3
    tau_mem: float = 0.02
    tau_adaptation: float = 2.0
    tau_out: float = 0.02
    beta: float = 0.0
    v_threshold: float = 1.0
    gamma: float = 0.3
    deferred: bool = False
    history: int = 256

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.tau_mem > 0 or not self.tau_adaptation > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_mem={self.tau_mem} s, "
                f"tau_adaptation={self.tau_adaptation} s: give learning_rate >= 0 and positive times"
            )
        if not self.tau_out >= 0 or not self.beta >= 0:
            raise ValueError(f"tau_out={self.tau_out} s, beta={self.beta}: neither can be negative")
        if not self.v_threshold > 0 or not self.gamma > 0:
            raise ValueError(f"v_threshold={self.v_threshold}, gamma={self.gamma}: give positive numbers")
        if self.history < 4 or self.history & (self.history - 1):
            raise ValueError(f"history={self.history}: give a power of two from 4, in ticks")

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    def fields(self) -> tuple[Field, ...]:
        """Trace, eligibilities that are kept per synapse, and with deferral the spans."""
        adaptive, filtered = self.beta > 0, self.tau_out > 0
        common = (
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("eps", "f8", ("pre" if adaptive else 1, "post"), lasting=False),
            Field("f", "f8", ("pre" if filtered else 1, "post"), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
            Field("resting", "i4", ("post",), lasting=False),
            Field("psi", "f8", ("post",), lasting=False),
            Field("signal", "f8", ("post",), lasting=False),
        )
        if not self.deferred:
            return common
        return (
            *common,
            Field("now", "i8", (1,), lasting=False),
            Field("opened", "i8", ("pre",), lasting=False),
            Field("spans", "f8", (span_rows(self.history, adaptive), "post"), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning rate, kept per tick of x, f and a, beta, threshold, gamma, history)`."""
        keep_out = float(np.exp(-dt / self.tau_out)) if self.tau_out > 0 else 0.0
        keep, rho = float(np.exp(-dt / self.tau_mem)), float(np.exp(-dt / self.tau_adaptation))
        surrogate = (self.v_threshold, self.gamma)
        return (self.learning_rate, keep, keep_out, rho, self.beta, *surrogate, float(self.history))

    def kernel(self) -> Kernel:
        """Update everything, or the history."""
        return remember if self.deferred else dense

    def arrive(self) -> Kernel | None:
        """Deferred: bring the rows up to date that are about to be read."""
        return arrive if self.deferred else None

    def settle(self) -> Kernel | None:
        """Deferred: bring every row up to date."""
        return settle if self.deferred else None
