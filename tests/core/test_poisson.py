"""The Poisson encoder against independent trials in each tick: rates, gaps, independence, bits."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.encoders.poisson import Poisson
from tests.core.oracles.integers import scramble, uniform32

DT = 1e-3


class Bench:
    """The encoder alone, with its arrays."""

    def __init__(self, encoder: Poisson, n_features: int) -> None:
        axes = {"pre": n_features}
        self.encoder, self.n = encoder, n_features
        self.fields = [
            np.zeros([axes[d] if isinstance(d, str) else d for d in f.dims], f.dtype)
            for f in encoder.fields()
        ]
        self.ptr = np.zeros(encoder.ticks + 1, np.int64)
        self.index = np.zeros(n_features * encoder.ticks, np.int32)
        self.const = np.array(encoder.constants(DT))

    def encode(self, x: list[float], key: int) -> np.ndarray:
        """Spikes `[ticks, n_features]` as booleans; a neuron spikes at most once a tick."""
        self.encoder.kernel()(np.array(x), key, self.ptr, self.index, self.const, *self.fields)
        raster = np.zeros((self.encoder.ticks, self.n), np.int64)
        for t in range(self.encoder.ticks):
            np.add.at(raster[t], self.index[self.ptr[t] : self.ptr[t + 1]], 1)
        assert raster.max(initial=0) <= 1
        return raster.astype(bool)


def trial_spikes(encoder: Poisson, x: list[float], key: int) -> list[list[int]]:
    """Spike times of each neuron: a gap counts failing trials, from inverting their distribution."""
    chances = []
    for value in x:
        share = min(max((value - encoder.low) / (encoder.high - encoder.low), 0.0), 1.0)
        chances.append(0.0 if math.isnan(value) else min(1.0, DT * encoder.max_rate * share))
    # the values enter the key: samples of one clock do not share their noise
    content = sum((i + 1) * math.floor(p * 2**32) for i, p in enumerate(chances))
    key = scramble((key ^ content) % 2**32)
    times = []
    for i, p in enumerate(chances):
        own: list[int] = []
        t = -1
        while p > 0:
            u = (uniform32(key, i, t + 1) + 0.5) / 2**32
            fails = 0
            while p < 1 and (1 - p) ** (fails + 1) >= u and t + 1 + fails < encoder.ticks:
                fails += 1
            t += 1 + fails
            if t >= encoder.ticks:
                break
            own.append(t)
        times.append(own)
    return times


@pytest.mark.small
@pytest.mark.parametrize("max_rate", [128.0, 1000.0, 4000.0])
def test_gaps_invert_the_distribution_of_trials(max_rate: float) -> None:
    encoder = Poisson(ticks=40, max_rate=max_rate, low=-1.0, high=3.0)
    bench = Bench(encoder, 7)
    x = [-2.0, -1.0, -0.9, 1.0, 3.0, 9.0, math.nan]
    for key in range(20):
        raster = bench.encode(x, key)
        assert [np.flatnonzero(train).tolist() for train in raster.T] == trial_spikes(encoder, x, key)


@pytest.mark.small
def test_certain_and_impossible_spikes() -> None:
    raster = Bench(Poisson(ticks=12, max_rate=1000.0), 3).encode([1.0, 0.0, math.nan], key=4)
    assert raster.all(axis=0).tolist() == [True, False, False]
    assert raster.any(axis=0).tolist() == [True, False, False]


def test_ticks_are_independent_trials() -> None:
    """Counts are binomial, and neither neighbours, ticks nor samples are correlated."""
    n, ticks, samples = 40, 50, 500
    bench = Bench(Poisson(ticks=ticks, max_rate=200.0), n)
    rasters = np.array([bench.encode([1.0] * n, key) for key in range(samples)]).astype(float)
    trials, p = rasters.size, 0.2
    # a million trials: every bound is four standard deviations of its estimate
    assert rasters.mean() == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / trials))
    per_tick = rasters.mean(axis=(0, 2))  # the first tick and the last are like any other
    assert abs(per_tick - p).max() < 4 * math.sqrt(p * (1 - p) * ticks / trials)
    counts = rasters.sum(axis=1)
    spread = ticks * p * (1 - p)
    assert counts.var() == pytest.approx(spread, rel=4 * math.sqrt(2 / counts.size))
    centred = rasters - p
    pairs = {
        "samples": centred[1:] * centred[:-1],
        "ticks": centred[:, 1:] * centred[:, :-1],
        "next but one": centred[:, 2:] * centred[:, :-2],
        "neurons": centred[:, :, 1:] * centred[:, :, :-1],
    }
    for name, product in pairs.items():
        assert abs(product.mean()) < 4 * p * (1 - p) / math.sqrt(product.size), name


@pytest.mark.small
def test_equal_keys_give_equal_spikes_and_others_do_not() -> None:
    bench = Bench(Poisson(ticks=30, max_rate=300.0), 5)
    x = [0.2, 0.9, 0.5, 0.7, 1.0]
    first, other, again = (bench.encode(x, key) for key in (1, 2, 1))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    # one feature less: the others' noise is another
    less = bench.encode([*x[:4], 0.99], 1)
    assert less[:, :4].tobytes() != first[:, :4].tobytes()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Poisson(ticks=0), "ticks=0"),
        (lambda: Poisson(max_rate=0.0), r"max_rate=0\.0 Hz"),
        (lambda: Poisson(max_rate=math.inf), "max_rate=inf Hz"),
        (lambda: Poisson(low=2.0), r"low=2\.0"),
        (lambda: Poisson(high=math.nan), "high=nan"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
