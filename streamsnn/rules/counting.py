"""Counting units: class memories of Morris counters, opened by novelty and skipped when familiar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_WORDS_READ,
    RNG_DRAWS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import HIGH, count_delivery, write
from streamsnn.rules._budgeted import FIELDS, learn_within
from streamsnn.rules._defaults import OncePerSample
from streamsnn.rules._levels import (
    FAMILIARITY,
    MAX_UNITS,
    NOVELTY,
    OVERLAP,
    VALUE,
    YOUNG,
    fill_log_odds,
    overlaps,
)
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights


@dataclass(frozen=True)
class Counting(OncePerSample):
    """Several counting units per class; a unit counts which inputs are active with it.

    Level l of synapse (i, q) is a probabilistic (Morris) counter of the samples of unit q in which
    input i was active; n_q counts the samples of the unit.

        value(l) = b ((1 + 1/b)^l - 1)          climbs with probability p(l) = (1 + 1/b)^-l

    Learning sample (A, class c), A the active inputs, over the units q of class c alone:

        s_q = sum_{i in A} value(l_iq) / (|A| n_q) ,     q* = argmax s_q
        no unit yet, or s_q* < novelty and room left:    open a unit: l_i = 1 for i in A, n = 1
        else if s_q* < familiarity or n_q* < young:      n_q* += 1, each l_iq* (i in A) climbs
        else:                                            nothing: already familiar to its own class

    No other class is read or written, so what is learned about a class changes only when that class is
    seen: order across classes cannot matter. Without a budget no level is ever lowered.

    Delivery: the synapse is an 8-bit log-odds weight, looked up by level in the unit's own table,

        w_iq = clip( round(16 logit(min((value(l_iq) + a) / (n_q + 2a + 2), p_max))), -127, 127 )

    With a `write_budget` B every class has an account, kept on its own clock t (samples of the class):

        each sample of class c:     credit += B ;    every synapse whose level changes:  credit -= 1
        slack = max( min(|A|/2, B t / 10), 4 ) ;     credit < slack: the sample is passed over, unread
        learned share of a sample:  r = min(1, (credit + slack) / |A|): every climb with r p(l), n_q += r;
            of the first of a class, on loan:  r = min(1, max(20 B, 4) / |A|)
        gates, never narrower than given:  g = widened exp((credit - slack - B)+ / (2 slack)),
            novelty g^2 (where r >= 0.8), familiarity g (from 1 on they let everything through);
            widened *= exp( clip((credit - slack) / (2 slack), -1, 1) / 10 ) outside 0 <= credit <= slack
        credit >= slack even so:    up to 4 units of the class, the next most similar, count it as well
        novel, no room, and credit >= |A| + (non-zero synapses of the unit) + B + slack:
            the unit of the class that has not learned for longest is emptied and opened anew

    Draws are keyed by the class's clock and the unit's place in its class: every bit that a class learns
    depends on its own samples alone, in whatever order classes come. Writes of a class are B t - credit,
    exactly. A tight budget passes over samples, whichever they are, so that what is learned remains a fair
    sample; a wide one learns from all of them, and at last forgets the old to spend it.

    Parameters
    ----------
    novelty, familiarity
        Overlaps s below which a unit is opened, and above which nothing is written, 0 to 1.
    max_units
        Units per class.
    young
        A unit always learns its first `young` samples.
    base
        b: larger counts finer and writes more.
    bits
        Bits of a stored level, 1 to 7.
    prior
        a, added to every count.
    p_max
        Ceiling of the probability behind a weight.
    write_budget
        B: synapses that may change per learned sample, on average; None for what the gates let through.
        With one, `hits` are the samples that a unit learned in part or whole. Units hold only so many
        writes: with a budget of more than |A|, or on long streams, more `max_units` use it better.

    When labels change their meaning, nothing is unlearned without a budget: the first meaning stays. With a
    budget the units of a class are renewed one by one, at |A| writes and as many as it has non-zero synapses:
    after two classes changed places, a budget of 10 took 2,000 samples with 3 units per class, and more than
    6,000 with 10 or 40 (40 winners, 8 features).

    Memory: one byte for each level, and 96 per unit (112 with a budget), at most `max_units` units per class
    (a wide budget opens them all) and as many again in reserve, for arrays double when they are full.

    The defaults of the gates, `prior` and `p_max` were chosen on validation splits of the digits
    (`benchmarks/digits_validation.py`); a code of another kind may want other gates.

    Cost per learned sample: reads |A| rows (the words that hold the class's units); writes at most |A|
    synapses; the unit's table (one word per level) and hit count are neuron memory. A climb that loses
    its draw asks for no change: it is no write attempt. With a budget: nothing is read of samples passed
    over; at most 5 |A| synapses climb; emptying a unit reads its word in every row.

    References
    ----------
    Morris, Counting large numbers of events in small registers, CACM 1978; Lansner & Ekeberg, A one-layer
    feedback artificial neural network with a Bayesian learning rule, Int. J. Neural Systems 1989
    (log-odds weights).

    >>> Counting(novelty=0.4, familiarity=0.5).when
    'sample'
    """

    novelty: float = 0.4
    familiarity: float = 0.45
    max_units: int = 40
    young: int = 10
    base: float = 2.0
    bits: int = 4
    prior: float = 0.1
    p_max: float = 0.85
    write_budget: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.novelty <= 1.0 or not 0.0 <= self.familiarity <= 1.0:
            raise ValueError(
                f"novelty={self.novelty}, familiarity={self.familiarity}: overlaps lie between 0 and 1"
            )
        if self.max_units < 1 or self.young < 0:
            raise ValueError(
                f"max_units={self.max_units}, young={self.young}: give max_units >= 1, young >= 0"
            )
        if not self.base > 0 or not self.prior > 0 or not 0.5 < self.p_max < 1:
            raise ValueError(
                f"base={self.base}, prior={self.prior}, p_max={self.p_max}: "
                "give base > 0, prior > 0 and p_max between 0.5 and 1"
            )
        if self.write_budget is not None and not 0 < self.write_budget < np.inf:
            raise ValueError(
                f"write_budget={self.write_budget}: give a positive number of synapses a sample, or None"
            )

    @property
    def format(self) -> Format:
        """Unsigned levels."""
        return Fixed(self.bits, signed=False)

    def fields(self) -> tuple[Field, ...]:
        """Hit count, class and log-odds table of each unit; units per class."""
        return (
            Field("hits", "i4", ("post",)),
            Field("owner", "i4", ("post",)),
            Field("log_odds", "i4", ("post", 2**self.bits)),
            Field("class_units", "i4", ("class",)),
            OVERLAP,
            *(() if self.write_budget is None else FIELDS),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Gates, limits, prior, ceiling; then value(l) and p(l) of every level."""
        levels = np.arange(2**self.bits)
        growth = (1.0 + 1.0 / self.base) ** levels
        gates = (self.novelty, self.familiarity, float(self.max_units), float(self.young))
        tables = (*(self.base * (growth - 1.0)).tolist(), *(1.0 / growth).tolist())
        return (*gates, self.prior, self.p_max, self.write_budget or 0.0, *tables)

    def kernel(self) -> Kernel:
        """Open, count or skip."""
        return _learn if self.write_budget is None else learn_within

    def deliver(self) -> Kernel:
        """Deliver log-odds."""
        return _deliver

    def evidence(self, rows: Weights, given: Mapping[str, NDArray[Any]]) -> Floats:
        """The log-odds of each level, from the unit's own table."""
        delivered: Floats = given["log_odds"][np.arange(rows.shape[1]), rows].astype(np.float64)
        return delivered

    def class_samples(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """The classes' own clocks, which budgets run on."""
        return given.get("class_samples")

    def class_writes(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """What the accounts of the classes say; None without a budget."""
        if self.write_budget is None:
            return None
        spent: Floats = self.write_budget * given["class_samples"] - given["credit"]
        return np.rint(spent).astype(np.int64)

    def ages(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Time since each unit last learned; None without a budget."""
        if self.write_budget is None:
            return None
        ages: Ints = given["class_samples"][given["owner"]] - given["learned_at"]
        return ages


@kernel
def _deliver(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, acc: Int32s, log_odds: Int32s, const: Floats
) -> None:
    for k in range(pre.size):
        row = w[pre[k]]
        for q in range(acc.size):
            acc[q] += log_odds[q, np.uint8(row[q])]
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def _learn(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    size: Ints,
    hits: Int32s,
    owner: Int32s,
    log_odds: Int32s,
    class_units: Int32s,
    overlap: Floats,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    label = int(third[0])
    q = overlaps(w, count, pre, label, int(size[0]), hits, owner, overlap, const)
    s = overlap[q] if q >= 0 else -1.0
    if q < 0 or (s < const[NOVELTY] and class_units[label] < const[MAX_UNITS]):
        q = int(size[0])
        size[0] += 1
        class_units[label] += 1
        owner[q] = label
        hits[q] = 1
        for k in range(pre.size):
            write(w, nnz, count, pre[k], q, 1)
        count[LRN_WORDS_READ] += pre.size  # the new unit's words were not among those read above
    elif s < const[FAMILIARITY] or hits[q] < const[YOUNG]:
        hits[q] += 1
        climb = VALUE + int(const[HIGH]) + 1
        for k in range(pre.size):
            i = pre[k]
            level = int(w[i, q])
            if level < const[HIGH] and draw(key, i, q) * 2.0**-32 < const[climb + level]:
                write(w, nnz, count, i, q, level + 1)
        count[RNG_DRAWS] += pre.size
    else:
        return
    fill_log_odds(log_odds, q, int(hits[q]), const)
    count[STATE_WRITES] += 2 + int(const[HIGH])  # hit count and table
