"""Programmable learning: changes of weights and tags written as sums of products of traces."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.expression import Expression, Preview, parse, table, visits
from streamsnn.memory.delays import DELAY_BITS
from streamsnn.memory.fixed_point import decay_constant
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.packing import row_words
from streamsnn.memory.products import TERM_WIDTH
from streamsnn.memory.traces import N_Y
from streamsnn.memory.write_back import DELAYED, TAG_BITS, TAGGED
from streamsnn.rules._defaults import EveryTick
from streamsnn.rules._sum_of_products import tick, tick_delays
from streamsnn.types import Field, Kernel

TRACES = ("x1", "x2", "y1", "y2", "y3")
MAX_TERMS = 16


@dataclass(frozen=True)
class SumOfProducts(EveryTick):
    """Learning rule written as text, on a Loihi-like engine with 7-bit traces and a 16-bit accumulator.

    For z = w (weight), t (tag) and d (delay), at the end of every epoch, over the terms i of its expression:

        acc = z << 7 ;   m_i = dep_i * S_i * prod_j sat(V_ij + C_ij)
        m_i = sat16( (m_i >> r_i) << e_i ) ,   r_i = max(0, sum_j bits_ij + 4 - 15)
        acc = sat16(acc + m_i) ;               z' = clip( stochastic_round(acc / 2^7) )

    S_i is a 4-bit mantissa; e_i is its power of two plus 7 + r_i, so a term means what is written. Bits are
    7 for a trace, 8 for a weight, a tag or a trace with a constant. One draw per synapse.

    Each term has one dependency: x0 (the pre neuron spiked in this epoch), y0 (the post neuron did) or u_k
    (every 2^k epochs, counted from the first). Its traces are those at that moment: at x0 all traces
    before this tick's impulses; at y0 y traces before them and x traces after them, because an arriving
    spike may cause one in the same tick; at u_k those at the end. Of several spikes of a neuron in an
    epoch the last one counts as x0 or y0; all of them drive the traces:

        x[t] = min(127, stochastic_round(x[t-1] exp(-dt / tau)) + impulse)      added at a spike

    The reward of a post neuron is its third factor R_j (error per post neuron), in two variables:

        r0 = 1 if R_j was not 0 in any tick of the epoch so far, else 0
        r1[t] = clip( stochastic_round(r1[t-1] exp(-dt / tau_r1)) + round(reward_scale R_j), -128, 127 )

    Rows are visited where a term can differ from 0: x0 those that spiked; y0 those whose bare x traces
    (without constant) were not 0 at some post spike; u_k all; none for a bare r0 or r1 in an epoch without.
    Float weights take the unrounded sum. An epoch cut short by the end of a sample is learned there.

    Parameters
    ----------
    dw, dt, dd
        Expressions for weight, tag (9 bits) and delay (0 to the layer's longest ticks, at most 62); empty:
        not learned. Delays need a projection whose synapses have delays of their own. `dw` by default: pair
        STDP, with impulses of 16 two steps up and two down per pair.
    epoch
        Ticks per learning epoch, 1 to 63.
    tau_x1, tau_x2, tau_y1, tau_y2, tau_y3
        Decay times of the traces, seconds; 20 ms as is usual for pairs, 100 ms chosen here for slow ones.
    impulse_x1, impulse_x2, impulse_y1, impulse_y2, impulse_y3
        Added to a trace at a spike, 1 to 127; 16 as in Lava's STDP.
    third_to
        `"y1"`, `"y2"` or `"y3"`: that trace is overwritten every tick by the third factor (error per post
        neuron), times `third_scale`, rounded and clipped to +-127; empty: no third factor.
    third_scale
        Trace units per unit of error; 100 as in nengo-loihi's PES.
    tau_r1, reward_scale
        Decay time of the reward trace, seconds, and its units per unit of reward; chosen here.

    Cost per epoch: rows visited x (words of weights + words of tags, if any) read, and one attempt per
    synapse where dw has a term; tags and delays are counted in words of their own. Per tick one read and
    write of state per neuron and named trace. `preview` tells the numbers before running.

    Hosts: loihi1, loihi2; `third_to` on loihi1 only with a host that writes the trace.

    References
    ----------
    Davies et al., Loihi: a neuromorphic manycore processor with on-chip learning, IEEE Micro 2018.

    >>> SumOfProducts(dw="2^-2*x1*y0 - 2^-3*y1*x0", epoch=4).third
    'label'
    """

    dw: str = "2^-3*x1*y0 - 2^-3*y1*x0"
    dt: str = ""
    dd: str = ""
    epoch: int = 1
    tau_x1: float = 0.02
    tau_x2: float = 0.1
    tau_y1: float = 0.02
    tau_y2: float = 0.1
    tau_y3: float = 0.1
    impulse_x1: int = 16
    impulse_x2: int = 16
    impulse_y1: int = 16
    impulse_y2: int = 16
    impulse_y3: int = 16
    third_to: Literal["", "y1", "y2", "y3"] = ""
    third_scale: float = 100.0
    tau_r1: float = 0.1
    reward_scale: float = 16.0

    def __post_init__(self) -> None:
        if not 1 <= sum(len(e.terms) for e in self.expressions) <= MAX_TERMS:
            raise ValueError(
                f"dw={self.dw!r}, dt={self.dt!r}, dd={self.dd!r}: give 1 to {MAX_TERMS} terms in all"
            )
        if not 1 <= self.epoch <= 63:
            raise ValueError(f"epoch={self.epoch}: a learning epoch has 1 to 63 ticks")
        for name, tau, impulse in zip(TRACES, self._taus, self._impulses, strict=True):
            if not tau > 0 or not 1 <= impulse <= 127:
                raise ValueError(
                    f"tau_{name}={tau} s, impulse_{name}={impulse}: give tau > 0 and an impulse from 1 to 127"
                )
        if self.third_to and (self.third_to[0] != "y" or self.third_to not in self.variables):
            raise ValueError(f"third_to={self.third_to!r}: name a post trace that the expressions use")
        if not np.isfinite([self.third_scale, self.reward_scale]).all() or not self.tau_r1 > 0:
            raise ValueError(
                f"third_scale={self.third_scale}, reward_scale={self.reward_scale}, tau_r1={self.tau_r1} s: "
                "give finite scales and a positive time"
            )

    @property
    def _taus(self) -> tuple[float, ...]:
        return self.tau_x1, self.tau_x2, self.tau_y1, self.tau_y2, self.tau_y3

    @property
    def _impulses(self) -> tuple[int, ...]:
        return self.impulse_x1, self.impulse_x2, self.impulse_y1, self.impulse_y2, self.impulse_y3

    @property
    def expressions(self) -> tuple[Expression, Expression, Expression]:
        """What `dw`, `dt` and `dd` say."""
        return parse(self.dw), parse(self.dt), parse(self.dd)

    @property
    def variables(self) -> frozenset[str]:
        """Names of all variables in the expressions."""
        return frozenset().union(*(e.variables for e in self.expressions))

    @property
    def tagged(self) -> bool:
        """True if synapses carry a tag."""
        return bool(parse(self.dt).terms) or "t" in self.variables

    @property
    def delayed(self) -> bool:
        """True if delays are learned or read."""
        return bool(parse(self.dd).terms) or "d" in self.variables

    @property
    def rewarded(self) -> bool:
        """True if a reward channel is used."""
        return bool({"r0", "r1"} & self.variables)

    @property
    def format(self) -> Format:
        """The chip's integers."""
        return Fixed(8)

    @property
    def third(self) -> Literal["label", "error"]:
        """The error if a trace or a reward takes it, else nothing that is looked at."""
        return "error" if self.third_to or self.rewarded else "label"

    def fields(self) -> tuple[Field, ...]:
        """Tags; traces now, before each neuron's last spike, and at each tick of the epoch; sums."""
        return (
            Field("tag", "i2", ("pre", "post") if self.tagged else (1, 1)),
            Field("no_delay", "i1", (1, 1), lasting=False),  # in place of delays that are not learned
            Field("x_trace", "i1", (2, "pre"), lasting=False),
            Field("x_seen", "i1", (2, "pre"), lasting=False),
            Field("x_past", "i1", (2 * self.epoch, "pre"), lasting=False),
            Field("x_last", "i1", ("pre",), lasting=False),
            Field("y_trace", "i1", (N_Y, "post"), lasting=False),
            Field("y_seen", "i1", (N_Y, "post"), lasting=False),
            Field("y_past", "i1", (N_Y * self.epoch, "post"), lasting=False),
            Field("y_last", "i1", ("post",), lasting=False),
            Field("elapsed", "i8", (3,), lasting=False),  # ticks of this epoch, epochs, reward in this epoch
            Field("product", "f8", ("post",), lasting=False),
            Field("totals", "f8", (3, "post"), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Epoch, third factor, traces in use, reward, decays and impulses, then the table of terms."""
        third = int(self.third_to[1]) - 1 if self.third_to else -1
        used = [name in self.variables for name in TRACES]
        driven = [u and name != self.third_to for u, name in zip(used, TRACES, strict=True)]
        rows = [(float(z), *r) for z, e in enumerate(self.expressions) for r in table(e)]
        numbers = [x for r in rows for x in r]
        numbers += [0.0] * (MAX_TERMS * TERM_WIDTH - len(numbers))  # one length: no expression compiles anew
        beside = TAGGED * self.tagged + DELAYED * self.delayed
        head = (self.epoch, third, self.third_scale, beside, len(rows), sum(used[:2]), sum(used[2:]))
        channels = len({"r0", "r1"} & self.variables)
        channel = (channels, self.reward_scale * (channels > 0), 4096 - decay_constant(self.tau_r1, dt))
        kept = (4096 - decay_constant(tau, dt) * on for tau, on in zip(self._taus, driven, strict=True))
        impulses = (x * on for x, on in zip(self._impulses, driven, strict=True))
        # the reward's rows fade by themselves and know no impulses of spikes
        every = (*head, *channel, *kept, 4096, 4096, *impulses, 0, 0, *numbers)
        return tuple(float(x) for x in every)

    def kernel(self) -> Kernel:
        """Advance the traces; learn at the end of an epoch."""
        return tick_delays if self.delayed else tick


def preview(
    rule: SumOfProducts,
    n_pre: int,
    n_post: int,
    active_pre: int,
    active_post: int,
    *,
    traced_pre: int | None = None,
    stored_bits: int = 8,
) -> Preview:
    """What `rule` touches per epoch, before anything runs: exact over a multiple of 2^k epochs.

    Parameters
    ----------
    rule
        Sum-of-products rule.
    n_pre, n_post
        Neurons on either side.
    active_pre, active_post
        Neurons that spike in an epoch.
    traced_pre
        Rows whose bare x traces are not 0 when a post neuron spikes, `active_pre` among them; None: those.
        A reward, where the rule takes one, is assumed to come in every epoch.
    stored_bits
        Bits of a stored weight, with its index where the projection is sparse.

    >>> preview(SumOfProducts(dw="u0*t*2^-4"), 100, 64, 5, 2).rows
    100.0
    """
    traced = active_pre if traced_pre is None else traced_pre
    if not 0 <= active_pre <= traced <= n_pre or not 0 <= active_post <= n_post:
        raise ValueError(
            f"{active_pre} active and {traced} traced of {n_pre} rows, {active_post} active of {n_post} "
            "neurons: give active_pre <= traced_pre <= n_pre and active_post <= n_post, none below 0"
        )
    weight, tag, delay = (e.terms for e in rule.expressions)
    w, rows = (
        visits(terms, n_pre, active_pre, traced if active_post else 0, n_pre if active_post else 0)
        for terms in (weight, weight + tag + delay)
    )
    words, tag_words = rows * row_words(n_post, stored_bits), rows * row_words(n_post, TAG_BITS) * rule.tagged
    delay_words = rows * row_words(n_post, DELAY_BITS) * rule.delayed
    return Preview(rows, words, tag_words, rows * n_post, w * n_post, delay_words)
