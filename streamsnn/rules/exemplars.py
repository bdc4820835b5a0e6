"""Exemplar neurons: each holds the levels of one sample; a class that is seen makes room among its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import RNG_DRAWS, STATE_READS, STATE_WRITES
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import N_FORMAT
from streamsnn.rules._defaults import OncePerSample
from streamsnn.rules._exemplars import deliver_nearness, learn_relevance, nearest_two, nearness, store
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights


@dataclass(frozen=True)
class Exemplars(OncePerSample):
    """A fixed number of neurons, each of which answers to one stored sample; every sample is stored.

    Input: one graded spike per feature f, payload its level l_f (`GradedLevel`). Neuron j holds the levels
    w_fj of its sample, 0 where it has none. Each spike adds how near it is,

        a_j += g_f max(0, c_f - |l_f - w_fj|)                        g_f = u_f (step_f / dev_f) one
             = g_f max(0, c_f - dev_f / step_f)   if w_fj = 0        c_f = cutoff dev_f / step_f

    so that the sum over f of g_f c_f, less a_j, is the distance to the sample in mean deviations, weighted
    by relevance and cut at `cutoff` for each feature. The scale is applied on reading: a stored level never
    ages. It is moved to other levels only when the encoder's scale moves.

    Learning sample of class c, with j+ the nearest neuron of class c and j- the nearest of another:

        r_f += (|l_f - w_fj-| - |l_f - w_fj+| - r_f) / min(n, memory)    in deviations, each cut at `cutoff`
        u_f = 1/20 + F max(0, r_f) / sum_k max(0, r_k)                   after 30 samples, 1 before,
              and 1 where sum_k max(0, -r_k) >= 20 sum_k max(0, r_k)
        w_fj = l_f,  j a free neuron, or one of the class that holds most (c itself, if none more)
             = w_fj+ if f is missing, but more than half of all features are not; else 0
        rank_j > 0 at random, once;    rank_j- = -|rank_j-| if j- is nearer than j+

    Where many classes have few samples each, or labels change their meaning, another class's nearest is the
    nearer one in nearly every feature: relevances then tell nothing, and features count alike. A sample with
    holes would be as far from what it resembles as from the rest, so it is completed from the nearest of its
    class. One with little to compare, or of a kind that lacks most features, stays as it is. Age is counted
    in samples of the neuron's own class: what is learned about a class stays until that class is seen again,
    or until others need room and it holds most. In that class the younger half is safe, so that drift is
    followed; of the older half the lowest rank goes: who misled, then at random, so that those that stay are
    an even sample of all that the class ever was. The levels of whole samples are stored: nothing is learned
    from them a second time, but they are there to be read.

    Parameters
    ----------
    size
        Neurons, shared by all classes.
    cutoff
        Largest distance of one feature, in mean deviations.
    memory
        Samples over which the relevance r_f of a feature is averaged.

    The defaults were chosen on validation streams of all three kinds (mixed, drifting, class after class).

    Cost per learned sample, synaptic memory: F words of the neuron that stores and up to F of relevance (16
    bits each, rounded at random); when a feature's scale moves, one for each stored level of its row. Reads
    three for each feature present, F of the neuron that stores, and one for each level copied. Nearness adds
    whole rows, one per feature present. Memory: size x F bytes, and 8 numbers per feature and neuron. The sum
    fits 24 bits up to 90,000 features; what leaves them is counted as an overflow.

    Hosts: loihi2 (graded spikes, programmable synapses), spinnaker.

    References
    ----------
    Cover & Hart, Nearest neighbor pattern classification, IEEE Trans. Inf. Theory 1967; Kira & Rendell, A
    practical approach to feature selection, ICML 1992 (relevance from nearest hit and miss);
    Troyanskaya et al., Missing value estimation methods for DNA microarrays, Bioinformatics 2001 (from what
    is nearest); Vitter, Random sampling with a reservoir, ACM Trans. Math. Software 1985 (the older half);
    Panda et al., ASP: Learning to Forget with Adaptive Synaptic Plasticity, IEEE JETCAS 2018.

    >>> Exemplars(size=500).size
    500
    """

    size: int = 3000
    cutoff: float = 4.0
    memory: int = 2000

    def __post_init__(self) -> None:
        if self.size < 1 or self.memory < 1:
            raise ValueError(f"size={self.size}, memory={self.memory}: give at least 1")
        if not 0 < self.cutoff <= 100:
            raise ValueError(f"cutoff={self.cutoff}: give 0 to 100 mean deviations")

    @property
    def opens_units(self) -> bool:
        """All neurons are there from the start, and are used again."""
        return False

    @property
    def format(self) -> Format:
        """Signed levels."""
        return Fixed(8)

    def fields(self) -> tuple[Field, ...]:
        """Class, birth and rank of neurons, samples and neurons of classes, scales and relevances of rows."""
        return (
            Field("owner", "i4", ("post",)),
            Field("born", "i8", ("post",)),
            Field("rank", "i8", ("post",)),
            Field("clock", "i8", ("class",)),
            Field("held", "i4", ("class",)),
            Field("used", "i8", (1,)),
            Field("row_origin", "f8", ("pre",)),
            Field("row_step", "f8", ("pre",)),
            Field("relevance", "i2", ("pre", 1)),
            Field("relevant", "i4", ("pre",)),
            Field("compared", "i8", (1,)),
            Field("farthest", "i8", (1,), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(cutoff, memory)`."""
        return (self.cutoff, float(self.memory))

    def kernel(self) -> Kernel:
        """Compare, make room and store."""
        return _learn

    def deliver(self) -> Kernel:
        """Deliver nearness."""
        return deliver_nearness

    def evidence(self, rows: Weights, given: Mapping[str, NDArray[Any]]) -> Floats:
        """How near each spike is to what each neuron holds."""
        return nearness(rows, given, self.cutoff)

    def class_samples(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """The classes' own clocks."""
        return given["clock"]

    def class_writes(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Not known: neurons change hands."""
        return None

    def ages(self, given: Mapping[str, NDArray[Any]]) -> Ints | None:
        """Time since each neuron stored its sample."""
        ages: Ints = given["clock"][given["owner"]] - given["born"] - 1
        return ages


CUTOFF, MEMORY = N_FORMAT, N_FORMAT + 1


@kernel
def _room(
    count: Ints, owner: Int32s, born: Ints, rank: Ints, clock: Ints, held: Int32s, used: Ints, label: int
) -> int:
    """A free neuron, or the lowest rank in the older half of the class that holds most."""
    if used[0] < owner.size:
        return int(used[0])
    fullest = label
    for c in range(held.size):
        if held[c] > held[fullest]:
            fullest = c
    found = -1
    for j in range(owner.size):
        # Ages of a class differ, so no more than half are that young.
        if owner[j] != fullest or clock[fullest] - born[j] <= held[fullest] // 2:
            continue
        if found < 0 or rank[j] < rank[found]:
            found = j
    count[STATE_READS] += owner.size
    return found


@kernel
def _learn(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    payload: Int32s,
    third: Floats,
    v: Int32s,
    owner: Int32s,
    born: Ints,
    rank: Ints,
    clock: Ints,
    held: Int32s,
    used: Ints,
    deviation: Floats,
    step: Floats,
    relevance: Weights,
    relevant: Int32s,
    compared: Ints,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    label = int(third[0])
    hit, miss = nearest_two(v, owner, int(used[0]), label)
    count[STATE_READS] += used[0]
    learn_relevance(
        w, count, key, pre, payload, hit, miss, deviation, step, relevance, relevant, compared, const
    )
    if hit >= 0 and miss >= 0 and v[miss] > v[hit]:
        rank[miss] = -abs(rank[miss])
        count[STATE_WRITES] += 1
    j = _room(count, owner, born, rank, clock, held, used, label)
    if j == used[0]:
        used[0] += 1
    else:
        held[owner[j]] -= 1
    store(w, nnz, count, pre, payload, deviation.size, hit, j)
    owner[j] = label
    born[j] = clock[label]
    rank[j] = 1 + draw(key, deviation.size, j)  # no feature rounds with that number
    held[label] += 1
    clock[label] += 1
    count[RNG_DRAWS] += 1
