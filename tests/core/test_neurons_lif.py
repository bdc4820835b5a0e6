"""Options of the LIF neuron: subtractive reset, infinite refractory time, noise, no leak at all."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.neurons.lif import LIF
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, neuron_host, samples
from tests.core.oracles.integers import uniform32
from tests.core.oracles.neurons import Bench, ChipNeuron, FloatNeuron, decay12

DT = 1e-3
N = 5
KEYS = [(977 * t) % 2**32 for t in range(300)]


def integer_noise(key: int, j: int, amplitude: int) -> int:
    """One of the 2 amplitude + 1 integers around 0: as many equal shares of the 2^32 draws."""
    return uniform32(key, j, 0) * (2 * amplitude + 1) // 2**32 - amplitude


@pytest.mark.parametrize("reset", ["zero", "subtract"])
@pytest.mark.parametrize("refractory", [0, 3, math.inf])
@pytest.mark.parametrize("noise", [0.0, 40.0])
def test_fixed_options(reset: str, refractory: float, noise: float, rng: np.random.Generator) -> None:
    neuron = LIF(0.005, 0.02, 100.0, 2.0, refractory, reset=reset, noise=noise)  # type: ignore[arg-type]
    bench, amplitude = Bench(neuron, N), round(64 * noise)
    decays = (decay12(0.005, DT), decay12(0.02, DT))
    oracle = [ChipNeuron(*decays, 100, 2, refractory, subtract=reset == "subtract") for _ in range(N)]
    fired = draws = 0
    for key, current in zip(KEYS, rng.integers(-3000, 6000, (len(KEYS), N)), strict=True):
        draws += sum(1 for o in oracle if not o.silent) if noise else 0
        expected = [
            j for j, o in enumerate(oracle) if o.tick(int(current[j]), integer_noise(key, j, amplitude))
        ]
        assert bench.tick(current, key) == expected
        assert bench.fields["u"].tolist() == [o.u for o in oracle]
        assert bench.fields["v"].tolist() == [o.v for o in oracle]
        fired += len(expected)
    assert fired == N if math.isinf(refractory) else fired > 100
    assert bench["rng_draws"] == draws
    assert bench["spikes"] == fired
    assert bench["neuron_updates_active"] + bench["neuron_updates_idle"] == N * len(KEYS)


@pytest.mark.parametrize("reset", ["zero", "subtract"])
@pytest.mark.parametrize("refractory", [2, math.inf])
@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_float_options(reset: str, refractory: float, noise: float, rng: np.random.Generator) -> None:
    neuron = LIF(0.005, 0.02, 3.0, 0.1, refractory, "float", reset, noise)  # type: ignore[arg-type]
    bench = Bench(neuron, N)
    keeps = (math.exp(-DT / 0.005), math.exp(-DT / 0.02))
    oracle = [FloatNeuron(*keeps, 3.0, 0.1, refractory, subtract=reset == "subtract") for _ in range(N)]
    fired = draws = 0
    for key, current in zip(KEYS, rng.normal(0.3, 1.0, (len(KEYS), N)), strict=True):
        draws += sum(1 for o in oracle if not o.silent) if noise else 0
        uniform = [2 * uniform32(key, j, 0) / 2**32 - 1 for j in range(N)]
        expected = [j for j, o in enumerate(oracle) if o.tick(float(current[j]), noise * uniform[j])]
        assert bench.tick(current, key) == expected
        # the same doubles up to the order of a few additions
        assert bench.fields["v"] == pytest.approx([o.v for o in oracle], rel=1e-12, abs=1e-12)
        fired += len(expected)
    assert fired == N if math.isinf(refractory) else fired > 100
    assert bench["rng_draws"] == draws


@pytest.mark.small
def test_subtractive_reset_by_hand() -> None:
    # threshold 100 * 64 = 6400, no leak: 14000 leaves 7600, still above; the bias of 1 adds 64 a tick
    bench = Bench(LIF(tau_mem=math.inf, bias=1.0, reset="subtract"), 1)
    seen = []
    for current in (14000 - 64, 0, 0, 6400 - 1264 - 64 - 64):
        fired = bench.tick(np.array([current]))
        seen.append((int(bench.fields["v"][0]), len(fired)))
    # 14000 - 6400; 7664 - 6400; 1264 + 64; then 1328 + 5008 + 64 = 6400, which does not exceed 6400
    assert seen == [(7600, 1), (1264, 1), (1328, 0), (6400, 0)]


@pytest.mark.small
@pytest.mark.parametrize("arithmetic", ["fixed", "float"])
def test_without_leak_it_is_an_integrate_and_fire_neuron(arithmetic: str) -> None:
    """IF = LIF(tau_mem=inf): a spike per threshold's worth of input, whenever it came."""
    unit = 64 if arithmetic == "fixed" else 1
    neuron = LIF(tau_mem=math.inf, v_threshold=10, reset="subtract", arithmetic=arithmetic)  # type: ignore[arg-type]
    bench = Bench(neuron, 1)
    gaps = [1, 50, 3, 200, 7] * 8
    spikes = 0
    for gap in gaps:
        for wait in range(gap):
            spikes += len(bench.tick(np.array([3 * unit if wait == 0 else 0])))
    # 40 inputs of 3 are 120 = 12 thresholds of 10, but the sum must exceed a threshold to spike
    assert spikes == 11
    assert bench.fields["v"].tolist() == [10 * unit]


