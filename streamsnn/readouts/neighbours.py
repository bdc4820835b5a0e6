"""Votes of the nearest exemplars, read in several ways, each trusted as often as it was right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.readouts._neighbours import doubt_young, find, soften, trust_votes, vote_by_lines, vote_of
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

FLOOR, SHARPNESS, SLACK, KEEP, N_COUNTS, N_AGES, FIRST = range(7)  # then the counts and the ages


@dataclass(frozen=True)
class Neighbours:
    """Mixture of k-nearest-neighbour votes, for several k and for several ages of the neurons.

    For each k and each age, among the neurons no older than that (in samples of their own class), with d_1
    <= ... <= d_k the distances of the nearest:

        P(c) ~ floor + sum_{i <= k, i of class c} exp( -(d_i - d_1) / h ) ,     h = d_k - d_1 + d_1 / 10
        P(c) = softmax_c( v_c )                                                 from the layer of lines
        score_c = log sum_e softmax_e( sharpness mean_c' R_ec' - max(0, z_e - slack) ) P_e(c)
        z_e = (g_e - mean g_e) / (mean |g_e - mean g_e| + 0.01) ,   g_e = log( d_1 of e's age / d_1 of all )

    The largest k takes all that lie as near as the last of them: where features have few values, hundreds
    may be alike. R_ec is how often vote e was right about class c, over the last 1 / (1 - keep) samples of
    that class: also trust ages only when a class itself is seen, so that a long run of one class does not
    decide about the others. Young neurons follow drift, but know little of what was seen long ago: where they
    lie farther off than usual, next to the older ones, they are trusted less (means over 1 / (1 - keep)
    samples). Lines learn to say in a run of one class what is seen just now, so they are judged by samples of
    another class than the one before alone; not trusted where there are none. Without a spike the scores are
    the frequencies of the classes.

    Parameters
    ----------
    counts
        Neighbours that vote, in rising order; ties with the last of the last number, too.
    ages
        Oldest neuron that may vote, in samples of its class; 0 for all.
    floor
        Vote that every class has, in votes of the nearest neuron.
    sharpness
        Log-odds for always right against always wrong.
    slack
        Mean deviations by which young neurons may lie farther away than usual, and are trusted as usual.
    keep
        Factor that a class's record keeps per sample of that class, 0 to 1.
    lines
        Whether a layer called `lines`, with a neuron per class, has a vote too.

    The defaults were chosen on validation streams. Cost per sample: reads all potentials once per age;
    per labelled sample, writes one record per vote and two per age (neuron state, no synaptic memory).

    Hosts: a processor beside the core (embedded cores of loihi1 and loihi2), spinnaker.

    References
    ----------
    Cover & Hart, IEEE Trans. Inf. Theory 1967; Littlestone & Warmuth, The weighted majority algorithm,
    Information and Computation 1994.

    >>> Neighbours(counts=(1, 5)).constants(0.001)[-5:]
    (1.0, 5.0, 0.0, 120.0, 20.0)
    """

    counts: tuple[int, ...] = (2, 5, 15)
    ages: tuple[int, ...] = (0, 120, 20)
    floor: float = 0.14
    sharpness: float = 50.0
    slack: float = 2.0
    keep: float = 0.98
    lines: bool = True

    def __post_init__(self) -> None:
        if not self.counts or min(self.counts) < 1 or list(self.counts) != sorted(set(self.counts)):
            raise ValueError(f"counts={self.counts}: give numbers from 1, in rising order")
        if not self.ages or min(self.ages) < 0:
            raise ValueError(f"ages={self.ages}: give numbers from 0, which stands for all")
        if not self.floor > 0 or not self.sharpness >= 0 or not self.slack >= 0 or not 0 < self.keep < 1:
            raise ValueError(
                f"floor={self.floor}, sharpness={self.sharpness}, slack={self.slack}, keep={self.keep}: "
                "give floor > 0, sharpness and slack from 0, and keep between 0 and 1"
            )

    @property
    def targets(self) -> Literal["class", "vector"]:
        """The class index."""
        return "class"

    @property
    def when(self) -> Literal["tick", "sample"]:
        """In the last tick of a sample."""
        return "sample"

    def fields(self) -> tuple[Field, ...]:
        """The nearest, the votes; how often right, out of how many; gaps of ages; class before, plus 1."""
        n = len(self.counts) * len(self.ages) + int(self.lines)
        return (
            Field("nearest", "i4", (self.counts[-1],), lasting=False),
            Field("vote", "f8", ("class", n), lasting=False),
            Field("right", "f8", ("class", n)),
            Field("judged", "f8", ("class", 2)),
            Field("before", "i8", (1,)),
            Field("trust", "f8", (n,), lasting=False),
            Field("gap", "f8", (len(self.ages),), lasting=False),
            Field("usual", "f8", (len(self.ages), 2)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(floor, sharpness, slack, keep, numbers of counts and ages, counts, ages)`."""
        sizes = (float(len(self.counts)), float(len(self.ages)))
        return (
            self.floor,
            self.sharpness,
            self.slack,
            self.keep,
            *sizes,
            *map(float, (*self.counts, *self.ages)),
        )

    def kernel(self) -> Kernel:
        """Write the scores."""
        return _read_both if self.lines else _read

    def error(self) -> Kernel:
        """Keep the record of each vote; nothing is taught by it."""
        return _judge

    def shares(self, v: NDArray[Any], given: Mapping[str, NDArray[Any]]) -> Floats:
        """What each neuron's votes add to the probability of its class; the rest is the floor."""
        share = np.zeros(v.size)
        clock, owner, farthest = given["clock"], given["owner"], int(given["farthest"][0])
        if not v.size or farthest == 0:
            return share
        total = given["vote"] @ given["trust"]
        e = 0
        for age in self.ages:
            old = clock[owner] - given["born"] > age if age else np.zeros(v.size, bool)
            ranked = np.argsort(-v.astype(np.int64), kind="stable")
            young = ranked[~old[ranked]]
            for n in self.counts:
                voters = young[:n]
                if n == self.counts[-1]:
                    voters = young[v[young] >= v[voters[-1]]]
                d = (farthest - v[voters]).astype(np.float64)
                strength = np.exp((d[0] - d) / (d[-1] - 0.9 * d[0] + 1.0))
                whole = strength.sum() + self.floor * int((clock > 0).sum())
                share[voters] += given["trust"][e] * strength / whole / total[owner[voters]]
                e += 1
        return share


@kernel
def _read_both(
    v: Int32s,
    lines_v: Floats,
    owner: Int32s,
    born: Ints,
    clock: Ints,
    used: Ints,
    farthest: Ints,
    nearest: Int32s,
    vote: Floats,
    right: Floats,
    judged: Floats,
    trust: Floats,
    gap: Floats,
    usual: Floats,
    scores: Floats,
    const: Floats,
) -> None:
    samples = 0
    for c in range(scores.size):
        samples += clock[c]
    if samples == 0 or farthest[0] == 0:  # nothing stored, or no spike that tells anything
        for c in range(scores.size):
            scores[c] = np.log(clock[c] / samples) if clock[c] > 0 else -np.inf
        return
    n_counts = int(const[N_COUNTS])
    for a in range(int(const[N_AGES])):
        age = int(const[FIRST + n_counts + a])
        n = find(v, owner, born, clock, int(used[0]), age, nearest)
        gap[a] = np.log(farthest[0] - v[nearest[0]] + 1.0)
        for i in range(n_counts):
            k = min(int(const[FIRST + i]), n)
            vote_of(
                a * n_counts + i,
                k,
                i == n_counts - 1,
                int(farthest[0]),
                v,
                owner,
                born,
                clock,
                int(used[0]),
                age,
                nearest,
                vote,
                const[FLOOR],
            )
    if lines_v.size > 0:
        vote_by_lines(trust.size - 1, lines_v, clock, vote)
    gap -= gap.min()
    trust_votes(right, judged, trust, scores.size, int(lines_v.size > 0), const[SHARPNESS])
    doubt_young(trust, gap, usual, n_counts, const[SLACK])
    soften(trust)
    for c in range(scores.size):
        p = 0.0
        for e in range(trust.size):
            p += trust[e] * vote[c, e]
        scores[c] = np.log(p) if p > 0.0 else -np.inf


@kernel
def _read(
    v: Int32s,
    owner: Int32s,
    born: Ints,
    clock: Ints,
    used: Ints,
    farthest: Ints,
    nearest: Int32s,
    vote: Floats,
    right: Floats,
    judged: Floats,
    trust: Floats,
    gap: Floats,
    usual: Floats,
    scores: Floats,
    const: Floats,
) -> None:
    none = trust[:0]
    _read_both(
        v,
        none,
        owner,
        born,
        clock,
        used,
        farthest,
        nearest,
        vote,
        right,
        judged,
        trust,
        gap,
        usual,
        scores,
        const,
    )


@kernel
def _judge(
    target: int,
    count: Ints,
    clock: Ints,
    farthest: Ints,
    vote: Floats,
    right: Floats,
    judged: Floats,
    before: Ints,
    trust: Floats,
    gap: Floats,
    usual: Floats,
    const: Floats,
) -> None:
    changed = before[0] != target + 1
    before[0] = target + 1
    if clock[target] == 0 or farthest[0] == 0:
        return
    n = int(const[N_COUNTS]) * int(const[N_AGES])
    votes = trust.size if changed else n
    judged[target, 0] = judged[target, 0] * const[KEEP] + 1.0
    if changed:
        judged[target, 1] = judged[target, 1] * const[KEEP] + 1.0
    for e in range(votes):
        best = True
        for c in range(clock.size):
            best &= c == target or vote[c, e] < vote[target, e]
        right[target, e] = right[target, e] * const[KEEP] + int(best)
    for a in range(gap.size):
        more = gap[a] - usual[a, 0]
        usual[a, 0] += (1.0 - const[KEEP]) * more
        usual[a, 1] += (1.0 - const[KEEP]) * (abs(more) - usual[a, 1])
    count[STATE_READS] += votes + 1 + 2 * gap.size
    count[STATE_WRITES] += votes + 2 + 2 * gap.size
