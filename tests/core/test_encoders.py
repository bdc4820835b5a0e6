"""Latency and population codes feature by feature."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.encoders.latency import AdaptivePopulation, Latency
from tests.core.oracles.coding import Scale, latency_level, population_levels, spikes_of

VALUE = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 16.0]))


class Bench:
    """An encoder alone, with its arrays."""

    def __init__(self, encoder: Latency | AdaptivePopulation, n_features: int) -> None:
        n = n_features * encoder.lines
        axes = {"pre": n, "post": n, "feature": n_features}
        self.fields = {
            f.name: np.zeros([axes[d] if isinstance(d, str) else d for d in f.dims], f.dtype)
            for f in encoder.fields()
        }
        self.ticks = encoder.ticks
        self.ptr, self.index = np.zeros(encoder.ticks + 1, np.int64), np.zeros(n, np.int32)
        self.const = np.array(encoder.constants(1e-3))
        self.kernel = encoder.kernel()
        self.adaptive = isinstance(encoder, AdaptivePopulation)

    def encode(self, x: list[float], learn: bool = False) -> list[list[int]]:
        """Spikes of every tick."""
        self.fields["level"][:] = 0  # does not last
        values = np.array(x, np.float64)
        lead = (values, int(learn)) if self.adaptive else (values,)
        self.kernel(*lead, self.ptr, self.index, self.const, *self.fields.values())
        assert self.ptr[0] == 0
        return [self.index[a:b].tolist() for a, b in zip(self.ptr[:-1], self.ptr[1:], strict=True)]


@pytest.mark.small
@given(st.lists(VALUE, min_size=1, max_size=8), st.integers(1, 64))
def test_latency(x: list[float], ticks: int) -> None:
    # a range of a power of two: the oracle's division and the kernel's multiplication round alike
    bench = Bench(Latency(low=0.0, high=16.0, ticks=ticks), len(x))
    spikes = bench.encode(x)
    levels = [latency_level(value, 0.0, 16.0, ticks) for value in x]
    assert bench.fields["level"].tolist() == levels
    assert spikes == spikes_of(levels, ticks)


@pytest.mark.small
def test_latency_by_hand() -> None:
    bench = Bench(Latency(low=-1.0, high=1.0, ticks=4), 7)
    # levels 0, 0 (0.4 below half), 1 (half up), 2, 4, 4, missing
    spikes = bench.encode([-2.0, -0.76, -0.75, 0.0, 1.0, 7.0, math.nan])
    assert spikes == [[4, 5], [], [3], [2]]


@pytest.mark.small
@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_larger_values_never_spike_later(x: list[float]) -> None:
    spikes = Bench(Latency(), len(x)).encode(x)
    tick = {i: t for t, neurons in enumerate(spikes) for i in neurons}
    for i, a in enumerate(x):
        for j, b in enumerate(x):
            assert a < b or tick.get(i, 8) <= tick.get(j, 8)


def features(rng: np.random.Generator, n: int) -> np.ndarray:
    """Values of very different scales; constant, integer and often missing features among them."""
    x = rng.normal(size=(n, 6)) * [1.0, 1e-6, 1e6, 0.0, 1.0, 1.0] + [0.0, 3.0, -1e5, 5.0, 0.0, 0.0]
    x[:, 4] = rng.integers(0, 3, n)
    x[rng.random(n) < 0.4, 5] = math.nan
    return x


@pytest.mark.parametrize("n", [2, 8, 11])
def test_population(n: int, rng: np.random.Generator) -> None:
    bench, scales = Bench(AdaptivePopulation(n=n, n_calibrate=20, ticks=8), 6), [Scale(20) for _ in range(6)]
    for t, x in enumerate(features(rng, 120)):
        learn = t % 3 != 0  # every third sample is a prediction: it must not calibrate
        spikes = bench.encode(x.tolist(), learn)
        if learn:
            for scale, value in zip(scales, x.tolist(), strict=True):
                scale.see(value)
        assert spikes == spikes_of(population_levels(x.tolist(), scales, n, 8), 8)
        assert bench.fields["seen"].tolist() == [len(scale.values) for scale in scales]
    # running means against sums: 20 roundings of 2^-53
    assert bench.fields["mean"] == pytest.approx([s.mean for s in scales], rel=1e-13, abs=1e-13)
    assert bench.fields["deviation"] == pytest.approx([s.deviation for s in scales], rel=1e-12)


@pytest.mark.small
def test_population_by_hand() -> None:
    # two neurons at -1/2 and 1/2, each seen from 3/2 away
    bench = Bench(AdaptivePopulation(n=2, n_calibrate=2, ticks=9), 2)
    # the first value is its own mean, s = 0: 1 - (1/2) / (3/2) = 2/3 of 9 levels: tick 3; NaN is silent
    assert bench.encode([3.0, math.nan], learn=True) == [[], [], [], [0, 1], *[[]] * 5]
    # mean 4, deviation (0 + 1) / 2: 5 is z = 2, s = 1/2: full on neuron 1, 1/3 on neuron 0. Feature 1 is
    # at its own mean
    assert bench.encode([5.0, 7.0], learn=True) == [[1], [], [], [2, 3], [], [], [0], [], []]
    # frozen: 3 is z = -2. Feature 1 has no deviation yet: any difference is s = +-1
    assert bench.encode([3.0, 7.1]) == [[0], [], [], [3], [], [], [1], [], []]
    assert bench.encode([3.0, 6.9]) == [[0], [], [], [2], [], [], [1], [], []]


@pytest.mark.small
def test_the_scale_of_a_population_stays_finite() -> None:
    bench = Bench(AdaptivePopulation(n=2, n_calibrate=2, ticks=9), 1)
    for value in (1.7e308, -1.7e308):  # their difference would be infinite: they count as +-1e300
        bench.encode([value], learn=True)
    assert (bench.fields["mean"][0], bench.fields["deviation"][0]) == (0.0, 0.5e300)
    assert bench.encode([1.7e308]) == [[1], [], [], [], [], [], [0], [], []]  # z = 2, as above


@pytest.mark.small
@given(st.floats(-1e3, 1e3))
def test_the_nearest_neuron_of_a_population_spikes_first(x: float) -> None:
    bench = Bench(AdaptivePopulation(n=8, n_calibrate=2, ticks=64), 1)
    for value in (-1.0, 1.0):
        bench.encode([value], learn=True)
    spikes = bench.encode([x])
    s = x / 0.5 / (2 + abs(x / 0.5))  # mean 0, deviation (0 + 1) / 2
    nearest = min(range(8), key=lambda i: abs(s - (-1 + (2 * i + 1) / 8)))
    first = next(neurons for neurons in spikes if neurons)
    assert nearest in first
    assert 1 <= sum(map(len, spikes)) <= 3, "neurons within 3/8 on either side"


@pytest.mark.small
def test_scale_is_frozen_after_n_values_and_by_prediction() -> None:
    bench = Bench(AdaptivePopulation(n_calibrate=3), 1)
    for x in (1.0, 2.0):
        bench.encode([x], learn=True)
    lasting = ("seen", "mean", "deviation")
    kept = [bench.fields[name].tobytes() for name in lasting]
    bench.encode([100.0], learn=False)
    bench.encode([math.nan], learn=True)
    assert [bench.fields[name].tobytes() for name in lasting] == kept
    bench.encode([3.0], learn=True)
    kept = [bench.fields[name].tobytes() for name in lasting]
    for x in (1e9, -1e9):
        bench.encode([x], learn=True)
    assert [bench.fields[name].tobytes() for name in lasting] == kept


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Latency(low=1.0, high=1.0), r"low=1\.0, high=1\.0"),
        (lambda: Latency(low=-math.inf), "low=-inf"),
        (lambda: Latency(high=math.nan), "high=nan"),
        (lambda: Latency(ticks=0), "ticks=0"),
        (lambda: Latency(ticks=65), "ticks=65"),
        (lambda: AdaptivePopulation(ticks=65), "ticks=65"),
        (lambda: AdaptivePopulation(n_calibrate=1), "n_calibrate=1"),
        (lambda: AdaptivePopulation(n=1), "n=1"),
        (lambda: AdaptivePopulation(n=65), "n=65"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
