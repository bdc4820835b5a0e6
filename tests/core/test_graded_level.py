"""Levels by hand, scales against plain Python, and what no value may break."""

import math
from itertools import pairwise

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.memory.levels import level_of, order_of, steps_of
from streamsnn.models.exemplar_network import exemplar_network
from streamsnn.rules.exemplars import Exemplars
from tests.core.oracles.levels import Scale

LEVELS = [*range(-127, 0), *range(1, 128)]


def core_of(n_features: int) -> Core:
    return Core(exemplar_network(Exemplars(size=30), None, None), n_features=n_features, n_classes=3)


def sent(core: Core, x: np.ndarray, *, learn: bool = True) -> list[int]:
    """Payloads of one sample, none for missing features."""
    core.run(x[None], np.array([-1]), learn=learn)
    return list(core.array("encoder.payload")[: np.isfinite(x).sum()])


@pytest.mark.small
def test_levels_by_hand() -> None:
    # one step each up to 64; beyond, 8 levels to a doubling; 0 is none of them
    far = {0.0: 1, 0.9: 1, 1.0: 2, -0.1: -1, -1.0: -1, -1.1: -2, 63.5: 64, 128.0: 72, -256.0: -80, 1e9: 127}
    assert {d: level_of(d, 64.0, 8.0) for d in far} == far
    assert level_of(math.inf, 64.0, 8.0) == 127


@pytest.mark.small
def test_every_level_stands_for_a_value_that_has_it() -> None:
    assert [level_of(steps_of(level, 64.0, 8.0), 64.0, 8.0) for level in LEVELS] == LEVELS
    assert [order_of(level) for level in LEVELS] == list(range(-127, 127))
    assert all(steps_of(a, 64.0, 8.0) < steps_of(b, 64.0, 8.0) for a, b in pairwise(LEVELS))


def test_scales_against_plain_python(rng: np.random.Generator) -> None:
    n = 300
    x = np.stack(
        [rng.normal(5, 2, n), 1e-3 * rng.random(n), np.repeat([0.0, 50.0], n // 2), np.full(n, 7.0)], 1
    )
    x[:, 0] *= np.linspace(1, 20, n)  # its spread grows: the step has to double after it has settled
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:100, 1] = np.nan  # its first value comes late
    core, scales = core_of(4), [Scale() for _ in range(4)]
    for row in x:
        expected = []
        for scale, value in zip(scales, row.tolist(), strict=True):
            if not math.isnan(value):
                scale.follow(value)
                expected.append(scale.level(value))
        assert sent(core, row) == expected
    held = core.arrays()
    assert held["encoder.step"].tolist() == [scale.step for scale in scales]
    assert held["encoder.seen"].tolist() == [scale.seen for scale in scales]
    assert scales[0].step > 1.0 > scales[1].step > scales[3].step == 0.0


def test_predicting_moves_no_scale(rng: np.random.Generator) -> None:
    core = core_of(2)
    for row in rng.random((70, 2)):
        sent(core, row)
    before = core.arrays()
    sent(core, np.array([1e6, -1e6]), learn=False)
    assert all(before[name].tobytes() == a.tobytes() for name, a in core.arrays().items())


def test_a_unit_of_measure_makes_no_difference(rng: np.random.Generator) -> None:
    # powers of two: no rounding, so that the levels are the very same
    x = rng.normal(size=(100, 3))
    cores = [core_of(3), core_of(3)]
    for row in x:
        assert sent(cores[0], row) == sent(cores[1], row * np.array([2.0**40, 0.125, -0.5]) * [1, 1, -1])


def test_after_it_has_settled_a_step_never_falls(rng: np.random.Generator) -> None:
    core = core_of(1)
    steps = []
    for value in (*rng.normal(size=200), *(1e-3 * rng.normal(size=200)), *(100 * rng.normal(size=200))):
        sent(core, np.array([value]))
        steps.append(float(core.array("encoder.step")[0]))
    assert steps[64:] == sorted(steps[64:])
    assert steps[-1] > steps[64] == steps[399]


def test_the_largest_and_smallest_numbers_leave_everything_finite() -> None:
    core = core_of(2)
    for value in (0.0, 5e-324, 1.7e308, -1.7e308, 5e-324, 1e-300, 0.0):
        for _ in range(30):
            levels = sent(core, np.array([value, -value]))
            assert all(1 <= abs(level) <= 127 for level in levels)
    assert all(np.isfinite(a).all() for a in core.arrays().values())


@pytest.mark.small
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"linear": 128}, "linear=128"),
        ({"octave": 0}, "octave=0"),
        ({"steps": 0.0}, "steps=0.0"),
        ({"settled": 50}, "settled=50"),
        ({"memory": 0}, "memory=0"),
    ],
)
def test_refuses(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        GradedLevel(**wrong)
