"""A row changed by a sum of three rows: vectors against plain Python, and one pass against two."""

from typing import Any

import numpy as np
import pytest

from streamsnn.memory.counters import COUNTERS
from streamsnn.memory.deferred import _in_one_pass, _through_delta, powers
from streamsnn.memory.formats import Fixed, Float32, Float64, Format
from streamsnn.memory.sums import add_sum

FORMATS: dict[str, Format] = {
    "float32": Float32(),
    "float64": Float64(),
    "nearest": Fixed(8, exponent=-6, rounding="nearest"),
    "stochastic": Fixed(4, exponent=-2, rounding="stochastic"),
}


def constants(kind: Format) -> np.ndarray:
    return np.array((*kind.constants(), 0.0, float(kind.bits), 0.0))


def weights(kind: Format, rng: np.random.Generator, n: int) -> np.ndarray:
    return np.ascontiguousarray(kind.quantise(rng.normal(0, 0.5, (3, n))))


@pytest.mark.parametrize("n", [1, 10, 64, 150])
@pytest.mark.parametrize("name", ["float32", "nearest", "stochastic"])
def test_vectors_do_what_the_python_says(name: str, n: int, rng: np.random.Generator) -> None:
    kind, plain = FORMATS[name], getattr(add_sum, "py_func", add_sum)
    real: Any = np.float32
    history: Any = rng.normal(0, 1, (8, n + 3)).astype(real)  # capacity beyond the neurons in use
    by: Any = tuple(real(c) for c in (0.7, -0.3, 0.0))
    w = weights(kind, rng, n)
    expected = w.copy()
    found = add_sum(w, 99, 1, n, history, (2, 5, 7), by, constants(kind))
    assert found == plain(expected, 99, 1, n, history, (2, 5, 7), by, constants(kind))
    assert w.tobytes() == expected.tobytes()
    assert found[0] > 0 or n == 1


@pytest.mark.parametrize(("start", "stop"), [(8, 15), (9, 15), (11, 22), (8, 22), (3, 30), (15, 16)])
@pytest.mark.parametrize("name", ["float64", "nearest"])
def test_one_pass_equals_two(name: str, start: int, stop: int, rng: np.random.Generator) -> None:
    # intervals within one block of 8 ticks, over two, and over more
    kind, n, ring = FORMATS[name], 20, 32
    real = np.float64 if name == "float64" else np.float32
    prefix: Any = rng.normal(0, 0.1, (ring, n)).astype(real)
    power = np.array(powers(0.9, ring))
    results = []
    for change in (_in_one_pass, _through_delta):
        w = weights(kind, np.random.default_rng(5), n)
        nnz, count = np.count_nonzero(w, axis=1).astype(np.int32), np.zeros(len(COUNTERS), np.int64)
        delta = np.zeros(n, prefix.dtype)
        change(
            w, nnz, count, 7, 1, -2.0, 0.5, prefix, start, stop, power, 8, delta, constants(kind)
        )  # fmt: skip
        results.append((w, nnz, count))
    (one, nnz, count), (two, expected_nnz, expected_count) = results
    # the order of additions differs: some roundings of a double; integers end up equal
    tolerance = 1e-14 if name == "float64" else 0
    assert abs(one.astype(np.float64) - two).max() <= tolerance
    assert nnz.tolist() == expected_nnz.tolist()
    assert count.tolist() == expected_count.tolist()
    assert count.any()
