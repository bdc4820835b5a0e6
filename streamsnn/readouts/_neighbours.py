"""Kernels of `Neighbours`: who is near, what they vote, and how much each vote is trusted."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.types import Floats, Int32s, Ints

LEAST = 0.01  # usual deviation of a gap, a hundredth of a distance, below which none is told from another


@kernel
def find(v: Int32s, owner: Int32s, born: Ints, clock: Ints, used: int, age: int, nearest: Int32s) -> int:
    """The nearest neurons no older than `age`, nearest first; returns how many."""
    n = 0
    least = np.int32(-1)
    for j in range(used):
        if v[j] <= least or (age > 0 and clock[owner[j]] - born[j] > age):
            continue
        place = min(n, nearest.size - 1)
        n = min(n + 1, nearest.size)
        while place > 0 and v[nearest[place - 1]] < v[j]:
            nearest[place] = nearest[place - 1]
            place -= 1
        nearest[place] = j
        if n == nearest.size:
            least = v[nearest[n - 1]]
    return n


@kernel
def as_near(v: Int32s, used: int, edge: int) -> int:
    """How many neurons lie just as near as that."""
    n, near = np.int32(0), np.int32(edge)  # in 32 bits: the loop then runs in full vectors
    for j in range(np.uint64(used)):
        n += np.int32(v[j] == near)
    return int(n)


@kernel
def vote_of(
    e: int,
    k: int,
    ties: bool,
    farthest: int,
    v: Int32s,
    owner: Int32s,
    born: Ints,
    clock: Ints,
    used: int,
    age: int,
    nearest: Int32s,
    vote: Floats,
    floor: float,
) -> None:
    """Probabilities of vote e from the k nearest and, if asked for, all that are as near as the last."""
    for c in range(clock.size):
        vote[c, e] = floor if clock[c] > 0 else 0.0
    first, edge = float(farthest - v[nearest[0]]), v[nearest[k - 1]]
    reach = float(farthest - edge) - 0.9 * first + 1.0
    if ties:
        nearer = k
        while nearer > 0 and v[nearest[nearer - 1]] == edge:
            nearer -= 1
        if as_near(v, used, edge) > k - nearer:
            k = nearer
            strength = np.exp((first - (farthest - edge)) / reach)
            for j in range(used):
                if v[j] == edge and (age == 0 or clock[owner[j]] - born[j] <= age):
                    vote[owner[j], e] += strength
    for i in range(k):
        vote[owner[nearest[i]], e] += np.exp((first - (farthest - v[nearest[i]])) / reach)
    total = 0.0
    for c in range(clock.size):
        total += vote[c, e]
    for c in range(clock.size):
        vote[c, e] /= total


@kernel
def trust_votes(
    right: Floats, judged: Floats, trust: Floats, n_classes: int, lines: int, sharpness: float
) -> None:
    """Log-weights of the votes: how often each was right, averaged over classes."""
    for e in range(trust.size):
        trust[e] = 0.0
        known = 0
        for c in range(n_classes):
            if judged[c, 0] > 0.0:
                trust[e] += right[c, e] / max(judged[c, lines if e == trust.size - 1 else 0], 1.0)
                known += 1
        trust[e] *= sharpness / max(known, 1)


@kernel
def doubt_young(trust: Floats, gap: Floats, usual: Floats, n_counts: int, slack: float) -> None:
    """Less for votes of neurons that lie farther away than usual."""
    for a in range(gap.size):
        doubt = max((gap[a] - usual[a, 0]) / (usual[a, 1] + LEAST) - slack, 0.0)
        for i in range(n_counts):
            trust[a * n_counts + i] -= doubt


@kernel
def soften(trust: Floats) -> None:
    """Log-weights to weights that sum to 1."""
    peak = trust.max()
    total = 0.0
    for e in range(trust.size):
        trust[e] = np.exp(trust[e] - peak)
        total += trust[e]
    for e in range(trust.size):
        trust[e] /= total


@kernel
def vote_by_lines(e: int, lines_v: Floats, clock: Ints, vote: Floats) -> None:
    """Probabilities of vote e from potentials of one neuron per class."""
    peak, total = -np.inf, 0.0
    for c in range(clock.size):
        if clock[c] > 0:
            peak = max(peak, lines_v[c])
    for c in range(clock.size):
        vote[c, e] = np.exp(lines_v[c] - peak) if clock[c] > 0 else 0.0
        total += vote[c, e]
    for c in range(clock.size):
        vote[c, e] /= total
