"""Prescribed error sensitivity (PES), event-triggered form: few writes into 8-bit weights."""

from dataclasses import dataclass, field

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    EPOCHS,
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    REFUSED,
    RNG_DRAWS,
    STATE_READS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw, mix
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import (
    HIGH,
    LSB,
    N_FORMAT,
    STOCHASTIC,
    add_row,
    calls_for_change,
    count_delivery,
    write,
)
from streamsnn.rules._activity import low_pass
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, KEEP, RISE, SMOOTH, EPOCH, FLOOR, DEAD_ZONE = range(N_FORMAT, N_FORMAT + 7)


@dataclass(frozen=True)
class PESEvent(EveryTick):
    """Prescribed error sensitivity at few events: smoothed error, epochs, active neurons, own exponents.

        a_i[t] = a_i[t-1] exp(-dt / tau_pre) + (1 - exp(-dt / tau_pre)) s_i[t] / dt      in Hz
        m_j[t] = m_j[t-1] exp(-dt / tau_error) + (1 - exp(-dt / tau_error)) e_j[t],   e = actual - target
        every `epoch` ticks, for neurons with a_i > floor and dimensions with |m_j| > dead_zone:
        d d_ij = -learning_rate * epoch * (dt / n_pre) * a_i * m_j
        d_ij   = w_ij * 2^(exponent + shift_j),        w_ij an 8-bit integer, stochastic rounding

    `shift_j` is the adaptive exponent of column j. It starts at 0, so that the format's exponent is the
    finest step a decoder ever has; when a new value would not fit, the column widens: shift_j grows by one
    and all its n_pre weights are halved, rounded, and written. That costs up to n_pre writes, which are
    counted, and happens a few times in a life. Delivery multiplies by 2^shift_j, one word of state for
    each post neuron, and needs a float compartment. What is left of an epoch when a sample ends is learned
    with its share of the rate. A non-finite error is refused and counted; it moves nothing.

    Parameters
    ----------
    learning_rate
        kappa, per second and Hz squared; 1e-4 as in Nengo's PES.
    tau_pre
        Low-pass filter of the presynaptic activity, seconds; 5 ms as in Nengo's PES.
    tau_error
        Low-pass filter of the error, seconds: the error of a whole epoch counts, not that of its last tick.
    epoch
        Ticks between two updates.
    floor
        Activity that a neuron must exceed to learn, Hz; one spike raises it by 181 Hz at the defaults.
    dead_zone
        Smoothed error that a dimension must exceed to learn, in units of the error; baseline activity
        moves no weight then.
    format
        `Fixed` with the finest exponent (initial weights must fit it), or `Float32` for the twin without
        rounding.

    Cost per epoch with error: (neurons above the floor) x n_post synapses read and attempted. Per tick:
    n_pre + n_post words of state read and written, n_post read at delivery. Widening a column: n_pre rows
    read, n_pre attempts.

    Hosts: loihi2 (graded third factor), spinnaker.

    References
    ----------
    MacNeil & Eliasmith, PLoS ONE 2011 (rule). The event form with adaptive exponents is this package's.

    >>> PESEvent(epoch=20).format
    Fixed(bits=8, signed=True, exponent=-24, rounding='stochastic')
    """

    learning_rate: float = 1e-4
    tau_pre: float = 0.005
    tau_error: float = 0.02
    epoch: int = 20
    floor: float = 60.0
    dead_zone: float = 0.0
    format: Format = field(default_factory=lambda: Fixed(8, exponent=-24))

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.tau_pre > 0 or not self.tau_error > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s, "
                f"tau_error={self.tau_error} s: give learning_rate >= 0 and positive times"
            )
        if self.epoch < 1 or not self.floor >= 0 or not self.dead_zone >= 0:
            raise ValueError(
                f"epoch={self.epoch}, floor={self.floor} Hz, dead_zone={self.dead_zone}: "
                "give at least one tick, and thresholds >= 0"
            )
        if isinstance(self.format, Fixed) and not self.format.signed:
            raise ValueError(f"format={self.format}: decoders have both signs")

    def fields(self) -> tuple[Field, ...]:
        """Activity, Hz; smoothed error; step of the columns; exponents of the columns; ticks so far."""
        return (
            Field("activity", "f8", ("pre",), lasting=False),
            Field("smooth", "f8", ("post",), lasting=False),
            Field("push", "f8", ("post",), lasting=False),
            Field("shift", "i4", ("post",)),
            Field("elapsed", "i4", (1,), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(rate dt, activity kept, rise per spike in Hz, error kept, epoch, floor, dead zone)`."""
        keep = float(np.exp(-dt / self.tau_pre))
        smooth = float(np.exp(-dt / self.tau_error))
        thresholds = (float(self.epoch), float(self.floor), float(self.dead_zone))
        return (self.learning_rate * dt, keep, (1.0 - keep) / dt, smooth, *thresholds)

    def kernel(self) -> Kernel:
        """Filter activity and error; at the end of an epoch change the rows of active neurons."""
        return _tick

    def deliver(self) -> Kernel:
        """Add each weight, scaled by its column's exponent."""
        return _deliver


@kernel
def _deliver(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Floats, shift: Int32s, const: Floats
) -> None:
    if pre.size == 0:
        return
    for j in range(acc.size):
        step = (const[LSB] if const[LSB] > 0.0 else 1.0) * 2.0 ** shift[j]
        for k in range(pre.size):
            acc[j] += step * w[pre[k], j]
    count[STATE_READS] += acc.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    activity: Floats,
    smooth: Floats,
    push: Floats,
    shift: Int32s,
    elapsed: Int32s,
    ending: int,
    const: Floats,
) -> None:
    low_pass(activity, pre, const[KEEP], const[RISE], count)
    refused = count[REFUSED]
    calls_for_change(third, count)
    if count[REFUSED] == refused:
        for j in range(smooth.size):
            smooth[j] = const[SMOOTH] * smooth[j] + (1.0 - const[SMOOTH]) * third[j]
    count[STATE_READS] += smooth.size
    count[STATE_WRITES] += smooth.size
    elapsed[0] += 1
    if elapsed[0] < const[EPOCH] and ending == 0:
        return
    scale = -const[RATE] * elapsed[0] / activity.size
    elapsed[0] = 0
    count[EPOCHS] += 1
    wanted = False
    for j in range(smooth.size):
        push[j] = smooth[j] / 2.0 ** shift[j] if abs(smooth[j]) > const[DEAD_ZONE] else 0.0
        wanted |= push[j] != 0.0
    if wanted:
        for i in range(activity.size):
            if activity[i] > const[FLOOR]:
                _make_room(w, nnz, count, key, i, scale * activity[i], push, shift, const)
                add_row(w, nnz, count, key, i, scale * activity[i], push, const)


@kernel
def _make_room(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    i: int,
    scale: float,
    push: Floats,
    shift: Int32s,
    const: Floats,
) -> None:
    """Widen the columns in which the new value of row i would not fit."""
    if const[LSB] == 0.0:
        return
    for j in range(push.size):
        while abs(w[i, j] + scale * push[j] / const[LSB]) > const[HIGH]:
            shift[j] += 1
            push[j] /= 2.0
            _halve(w, nnz, count, mix(key + int(shift[j])), j, const)


@kernel
def _halve(w: Weights, nnz: Int32s, count: Ints, key: int, j: int, const: Floats) -> None:
    """Halve the stored weights of column j: odd ones go up or down, by chance or up."""
    stochastic = const[STOCHASTIC] != 0.0
    for i in range(nnz.size):
        up = draw(key, i, j) >> 31 if stochastic else 1
        write(w, nnz, count, i, j, (int(w[i, j]) + up) >> 1)
    count[LRN_ROWS_READ] += nnz.size
    count[LRN_WORDS_READ] += nnz.size
    count[LRN_SYNAPSES_VISITED] += nnz.size
    if stochastic:
        count[RNG_DRAWS] += nnz.size
