"""OTTT: online training through time, summed over a sample and written once at its end."""

from dataclasses import dataclass

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._defaults import EveryTick
from streamsnn.surrogates import Surrogate, surrogate, surrogate_constants
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, KEEP, KIND, STEEPNESS, CENTRE, WINDOW = range(N_FORMAT, N_FORMAT + 6)
LONGEST = 63  # spikes of a window are the bits of one signed word
FADED = 1e-12  # below this nothing is added that the double of a weight near one could hold


@dataclass(frozen=True)
class OTTT(EveryTick):
    """Three-factor rule that gathers the changes of a whole sample and writes a row once (OTTT_A).

        x_i[t]  = lambda_pre x_i[t-1] + s_i[t]
        dw_ij   = -learning_rate * sum_t L_j[t] psi(v_j[t]) x_i[t]          written at the end of the sample

    L_j is the third factor. A neuron that spikes in this tick counts as at the centre, since its potential
    has been reset. Nothing is kept per synapse while the sample runs: with delta_j = L_j psi(v_j), the sum
    is one number per post neuron and spike, found backwards when the window closes,

        G_j[t] = delta_j[t] + lambda_pre G_j[t+1] ,    dw_ij = -learning_rate * sum_{t: s_i[t] = 1} G_j[t]

    `window=1` is the form that writes in every tick (OTTT_O); `STLLR(anti_causal=0, lambda_pre=0.5)` has
    the same result for fewer writes, because it defers. A non-finite third factor is refused and counted.

    Parameters
    ----------
    learning_rate
        Weight change per unit of trace and learning signal.
    lambda_pre
        What the trace keeps per tick; 0.5 as in the paper (a time constant of 2 ticks).
    surrogate
        `"box"`, `"triangle"` or `"fast_sigmoid"`.
    width, centre
        Half width and centre of the surrogate, in units of v; chosen here for a threshold of 1.
    window
        Ticks after which at the latest the sum is written, 1 to 63. A sample that starts from rest is
        written in its last tick whatever is left; a continuous stream every `window` ticks.

    Cost per window, synaptic memory: one row of n_post read and attempted for each presynaptic neuron that
    spiked in it or still has a trace. Neuron memory: `window` words per post neuron, one word of spikes
    and the trace per pre neuron.
    Hosts: loihi2, spinnaker2, cpu (a pass over the neurons at the end of a sample); not loihi1.

    References
    ----------
    Xiao, Meng, Zhang, He & Lin, Online training through time for spiking neural networks, NeurIPS 2022.

    >>> OTTT(window=6).constants(1e-3)[-1]
    6.0
    """

    learning_rate: float = 1e-2
    lambda_pre: float = 0.5
    surrogate: Surrogate = "triangle"
    width: float = 1.0
    centre: float = 1.0
    window: int = LONGEST

    def __post_init__(self) -> None:
        if not 0 <= self.learning_rate < float("inf") or not 0 <= self.lambda_pre < 1:
            raise ValueError(
                f"learning_rate={self.learning_rate}, lambda_pre={self.lambda_pre}: "
                "give a finite learning_rate >= 0 and 0 <= lambda_pre < 1"
            )
        if not 1 <= self.window <= LONGEST:
            raise ValueError(f"window={self.window}: give 1 to {LONGEST} ticks")
        surrogate_constants(self.surrogate, self.width, self.centre)

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    def fields(self) -> tuple[Field, ...]:
        """Trace at the start of the window and spikes in it, per pre neuron; changes asked for, per tick."""
        return (
            Field("carried", "f8", ("pre",), lasting=False),
            Field("fired_at", "i8", ("pre",), lasting=False),
            Field("asked", "f8", (self.window, "post"), lasting=False),
            Field("elapsed", "i8", (1,), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning rate, kept per tick, surrogate, window)`."""
        psi = surrogate_constants(self.surrogate, self.width, self.centre)
        return (self.learning_rate, self.lambda_pre, *psi, float(self.window))

    def kernel(self) -> Kernel:
        """Note spikes and changes of this tick; write when the window closes."""
        return _tick

    def arrive(self) -> None:
        """Rows are read as they are: within a window weights do not change."""

    def settle(self) -> Kernel:
        """Close the window now."""
        return _close


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    post: Int32s,
    third: Floats,
    ending: int,
    v: Floats,
    carried: Floats,
    fired_at: Ints,
    asked: Floats,
    elapsed: Ints,
    delta: Floats,
    const: Floats,
) -> None:
    now = elapsed[0]
    for k in range(pre.size):
        fired_at[pre[k]] |= 1 << now
    wanted = calls_for_change(third, count)
    for j in range(delta.size):
        psi = surrogate(const[KIND], const[STEEPNESS], v[j] - const[CENTRE]) if wanted else 0.0
        asked[now, j] = third[j] * psi if wanted else 0.0
    if wanted:
        for k in range(post.size):
            asked[now, post[k]] = third[post[k]]
    count[STATE_READS] += pre.size
    count[STATE_WRITES] += pre.size + delta.size
    elapsed[0] = now + 1
    if ending != 0 or elapsed[0] == const[WINDOW]:
        _close(w, nnz, count, key, carried, fired_at, asked, elapsed, delta, const)


@kernel
def _close(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    carried: Floats,
    fired_at: Ints,
    asked: Floats,
    elapsed: Ints,
    delta: Floats,
    const: Floats,
) -> None:
    """Write what the window asks for, and carry the traces over to the next."""
    ticks = int(elapsed[0])
    if ticks == 0:
        return
    n = delta.size
    for t in range(ticks - 2, -1, -1):
        for j in range(n):
            asked[t, j] += const[KEEP] * asked[t + 1, j]
    count[STATE_READS] += ticks * n
    count[STATE_WRITES] += ticks * n
    for i in range(carried.size):
        if fired_at[i] == 0 and carried[i] == 0.0:
            continue
        for j in range(n):
            delta[j] = carried[i] * asked[0, j]
        trace = carried[i] * const[KEEP] ** ticks
        terms = 1
        for t in range(ticks):
            if (fired_at[i] >> t) & 1:
                terms += 1
                trace += const[KEEP] ** (ticks - t)
                for j in range(n):
                    delta[j] += asked[t, j]
        count[STATE_READS] += terms * n + 2
        count[STATE_WRITES] += 2
        carried[i] = trace if trace > FADED else 0.0
        fired_at[i] = 0
        if delta.any():
            add_row(w, nnz, count, key, i, -const[RATE], delta, const)
    elapsed[0] = 0
