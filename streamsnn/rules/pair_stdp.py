"""Pair-based spike-timing-dependent plasticity (STDP), in the form of traces."""

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

(A_PLUS, A_MINUS, KEEP_PRE, KEEP_POST, NEAREST, TARGET, MU, W_MIN, W_MAX) = range(N_FORMAT, N_FORMAT + 9)


@dataclass(frozen=True)
class PairSTDP(EveryTick):
    """Pair STDP: a weight grows when the post spike follows the pre spike, and falls when it leads.

        x_i[t] = x_i[t-1] exp(-dt / tau_pre)  + s_i        pre trace; nearest: set to 1 by a spike
        y_j[t] = y_j[t-1] exp(-dt / tau_post) + s_j        post trace
        pre spike of i:   dw_ij = -a_minus y_j ((w_ij - w_min) / (w_max - w_min))^mu
        post spike of j:  dw_ij =  a_plus (x_i - x_target) ((w_max - w_ij) / (w_max - w_min))^mu
        w_ij stays in [w_min, w_max]

    A post spike sees pre spikes of its own tick, a pre spike does not see post spikes of its own tick:
    input is delivered before neurons fire. The post-only rule of Diehl & Cook is `a_minus=0` with
    `x_target > 0`: inputs that were silent before a post spike are depressed by it. Keeping a column's sum
    constant is not part of the rule.

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
        Bounds of the weight, in its own unit.

    Cost per tick: n_pre + n_post trace updates; each pre spike reads and attempts its row of n_post
    synapses while any y_j is not 0; each post spike reads and attempts one synapse in each row whose trace
    is not 0 (in all rows with `x_target > 0`).

    Hosts: loihi1, loihi2, spinnaker; brainscales2 with `traces="nearest"`. Not odin (another rule is built
    in), reckon (e-prop only) or truenorth (no learning).

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

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: the rule has two factors."""
        return "label"

    def fields(self) -> tuple[Field, ...]:
        """Traces of both sides; scratch for the change of a row."""
        return (
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("x_post", "f8", ("post",), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Amplitudes, kept parts of the traces per tick, kind of trace, target, mu and bounds."""
        keep = (float(np.exp(-dt / self.tau_pre)), float(np.exp(-dt / self.tau_post)))
        nearest = 1.0 if self.traces == "nearest" else 0.0
        form = (float(self.x_target), float(self.mu), float(self.w_min), float(self.w_max))
        return (float(self.a_plus), float(self.a_minus), *keep, nearest, *form)

    def kernel(self) -> Kernel:
        """Traces, depression by pre spikes, potentiation by post spikes."""
        return _tick


@kernel
def _power(part: float, mu: float) -> float:
    """part^mu with part cut to [0, 1], without a power where none is needed."""
    if mu == 0.0:
        return 1.0
    inside = min(max(part, 0.0), 1.0)
    return inside if mu == 1.0 else float(inside**mu)


@kernel
def _bounded(value: float, dw: float, const: Floats) -> float:
    """`value` + `dw`, kept within the rule's bounds."""
    return float(min(max(value + dw, const[W_MIN]), const[W_MAX]))


@kernel
def _depress(
    w: Weights, nnz: Int32s, count: Ints, key: int, i: int, x_post: Floats, delta: Floats, const: Floats
) -> None:
    """What a pre spike of i does to its row."""
    span = const[W_MAX] - const[W_MIN]
    for j in range(delta.size):
        if x_post[j] == 0.0:
            delta[j] = 0.0
            continue
        value = real_value(w, i, j, const)
        dw = -const[A_MINUS] * x_post[j] * _power((value - const[W_MIN]) / span, const[MU])
        delta[j] = _bounded(value, dw, const) - value
    add_row(w, nnz, count, key, i, 1.0, delta, const)


@kernel
def _potentiate(w: Weights, nnz: Int32s, count: Ints, key: int, j: int, x_pre: Floats, const: Floats) -> None:
    """What a post spike of j does to its column."""
    span = const[W_MAX] - const[W_MIN]
    visited = 0
    for i in range(x_pre.size):
        if x_pre[i] == 0.0 and const[TARGET] == 0.0:
            continue
        visited += 1
        value = real_value(w, i, j, const)
        dw = const[A_PLUS] * (x_pre[i] - const[TARGET]) * _power((const[W_MAX] - value) / span, const[MU])
        store(w, nnz, count, key, i, j, _bounded(value, dw, const), const)
    count_column(count, visited, const)


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    post: Int32s,
    x_pre: Floats,
    x_post: Floats,
    delta: Floats,
    const: Floats,
) -> None:
    x_pre *= const[KEEP_PRE]
    x_post *= const[KEEP_POST]
    count[STATE_READS] += x_pre.size + x_post.size
    count[STATE_WRITES] += x_pre.size + x_post.size
    nearest = const[NEAREST] != 0.0
    if const[A_MINUS] != 0.0 and x_post.any():
        for k in range(pre.size):
            _depress(w, nnz, count, key, pre[k], x_post, delta, const)
    for k in range(pre.size):
        x_pre[pre[k]] = 1.0 if nearest else x_pre[pre[k]] + 1.0
    for k in range(post.size):
        # another key than the rows': a synapse may be rounded twice in this tick
        _potentiate(w, nnz, count, key + 1, post[k], x_pre, const)
    for k in range(post.size):
        x_post[post[k]] = 1.0 if nearest else x_post[post[k]] + 1.0
