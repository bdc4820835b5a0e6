"""Prescribed error sensitivity (PES) as it runs on a chip: everything that is stored is a small integer."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import EPOCHS, OVERFLOWS, REFUSED, RNG_DRAWS, STATE_READS, STATE_WRITES
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import LSB, N_FORMAT, add_row, calls_for_change
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

IMPULSE, KEEP, AVERAGE, OWN_LSB, PAIRED = range(N_FORMAT, N_FORMAT + 5)
TRACE_EPOCH, WEIGHT_EPOCH = 2, 4  # ticks
ERROR_SCALE, LIMIT = 100, 127
PINNED = 2.0**-7  # the chip's learning rate; what is left of the real one goes into the impulse
LOST = 4.0  # two factors of 7 bits and a mantissa of 3 in an accumulator of 15: two bits go
TRACE_DRAWS = 1 << 24  # a column no projection has, so that traces and weights round independently


@dataclass(frozen=True)
class PESQuantised(EveryTick):
    """Prescribed error sensitivity in integers: 7-bit traces, 8-bit errors and weights, learning epochs.

        E_j   = clip(round(100 e_j), -127, 127)                          e = actual - target
        x_i  <- min(127, sr(x_i exp(-2 dt / tau_pre) + impulse * spikes of 2 ticks))     every 2 ticks
        w_ij <- clip(sr(w_ij - 2^-7 * 4 trunc(x_i E_j / 4)))                             every 4 ticks
        impulse = 4 * 2^7 * learning_rate * (dt / n_pre) * rise / (100 * 2^exponent)
        rise    = (1 - exp(-dt / tau_pre)) / dt in Hz,      sr(x) = floor(x + u), u uniform in [0, 1)

    The product of two 7-bit factors and a 3-bit mantissa is shifted right by two bits to fit the engine's
    15: the last two bits of x_i E_j are lost, toward zero, as the sign goes its own way.
    Paired: a decoded number is the difference of an on and an off neuron, and one error moves both,

        e = (third_on - third_off) / 2 ,    E_on = clip(round(100 e), -127, 127) = -E_off

    The decay has 12 fractional bits, the impulse 8: below 2^-9 it is 0 and nothing is learned; above 127
    every spike saturates the trace. Errors beyond 1.27 and traces beyond 127 saturate too: each is
    counted as an overflow, and then the scale of the task or the exponent is wrong. What is left of an
    epoch when a sample ends is learned with as many quarters of the rate as it has ticks.

    Parameters
    ----------
    learning_rate
        kappa, per second and Hz squared.
    tau_pre
        Low-pass filter of the presynaptic activity, seconds, taken as a whole number of ticks (at least
        one); 5 ms as in Nengo's PES.
    exponent
        Exponent of the 8-bit weights that `format` offers, and of the unit of a float projection. The
        default, with learning_rate, makes an impulse of about 1 for 200 neurons.
    average
        True: E is made of the mean error of the epoch. False: of the error in its last tick, as the
        published on-chip program does.
    paired
        True: post neurons 2 k and 2 k + 1 are an on/off pair (targets y and -y), as the on-chip program
        stores each decoded dimension. An odd last neuron learns by itself.

    Cost per 4 ticks with error: (neurons with a trace) x n_post synapses read and attempted; 2 n_pre words
    of state read and written, and 4 n_post for the error, and one for each spike.

    Hosts: loihi1 (the host writes the error into a trace), loihi2, spinnaker.

    References
    ----------
    MacNeil & Eliasmith, PLoS ONE 2011 (rule); DeWolf, Jaworski & Eliasmith, Nengo and low-power AI
    hardware for robust, embedded neurorobotics, Frontiers in Neurorobotics 2020 (on the chip).

    >>> PESQuantised().format
    Fixed(bits=8, signed=True, exponent=-18, rounding='stochastic')
    """

    learning_rate: float = 1e-3
    tau_pre: float = 0.005
    exponent: int = -18
    average: bool = True
    paired: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.learning_rate < np.inf or not 0 < self.tau_pre < np.inf:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s: "
                "give finite learning_rate >= 0, tau_pre > 0"
            )
        if not -30 <= self.exponent <= 7:
            raise ValueError(f"exponent={self.exponent}: the shared exponent is -30 to 7")

    @property
    def format(self) -> Format:
        """8-bit weights with the rule's exponent."""
        return Fixed(8, exponent=self.exponent)

    def fields(self) -> tuple[Field, ...]:
        """Trace and new spikes of each pre neuron; error so far, integer error, steps; ticks so far."""
        return (
            Field("x_pre", "i4", ("pre",), lasting=False),
            Field("fresh", "i4", ("pre",), lasting=False),
            Field("total", "f8", ("post",), lasting=False),
            Field("level", "f8", ("post",), lasting=False),
            Field("steps", "f8", ("post",), lasting=False),
            Field("elapsed", "i4", (1,), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(impulse x neurons x lsb, 12-bit decay of a trace epoch, average, own lsb, paired)`."""
        ticks = max(1, round(self.tau_pre / dt))
        rise = -float(np.expm1(-1.0 / ticks)) / dt
        impulse = WEIGHT_EPOCH / PINNED * self.learning_rate * dt * rise / ERROR_SCALE
        keep = float(np.rint(4096 * np.exp(-TRACE_EPOCH / ticks)))
        return (impulse, keep, float(self.average), 2.0**self.exponent, float(self.paired))

    def kernel(self) -> Kernel:
        """Collect spikes and errors; change traces and weights when their epochs end."""
        return _tick


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    x_pre: Int32s,
    fresh: Int32s,
    total: Floats,
    level: Floats,
    steps: Floats,
    elapsed: Int32s,
    ending: int,
    const: Floats,
) -> None:
    for k in range(pre.size):
        fresh[pre[k]] += 1
    _collect(third, count, total, const[AVERAGE] != 0.0)
    count[STATE_READS] += pre.size + total.size
    count[STATE_WRITES] += pre.size + total.size
    elapsed[0] += 1
    lsb = const[LSB] if const[LSB] > 0.0 else const[OWN_LSB]
    ticks = int(elapsed[0])
    if ticks % TRACE_EPOCH == 0:
        impulse = int(np.rint(256.0 * min(const[IMPULSE] / (x_pre.size * lsb), 128.0)))
        _trace(x_pre, fresh, count, key, int(const[KEEP]), impulse)
    if ticks < WEIGHT_EPOCH and ending == 0:
        return
    elapsed[0] = 0
    count[EPOCHS] += 1
    scale = PINNED * ticks / WEIGHT_EPOCH * lsb
    if const[PAIRED] != 0.0:
        _pair(total)
    if _quantise(total, level, count, ticks if const[AVERAGE] != 0.0 else 1):
        for i in range(x_pre.size):
            if x_pre[i] != 0:
                for j in range(level.size):
                    steps[j] = LOST * np.trunc(x_pre[i] * level[j] / LOST)
                add_row(w, nnz, count, key, i, -scale, steps, const)


@kernel
def _pair(total: Floats) -> None:
    """Half the difference of the errors of an on and an off neuron, with opposite signs."""
    for j in range(0, total.size - 1, 2):
        error = 0.5 * (total[j] - total[j + 1])
        total[j] = error
        total[j + 1] = -error


@kernel
def _collect(third: Floats, count: Ints, total: Floats, average: bool) -> None:
    """Add this tick's error (or let it replace the last); a refused one counts as zero."""
    refused = count[REFUSED]
    calls_for_change(third, count)
    for j in range(total.size):
        e = third[j] if count[REFUSED] == refused else 0.0
        total[j] = total[j] + e if average else e


@kernel
def _trace(x_pre: Int32s, fresh: Int32s, count: Ints, key: int, keep: int, impulse: int) -> None:
    """Decay of two ticks (12 fractional bits), new spikes (8), stochastic rounding to 7 bits."""
    for i in range(x_pre.size):
        exact = int(x_pre[i]) * keep + ((int(fresh[i]) * impulse) << 4)
        fresh[i] = 0
        if exact & 4095:
            exact += draw(key, i, TRACE_DRAWS) & 4095
            count[RNG_DRAWS] += 1
        rounded = exact >> 12
        count[OVERFLOWS] += int(rounded > LIMIT)
        x_pre[i] = min(rounded, LIMIT)
    count[STATE_READS] += x_pre.size
    count[STATE_WRITES] += x_pre.size


@kernel
def _quantise(total: Floats, level: Floats, count: Ints, ticks: int) -> bool:
    """Integer error of the epoch; whether it asks for any change. The collected error starts anew."""
    wanted = False
    for j in range(total.size):
        exact = np.rint(ERROR_SCALE * total[j] / ticks)
        count[OVERFLOWS] += int(abs(exact) > LIMIT)
        level[j] = min(max(exact, -LIMIT), LIMIT)
        wanted |= level[j] != 0.0
        total[j] = 0.0
    return wanted
