"""Counting units on an account: what a class may write is what its own samples have earned.

Everything here is indexed by the class, its own clock and the place of a unit among its own: nothing that
other classes do can enter, not even their number.
"""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    RNG_DRAWS,
    STATE_READS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw, draw_key
from streamsnn.memory.synaptic import HIGH, write
from streamsnn.rules._levels import (
    BUDGET,
    FAMILIARITY,
    MAX_UNITS,
    NOVELTY,
    VALUE,
    YOUNG,
    fill_log_odds,
    overlaps,
)
from streamsnn.types import Field, Floats, Int32s, Ints, Weights

# Chosen on validation splits of digits, Braille and MNIST (random codes), and on gas drift and Elec2.
SLACK = 0.1  # of what a class has earned: how far its account may be from zero
LEAST_SLACK = 4.0  # synapses
LOAN = 20.0  # samples' worth of budget that a class may borrow for its first
SERVO = 0.1  # per sample of the class
WIDEST = 4.0
WHOLE = 0.8  # share from which a sample may open a unit
EXTRA = 4  # units that may count a sample beside the most similar one

FIELDS = (
    Field("class_samples", "i4", ("class",)),  # the class's own clock
    Field("credit", "f8", ("class",)),
    Field("widened", "f8", ("class",), initial=1.0),
    Field("mass", "f8", ("post",)),
    Field("learned_at", "i4", ("post",)),
    Field("stored", "i4", ("post",)),  # non-zero synapses
)


@kernel
def learn_within(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    seed: int,
    pre: Int32s,
    third: Floats,
    size: Ints,
    hits: Int32s,
    owner: Int32s,
    log_odds: Int32s,
    class_units: Int32s,
    class_samples: Int32s,
    credit: Floats,
    widened: Floats,
    mass: Floats,
    learned_at: Int32s,
    stored: Int32s,
    overlap: Floats,
    const: Floats,
) -> None:
    """Learn a sample as far as its class can pay for it."""
    label = int(third[0])
    class_samples[label] += 1
    credit[label] += const[BUDGET]
    count[STATE_READS] += 3
    count[STATE_WRITES] += 3
    clock = int(class_samples[label])
    first = class_units[label] == 0
    slack = max(min(0.5 * pre.size, SLACK * const[BUDGET] * clock), LEAST_SLACK)
    if pre.size and (first or credit[label] >= slack):
        means = max(LOAN * const[BUDGET], LEAST_SLACK) if first else credit[label] + slack
        share = min(1.0, means / pre.size)
        surplus = max(credit[label] - slack - const[BUDGET], 0.0)
        gate = widened[label] * np.exp(min(surplus / (2.0 * slack), 8.0))  # 8: beyond any gate, no overflow
        best = overlaps(w, count, pre, label, int(size[0]), mass, owner, overlap, const)
        novel = best < 0 or (share >= WHOLE and _below(overlap[best], const[NOVELTY] * gate * gate))
        oldest = _oldest(owner, label, int(size[0]), learned_at)
        q = -1
        if first or (novel and class_units[label] < const[MAX_UNITS]):
            q = int(size[0])
            size[0] += 1
            class_units[label] += 1
            owner[q] = label
            overlap[q] = -1.0
            count[LRN_WORDS_READ] += pre.size  # the new unit's words were not among those read above
        elif novel and credit[label] >= pre.size + stored[oldest] + const[BUDGET] + slack:
            q = oldest
            overlap[q] = -1.0
            credit[label] -= _empty(w, nnz, count, q)
        if q >= 0:
            stored[q] = 0
            mass[q] = 0.0
            hits[q] = 0
        elif _below(overlap[best], const[FAMILIARITY] * gate) or hits[best] < const[YOUNG]:
            q = best
            overlap[q] = -1.0
        n_learning = 0
        while q >= 0:
            key = draw_key(seed, clock, _place(owner, label, q))
            credit[label] -= _count_sample(w, nnz, count, key, pre, q, share, hits, mass, stored, const)
            learned_at[q] = clock
            fill_log_odds(log_odds, q, mass[q], const)
            count[STATE_WRITES] += 2 + int(const[HIGH])  # hit count and table
            n_learning += 1
            q = -1
            if credit[label] >= slack and n_learning <= EXTRA:
                q = _take_most_similar(overlap, int(size[0]))
    _widen(credit, widened, label, slack)


@kernel
def _widen(credit: Floats, widened: Floats, label: int, slack: float) -> None:
    """Move the gates of a class towards what its account can pay."""
    error = min(max((credit[label] - slack) / (2.0 * slack), -1.0), 1.0)
    if credit[label] < 0.0 or credit[label] > slack:
        widened[label] = min(max(widened[label] * np.exp(SERVO * error), 1.0), WIDEST)


@kernel
def _below(s: float, gate: float) -> bool:
    """Whether a gate lets an overlap through; from 1 on it lets all through, as counters may overshoot."""
    return s < gate or gate >= 1.0


@kernel
def _take_most_similar(overlap: Floats, n_units: int) -> int:
    """The unit of the largest overlap, which is then out of the race; -1 if all are."""
    best = -1
    for q in range(n_units):
        if overlap[q] >= 0.0 and (best < 0 or overlap[q] > overlap[best]):
            best = q
    if best >= 0:
        overlap[best] = -1.0
    return best


@kernel
def _oldest(owner: Int32s, label: int, n_units: int, learned_at: Int32s) -> int:
    """The unit of the class that has not learned for longest, -1 without units."""
    oldest = -1
    for q in range(n_units):
        if owner[q] == label and (oldest < 0 or learned_at[q] < learned_at[oldest]):
            oldest = q
    return oldest


@kernel
def _place(owner: Int32s, label: int, q: int) -> int:
    """How many units of the class stand before unit q: its name that does not depend on other classes."""
    place = 0
    for other in range(q):
        place += int(owner[other] == label)
    return place


@kernel
def _empty(w: Weights, nnz: Int32s, count: Ints, q: int) -> int:
    """Set all levels of a unit to 0: reads its word in every row; returns how many changed."""
    changed = 0
    for i in range(w.shape[0]):
        if w[i, q] != 0:
            write(w, nnz, count, i, q, 0)
            changed += 1
    count[LRN_ROWS_READ] += w.shape[0]
    count[LRN_WORDS_READ] += w.shape[0]
    count[LRN_SYNAPSES_VISITED] += w.shape[0]
    return changed


@kernel
def _count_sample(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    q: int,
    share: float,
    hits: Int32s,
    mass: Floats,
    stored: Int32s,
    const: Floats,
) -> int:
    """Let a share of the active inputs climb; returns how many did."""
    climb = VALUE + int(const[HIGH]) + 1
    changed = 0
    for k in range(pre.size):
        i = pre[k]
        level = int(w[i, q])
        if level < const[HIGH] and draw(key, i, 0) * 2.0**-32 < share * const[climb + level]:
            write(w, nnz, count, i, q, level + 1)
            changed += 1
            stored[q] += int(level == 0)
    count[RNG_DRAWS] += pre.size
    hits[q] += 1
    mass[q] += share
    return changed
