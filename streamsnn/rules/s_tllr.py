"""S-TLLR: STDP-inspired temporal local learning, with a causal and an anti-causal term."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import add_interval, any_change, block_ticks, powers, remember_tick
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._defaults import EveryTick
from streamsnn.surrogates import FAST_SIGMOID, surrogate
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, KEEP, KEEP_POST, CAUSAL, ANTI_CAUSAL, STEEPNESS, CENTRE, BLOCK = range(N_FORMAT, N_FORMAT + 8)
POWERS = N_FORMAT + 8


@dataclass(frozen=True)
class STLLR(EveryTick):
    """Three-factor rule whose eligibility also counts what the neuron did before the input came (S-TLLR).

        x_i[t] = lambda_pre x_i[t-1] + s_i[t]              psi_j = 1 / (1 + |v_j - centre| / width)^2
        y_j[t] = lambda_post y_j[t-1] + psi_j[t]
        e_ij[t] = causal * psi_j[t] x_i[t] + anti_causal * y_j[t-1] s_i[t]
        dw_ij  = -learning_rate * L_j[t] * e_ij[t]

    L_j is the third factor. A neuron that spikes in this tick counts as at the centre, since its potential
    has been reset. The anti-causal term needs one post trace at the time of a presynaptic spike, so that
    deferral stays exact: a row is written when its presynaptic neuron next spikes. `anti_causal=0` with
    lambda_pre = 0.5 is OTTT with an update in every tick (Xiao et al., NeurIPS 2022). A non-finite third
    factor is refused and counted, never written.

    Parameters
    ----------
    learning_rate
        Weight change per unit of eligibility and learning signal.
    lambda_pre, lambda_post
        What the traces keep per tick; 0.75 and 0.2 in the paper's code.
    causal, anti_causal
        Weights of the two terms; +1 and -1 in the paper's code.
    width, centre
        Surrogate, in units of v; the code's slope of 100 at a threshold of 1 is a width of 0.1.
    history
        Ticks of history, a power of two; a row silent for half of it is settled and its trace dropped.

    Cost per tick, synaptic memory: (presynaptic spikes) * n_post read and attempted. Neuron memory: two
    words of history per neuron and tick.
    Hosts: loihi2, spinnaker2, cpu.

    References
    ----------
    Apolinario & Roy, S-TLLR: STDP-inspired temporal local learning rule for spiking neural networks, 2025.

    >>> STLLR(anti_causal=0.0, lambda_pre=0.5).history
    256
    """

    learning_rate: float = 1e-3
    lambda_pre: float = 0.75
    lambda_post: float = 0.2
    causal: float = 1.0
    anti_causal: float = -1.0
    width: float = 0.1
    centre: float = 1.0
    history: int = 256

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.width > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, width={self.width}: give learning_rate >= 0, width > 0"
            )
        if not 0 < self.lambda_pre < 1 or not 0 <= self.lambda_post < 1:
            raise ValueError(
                f"lambda_pre={self.lambda_pre}, lambda_post={self.lambda_post}: give 0 < lambda_pre < 1 "
                "and 0 <= lambda_post < 1"
            )
        if self.history < 4 or self.history & (self.history - 1):
            raise ValueError(f"history={self.history}: give a power of two from 4, in ticks")

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    def fields(self) -> tuple[Field, ...]:
        """Traces, scratch, and the history of both terms."""
        return (
            Field("p", "f8", ("pre",), lasting=False),
            Field("y_post", "f8", ("post",), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
            Field("now", "i8", (1,), lasting=False),
            Field("opened", "i8", ("pre",), lasting=False),
            Field("fresh", "i4", ("pre",), lasting=False),
            Field("prefix", "f8", (self.history, "post"), lasting=False),
            Field("before", "f8", (self.history, "post"), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(rate, lambdas, causal, anti-causal, 1 / width, centre, ticks of a block)`."""
        terms = (self.causal, self.anti_causal, 1.0 / self.width, self.centre)
        block = float(block_ticks(self.lambda_pre, 0.0, self.history))
        own = (self.learning_rate, self.lambda_pre, self.lambda_post, *terms, block)
        return (*own, *powers(self.lambda_pre, self.history))

    def kernel(self) -> Kernel:
        """Add this tick to the history."""
        return _remember

    def arrive(self) -> Kernel:
        """Settle the rows that are about to be read."""
        return _arrive

    def settle(self) -> Kernel:
        """Settle every row."""
        return _settle


@kernel
def _settle_row(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    p: Floats,
    delta: Floats,
    now: int,
    opened: Ints,
    fresh: Int32s,
    prefix: Floats,
    before: Floats,
    const: Floats,
) -> None:
    """Write what row i is owed: the causal sum since it was opened, and the spike's term if one opened it."""
    start = opened[i] - 1
    if start < 0 or now <= start:
        return
    delta[:] = 0.0
    add_interval(delta, prefix, start, now, const[POWERS:], int(const[BLOCK]), const[CAUSAL] * p[i])
    if fresh[i] != 0:
        row = before[start & (before.shape[0] - 1)]
        for j in range(delta.size):
            delta[j] += const[ANTI_CAUSAL] * row[j]
    count[STATE_READS] += 3 * delta.size
    if any_change(delta):
        add_row(w, nnz, count, key, i, -const[RATE], delta, const)


@kernel
def _arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    p: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    fresh: Int32s,
    prefix: Floats,
    before: Floats,
    const: Floats,
) -> None:
    for k in range(pre.size):
        i = int(np.int64(pre[k]))  # as elsewhere: what it is handed to is compiled once
        _settle_row(w, nnz, count, key, i, p, delta, now[0], opened, fresh, prefix, before, const)
        silent = now[0] - (opened[i] - 1) if opened[i] > 0 else 0
        p[i] = p[i] * const[KEEP] ** silent + 1.0
        opened[i] = now[0] + 1
        fresh[i] = 1
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size


@kernel
def _remember(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    post: Int32s,
    third: Floats,
    ending: int,
    v: Floats,
    p: Floats,
    y_post: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    fresh: Int32s,
    prefix: Floats,
    before: Floats,
    const: Floats,
) -> None:
    wanted = calls_for_change(third, count)
    slot = now[0] & (before.shape[0] - 1)
    for j in range(delta.size):
        delta[j] = surrogate(FAST_SIGMOID, const[STEEPNESS], v[j] - const[CENTRE])
    for k in range(post.size):
        delta[post[k]] = 1.0
    for j in range(delta.size):
        signal = third[j] if wanted else 0.0
        before[slot, j] = signal * y_post[j]
        y_post[j] = const[KEEP_POST] * y_post[j] + delta[j]
        delta[j] *= signal
    count[STATE_WRITES] += 2 * delta.size
    remember_tick(prefix, delta, now[0], const[POWERS:], int(const[BLOCK]), count)
    now[0] += 1
    kept = prefix.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(p.size):
            if 0 < opened[i] <= oldest:
                _settle_row(w, nnz, count, key, i, p, delta, now[0], opened, fresh, prefix, before, const)
                p[i] = 0.0
                opened[i] = 0


@kernel
def _settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    p: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    fresh: Int32s,
    prefix: Floats,
    before: Floats,
    const: Floats,
) -> None:
    for i in range(p.size):
        if opened[i] > 0 and opened[i] <= now[0]:
            _settle_row(w, nnz, count, key, i, p, delta, now[0], opened, fresh, prefix, before, const)
            p[i] *= const[KEEP] ** (now[0] - (opened[i] - 1))
            opened[i] = now[0] + 1
            fresh[i] = 0
