"""Kernels of the three-factor rule: dense, and deferred to the next presynaptic spike."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel, seldom
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.deferred import add_interval, add_owed, any_change, block_ticks, powers, remember_tick
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.surrogates import BOX, FAST_SIGMOID, TRIANGLE, Surrogate, surrogate, surrogate_constants
from streamsnn.types import Field, Floats, Int32s, Ints, Real, Weights

RATE, KEEP, KEEP_RISE, KIND, STEEPNESS, CENTRE, BLOCK = range(N_FORMAT, N_FORMAT + 7)
N_OWN = N_FORMAT + 7  # constants of a rule that builds on this one start here, and may be this many
_ROOM = 4
POWERS = N_OWN + _ROOM  # of the trace's decay, then of its rise


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

    >>> Eligibility(0.02, tau_pre=0.02).constants(1e-3)[0]
    0.02
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
        traces = tuple(Field(name, "real", ("pre",), lasting=False) for name in ("p", "q"))
        return (*traces, Field("delta", "real", ("post",), lasting=False))

    def fields(self) -> tuple[Field, ...]:
        """The same; the last tick with any change; and the history of psi(v) e."""
        rise = self.history if self.tau_rise > 0 else 1
        return (
            *self.dense_fields(),
            Field("now", "i8", (1,), lasting=False),
            Field("opened", "i8", ("pre",), lasting=False),
            Field("owed", "i8", (1,), lasting=False),
            Field("prefix", "real", (self.history, "post"), lasting=False),
            Field("prefix_rise", "real", (rise, "post"), lasting=False),
        )

    def constants(self, dt: float, own: tuple[float, ...] = ()) -> tuple[float, ...]:
        """Learning rate, what traces keep per tick, surrogate, ticks of a block; `own`; powers."""
        keep = float(np.exp(-dt / self.tau_pre))
        keep_rise = float(np.exp(-dt / self.tau_rise)) if self.tau_rise > 0 else 0.0
        psi = surrogate_constants(self.surrogate, self.width, self.centre)
        block = float(block_ticks(keep, keep_rise, self.history))
        room = (0.0,) * (_ROOM - len(own))
        rise = powers(keep_rise, self.history) if keep_rise > 0 else ()
        return (
            self.learning_rate,
            keep,
            keep_rise,
            *psi,
            block,
            *own,
            *room,
            *powers(keep, self.history),
            *rise,
        )


@kernel
def changes(third: Floats, v: Floats, post: Int32s, delta: Real, const: Floats) -> None:
    """delta_j = psi(v_j) e_j."""
    real = delta.dtype.type
    kind, steepness, centre = const[KIND], const[STEEPNESS], const[CENTRE]
    if kind == BOX:  # one loop a kind: a choice within would keep it from running in vectors
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(BOX, steepness, v[j] - centre))
    elif kind == TRIANGLE:
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(TRIANGLE, steepness, v[j] - centre))
    else:
        for j in range(np.uint64(delta.size)):
            delta[j] = real(third[j] * surrogate(FAST_SIGMOID, steepness, v[j] - centre))
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
    p: Real,
    q: Real,
    delta: Real,
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


@seldom
def _add_difference(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    x: float,
    x_rise: float,
    delta: Real,
    now: int,
    start: int,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """What a trace of two poles owes."""
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    delta[:] = 0.0
    add_interval(delta, prefix, start, now, const[POWERS : POWERS + many], block, x)
    add_interval(delta, prefix_rise, start, now, const[POWERS + many :], block, -x_rise)
    add_row(w, nnz, count, key, i, -const[RATE], delta, const)


def _settle_row(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    p: Real,
    q: Real,
    delta: Real,
    now: int,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Write what row i is owed for the ticks since its last spike."""
    start = opened[i] - 1
    if start < 0 or now <= start or owed[0] <= start:
        return
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    count[STATE_READS] += 2 * delta.size
    power = const[POWERS : POWERS + many]
    if const[KEEP_RISE] == 0.0:
        add_owed(w, nnz, count, key, i, -const[RATE], p[i], prefix, start, now, power, block, delta, const)
        return
    _add_difference(w, nnz, count, key, i, p[i], q[i], delta, now, start, prefix, prefix_rise, const)


_settle_soon, _settle_late = kernel(_settle_row), seldom(_settle_row)


@kernel
def arrive(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Settle the rows that are about to be read, and move their traces to now."""
    for k in range(pre.size):
        i = pre[k]
        _settle_soon(w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const)
        silent = now[0] - (opened[i] - 1) if opened[i] > 0 else 0
        p[i] = p[i] * const[POWERS + silent] + 1.0
        if const[KEEP_RISE] > 0.0:
            q[i] = q[i] * const[POWERS + prefix.shape[0] + 1 + silent] + 1.0
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
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Add delta to the history, end the tick, and settle rows that have been silent for half the history."""
    block, many = int(const[BLOCK]), prefix.shape[0] + 1
    remember_tick(prefix, delta, now[0], const[POWERS : POWERS + many], block, count)
    if const[KEEP_RISE] > 0.0:
        remember_tick(prefix_rise, delta, now[0], const[POWERS + many :], block, count)
    now[0] += 1
    if any_change(delta):
        owed[0] = now[0]
    kept = prefix.shape[0] >> 1
    if ending != 0 or (now[0] & (kept - 1)) == 0:
        oldest = now[0] if ending != 0 else now[0] - kept
        for i in range(p.size):
            if 0 < opened[i] <= oldest:
                _settle_late(
                    w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const
                )
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
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Add this tick to the history."""
    if calls_for_change(third, count):
        changes(third, v, post, delta, const)
    else:
        delta[:] = 0.0
    note_changes(w, nnz, count, key, ending, p, q, delta, now, opened, owed, prefix, prefix_rise, const)


@kernel
def settle(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    p: Real,
    q: Real,
    delta: Real,
    now: Ints,
    opened: Ints,
    owed: Ints,
    prefix: Real,
    prefix_rise: Real,
    const: Floats,
) -> None:
    """Settle every row."""
    for i in range(p.size):
        if opened[i] > 0:
            _settle_late(w, nnz, count, key, i, p, q, delta, now[0], opened, owed, prefix, prefix_rise, const)
            silent = now[0] - (opened[i] - 1)
            p[i] *= const[POWERS + silent]
            if const[KEEP_RISE] > 0.0:
                q[i] *= const[POWERS + prefix.shape[0] + 1 + silent]
            opened[i] = now[0] + 1
