"""Kernels of the three-factor rule: dense, and deferred to the next presynaptic spike."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import add_interval, any_change, block_ticks, remember_tick
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.surrogates import Surrogate, surrogate, surrogate_constants
from streamsnn.types import Field, Floats, Int32s, Ints, Weights

RATE, KEEP, KEEP_RISE, KIND, STEEPNESS, CENTRE, BLOCK = range(N_FORMAT, N_FORMAT + 7)
N_OWN = N_FORMAT + 7  # constants of a rule that builds on this one start here


@dataclass(frozen=True)
class Eligibility:
    """What deferred three-factor rules share: a trace before, a surrogate behind, and the history.

    Parameters
    ----------
    learning_rate
        Weight change per unit of trace and error.
    tau_pre, tau_rise
        Decay of the presynaptic trace and its rise, seconds; `tau_rise=0` rises at once.
    width, centre
        Half width and centre of the surrogate, in units of v.
    surrogate
        `"box"`, `"triangle"` or `"fast_sigmoid"`.
    history
        Ticks of history, a power of two.

    >>> len(Eligibility(tau_pre=0.02).constants(1e-3))
    7
    """

    learning_rate: float = 0.02
    tau_pre: float = 0.01
    width: float = float("inf")
    centre: float = 0.0
    surrogate: Surrogate = "box"
    tau_rise: float = 0.0
    history: int = 512

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.tau_pre > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s: "
                "give learning_rate >= 0, tau_pre > 0"
            )
        if not 0 <= self.tau_rise < self.tau_pre:
            raise ValueError(f"tau_rise={self.tau_rise} s: give 0 or a time below tau_pre={self.tau_pre} s")
        if self.history < 4 or self.history & (self.history - 1):
            raise ValueError(f"history={self.history}: give a power of two from 4, in ticks")
        surrogate_constants(self.surrogate, self.width, self.centre)

    def dense_fields(self) -> tuple[Field, ...]:
        """Traces of each presynaptic neuron, and scratch."""
        traces = tuple(Field(name, "f8", ("pre",), lasting=False) for name in ("p", "q"))
        return (*traces, Field("delta", "f8", ("post",), lasting=False))

    def fields(self) -> tuple[Field, ...]:
        """The same, and the history of psi(v) e."""
        rise = self.history if self.tau_rise > 0 else 1
        return (
            *self.dense_fields(),
            Field("now", "i8", (1,), lasting=False),
            Field("opened", "i8", ("pre",), lasting=False),
            Field("prefix", "f8", (self.history, "post"), lasting=False),
            Field("prefix_rise", "f8", (rise, "post"), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Learning rate, what traces keep per tick, surrogate, ticks of a block."""
        keep = float(np.exp(-dt / self.tau_pre))
        keep_rise = float(np.exp(-dt / self.tau_rise)) if self.tau_rise > 0 else 0.0
        psi = surrogate_constants(self.surrogate, self.width, self.centre)
        return (self.learning_rate, keep, keep_rise, *psi, float(block_ticks(keep, keep_rise, self.history)))


@kernel
def changes(third: Floats, v: Floats, post: Int32s, delta: Floats, const: Floats) -> None:
    """delta_j = psi(v_j) e_j."""
    for j in range(delta.size):
        e = third[j]
        delta[j] = e * surrogate(const[KIND], const[STEEPNESS], v[j] - const[CENTRE]) if e != 0.0 else 0.0
    for k in range(post.size):
        delta[post[k]] = third[post[k]]


@kernel
def dense(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    post: Int32s,
    third: Floats,
    v: Floats,
    p: Floats,
    q: Floats,
    delta: Floats,
    const: Floats,
) -> None:
    """Update every trace, then every synapse."""
    low_pass(p, pre, const[KEEP], 1.0, count)
    if const[KEEP_RISE] > 0.0:
        q *= const[KEEP_RISE]
        for k in range(pre.size):
            q[pre[k]] += 1.0
    if not calls_for_change(third, count):
        return
    changes(third, v, post, delta, const)
    for i in range(p.size):
        add_row(w, nnz, count, key, i, -const[RATE] * (p[i] - q[i]), delta, const)


@kernel
def _settle_row(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: int,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Write what row i is owed for the ticks since its last spike."""
    start = opened[i] - 1
    if start < 0 or now <= start:
        return
    block = int(const[BLOCK])
    delta[:] = 0.0
    add_interval(delta, prefix, start, now, const[KEEP], block, p[i])
    if const[KEEP_RISE] > 0.0:
        add_interval(delta, prefix_rise, start, now, const[KEEP_RISE], block, -q[i])
    count[STATE_READS] += 2 * delta.size
    if any_change(delta):
        add_row(w, nnz, count, key, i, -const[RATE], delta, const)


@kernel
def arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Settle the rows that are about to be read, and move their traces to now."""
    for k in range(pre.size):
        i = pre[k]
        _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
        silent = now[0] - (opened[i] - 1) if opened[i] > 0 else 0
        p[i] = p[i] * const[KEEP] ** silent + 1.0
        if const[KEEP_RISE] > 0.0:
            q[i] = q[i] * const[KEEP_RISE] ** silent + 1.0
        opened[i] = now[0] + 1
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size


@kernel
def note_changes(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    ending: int,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Add delta to the history, end the tick, and settle rows that have been silent for half the history."""
    block = int(const[BLOCK])
    remember_tick(prefix, delta, now[0], const[KEEP], block, count)
    if const[KEEP_RISE] > 0.0:
        remember_tick(prefix_rise, delta, now[0], const[KEEP_RISE], block, count)
    now[0] += 1
    kept = prefix.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(p.size):
            if 0 < opened[i] <= oldest:
                _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
                p[i] = 0.0
                q[i] = 0.0
                opened[i] = 0


@kernel
def remember(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    post: Int32s,
    third: Floats,
    ending: int,
    v: Floats,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Add this tick to the history."""
    if calls_for_change(third, count):
        changes(third, v, post, delta, const)
    else:
        delta[:] = 0.0
    note_changes(w, nnz, count, key, ending, p, q, delta, now, opened, prefix, prefix_rise, const)


@kernel
def settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    p: Floats,
    q: Floats,
    delta: Floats,
    now: Ints,
    opened: Ints,
    prefix: Floats,
    prefix_rise: Floats,
    const: Floats,
) -> None:
    """Settle every row."""
    for i in range(p.size):
        if opened[i] > 0:
            _settle_row(w, nnz, count, key, i, p, q, delta, now[0], opened, prefix, prefix_rise, const)
            silent = now[0] - (opened[i] - 1)
            p[i] *= const[KEEP] ** silent
            q[i] *= const[KEEP_RISE] ** silent
            opened[i] = now[0] + 1
