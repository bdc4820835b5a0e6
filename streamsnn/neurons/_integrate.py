"""Integration without decay, and integer gains: what neurons that choose once a sample have in common."""

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, NEURON_UPDATES_IDLE, OVERFLOWS
from streamsnn.memory.fixed_point import wrap24
from streamsnn.types import Int32s, Ints

GAIN_LIMIT = (1 << 15) - 1  # 16-bit signed
BIAS_LIMIT = (1 << 31) - 1  # 32-bit signed
LARGEST_SHIFT = 31  # (v / 2^6) gain takes up to 41 bits of a 64-bit word


@kernel
def integrate(acc: Int32s, count: Ints, u: Int32s, v: Int32s) -> None:
    """u := wrap24(u + acc), v := v + u, acc := 0, counted."""
    # All in 32 bits: the loop and its two counts then run in full vectors.
    active = np.int32(0)
    overflows = np.int32(0)
    for j in range(v.size):
        a = acc[j]
        exact = np.int32(u[j] + a)
        current = np.int32(wrap24(exact))
        overflows = np.int32(overflows + np.int32(current != exact))
        active = np.int32(active + np.int32(a != 0))
        u[j] = current
        v[j] = np.int32(v[j] + current)
        acc[j] = 0
    count[NEURON_UPDATES_ACTIVE] += active
    count[NEURON_UPDATES_IDLE] += v.size - active
    count[OVERFLOWS] += overflows


def check_scale(name: str, gain: tuple[int, ...], bias: tuple[int, ...], shift: int) -> None:
    """Refuse gains, biases or a shift that are no integers of the chip, or do not go together."""
    for what, values, limit in (("gain", gain, GAIN_LIMIT), ("bias", bias, BIAS_LIMIT)):
        if not isinstance(values, tuple):
            raise ValueError(f"{name}: {what} is a {type(values).__name__}; give a tuple of integers")
        wrong = [n for n in values if type(n) is not int or abs(n) > limit]
        if wrong:
            raise ValueError(f"{name}: {what} {wrong[0]!r}: give integers of at most +-{limit}")
    if gain and bias and len(gain) != len(bias):
        raise ValueError(f"{name}: {len(gain)} gains and {len(bias)} biases; give as many of both")
    if type(shift) is not int or not 0 <= shift <= LARGEST_SHIFT:
        raise ValueError(f"{name}: shift={shift!r}: give a whole number from 0 to {LARGEST_SHIFT}")
