import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.hardware.band import Band

finite = st.floats(0.0, 1e9)
bands = st.tuples(finite, finite, finite).map(lambda three: Band(*sorted(three)))


def test_sum_and_scale_by_hand() -> None:
    assert Band(1.0, 2.0, 4.0) * 3.0 + Band(0.5, 0.5, 1.0) == Band(3.5, 6.5, 13.0)
    assert Band(1.0, 2.0, 4.0).times(Band(2.0, 3.0, 5.0)) == Band(2.0, 6.0, 20.0)
    assert sum([Band.exact(1.0), Band.exact(2.0)], Band.ZERO) == Band.exact(3.0)


@given(bands, bands, st.floats(0.0, 1e3))
def test_arithmetic_keeps_the_order(a: Band, b: Band, factor: float) -> None:
    for result in (a + b, a * factor, a.times(b)):
        assert result.low <= result.mid <= result.high


@pytest.mark.parametrize(
    "three", [(2.0, 1.0, 3.0), (1.0, 3.0, 2.0), (-1.0, 0.0, 1.0), (0.0, 1.0, math.inf), (math.nan, 1.0, 2.0)]
)
def test_impossible_bands_are_refused_with_their_values(three: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="band") as refused:
        Band(*three)
    assert str(three) in str(refused.value)


def test_a_negative_factor_is_refused() -> None:
    with pytest.raises(ValueError, match="low <= mid <= high"):
        Band.exact(1.0) * -1.0
