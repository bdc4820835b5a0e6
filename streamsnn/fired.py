"""From one flag per neuron to the list of those that fired."""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic, overload
from numba.np import arrayobj
from numpy.typing import NDArray

from streamsnn.jit import kernel
from streamsnn.types import Int32s

Flags = NDArray[np.uint8]
_GROUP = 64  # flags looked at together: one bit each
_I8, _I64 = ir.IntType(8), ir.IntType(64)


def set_flags(flags: Flags, first: int) -> np.uint64:
    """64 flags from `first` as bits.

    >>> int(set_flags(np.arange(64, dtype=np.uint8) % 2, 0)) == 0xAAAAAAAAAAAAAAAA
    True
    """
    return np.uint64(sum(1 << k for k in range(_GROUP) if flags[first + k]))


def lowest(bits: np.uint64) -> int:
    """Position of the lowest bit that is set; there must be one.

    >>> lowest(np.uint64(40))
    3
    """
    return (int(bits) & -int(bits)).bit_length() - 1


def _load_flags(_: Any, flags: Any, first: Any) -> Any:
    def code(context: Any, b: Any, signature: Any, given: Any) -> Any:
        lanes = ir.VectorType(_I8, _GROUP)
        make: Any = arrayobj.make_array
        start = b.gep(make(flags)(context, b, given[0]).data, [given[1]])
        loaded = b.load(b.bitcast(start, lanes.as_pointer()), align=1)
        return b.bitcast(b.icmp_unsigned("!=", loaded, ir.Constant(lanes, None)), _I64)

    return types.uint64(flags, types.int64), code


def _count_zeros(_: Any, bits: Any) -> Any:
    def code(context: Any, b: Any, signature: Any, given: Any) -> Any:
        return b.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


_loaded: Any = intrinsic(_load_flags)
_zeros: Any = intrinsic(_count_zeros)


@overload(set_flags, strict=False, inline="always")
def _compiled_set_flags(flags: Any, first: Any) -> Callable[..., Any]:
    return lambda flags, first: _loaded(flags, first)


@overload(lowest, strict=False, inline="always")
def _compiled_lowest(bits: Any) -> Callable[..., Any]:
    return lambda bits: _zeros(bits)


@kernel
def list_fired(flags: Flags, out: Int32s, known: int, base: int) -> int:
    """Write base + j for each j with flags[j] other than 0 to out[known:], in order; returns the new length.

    64 flags at a time become the bits of a word, of which those that are set are taken one by one: what it
    costs follows the spikes.
    """
    whole = flags.size & -_GROUP
    end = known
    for first in range(0, whole, _GROUP):
        bits = set_flags(flags, first)
        while bits != np.uint64(0):
            out[end] = base + first + lowest(bits)
            bits &= bits - np.uint64(1)
            end += 1
    for j in range(whole, flags.size):
        if flags[j] != 0:
            out[end] = base + j
            end += 1
    return end
