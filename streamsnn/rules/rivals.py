"""One line per class through the features: the class and its strongest rival move apart, on credit."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import (
    LRN_ROWS_READ,
    LRN_SYNAPSES_VISITED,
    LRN_WORDS_READ,
    PAYLOAD_WORDS,
    RNG_DRAWS,
    STATE_READS,
    STATE_WRITES,
)
from streamsnn.memory.fixed_point import draw
from streamsnn.memory.formats import Fixed, Format
from streamsnn.memory.levels import steps_of
from streamsnn.memory.synaptic import HIGH, LSB, N_FORMAT, count_delivery, write
from streamsnn.rules._defaults import OncePerSample
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, LEAST = N_FORMAT, N_FORMAT + 1
REACH = 8.0  # deviations, beyond which a value pulls no more
ALWAYS = 1 << 30  # row of the line that is always on, for its draws
LARGEST_OFFSET = 32767


@dataclass(frozen=True)
class Rivals(OncePerSample):
    """Softmax regression in which only the true class and its strongest rival learn, and the rival on credit.

    Input: one graded spike per feature, s_f its level in mean deviations from the origin (`GradedLevel`),
    at most 8.

        v_c = b_c + sum_f w_fc s_f ,     q = softmax(v) over the classes seen

    Learning sample of class c, with the rival r = argmax_{k != c} q_k:

        credit_c = min(credit_c + 1, 1) ,     e = min(q_r, credit_r)             nothing, if e < least
        w_fc += learning_rate e s_f / S ,     w_fr -= learning_rate e s_f / S    S = 1 + sum_f s_f^2
        b_c  += learning_rate e / S ,         b_r  -= learning_rate e / S        credit_r -= e

    rounded at random to the format, so that most small changes write nothing. A class can be pushed down only
    as far as its own samples have paid for, and up only by what its rivals pay: in a long run of one class
    the others lose one unit of credit and are then left as they are.

    Parameters
    ----------
    learning_rate
        Part of the error that one sample mends.
    least
        Error below which nothing is written.

    The defaults were chosen on validation streams.

    Cost per learned sample, synaptic memory: reads two synapses per feature present and two offsets, writes
    those whose rounded value changes. Reading adds whole rows, one per feature present.

    Hosts: loihi2 and spinnaker (graded spikes, normalised rate), cpu.

    References
    ----------
    Crammer & Singer, Ultraconservative online algorithms for multiclass problems, JMLR 2003 (class and
    rival); the normalised step: Nagumo & Noda, IEEE Trans. Automatic Control 1967.

    >>> Rivals(learning_rate=0.25).format.bits
    8
    """

    learning_rate: float = 0.5
    least: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= 2:
            raise ValueError(f"learning_rate={self.learning_rate}: give more than 0, and at most 2")
        if not 0 <= self.least < 1:
            raise ValueError(f"least={self.least}: an error lies between 0 and 1")

    @property
    def opens_units(self) -> bool:
        """One neuron per class."""
        return False

    @property
    def third(self) -> Literal["label", "error"]:
        """The class index: the error is made here, from potentials and credit."""
        return "label"

    @property
    def format(self) -> Format:
        """Steps of 1/64 log-odds per deviation, up to 2."""
        return Fixed(8, exponent=-6)

    def fields(self) -> tuple[Field, ...]:
        """Offset, credit and samples of each class."""
        return (
            Field("offset", "i2", ("post", 1)),
            Field("offsets", "i4", ("post",)),
            Field("credit", "f8", ("post",)),
            Field("samples", "i8", ("post",)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning_rate, least)`."""
        return (self.learning_rate, self.least)

    def kernel(self) -> Kernel:
        """Move the class and its rival apart."""
        return _learn

    def deliver(self) -> Kernel:
        """Deliver weights times deviations, and the offsets."""
        return _deliver


@kernel
def _deviations(level: int, code: Floats) -> float:
    """Mean deviations from the origin that a level stands for, cut at `REACH`."""
    found: float = min(max(steps_of(level, code[0], code[1]) / code[2], -REACH), REACH)
    return found


@kernel
def _deliver(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    pre: Int32s,
    payload: Int32s,
    acc: Floats,
    offset: Weights,
    code: Floats,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    lsb = const[LSB]
    for c in range(acc.size):
        acc[c] += lsb * offset[c, 0]
    for k in range(pre.size):
        row, factor = w[pre[k]], lsb * _deviations(int(payload[k]), code)
        for c in range(acc.size):
            acc[c] += factor * row[c]
    count[STATE_READS] += acc.size
    count[PAYLOAD_WORDS] += pre.size
    count_delivery(nnz, count, pre, acc.size, const)


@kernel
def _error(v: Floats, samples: Ints, credit: Floats, label: int) -> tuple[int, float]:
    """The strongest rival among the classes seen (-1 for none), and the error that it can pay for."""
    rival, total = -1, 0.0
    peak = -np.inf
    for c in range(v.size):
        if samples[c] > 0:
            peak = max(peak, v[c])
            if c != label and (rival < 0 or v[c] > v[rival]):
                rival = c
    if rival < 0 or samples[label] == 0:
        return -1, 0.0
    for c in range(v.size):
        if samples[c] > 0:
            total += np.exp(v[c] - peak)
    return rival, min(np.exp(v[rival] - peak) / total, credit[rival])


@kernel
def _learn(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    payload: Int32s,
    third: Floats,
    v: Floats,
    offset: Weights,
    offsets: Int32s,
    credit: Floats,
    samples: Ints,
    code: Floats,
    const: Floats,
) -> None:
    if pre.size == 0:
        return
    label = int(third[0])
    credit[label] = min(credit[label] + 1.0, 1.0)
    rival, error = _error(v, samples, credit, label)
    samples[label] += 1
    count[STATE_READS] += v.size
    count[STATE_WRITES] += 2
    if rival < 0 or error < const[LEAST]:
        return
    credit[rival] -= error
    square = 1.0
    for k in range(pre.size):
        square += _deviations(int(payload[k]), code) ** 2
    step = const[RATE] * error / (square * const[LSB])
    for c, change in ((label, step), (rival, -step)):
        for k in range(pre.size):
            f = pre[k]
            exact = w[f, c] + change * _deviations(int(payload[k]), code)
            rounded = np.floor(exact + draw(key, f, c) * 2.0**-32)
            write(w, nnz, count, f, c, int(min(max(rounded, -const[HIGH]), const[HIGH])))
        rounded = np.floor(offset[c, 0] + change + draw(key, ALWAYS, c) * 2.0**-32)
        held = int(min(max(rounded, -float(LARGEST_OFFSET)), float(LARGEST_OFFSET)))
        write(offset, offsets, count, c, 0, held)
    n = 2 * (pre.size + 1)
    count[LRN_ROWS_READ] += n
    count[LRN_WORDS_READ] += n
    count[LRN_SYNAPSES_VISITED] += n
    count[RNG_DRAWS] += n
    count[STATE_WRITES] += 1
