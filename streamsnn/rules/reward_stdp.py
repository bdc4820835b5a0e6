"""Reward-modulated STDP: dense, and deferred exactly to the next presynaptic spike."""

from dataclasses import dataclass, field

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.memory.eligibility import count_tags
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

(RATE, A_PLUS, A_MINUS, KEEP_PRE, KEEP_POST, KEEP, BLOCK) = range(N_FORMAT, N_FORMAT + 7)
NEGLIGIBLE = 1e-18  # a trace below it adds nothing to a double that is near 1


@dataclass(frozen=True)
class RewardSTDP(EveryTick):
    """Pair STDP that writes into an eligibility trace; a reward turns eligibility into weight.

        x_i[t] = x_i[t-1] exp(-dt / tau_plus)  + a_plus s_i         pre trace
        y_j[t] = y_j[t-1] exp(-dt / tau_minus) - a_minus s_j        post trace
        e_ij[t] = e_ij[t-1] exp(-dt / tau_e) + x_i[t] s_j[t] + s_i[t] y_j[t-1] exp(-dt / tau_minus)
        dw_ij = learning_rate (dt / tau_e) R_j[t] e_ij[t]

    R_j is the third factor of post neuron j: one reward for all, or one per neuron. Where the third factor
    is an error (prediction minus target), a negative learning rate learns from it. Only the number format
    bounds the weights. A non-finite reward is refused and counted: it is taken as none.

    Deferred form: between two spikes of i, the row follows from three running sums per post neuron. With
    k = exp(-dt / tau_e), r = exp(-dt / tau_plus), from the first tick b of a block on,

        S_j[t] = S_j[t-1] + R_j[t] k^(t-b)
        A_j[t] = A_j[t-1] + s_j[t] (r/k)^(t-b)
        B_j[t] = B_j[t-1] + s_j[t] (r/k)^(t-b) S_j[t-1]

    and a row settled at L is at T (with d for differences between T and L)

        dw_ij = learning_rate (dt / tau_e) (k^(b-L) e_ij dS_j + r^(b-L) x_i (S_j[T] dA_j - dB_j))
        e_ij[T] = k^(T-b) (k^(b-L) e_ij + r^(b-L) x_i dA_j)

    Blocks are short against the time constants, so that powers stay small. Exact: float weights equal the
    dense form's up to the order of additions, also while they steer the spikes. Fixed point rounds once
    per touch, not once per tick. All rows are settled in the last tick of a sample.

    Parameters
    ----------
    learning_rate
        Weight change per unit of reward and eligibility over one tau_e.
    a_plus, a_minus
        Eligibility of a pair of spikes without distance, dimensionless; default 1 (Florian 2007).
    tau_plus, tau_minus
        Decay of the pre and the post trace, seconds; default 20 ms (Florian 2007).
    tau_e
        Decay of the eligibility, seconds; default 25 ms (Florian 2007).
    deferred
        True: touch a row when its pre neuron spikes. False: every synapse in every tick.
    history
        Ticks for which the sums are kept (deferred form), at least 2; a row silent for longer is settled by
        itself. From 42 time constants on, writes never exceed stored synaptic operations.
    format
        Number format of the weights.

    Cost per tick: dense, n_pre x n_post eligibilities (32 bits each, counted as tags), and as many weights
    read and attempted while there is a reward. Deferred, one row (weights and eligibilities) per pre spike,
    4 n_post words of neuron memory; 3 n_post `history` words are held.

    Hosts: loihi1 and loihi2 (dense form: tags and reward traces, reduced precision), spinnaker (both); the
    deferred form needs running sums per neuron. Not odin, reckon, truenorth or brainscales2 as such.

    References
    ----------
    Florian, Reinforcement learning through modulation of spike-timing-dependent synaptic plasticity,
    Neural Computation 2007; Fremaux & Gerstner, Neuromodulated spike-timing-dependent plasticity,
    Frontiers in Neural Circuits 2016. The deferred form is this project's.

    >>> RewardSTDP(deferred=False).arrive() is None
    True
    """

    learning_rate: float = 0.01
    a_plus: float = 1.0
    a_minus: float = 1.0
    tau_plus: float = 0.02
    tau_minus: float = 0.02
    tau_e: float = 0.025
    deferred: bool = True
    history: int = 1024
    format: Format = field(default_factory=Float32)

    def __post_init__(self) -> None:
        if not min(self.tau_plus, self.tau_minus, self.tau_e) > 0:
            raise ValueError(
                f"tau_plus={self.tau_plus} s, tau_minus={self.tau_minus} s, tau_e={self.tau_e} s: "
                "give positive seconds"
            )
        if not np.isfinite([self.learning_rate, self.a_plus, self.a_minus]).all():
            raise ValueError(
                f"learning_rate={self.learning_rate}, a_plus={self.a_plus}, a_minus={self.a_minus}: "
                "give finite numbers"
            )
        if self.history < 2:
            raise ValueError(f"history={self.history}: keep the sums of at least 2 ticks")

    def fields(self) -> tuple[Field, ...]:
        """Traces and eligibilities; deferred: running sums, and when a row was settled."""
        own = (
            Field("x_pre", "f8", ("pre",), lasting=False),
            Field("x_post", "f8", ("post",), lasting=False),
            Field("eligibility", "f8", ("pre", "post"), lasting=False),
            Field("delta", "f8", ("post",), lasting=False),
        )
        if not self.deferred:
            return own
        return (
            *own,
            Field("sums", "f8", (3 * self.history, "post"), lasting=False),  # S, A and B of each tick
            # tick of a row's state, plus 2: 0 (cleared) is a row that owes nothing until its neuron spikes
            Field("settled", "i8", ("pre",), lasting=False),
            Field("clock", "i8", (1,), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Rate per tick, amplitudes, kept parts per tick, and ticks per block of the running sums."""
        taus = (self.tau_plus, self.tau_minus, self.tau_e)
        keep = tuple(float(np.exp(-dt / tau)) for tau in taus)
        # powers within a block stay below e^4, for two digits of the sixteen
        block = max(1, min(64, self.history // 2, int(4 * min(self.tau_plus, self.tau_e) / dt)))
        return (self.learning_rate * dt / self.tau_e, self.a_plus, self.a_minus, *keep, float(block))

    def kernel(self) -> Kernel:
        """Every synapse now (dense), or the running sums only (deferred)."""
        return _tick_deferred if self.deferred else _tick_dense

    def arrive(self) -> Kernel | None:
        """Deferred: settle a row before it is read."""
        return _arrive if self.deferred else None

    def settle(self) -> Kernel | None:
        """Deferred: write all that is pending."""
        return _settle if self.deferred else None


@kernel
def _tick_dense(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, post: Int32s, third: Floats, x_pre: Floats,
    x_post: Floats, eligibility: Floats, delta: Floats, const: Floats,
) -> None:  # fmt: skip
    n_pre, n_post = x_pre.size, x_post.size
    x_pre *= const[KEEP_PRE]
    x_post *= const[KEEP_POST]
    for i in range(n_pre):
        for j in range(n_post):
            eligibility[i, j] *= const[KEEP]
    for k in range(pre.size):
        x_pre[pre[k]] += const[A_PLUS]
        for j in range(n_post):
            eligibility[pre[k], j] += x_post[j]
    for k in range(post.size):
        for i in range(n_pre):
            eligibility[i, post[k]] += x_pre[i]
        x_post[post[k]] -= const[A_MINUS]
    count[STATE_READS] += n_pre + n_post
    count[STATE_WRITES] += n_pre + n_post
    count_tags(count, n_pre, n_post, 1)
    if calls_for_change(third, count):
        for i in range(n_pre):
            for j in range(n_post):
                delta[j] = third[j] * eligibility[i, j]
            add_row(w, nnz, count, key, i, const[RATE], delta, const)


@kernel
def _settle_row(
    w: Weights, nnz: Int32s, count: Ints, key: int, i: int, now: int, x_pre: Floats, eligibility: Floats,
    delta: Floats, sums: Floats, settled: Ints, const: Floats,
) -> bool:  # fmt: skip
    """Bring row i to the end of tick `now`: weights, eligibilities and trace; whether there was a need."""
    last = int(settled[i]) - 2
    if last < -1 or last >= now:
        return False
    block, history = int(const[BLOCK]), sums.shape[0] // 3
    k, r = const[KEEP], const[KEEP_PRE]
    delta[:] = 0.0
    while last < now:
        b = (last + 1) // block * block
        end = min(b + block - 1, now)
        old, new = 3 * (last % history), 3 * (end % history)
        known = 1.0 if last >= b else 0.0  # the sums start from 0 with each block
        k_in, k_out, x = k ** (b - last), k ** (end - b), x_pre[i] * r ** (b - last)
        for j in range(delta.size):
            s = sums[new, j]
            a = sums[new + 1, j] - known * sums[old + 1, j]
            e = eligibility[i, j] * k_in
            delta[j] += e * (s - known * sums[old, j])
            delta[j] += x * (s * a - sums[new + 2, j] + known * sums[old + 2, j])
            eligibility[i, j] = k_out * (e + x * a)
        x_pre[i] *= r ** (end - last)
        last = end
    count[STATE_READS] += 1
    count[STATE_WRITES] += 1
    if delta.any():
        add_row(w, nnz, count, key, i, const[RATE], delta, const)
    left = abs(x_pre[i])
    for j in range(delta.size):
        left = max(left, abs(eligibility[i, j]))
    settled[i] = now + 2 if left > NEGLIGIBLE else 0
    return True


@kernel
def _arrive(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, x_pre: Floats, x_post: Floats,
    eligibility: Floats, delta: Floats, sums: Floats, settled: Ints, clock: Ints, const: Floats,
) -> None:  # fmt: skip
    """Settle the rows of `pre`, and add their spikes to their state.

    The state is kept as of the tick before, so that the closed form decays it once before it counts.
    """
    before = int(clock[0]) - 1
    for n in range(pre.size):
        i = pre[n]
        _settle_row(w, nnz, count, key, i, before, x_pre, eligibility, delta, sums, settled, const)
        settled[i] = before + 2
        x_pre[i] += const[A_PLUS] / const[KEEP_PRE]
        for j in range(delta.size):
            eligibility[i, j] += x_post[j] * const[KEEP_POST] / const[KEEP]
    count_tags(count, pre.size, delta.size, 1)


@kernel
def _tick_deferred(
    w: Weights, nnz: Int32s, count: Ints, key: int, post: Int32s, third: Floats, ending: int, x_pre: Floats,
    x_post: Floats, eligibility: Floats, delta: Floats, sums: Floats, settled: Ints, clock: Ints,
    const: Floats,
) -> None:  # fmt: skip
    now, history, n_post = int(clock[0]), sums.shape[0] // 3, third.size
    new, old, age = 3 * (now % history), 3 * ((now - 1) % history), now % int(const[BLOCK])
    joined = (const[KEEP_PRE] / const[KEEP]) ** age
    for n in range(3):
        for j in range(n_post):
            sums[new + n, j] = sums[old + n, j] if age > 0 else 0.0
    for n in range(post.size):
        sums[new + 1, post[n]] += joined
        sums[new + 2, post[n]] += joined * sums[new, post[n]]
    if calls_for_change(third, count):
        for j in range(n_post):
            sums[new, j] += const[KEEP] ** age * third[j]
    x_post *= const[KEEP_POST]
    for n in range(post.size):
        x_post[post[n]] -= const[A_MINUS]
    count[STATE_READS] += 4 * n_post
    count[STATE_WRITES] += 4 * n_post
    clock[0] = now + 1
    oldest = now if ending != 0 else now - history + 1  # what rows of that age need is overwritten next
    for i in range(x_pre.size):
        if 0 < settled[i] <= oldest + 2:
            _settle_row(w, nnz, count, key + 1, i, now, x_pre, eligibility, delta, sums, settled, const)
            count_tags(count, 1, n_post, 1)


@kernel
def _settle(
    w: Weights, nnz: Int32s, count: Ints, key: int, x_pre: Floats, eligibility: Floats, delta: Floats,
    sums: Floats, settled: Ints, clock: Ints, const: Floats,
) -> None:  # fmt: skip
    for i in range(x_pre.size):
        now = int(clock[0]) - 1
        if _settle_row(w, nnz, count, key, i, now, x_pre, eligibility, delta, sums, settled, const):
            count_tags(count, 1, delta.size, 1)
