"""Credit of features behind frozen layers, against sums over single synapses in plain Python."""

from collections.abc import Callable

import numpy as np
import pytest

from streamsnn import (
    LI,
    Convolution,
    Core,
    Counting,
    Fixed,
    Given,
    KWinners,
    Latency,
    Layer,
    Mixture,
    Network,
    Projection,
)
from streamsnn.models.attribution import _through_kernel, feature_credit
from streamsnn.neurons.level import Level

TICKS = 8
Weight = Callable[[int, int], float]


def back(
    active: list[float], credit: list[float], weight: Weight, signs: list[int] | None = None
) -> list[float]:
    """Credit of every neuron before synapses, from that of every neuron after them."""
    before = [0.0] * len(active)
    for j, share in enumerate(credit):
        sign = signs[j % len(signs)] if signs else 1
        given = [a * max(sign * weight(i, j), 0.0) for i, a in enumerate(active)]
        if sum(given) > 0:
            before = [b + share * g / sum(given) for b, g in zip(before, given, strict=True)]
    return before


def test_credit_goes_back_through_levels_and_winners() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(-5, 6, (6, 4)), rng.integers(-5, 6, (4, 10))
    gain, bias, shift = (3, -2), (10, 400), 4
    network = Network(
        Latency(ticks=TICKS),
        (
            Layer("levels", Level(levels=15, gain=gain, bias=bias, shift=shift), 4),
            Layer("code", KWinners(3), 10),
            Layer("units", LI()),
        ),
        (
            Projection("input", "levels", Given(first), Fixed(8)),
            Projection("levels", "code", Given(second), Fixed(8)),
            Projection("code", "units", format=Counting().format, rule=Counting()),
        ),
        Mixture(),
    )
    core = Core(network, n_features=6, n_classes=1)
    x = np.array([0.9, 0.1, np.nan, 0.5, 1.0, 0.3])
    core.run(x[None], np.array([-1]), learn=False, record=True)
    raster = core.raster()
    winners = np.sort(raster.neurons[raster.layers == 2])
    inputs = [0.0 if np.isnan(each) else float(round(TICKS * each)) for each in x.tolist()]
    sums = [sum(a * int(first[i, j]) for i, a in enumerate(inputs)) for j in range(4)]
    scaled = [(s * gain[j % 2] + bias[j % 2] + (1 << shift - 1)) / 2**shift for j, s in enumerate(sums)]
    levels = [float(min(max(int(each // 1), 0), 15)) for each in scaled]
    assert sum(level > 0 for level in levels) >= 2 and winners.size > 0

    found = feature_credit(core, raster, "code", winners)
    assert found is not None and found.shape == (winners.size, 6)
    for row, winner in zip(found.tolist(), winners.tolist(), strict=True):
        at_levels = back(levels, [float(j == winner) for j in range(10)], lambda i, j: second[i, j])
        given = back(inputs, at_levels, lambda i, j: first[i, j], [1, -1])
        expected = [share / sum(given) for share in given]  # a level that its bias alone gave has no source
        assert row == pytest.approx(expected, rel=1e-12, abs=1e-15) and sum(row) == pytest.approx(1.0)
        assert row[2] == 0.0  # missing


@pytest.mark.parametrize(
    "c",
    [
        Convolution((7, 6), channels=2, kernel=(5, 3), filters=4, stride=2, padding=2),
        Convolution((5, 5), channels=3, kernel=(3, 3), filters=2),
        Convolution((8, 8), kernel=(5, 5), filters=2, stride=2, padding=2),
    ],
    ids=["rectangular", "several channels", "stride"],
)
def test_credit_goes_back_through_a_convolution(c: Convolution) -> None:
    rng = np.random.default_rng(5)
    kernel = rng.integers(-3, 4, (c.n_rows, c.filters)).astype(np.int8)
    active, credit = rng.integers(0, 4, c.n_pre).astype(float), rng.random((2, c.n_post))
    signs = [-1 if f % 2 else 1 for f in range(c.filters)]
    (_, width), (_, out_width) = c.shape, c.out_shape

    def weight(i: int, j: int) -> float:
        y, x, channel = i // c.channels // width, i // c.channels % width, i % c.channels
        oy, ox, f = j // c.filters // out_width, j // c.filters % out_width, j % c.filters
        dy, dx = y + c.padding - oy * c.stride, x + c.padding - ox * c.stride
        if not (0 <= dy < c.kernel[0] and 0 <= dx < c.kernel[1]):
            return 0.0
        return float(kernel[(dy * c.kernel[1] + dx) * c.channels + channel, f])

    found = _through_kernel(c, kernel, active, credit, np.resize(np.array(signs, float), c.n_post))
    for row, given in zip(found.tolist(), credit.tolist(), strict=True):
        assert row == pytest.approx(back(active.tolist(), given, weight, signs), rel=1e-9, abs=1e-12)


def test_a_layer_that_learns_on_the_way_has_no_credit_to_give() -> None:
    network = Network(
        Latency(),
        (Layer("code", KWinners(2), 4), Layer("units", LI())),
        (
            Projection("input", "code", Given(np.ones((2, 4))), Fixed(8)),
            Projection("code", "code", Given(np.ones((4, 4))), Fixed(8)),
            Projection("code", "units", format=Counting().format, rule=Counting()),
        ),
        Mixture(),
    )
    core = Core(network, n_features=2, n_classes=1)
    core.run(np.ones((1, 2)), np.array([-1]), learn=False, record=True)
    raster = core.raster()
    assert feature_credit(core, raster, "code", np.array([0])) is None  # two projections feed it
    assert feature_credit(core, raster, "units", np.array([], np.int64)) is None  # this one has a rule
