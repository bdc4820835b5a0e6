"""Recursive least squares: the costly relative of PES."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    LRN_WORDS_WRITTEN,
    WRITE_ATTEMPTS,
    WRITES,
)
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

PRIOR, KEEP, RISE = range(N_FORMAT, N_FORMAT + 3)


@dataclass(frozen=True)
class RLS(EveryTick):
    """Recursive least squares on decoders d_ij, with the inverse correlation matrix P of the activity.

        a_i[t] = a_i[t-1] exp(-dt / tau_pre) + (1 - exp(-dt / tau_pre)) s_i[t] / dt      in Hz
        d d_ij = -(P a)_i e_j / (1 + a' P a)                     e = actual - target
        P     <- P - (P a)(P a)' / (1 + a' P a),                 P = learning_rate * identity at first

    With the error of the present decoders the result is the ridge regression of all that was seen, with
    penalty 1 / learning_rate, in whatever order it came: nothing is forgotten, so a target that drifts
    is averaged over. P is kept as its distance from the start, so that new neurons begin with zeros.

    P is memory that learning reads and writes and the neurons never do, in 64-bit numbers: every entry
    is counted like a synapse of its own (row, one word, one visit and one attempt each; a word written
    and a write if the value changed). That is n_pre^2 beside the n_pre x n_post decoders, and why no chip
    runs this rule.

    Parameters
    ----------
    learning_rate
        First value on the diagonal of P, per Hz squared; 1e-3 as in Nengo's RLS.
    tau_pre
        Low-pass filter of the presynaptic activity, seconds; 5 ms as in Nengo's RLS.

    Cost per tick with error: n_pre^2 words of P read and written, n_pre x n_post synapses read and
    attempted, 2 n_pre words of state read and written.

    Hosts: none; spinnaker within one processor's memory.

    References
    ----------
    Haykin, Adaptive Filter Theory, 4th edition 2002; Sussillo & Abbott, Generating coherent patterns of
    activity from chaotic neural networks, Neuron 2009.

    >>> RLS().constants(0.001)[0]
    0.001
    """

    learning_rate: float = 1e-3
    tau_pre: float = 0.005

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < np.inf or not self.tau_pre > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s: "
                "give a positive number for both, learning_rate finite"
            )

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    def fields(self) -> tuple[Field, ...]:
        """Activity, Hz; P a; and how far P has come down from learning_rate * identity."""
        return (
            Field("activity", "f8", ("pre",), lasting=False),
            Field("direction", "f8", ("pre",), lasting=False),
            Field("explained", "f8", ("pre", "pre")),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning rate, activity kept per tick, rise per spike in Hz)`."""
        keep = float(np.exp(-dt / self.tau_pre))
        return (self.learning_rate, keep, (1.0 - keep) / dt)

    def kernel(self) -> Kernel:
        """Filter the activity, then change P and the decoders."""
        return _tick


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    activity: Floats,
    direction: Floats,
    explained: Floats,
    const: Floats,
) -> None:
    low_pass(activity, pre, const[KEEP], const[RISE], count)
    if not calls_for_change(third, count):
        return
    n = activity.size
    power = 1.0
    for i in range(n):
        total = const[PRIOR] * activity[i]
        for k in range(n):
            total -= explained[i, k] * activity[k]
        direction[i] = total
        power += activity[i] * total
    if power == 1.0:  # silence: nothing to explain, nothing read
        return
    _explain(explained, direction, power, count)
    for i in range(n):
        add_row(w, nnz, count, key, i, -direction[i] / power, third, const)


@kernel
def _explain(explained: Floats, direction: Floats, power: float, count: Ints) -> None:
    n = direction.size
    changed = 0
    for i in range(n):
        step = direction[i] / power
        for k in range(n):
            old = explained[i, k]
            explained[i, k] = old + step * direction[k]
            changed += int(explained[i, k] != old)
    count[LRN_ROWS_READ] += n
    count[LRN_WORDS_READ] += n * n
    count[LRN_SYNAPSES_VISITED] += n * n
    count[WRITE_ATTEMPTS] += n * n
    count[WRITES] += changed
    count[LRN_WORDS_WRITTEN] += changed
