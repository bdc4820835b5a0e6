"""Triplet STDP: pairs of spikes, weighted by the spike before them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row
from streamsnn.rules._defaults import EveryTick
from streamsnn.rules._single_synapse import count_column, real_value, store
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

(A2_PLUS, A3_PLUS, A2_MINUS, A3_MINUS, KEEP_R1, KEEP_R2, KEEP_O1, KEEP_O2, W_MIN, W_MAX) = range(
    N_FORMAT, N_FORMAT + 10
)


@dataclass(frozen=True)
class TripletSTDP(EveryTick):
    """Triplet STDP: at high rates, a pair of spikes potentiates more, as synapses in tissue do.

        r1_i, r2_i: + 1 at a pre spike,  decay with tau_plus,  tau_x
        o1_j, o2_j: + 1 at a post spike, decay with tau_minus, tau_y
        pre spike of i:   dw_ij = -o1_j (a2_minus + a3_minus r2_i)      r2 before this spike
        post spike of j:  dw_ij =  r1_i (a2_plus  + a3_plus  o2_j)      o2 before this spike
        w_ij stays in [w_min, w_max]

    A post spike sees pre spikes of its own tick, a pre spike does not see post spikes of its own tick.
    All spikes count (all-to-all). With both a3 at 0 it is additive pair STDP.

    Parameters
    ----------
    a2_plus, a2_minus
        Weight change of a pair, in units of the weight.
    a3_plus, a3_minus
        Additional change per unit of the slow trace, in units of the weight.
    tau_plus, tau_x
        Decay of the fast and the slow pre trace, seconds.
    tau_minus, tau_y
        Decay of the fast and the slow post trace, seconds.
    w_min, w_max
        Bounds of the weight, in its own unit.

    The defaults keep the paper's minimal form (triplets potentiate, pairs depress); their sizes are this
    project's own choice and not the paper's fits.

    Cost per tick: 2 n_pre + 2 n_post traces; each pre spike reads and attempts its row of n_post synapses
    while any o1_j is not 0; each post spike reads and attempts one synapse in each row whose r1_i is not 0.

    Hosts: loihi1, loihi2 (two traces on a side) and spinnaker. Not odin, reckon, truenorth or brainscales2.

    References
    ----------
    Pfister & Gerstner, Triplets of spikes in a model of spike timing-dependent plasticity, J. Neuroscience
    2006.

    >>> TripletSTDP().a2_plus
    0.0
    """

    a2_plus: float = 0.0
    a3_plus: float = 0.01
    a2_minus: float = 0.007
    a3_minus: float = 0.0
    tau_plus: float = 0.02
    tau_x: float = 0.1
    tau_minus: float = 0.03
    tau_y: float = 0.1
    w_min: float = 0.0
    w_max: float = 1.0

    def __post_init__(self) -> None:
        for name in ("tau_plus", "tau_x", "tau_minus", "tau_y"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}={getattr(self, name)} s: give a positive number of seconds")
        for name in ("a2_plus", "a3_plus", "a2_minus", "a3_minus"):
            if not np.isfinite(getattr(self, name)):
                raise ValueError(f"{name}={getattr(self, name)}: give a finite number")
        if not -np.inf < self.w_min < self.w_max < np.inf:
            raise ValueError(f"w_min={self.w_min}, w_max={self.w_max}: give finite bounds, w_min < w_max")

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: the rule has no teacher."""
        return "label"

    def fields(self) -> tuple[Field, ...]:
        """Two traces on each side; scratch for the change of a row."""
        traces = (("r1", "pre"), ("r2", "pre"), ("o1", "post"), ("o2", "post"), ("delta", "post"))
        return tuple(Field(name, "f8", (side,), lasting=False) for name, side in traces)

    def constants(self, dt: float) -> tuple[float, ...]:
        """Amplitudes, kept parts of the traces per tick, bounds."""
        taus = (self.tau_plus, self.tau_x, self.tau_minus, self.tau_y)
        keep = tuple(float(np.exp(-dt / tau)) for tau in taus)
        size = (self.a2_plus, self.a3_plus, self.a2_minus, self.a3_minus)
        return (*map(float, size), *keep, float(self.w_min), float(self.w_max))

    def kernel(self) -> Kernel:
        """Traces, depression by pre spikes, potentiation by post spikes."""
        return _tick


@kernel
def _bounded(value: float, dw: float, const: Floats) -> float:
    """`value` + `dw`, kept within the rule's bounds."""
    return float(min(max(value + dw, const[W_MIN]), const[W_MAX]))


@kernel
def _tick(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, r1: Floats, r2: Floats,
    o1: Floats, o2: Floats, delta: Floats, const: Floats,
) -> None:  # fmt: skip
    r1 *= const[KEEP_R1]
    r2 *= const[KEEP_R2]
    o1 *= const[KEEP_O1]
    o2 *= const[KEEP_O2]
    count[STATE_READS] += 2 * (r1.size + o1.size)
    count[STATE_WRITES] += 2 * (r1.size + o1.size)
    for k in range(pre.size if o1.any() else 0):
        i = pre[k]
        size = const[A2_MINUS] + const[A3_MINUS] * r2[i]
        for j in range(delta.size):
            value = real_value(w, i, j, const)
            delta[j] = _bounded(value, -o1[j] * size, const) - value if o1[j] != 0.0 else 0.0
        add_row(w, nnz, count, key, i, 1.0, delta, const)
    for k in range(pre.size):
        r1[pre[k]] += 1.0
        r2[pre[k]] += 1.0
    for k in range(post.size):
        j = post[k]
        size = const[A2_PLUS] + const[A3_PLUS] * o2[j]
        visited = 0
        for i in range(r1.size):
            if r1[i] != 0.0:
                visited += 1
                value = _bounded(real_value(w, i, j, const), r1[i] * size, const)
                # another key than the rows': a synapse may be rounded twice in this tick
                store(w, nnz, count, key + 1, i, j, value, const)
        count_column(count, visited, const)
    for k in range(post.size):
        o1[post[k]] += 1.0
        o2[post[k]] += 1.0
