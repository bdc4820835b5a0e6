"""Stochastic STDP on binary synapses."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    RNG_DRAWS,
    STATE_READS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import N_FORMAT, write
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

(P_ON, P_OFF, KEEP, RECENT) = range(N_FORMAT, N_FORMAT + 4)


@dataclass(frozen=True)
class StochasticSTDP(EveryTick):
    """Binary synapses that switch by chance: on after recent inputs, off after others.

        age_i = time since the last pre spike of i,  x_i = exp(-age_i / tau)
        post spike of j:  w_ij = 0, age_i <= window:  switched on  with probability p_on x_i
                          w_ij = 1, age_i > window:   switched off with probability p_off

    The time constant of learning is in the probabilities, so one bit is enough. The expected number of
    writes falls to zero as synapses settle.

    Parameters
    ----------
    p_on, p_off
        Probabilities to switch at a post spike, 0 to 1. Their defaults, and those of the times, are this
        project's own choice.
    tau
        Decay of the probability to switch on with the age of the pre spike, seconds.
    window
        Largest age of an input that counts as a cause, seconds.

    Cost per tick: n_pre traces; a post spike reads one synapse in each of n_pre rows, draws one number for
    each that could switch, and attempts and writes those that do.

    Hosts: spinnaker; loihi1 and loihi2 with one-bit weights and stochastic rounding. Not odin, reckon,
    truenorth (no learning of this kind) or brainscales2.

    References
    ----------
    Srinivasan & Roy, ReStoCNet: residual stochastic binary convolutional spiking neural network for
    memory-efficient neuromorphic computing, Frontiers in Neuroscience 2019 (the form of the
    probabilities); Yousefzadeh et al., On practical issues for stochastic STDP hardware with 1-bit
    synaptic weights, Frontiers in Neuroscience 2018.

    >>> StochasticSTDP().format
    Fixed(bits=1, signed=False, exponent=0, rounding='stochastic')
    """

    p_on: float = 0.1
    p_off: float = 0.05
    tau: float = 0.02
    window: float = 0.02

    def __post_init__(self) -> None:
        if not 0 <= self.p_on <= 1 or not 0 <= self.p_off <= 1:
            raise ValueError(f"p_on={self.p_on}, p_off={self.p_off}: probabilities lie between 0 and 1")
        if not self.tau > 0 or not 0 < self.window < np.inf:
            raise ValueError(f"tau={self.tau} s, window={self.window} s: give positive seconds")

    @property
    def format(self) -> Format:
        """One bit."""
        return Fixed(1, signed=False)

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: the rule has no teacher."""
        return "label"

    def fields(self) -> tuple[Field, ...]:
        """Ticks of the window that each input has left, and its probability."""
        return (
            Field("left", "i4", ("pre",), lasting=False),
            Field("x_pre", "f8", ("pre",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Probabilities, part of x kept per tick, ticks of the window."""
        window = np.floor(self.window / dt + 1e-9)  # 20 ms are 20 ticks of 1 ms, also in binary fractions
        return (float(self.p_on), float(self.p_off), float(np.exp(-dt / self.tau)), float(window))

    def kernel(self) -> Kernel:
        """Ages, then the columns of neurons that fired."""
        return _tick


@kernel
def _tick(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, left: Int32s, x_pre: Floats,
    const: Floats,
) -> None:  # fmt: skip
    for i in range(left.size):
        left[i] = max(0, left[i] - 1)
        x_pre[i] *= const[KEEP]
    for k in range(pre.size):
        left[pre[k]] = int(const[RECENT]) + 1  # 1 in the last tick of the window
        x_pre[pre[k]] = 1.0
    count[STATE_READS] += 2 * left.size
    count[STATE_WRITES] += 2 * left.size
    for k in range(post.size):
        j = post[k]
        for i in range(left.size):
            recent = left[i] > 0
            if recent == (w[i, j] != 0):
                continue  # it is already what this spike would make it
            count[RNG_DRAWS] += 1
            p = const[P_ON] * x_pre[i] if recent else const[P_OFF]
            if draw(key, i, j) * 2.0**-32 < p:
                write(w, nnz, count, i, j, 1 if recent else 0)
    visited = post.size * left.size
    count[LRN_ROWS_READ] += visited
    count[LRN_WORDS_READ] += visited
    count[LRN_SYNAPSES_VISITED] += visited
