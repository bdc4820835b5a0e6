"""Generic three-factor rule, dense form: the yardstick for what sparse rules save."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, KEEP, BOX, CENTRE = N_FORMAT, N_FORMAT + 1, N_FORMAT + 2, N_FORMAT + 3


@dataclass(frozen=True)
class ThreeFactor:
    """Three-factor rule with a presynaptic trace, evaluated for every synapse (dense).

        x_i[t] = x_i[t-1] exp(-dt / tau_pre) + (1 if neuron i spiked at t)
        dw_ij  = -learning_rate * x_i * psi(v_j) * e_j
        psi(v) = 1 if |v - centre| < box, else 0           (box surrogate; box = inf: psi = 1)

    e_j is the third factor: error (prediction minus target) of neuron j. In every tick in which some
    e_j is not zero, *all* n_pre x n_post synapses are read and attempted: that is what a rule with
    continuous post-synaptic state costs if nothing is deferred. A non-finite third factor is refused
    and counted, never written.

    Parameters
    ----------
    learning_rate
        Weight change per unit of trace and error.
    tau_pre
        Decay of the presynaptic trace, seconds.
    box, centre
        Half width and centre of the surrogate, in units of v.

    Cost per tick with error: n_pre * n_post synapses read and attempted; n_pre trace updates.

    References
    ----------
    Fremaux & Gerstner, Neuromodulated spike-timing-dependent plasticity, Frontiers in Neural Circuits
    2016; Zenke & Ganguli, SuperSpike, Neural Computation 2018 (surrogate).

    >>> ThreeFactor(learning_rate=0.01).third
    'error'
    """

    learning_rate: float = 0.02
    tau_pre: float = 0.01
    box: float = float("inf")
    centre: float = 0.0

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.tau_pre > 0 or not self.box > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s, box={self.box}: "
                "give learning_rate >= 0, tau_pre > 0, box > 0"
            )

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Every tick."""
        return "tick"

    @property
    def third(self) -> Literal["label", "error"]:
        """Error per post neuron."""
        return "error"

    @property
    def opens_units(self) -> bool:
        """One neuron per class, given from outside."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Trace of each presynaptic neuron; scratch for psi(v) e."""
        return (
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning rate, trace kept per tick, box, centre)`."""
        return (self.learning_rate, float(np.exp(-dt / self.tau_pre)), self.box, self.centre)

    def kernel(self) -> Kernel:
        """Update the traces, then all synapses."""
        return _tick

    def deliver(self) -> None:
        """Weights deliver their own value."""


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    v: Floats,
    x_pre: Floats,
    delta: Floats,
    const: Floats,
) -> None:
    for i in range(x_pre.size):
        x_pre[i] *= const[KEEP]
    for k in range(pre.size):
        x_pre[pre[k]] += 1.0
    count[STATE_READS] += x_pre.size
    count[STATE_WRITES] += x_pre.size
    if not calls_for_change(third, count):
        return
    for j in range(delta.size):
        delta[j] = third[j] if abs(v[j] - const[CENTRE]) < const[BOX] else 0.0
    for i in range(x_pre.size):
        add_row(w, nnz, count, key, i, -const[RATE] * x_pre[i], delta, const)
