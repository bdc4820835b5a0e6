"""Graded spikes through full and shared rows, against loops that saturate synapse by synapse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamsnn.memory import COUNTERS
from streamsnn.memory.convolution import Convolution, deliver_shared_integer
from streamsnn.memory.formats import Fixed, Float32, Format
from streamsnn.memory.graded import deliver_graded_float, deliver_graded_integer
from streamsnn.memory.graded_convolution import deliver_shared_graded_float, deliver_shared_graded_integer
from tests.core.oracles.memory import effective_weight
from tests.core.test_convolution import matrix

LIMIT = 2**23 - 1
C = Convolution(shape=(5, 4), channels=6, kernel=(3, 3), filters=5, stride=2, padding=1)
BIASED = 40  # mean weight of rows whose sums leave 24 bits


def constants(fmt: Format) -> np.ndarray:
    """What `memory.synaptic` reads of a projection of full rows."""
    exponent = fmt.exponent if isinstance(fmt, Fixed) else 0
    return np.array([*fmt.constants(), exponent, fmt.bits, 0.0], np.float64)


def saturating(
    w: np.ndarray, exponent: int, pre: np.ndarray, payload: np.ndarray, acc: np.ndarray
) -> tuple[list[int], int]:
    """Input of each neuron after all spikes, and how often 24 bits did not hold a sum."""
    sums, overflows = acc.tolist(), 0
    for i, number in zip(pre.tolist(), payload.tolist(), strict=True):
        for j, weight in enumerate(w[i].astype(int).tolist()):
            exact = sums[j] + effective_weight(weight, exponent) * number
            sums[j] = min(max(exact, -LIMIT), LIMIT)
            overflows += sums[j] != exact
    return sums, overflows


def spikes(rng: np.random.Generator, n: int, largest: int) -> tuple[np.ndarray, np.ndarray]:
    pre = np.flatnonzero(rng.random(n) < rng.random()).astype(np.int32)
    return pre, rng.integers(1, largest + 1, pre.size).astype(np.int32)


def deliver_shared(kernel: object, w: np.ndarray, count: np.ndarray, *rest: np.ndarray) -> int:
    nnz = np.count_nonzero(w, axis=1).astype(np.int32)
    rows, places = np.zeros((2, 9), np.int32)
    *ports, const = rest
    read = kernel(w, nnz, count, *ports, np.array(C.constants()), rows, places, const)  # type: ignore[operator]
    return int(read)


@settings(max_examples=150)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(-4, 7),
    st.sampled_from([1, 15, 64, 65, 3000]),  # 64: the largest number that products of 16 bits take
    st.sampled_from([0, LIMIT]),  # what other synapses have added
)
def test_rows_saturate_synapse_by_synapse(seed: int, exponent: int, largest: int, before: int) -> None:
    rng = np.random.default_rng(seed)
    const = constants(Fixed(8, exponent=exponent))
    kernel = np.clip(rng.integers(-127, 128, (C.n_rows, C.filters)) + BIASED, -127, 127).astype(np.int8)
    kernel[rng.random(kernel.shape) < 0.1] = 0
    full = matrix(C, kernel.astype(float)).astype(np.int8)
    pre, payload = spikes(rng, C.n_pre, largest)
    start = rng.integers(-before, before + 1, C.n_post).astype(np.int32)
    expected, overflows = saturating(full, exponent, pre, payload, start)
    found = []
    for shared in (False, True):
        acc, count = start.copy(), np.zeros(len(COUNTERS), np.int64)
        if shared:
            deliver_shared(deliver_shared_graded_integer, kernel, count, pre, payload, acc, const)
        else:
            nnz = np.count_nonzero(full, axis=1).astype(np.int32)
            deliver_graded_integer(full, nnz, count, pre, payload, acc, const)
        assert acc.tolist() == expected
        found.append(dict(zip(COUNTERS, count.tolist(), strict=True)))
    dense, rows = found
    assert dense["overflows"] == rows["overflows"] == overflows
    for name in ("payload_words", "messages"):
        assert dense[name] == rows[name] == pre.size
    assert dense["synops"] == rows["synops"] == np.count_nonzero(full[pre])
    assert rows["synops_stored"] == np.count_nonzero(matrix(C, np.ones(kernel.shape))[pre])
    assert rows["syn_rows_read"] * C.filters == rows["synops_stored"]


def test_both_ways_of_adding_are_taken(rng: np.random.Generator) -> None:
    """Where the bound says so, vectors; where sums do saturate, one synapse after the other."""
    n_pre, n_post = 60, 33
    w = (rng.integers(0, 2, (n_pre, n_post)) * 254 - 127).astype(np.int8)
    nnz = np.full(n_pre, n_post, np.int32)
    pre, most = np.arange(n_pre, dtype=np.int32), []
    for number in (1, 16, 2000):
        payload = np.full(n_pre, number, np.int32)
        acc, count = np.zeros(n_post, np.int32), np.zeros(len(COUNTERS), np.int64)
        deliver_graded_integer(w, nnz, count, pre, payload, acc, constants(Fixed(8)))
        expected, overflows = saturating(w, 0, pre, payload, np.zeros(n_post, np.int32))
        assert acc.tolist() == expected
        assert count[COUNTERS.index("overflows")] == overflows
        most.append(overflows)
    assert most[0] == most[1] == 0 < most[2]


def test_a_payload_of_one_is_a_plain_spike(rng: np.random.Generator) -> None:
    kernel = rng.integers(-127, 128, (C.n_rows, C.filters)).astype(np.int8)
    pre, _ = spikes(rng, C.n_pre, 1)
    const = constants(Fixed(8, exponent=-2))
    plain, graded = np.zeros((2, C.n_post), np.int32)
    counts = np.zeros((2, len(COUNTERS)), np.int64)
    ones = np.ones(pre.size, np.int32)
    n = deliver_shared(deliver_shared_integer, kernel, counts[0], pre, plain, const)
    assert deliver_shared(deliver_shared_graded_integer, kernel, counts[1], pre, ones, graded, const) == n > 0
    assert plain.tolist() == graded.tolist()
    assert np.any(plain != 0)
    counts[1, COUNTERS.index("payload_words")] -= pre.size
    assert counts[0].tolist() == counts[1].tolist(), "the numbers are all that comes on top"


@pytest.mark.parametrize("fmt", [Float32(), Fixed(8, exponent=-3)])
def test_real_values_through_shared_rows_are_those_of_full_rows(
    fmt: Format, rng: np.random.Generator
) -> None:
    values = rng.integers(-30, 31, (C.n_rows, C.filters)) / 8.0
    kernel = fmt.quantise(values)
    full = matrix(C, kernel.astype(float)).astype(kernel.dtype)
    pre, payload = spikes(rng, C.n_pre, 15)
    shared, dense = np.zeros((2, C.n_post), np.float32)
    counts = np.zeros((2, len(COUNTERS)), np.int64)
    nnz = np.count_nonzero(full, axis=1).astype(np.int32)
    deliver_shared(deliver_shared_graded_float, kernel, counts[0], pre, payload, shared, constants(fmt))
    deliver_graded_float(full, nnz, counts[1], pre, payload, dense, constants(fmt))
    # sums of few multiples of 1/8 are exact in single precision, in any order
    expected = [sum(float(w) * n for w, n in zip(column, payload, strict=True)) for column in full[pre].T]
    scale = 2.0**-3 if isinstance(fmt, Fixed) else 1.0
    assert shared.tolist() == dense.tolist() == [scale * each for each in expected]
    assert np.any(shared != 0)
    for name in ("payload_words", "messages", "synops"):
        assert counts[0, COUNTERS.index(name)] == counts[1, COUNTERS.index(name)] > 0
