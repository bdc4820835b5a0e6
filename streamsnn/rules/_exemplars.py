"""Kernels of `Exemplars`: nearness, relevance of features, and what is stored when."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    PAYLOAD_WORDS,
    RNG_DRAWS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.levels import level_of, order_of, steps_of
from streamsnn.memory.synaptic import N_FORMAT, count_delivery, write
from streamsnn.types import Floats, Int32s, Ints, Weights

CUTOFF, MEMORY = N_FORMAT, N_FORMAT + 1
ONE = 1024.0  # nearness of one mean deviation in a feature of average relevance
ROOM = 6e6  # sum of these over all features, up to the cutoff of each: fits 24 bits
LONGEST = 16384.0  # steps that a distance is cut at anyway; levels lie 254 apart at most
RELEVANCE = 2048.0  # stored relevance of one mean deviation
LARGEST_RELEVANCE = 32767.0
FLOOR = 0.05  # relevance that any feature keeps
COMPARED = 30  # samples before relevances count
ABSURD = 20.0  # relevances do not count where those below 0 add up to so many times those above


@kernel
def _follow_scale(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    f: int,
    used: int,
    old_origin: float,
    old_step: float,
    origin: float,
    step: float,
    code: Floats,
) -> None:
    """Bring the stored levels of row f to a new scale."""
    for j in range(used):
        if w[f, j] != 0:
            d = old_origin - origin + steps_of(int(w[f, j]), code[0], code[1]) * old_step
            write(w, nnz, count, f, j, level_of(d / step, code[0], code[1]))
    count[LRN_ROWS_READ] += 1
    count[LRN_WORDS_READ] += used
    count[LRN_SYNAPSES_VISITED] += used


@kernel
def _add_nearness(row: Weights, acc: Int32s, level: int, gain: int, cut: int, missing: int) -> None:
    """a_j += gain max(0, cut - |level - w_j|), and gain max(0, cut - missing) where w_j = 0."""
    # In 16 bits up to the product: the loop then runs in vectors twice as long.
    here, factor, top = np.int16(order_of(level)), np.int32(gain), np.int16(cut)
    blank = np.int16(max(cut - missing, 0))
    for j in range(np.uint64(row.size)):
        stored = np.int16(row[j])
        apart = np.int16(np.int16(stored - np.int16(stored > 0)) - here)
        near = max(np.int16(top - max(apart, np.int16(-apart))), np.int16(0))
        acc[j] += np.int32(factor * np.int32(blank if stored == 0 else near))


@kernel
def deliver_nearness(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    payload: Int32s,
    acc: Int32s,
    learn: int,
    used: Ints,
    deviation: Floats,
    origin: Floats,
    step: Floats,
    row_origin: Floats,
    row_step: Floats,
    relevance: Weights,
    compared: Ints,
    farthest: Ints,
    code: Floats,
    const: Floats,
) -> None:
    """Add how near each spike is to what the neurons hold; rows follow the encoder's scale first."""
    n_features = deviation.size
    useful, harmful = 0.0, 0.0
    if compared[0] > COMPARED:
        for f in range(n_features):
            useful += max(float(relevance[f, 0]), 0.0)
            harmful += max(-float(relevance[f, 0]), 0.0)
    told = harmful < ABSURD * useful
    one = min(ONE, ROOM / (const[CUTOFF] * max(n_features, 1)))
    n = int(used[0])
    reached = 0
    for k in range(pre.size):
        f = pre[k]
        if learn and (row_step[f] != step[f] or row_origin[f] != origin[f]):
            if n > 0 and step[f] > 0.0:
                _follow_scale(w, nnz, count, f, n, row_origin[f], row_step[f], origin[f], step[f], code)
            row_origin[f], row_step[f] = origin[f], step[f]
        if step[f] == 0.0:
            continue  # constant so far: equally near to all
        steps = deviation[f] / step[f]
        weight = 1.0
        if told:
            weight = FLOOR + max(float(relevance[f, 0]), 0.0) * n_features / useful
        gain = max(int(weight / steps * one + 0.5), 1)
        cut = max(int(min(const[CUTOFF] * steps, LONGEST)), 1)
        reached += gain * cut
        _add_nearness(w[f, :n], acc, int(payload[k]), gain, cut, max(int(min(steps + 0.5, LONGEST)), 1))
    farthest[0] = reached
    count[PAYLOAD_WORDS] += pre.size
    count_delivery(nnz, count, pre, acc.size, const)