@pytest.mark.small
def test_infinite_refractory_time_ends_when_the_state_is_cleared() -> None:
    bench = Bench(LIF(v_threshold=1, refractory=math.inf), 1)
    spikes = [len(bench.tick(np.array([6400]))) for _ in range(200)]
    assert spikes == [1] + [0] * 199
    assert bench.fields["silent"].tolist() == [-1]
    for field in bench.fields.values():
        field[:] = 0
    assert bench.tick(np.array([6400])) == [0]


def test_noise_is_uniform_and_independent() -> None:
    amplitude, n, ticks = 2.0, 50, 400
    # one tick of membrane memory at most: v is the noise of this tick alone
    fixed = Bench(LIF(tau_mem=1e-9, v_threshold=2**17 - 1, noise=amplitude), n)
    real = Bench(LIF(tau_mem=1e-9, v_threshold=math.inf, noise=amplitude, arithmetic="float"), n)
    seen = np.zeros((2, ticks, n))
    for t in range(ticks):
        for row, bench in zip(seen, (fixed, real), strict=True):
            bench.tick(np.zeros(n), key=(t + 1) * 7919)
            row[t] = bench.fields["v"]
    assert set(np.unique(seen[0])) == set(range(-128, 129))
    assert -amplitude <= seen[1].min() < -0.999 * amplitude
    assert 0.999 * amplitude < seen[1].max() < amplitude
    for row, width in ((seen[0], 128.5), (seen[1], 2.0)):
        # 20,000 draws: the mean is known to width / sqrt(3 * 20,000) = 0.4 %, the deviation to 0.3 %
        assert abs(row.mean()) < 4 * 0.0041 * width
        assert row.std() == pytest.approx(width / math.sqrt(3), rel=0.015)
        # correlations of 400 pairs scatter by 1/20; the largest of 1225 stays below 5 deviations
        between = np.corrcoef(row.T)[np.triu_indices(n, 1)]
        assert abs(between).max() < 0.25
        assert abs(between.mean()) < 4 / 20 / math.sqrt(between.size)


@pytest.mark.small
def test_a_key_repeats_its_noise() -> None:
    benches = [Bench(LIF(v_threshold=2**17 - 1, noise=9.0), 4) for _ in range(3)]
    states = []
    for bench, key in zip(benches, (5, 5, 6), strict=True):
        bench.tick(np.zeros(4), key)
        states.append(bench.fields["v"].tolist())
    assert states[0] == states[1] != states[2]


@pytest.mark.parametrize("arithmetic", ["fixed", "float"])
def test_noise_in_a_network_follows_the_seed(arithmetic: str, rng: np.random.Generator) -> None:
    x, target = samples(rng, 40)
    host = neuron_host(LIF(noise=60.0, arithmetic=arithmetic))  # type: ignore[arg-type]
    cores = [Core(host, n_features=N_FEATURES, n_classes=N_CLASSES, seed=seed) for seed in (1, 1, 2)]
    for core in cores:
        core.run(x, target, learn=True)
    counts = [core.counters.of("code") for core in cores]
    assert counts[0]["spikes"] == counts[1]["spikes"] > 0
    weights = [core.weights("code->units").tobytes() for core in cores]
    assert weights[0] == weights[1] != weights[2]
    # every update draws but those of the two silent ticks after a spike; a sample may end before these do
    updates = counts[0]["neuron_updates_active"] + counts[0]["neuron_updates_idle"]
    assert updates - 2 * counts[0]["spikes"] <= counts[0]["rng_draws"] < updates
    # predicting draws from the same keys again: nothing of it is state
    assert cores[0].run(x, target, learn=False).tobytes() == cores[0].run(x, target, learn=False).tobytes()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LIF(reset="half"), "reset='half'"),  # type: ignore[arg-type]
        (lambda: LIF(refractory=2.5), r"refractory=2\.5.*0 to 63"),
        (lambda: LIF(refractory=-1), "refractory=-1"),
        (lambda: LIF(refractory=math.nan), "refractory=nan"),
        (lambda: LIF(noise=-1.0), r"noise=-1\.0"),
        (lambda: LIF(noise=math.inf), "noise=inf"),
        (lambda: LIF(parity="loihi"), "parity='loihi'"),  # type: ignore[arg-type]
        (lambda: LIF(parity="lava", arithmetic="float"), "parity='lava'.*fixed"),
        (lambda: LIF(parity="lava", refractory=1), "refractory=1: Lava"),
        (lambda: LIF(tau_syn=math.nan), "tau_syn=nan"),
    ],
)
def test_wrong_options_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
