"""Continually learning prototypes (CLP): the nearest one moves or, where it fails, a new one is allocated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    STATE_READS,
    STATE_WRITES,
)
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.synaptic import N_FORMAT, count_delivery, write
from streamsnn.rules._defaults import OncePerSample
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

NOVELTY, MAX_UNITS, CONSOLIDATE = range(N_FORMAT, N_FORMAT + 3)
# Potential of a neuron whose prototype points where the input does: 100 nats of the default `Mixture`, so
# that the nearest prototype decides.
UNIT = 16384.0


@dataclass(frozen=True)
class CLP(OncePerSample):
    """Prototype neurons with a class each: winner takes all, learning rate 1 / hits, allocation on failure.

    A input, its |A| active lines x_i = 1; prototype q is p_q = w_q / n_q, the mean of its n_q samples.

        v_q = 2^14 cos(x, p_q) = 2^14 sum_{i in A} w_iq / (|w_q| sqrt|A|) ,        q* = argmax v_q

    Learning sample (A, class c):

        no unit yet, or v_q* < 2^14 novelty, or q* of another class:    allocate: w_iq = 1 for i in A, n_q = 1
        else, and n_q* < consolidate:                                   p_q* += (x - p_q*) / n_q* :
                                                                        w_iq* += 1 for i in A, n_q* += 1
        else:                                                           nothing: the prototype is finished

    A mean needs no decay of the lines that were silent: its sum is stored, and n_q and |w_q| are gains of
    the neuron, so that only active lines are written. A class without room moves its own nearest prototype
    instead of allocating. The winner is found by the neurons, from the potential of this tick: give the
    post layer integrators without decay (`LI()`), and the input as a one-shot code (`KWinners`).

    Allocating on errors alone would leave a first class with one prototype, since nothing contradicts it:
    it is the novelty gate that gives it more. Prototypes of other classes are read (the winner may be one
    of them) but never written: what is learned about a class stays, in any order, though how many
    prototypes it gets depends on what it met.

    Parameters
    ----------
    novelty
        Cosine below which an input is new to all prototypes, 0 to 1.
    max_units
        Prototypes per class.
    consolidate
        Hits after which a prototype is finished, 1 to 127: the largest stored weight is its hits.

    `novelty` and `consolidate` were chosen on validation splits of the digits; another code may want others.

    Cost per learned sample, synaptic memory: |A| synapses read and written, nothing for a finished winner;
    finding it reads the potentials, which inference has made. Delivery scales sums by one gain per neuron.

    Hosts: loihi2 (graded spikes, allocation by the neurons), spinnaker, cpu.

    References
    ----------
    Hajizada, Berggold, Iacono, Glover & Sandamirskaya, Interactive continual learning for robots: a
    neuromorphic approach, ICONS 2022; Hajizada et al., Continual learning for autonomous robots: a
    prototype-based approach, 2024.

    >>> CLP(novelty=0.5).opens_units
    True
    """

    novelty: float = 0.5
    max_units: int = 60
    consolidate: int = 10

    def __post_init__(self) -> None:
        if not 0.0 <= self.novelty <= 1.0:
            raise ValueError(f"novelty={self.novelty}: a cosine lies between 0 and 1")
        if self.max_units < 1 or not 1 <= self.consolidate <= 127:
            raise ValueError(
                f"max_units={self.max_units}, consolidate={self.consolidate}: "
                "give max_units >= 1 and consolidate from 1 to 127"
            )

    @property
    def format(self) -> Format:
        """Sums of up to 127 samples."""
        return Fixed(8)

    def fields(self) -> tuple[Field, ...]:
        """Hits, class and squared length of each prototype; prototypes per class; sums of this tick."""
        return (
            Field("hits", "i4", ("post",)),
            Field("owner", "i4", ("post",)),
            Field("square", "i8", ("post",)),
            Field("class_units", "i4", ("class",)),
            Field("dot", "i4", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(novelty as a potential, prototypes per class, hits of a finished one)`."""
        return (UNIT * self.novelty, float(self.max_units), float(self.consolidate))

    def kernel(self) -> Kernel:
        """Allocate, move or skip."""
        return _learn

    def deliver(self) -> Kernel:
        """Deliver cosines."""
        return _deliver

    def evidence(self, rows: Weights, given: Mapping[str, NDArray[Any]]) -> Floats:
        """Each line's part of the cosine, before it is rounded."""
        lengths = np.sqrt(given["square"] * float(rows.shape[0]))
        part: Floats = UNIT * rows / lengths
        return part


@kernel
def _deliver(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    acc: Int32s,
    square: Ints,
    dot: Int32s,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    dot[:] = 0
    for k in range(pre.size):
        row = w[pre[k]]
        for q in range(acc.size):
            dot[q] += row[q]
    for q in range(acc.size):
        acc[q] += int(np.floor(UNIT * dot[q] / np.sqrt(float(square[q] * pre.size)) + 0.5))
    count[STATE_READS] += acc.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def _nearest(v: Int32s, owner: Int32s, n_units: int, label: int) -> tuple[int, int]:
    """The winner among all prototypes, and that among those of class `label` (-1 where there is none)."""
    best, own = -1, -1
    for q in range(n_units):
        if best < 0 or v[q] > v[best]:
            best = q
        if owner[q] == label and (own < 0 or v[q] > v[own]):
            own = q
    return best, own


@kernel
def _learn(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    third: Floats,
    size: Ints,
    v: Int32s,
    hits: Int32s,
    owner: Int32s,
    square: Ints,
    class_units: Int32s,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    label = int(third[0])
    q, own = _nearest(v, owner, int(size[0]), label)
    count[STATE_READS] += int(size[0])
    failed = q < 0 or v[q] < const[NOVELTY] or owner[q] != label
    if failed and class_units[label] < const[MAX_UNITS]:
        q = int(size[0])
        size[0] += 1
        class_units[label] += 1
        owner[q] = label
    else:
        q = own
        if hits[q] >= const[CONSOLIDATE]:
            return
    hits[q] += 1
    for k in range(pre.size):
        old = int(w[pre[k], q])
        write(w, nnz, count, pre[k], q, old + 1)
        square[q] += 2 * old + 1
    count[LRN_ROWS_READ] += pre.size
    count[LRN_WORDS_READ] += pre.size
    count[LRN_SYNAPSES_VISITED] += pre.size
    count[STATE_WRITES] += 2  # hits and length