def nearness(rows: Weights, given: Mapping[str, NDArray[Any]], cutoff: float) -> Floats:
    """What `deliver_nearness` adds for each spike and neuron, `[n_spikes, n_neurons]`, to be explained."""
    deviation, step, relevance = given["deviation"], given["step"], given["relevance"][:, 0]
    useful, harmful = (np.maximum(sign * relevance.astype(np.float64), 0.0) for sign in (1, -1))
    told = given["compared"][0] > COMPARED and harmful.sum() < ABSURD * useful.sum()
    weight = FLOOR + useful * deviation.size / useful.sum() if told else np.ones(deviation.size)
    one = min(ONE, ROOM / (cutoff * max(deviation.size, 1)))
    near = np.zeros(rows.shape)
    for k, (f, level) in enumerate(zip(given["pre"].tolist(), given["payload"].tolist(), strict=True)):
        if step[f] == 0.0:
            continue  # constant so far: equally near to all
        steps = deviation[f] / step[f]
        gain = max(int(weight[f] / steps * one + 0.5), 1)
        cut, missing = (max(int(min(d, LONGEST)), 1) for d in (cutoff * steps, steps + 0.5))
        stored = rows[k].astype(np.int64)
        far = np.where(stored == 0, missing, np.abs(stored - (stored > 0) - order_of(level)))
        near[k] = gain * np.maximum(cut - far, 0)
    return near


@kernel
def nearest_two(v: Int32s, owner: Int32s, used: int, label: int) -> tuple[int, int]:
    """The nearest neuron of class `label`, and that of all others (-1 where there is none)."""
    hit, miss = -1, -1
    for j in range(used):
        if owner[j] == label:
            if hit < 0 or v[j] > v[hit]:
                hit = j
        elif miss < 0 or v[j] > v[miss]:
            miss = j
    return hit, miss


@kernel
def learn_relevance(
    w: Weights,
    count: Ints,
    key: int,
    pre: Int32s,
    payload: Int32s,
    hit: int,
    miss: int,
    deviation: Floats,
    step: Floats,
    relevance: Weights,
    relevant: Int32s,
    compared: Ints,
    const: Floats,
) -> None:
    """Move the relevance of each feature towards how much better it tells the nearest hit from the miss."""
    if hit < 0 or miss < 0:
        return
    compared[0] += 1
    rate = 1.0 / min(float(compared[0]), const[MEMORY])
    for k in range(pre.size):
        f = pre[k]
        if step[f] == 0.0 or w[f, hit] == 0 or w[f, miss] == 0:
            continue
        here, unit = order_of(int(payload[k])), step[f] / deviation[f]
        to_hit = min(abs(here - order_of(int(w[f, hit]))) * unit, const[CUTOFF])
        to_miss = min(abs(here - order_of(int(w[f, miss]))) * unit, const[CUTOFF])
        old = float(relevance[f, 0])
        exact = old + rate * (RELEVANCE * (to_miss - to_hit) - old)
        rounded = np.floor(exact + draw(key, f, 0) * 2.0**-32)
        held = int(min(max(rounded, -LARGEST_RELEVANCE), LARGEST_RELEVANCE))
        write(relevance, relevant, count, f, 0, held)
    count[LRN_ROWS_READ] += 3 * pre.size  # two stored levels and the relevance
    count[LRN_WORDS_READ] += 3 * pre.size
    count[LRN_SYNAPSES_VISITED] += 3 * pre.size
    count[RNG_DRAWS] += pre.size


@kernel
def store(
    w: Weights, nnz: Int32s, count: Ints, pre: Int32s, payload: Int32s, n_features: int, hit: int, j: int
) -> None:
    """Levels of this sample into neuron j; what is missing as in neuron `hit`, or 0 where most is."""
    completed = hit >= 0 and 2 * pre.size > n_features
    k = 0
    for f in range(n_features):  # the spikes come in the order of the features
        level = 0
        if k < pre.size and pre[k] == f:
            level = int(payload[k])
            k += 1
        elif completed:
            level = int(w[f, hit])
        write(w, nnz, count, f, j, level)
    n = n_features + int(completed) * (n_features - pre.size)
    count[LRN_ROWS_READ] += n
    count[LRN_WORDS_READ] += n
    count[LRN_SYNAPSES_VISITED] += n
    count[STATE_WRITES] += 3  # class, birth and rank
