"""Readouts class by class."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.readouts.linear import Linear
from streamsnn.readouts.mixture import Mixture
from tests.core.oracles.coding import log_sum_exp, softmax_error

POTENTIALS = st.lists(st.floats(-700, 700), min_size=1, max_size=6)


def mixture_scores(v: list[int], owner: list[int], n_classes: int, readout: Mixture) -> np.ndarray:
    scores, peak = np.full(n_classes, np.nan), np.zeros(n_classes)
    const = np.array(readout.constants(1e-3))
    readout.kernel()(np.array(v, np.int32), np.array(owner, np.int32), peak, scores, const)
    return scores


@pytest.mark.small
@given(st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(0, 3)), max_size=12))
def test_mixture_is_log_sum_exp(units: list[tuple[int, int]]) -> None:
    v, owner = [u for u, _ in units], [c for _, c in units]
    scores = mixture_scores(v, owner, 5, Mixture(beta=0.1, unit=16.0))
    for c, score in enumerate(scores):
        expected = log_sum_exp([0.1 / 16.0 * u for u, own in units if own == c])
        # a sum of up to 12 exponentials of doubles; log and exp of two libraries agree to about 1e-16
        assert score == (expected if math.isinf(expected) else pytest.approx(expected, rel=1e-12, abs=1e-12))


@pytest.mark.small
def test_mixture_by_hand() -> None:
    # beta / unit = 1: class 0 has log(e^0 + e^0) = log 2; class 1 one unit of 3; class 2 none
    scores = mixture_scores([0, 3, 0], [0, 1, 0], 3, Mixture(beta=1.0, unit=1.0))
    assert scores.tolist() == [pytest.approx(math.log(2)), 3.0, -math.inf]


@pytest.mark.small
def test_large_beta_takes_the_best_unit() -> None:
    scores = mixture_scores([10, 7, 12, -4], [0, 0, 1, 1], 2, Mixture(beta=1000.0, unit=1.0))
    assert scores.tolist() == [10_000.0, 12_000.0]


def linear(v: list[float], target: int, readout: Linear) -> tuple[np.ndarray, np.ndarray]:
    potentials, scores, third = np.array(v), np.full(len(v), np.nan), np.full(len(v), np.nan)
    readout.kernel()(potentials, scores)
    readout.error()(potentials, target, third, np.array(readout.constants(1e-3)))
    return scores, third


@pytest.mark.small
@given(POTENTIALS, st.data())
def test_softmax_error(v: list[float], data: st.DataObject) -> None:
    target = data.draw(st.integers(0, len(v) - 1))
    scores, error = linear(v, target, Linear("softmax"))
    assert scores.tolist() == v
    # exp of an argument of up to 1400 magnifies its rounding: 1400 * 2^-53 = 2e-13
    assert error == pytest.approx(softmax_error(v, target), rel=1e-12, abs=1e-12)
    assert error.sum() == pytest.approx(0.0, abs=1e-14 * len(v))


@pytest.mark.small
@given(POTENTIALS, st.data())
def test_squared_error(v: list[float], data: st.DataObject) -> None:
    target = data.draw(st.integers(0, len(v) - 1))
    scores, error = linear(v, target, Linear("squared"))
    assert scores.tolist() == v
    assert error.tolist() == [value - (c == target) for c, value in enumerate(v)]


@pytest.mark.small
def test_softmax_does_not_overflow() -> None:
    _, error = linear([1e300, -1e300, 0.0], 1, Linear("softmax"))
    assert error.tolist() == [1.0, -1.0, 0.0]


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Mixture(beta=0.0), r"beta=0\.0"),
        (lambda: Mixture(unit=-1.0), r"unit=-1\.0"),
        (lambda: Linear("hinge"), "loss='hinge'"),  # type: ignore[arg-type]
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
