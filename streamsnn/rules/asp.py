"""Adaptive synaptic plasticity (ASP): learn to forget, with a leak that need not touch a synapse."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.columns import add_to_column, deliver_gain
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, count_delivery
from streamsnn.rules._defaults import EveryTick
from streamsnn.rules._single_synapse import count_column, real_value, store
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

(RATE, OFFSET, DENOISE, STABLE, KEEP_REC, KEEP_ACC, KEEP_POST, LEAK, SLOWER, LINEAR, W_MAX) = range(
    N_FORMAT, N_FORMAT + 11
)


@dataclass(frozen=True)
class ASP(EveryTick):
    """Recovery learning at post spikes, and a leak that spares neurons which have learned much.

        rec_i := 1, acc_i += 1 at a pre spike;  rec, acc decay with tau_rec, tau_acc
        P_j += 1 at a post spike, decays with tau_post                          (significance)
        eta_j = learning_rate / (1 + stability P_j) ,   tau_j = tau_leak (1 + retention P_j)
        post spike of j, all i:  dw_ij = eta_j (rec_i - offset - k_const 2^(-acc_i))
        other ticks:             dw_ij = -w_ij dt / tau_j  (exponential)  or  -dt / tau_j  (linear)
        w_ij stays in [0, w_max]

    Leak and P_j advance in ticks with at least one pre spike only: silence forgets nothing. The paper also
    slows the leak by the neuron's threshold; that factor belongs to a neuron with adaptation, and is part
    of tau_leak here.

    The leak is the same for all synapses of a neuron. `leak="dense"` writes it into every one of them;
    `leak="gain"` keeps one gain g_j and one debt b_j per neuron and delivers g_j w_ij - b_j, at least 0:
    the same weights, no write. Gain and debt are folded into a column when it is next written.

    Parameters
    ----------
    learning_rate
        Largest weight change of a post spike, in units of the weight.
    offset, k_const
        What an input must exceed to be potentiated, and the penalty of inputs that have barely fired
        (it removes noise), dimensionless.
    stability, retention
        How much the significance slows learning, and the leak, per unit of P_j.
    tau_rec, tau_acc, tau_post
        Decays of the recent trace, the accumulated trace and the significance, seconds.
    tau_leak
        Leak time of an insignificant neuron (per unit of weight, if linear), seconds; inf for none.
    decay
        `"exponential"` or `"linear"`.
    leak
        `"gain"` or `"dense"`.
    w_max
        Largest weight, in its own unit.
    format
        Number format of the weights.

    The defaults are this project's own choice for 1 ms ticks; the paper's could not be verified.

    Cost per tick: 2 n_pre + n_post traces (and gains); a post spike reads and attempts its column of n_pre
    synapses. The dense leak reads and attempts all n_pre x n_post synapses in every tick with input, the
    gain none.

    Hosts: spinnaker; loihi2 without the exact 2^-acc; the gain needs a per-neuron factor on the input
    (loihi2). Not loihi1, odin, reckon, truenorth or brainscales2.

    References
    ----------
    Panda, Allred, Ramanathan & Roy, ASP: Learning to forget with adaptive synaptic plasticity in spiking
    neural networks, IEEE J. Emerging and Selected Topics in Circuits and Systems 2018. The gain is this
    project's.

    >>> ASP(leak="dense").deliver() is None
    True
    """

    learning_rate: float = 0.05
    offset: float = 0.2
    k_const: float = 0.1
    stability: float = 0.05
    retention: float = 0.1
    tau_rec: float = 0.02
    tau_acc: float = 0.1
    tau_post: float = 50.0
    tau_leak: float = 10.0
    decay: Literal["exponential", "linear"] = "exponential"
    leak: Literal["gain", "dense"] = "gain"
    w_max: float = 1.0
    format: Format = field(default_factory=Float32)

    def __post_init__(self) -> None:
        taus = {n: getattr(self, n) for n in ("tau_rec", "tau_acc", "tau_post", "tau_leak")}
        for name, tau in taus.items():
            if not tau > 0:
                raise ValueError(f"{name}={tau} s: give a positive number of seconds")
        sizes = {n: getattr(self, n) for n in ("learning_rate", "k_const", "stability", "retention")}
        for name, size in sizes.items():
            if not 0 <= size < np.inf:
                raise ValueError(f"{name}={size}: give a finite number, at least 0")
        if not np.isfinite(self.offset) or not 0 < self.w_max < np.inf:
            raise ValueError(f"offset={self.offset}, w_max={self.w_max}: give finite numbers, w_max > 0")
        if self.decay not in ("exponential", "linear") or self.leak not in ("gain", "dense"):
            raise ValueError(
                f"decay={self.decay!r}, leak={self.leak!r}: choose 'exponential' or 'linear', "
                "'gain' or 'dense'"
            )

    @property
    def third(self) -> Literal["label", "error"]:
        """Not used: the rule has no teacher."""
        return "label"

    def fields(self) -> tuple[Field, ...]:
        """Traces of the inputs; significance, and gain and debt, of each neuron; scratch."""
        real = "f4" if self.format == Float32() else "f8"
        own = (
            Field("recent", "f8", ("pre",), lasting=False),
            Field("accumulated", "f8", ("pre",), lasting=False),
            Field("change", "f8", ("pre",), lasting=False),
            Field("everyone", "i4", ("pre",), lasting=False),
            Field("significance", "f8", ("post",)),
            Field("loss", "f8", ("post",), lasting=False),
        )
        if self.leak == "dense":
            return (*own, Field("delta", "f8", ("post",), lasting=False))
        return (
            *own,
            Field("gain", "f8", ("post",), initial=1.0),
            Field("debt", "f8", ("post",)),
            Field("sums", real, ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Rates, kept parts per tick, leak per tick, its kind and the bound."""
        taus = (self.tau_rec, self.tau_acc, self.tau_post)
        keep = tuple(float(np.exp(-dt / tau)) for tau in taus)
        leak = (min(1.0, dt / self.tau_leak), self.retention, 1.0 if self.decay == "linear" else 0.0)
        return (self.learning_rate, self.offset, self.k_const, self.stability, *keep, *leak, self.w_max)

    def kernel(self) -> Kernel:
        """Traces, leak, then recovery learning of neurons that fired."""
        return _tick_gain if self.leak == "gain" else _tick_dense

    def deliver(self) -> Kernel | None:
        """With a gain, weights deliver what the leak has left of them."""
        return _deliver if self.leak == "gain" else None

    def arrive(self) -> None:
        """No row is owed anything before it is read: `deliver` applies the gain."""

    def settle(self) -> Kernel | None:
        """With a gain, write what the leak has left into all synapses."""
        return _settle if self.leak == "gain" else None


@kernel
def _left(w: Weights, i: int, j: int, gain: Floats, debt: Floats, const: Floats) -> float:
    """What the leak has left of a stored weight."""
    value = gain[j] * real_value(w, i, j, const)
    return float(max(0.0, value - debt[j]) if debt[j] > 0.0 else value)


@kernel
def _deliver(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Floats, sums: Weights, gain: Floats, debt: Floats,
    const: Floats,
) -> None:  # fmt: skip
    if const[LINEAR] == 0.0:
        deliver_gain(w, nnz, count, pre, acc, sums, gain, const)
        return
    for k in range(pre.size):
        for j in range(acc.size):
            acc[j] += _left(w, pre[k], j, gain, debt, const)
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def _settle(
    w: Weights, nnz: Int32s, count: Ints, key: int, recent: Floats, gain: Floats, debt: Floats, const: Floats
) -> None:
    for j in range(gain.size):
        if gain[j] == 1.0 and debt[j] == 0.0:
            continue
        for i in range(recent.size):
            store(w, nnz, count, key, i, j, _left(w, i, j, gain, debt, const), const)
        count_column(count, recent.size, const)
        gain[j], debt[j] = 1.0, 0.0


@kernel
def _advance(
    count: Ints, pre: Int32s, post: Int32s, recent: Floats, accumulated: Floats, significance: Floats,
    loss: Floats, const: Floats,
) -> None:  # fmt: skip
    """Traces of this tick, and the part that each neuron loses in it: nothing if it fired."""
    recent *= const[KEEP_REC]
    accumulated *= const[KEEP_ACC]
    for k in range(pre.size):
        recent[pre[k]] = 1.0
        accumulated[pre[k]] += 1.0
    for j in range(loss.size):
        if pre.size > 0:
            significance[j] *= const[KEEP_POST]
        loss[j] = const[LEAK] / (1.0 + const[SLOWER] * significance[j]) if pre.size > 0 else 0.0
    for k in range(post.size):
        loss[post[k]] = 0.0
    count[STATE_READS] += 2 * recent.size + significance.size
    count[STATE_WRITES] += 2 * recent.size + significance.size


@kernel
def _change(recent: Floats, accumulated: Floats, change: Floats, everyone: Int32s, const: Floats) -> None:
    """What a post spike adds to each weight, for a learning rate of 1."""
    for i in range(recent.size):
        barely = 2.0 ** -accumulated[i] if accumulated[i] > 0.0 else 1.0
        change[i] = recent[i] - const[OFFSET] - const[DENOISE] * barely
        everyone[i] = i


@kernel
def _tick_dense(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, recent: Floats,
    accumulated: Floats, change: Floats, everyone: Int32s, significance: Floats, loss: Floats, delta: Floats,
    const: Floats,
) -> None:  # fmt: skip
    _advance(count, pre, post, recent, accumulated, significance, loss, const)
    for i in range(recent.size if loss.any() else 0):
        for j in range(delta.size):
            value = real_value(w, i, j, const)
            delta[j] = -min(loss[j], value) if const[LINEAR] != 0.0 else -loss[j] * value
        add_row(w, nnz, count, key, i, 1.0, delta, const)
    if post.size > 0:
        _change(recent, accumulated, change, everyone, const)
    for k in range(post.size):
        j = post[k]
        rate = const[RATE] / (1.0 + const[STABLE] * significance[j])
        high = const[W_MAX]
        add_to_column(w, nnz, count, key + 1, j, everyone, 1.0, 0.0, change, rate, 0.0, high, const)
        significance[j] += 1.0


@kernel
def _tick_gain(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, recent: Floats,
    accumulated: Floats, change: Floats, everyone: Int32s, significance: Floats, loss: Floats, gain: Floats,
    debt: Floats, const: Floats,
) -> None:  # fmt: skip
    _advance(count, pre, post, recent, accumulated, significance, loss, const)
    for j in range(loss.size):
        if const[LINEAR] != 0.0:
            debt[j] += loss[j]
        else:
            gain[j] *= 1.0 - loss[j]
    count[STATE_READS] += loss.size
    count[STATE_WRITES] += loss.size
    if post.size > 0:
        _change(recent, accumulated, change, everyone, const)
    for k in range(post.size):
        j = post[k]
        rate = const[RATE] / (1.0 + const[STABLE] * significance[j])
        add_to_column(
            w, nnz, count, key + 1, j, everyone, gain[j], debt[j], change, rate, 0.0, const[W_MAX], const
        )
        gain[j], debt[j] = 1.0, 0.0
        significance[j] += 1.0
