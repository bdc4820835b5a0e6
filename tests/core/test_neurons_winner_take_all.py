"""The competing layer against sorting, and what its homeostasis is for."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.neurons.winner_take_all import WinnerTakeAll
from tests.core.oracles.neurons import Bench, CompetingLayer

DT = 1e-3
N, TICKS = 8, 500


@pytest.mark.parametrize("refractory", [0, 5])
@pytest.mark.parametrize("inhibition", [0.0, 6.0, math.inf])
def test_layer_is_the_oracle(inhibition: float, refractory: int, rng: np.random.Generator) -> None:
    neuron = WinnerTakeAll(0.02, 5.0, refractory, inhibition, -8.0, theta_plus=0.4, tau_theta=0.5)
    bench = Bench(neuron, N)
    factors = math.exp(-DT / 0.02), math.exp(-DT / 0.5)
    oracle = CompetingLayer(N, factors[0], 5.0, refractory, inhibition, -8.0, 0.4, factors[1])
    # multiples of 1/2: some neurons are equal, so that ties occur
    inputs = np.round(2 * rng.normal(0.5, 1.5, (TICKS, N))) / 2
    fired = 0
    for t, current in enumerate(inputs):
        learn = t % 100 < 70
        expected = oracle.tick(current.tolist(), learn)
        assert bench.tick(current, learn=int(learn)) == expected
        # the same doubles: 1e-12 allows for another library's exp
        assert bench.fields["v"] == pytest.approx(oracle.v, rel=1e-12, abs=1e-12)
        assert bench.fields["theta"] == pytest.approx(oracle.theta, rel=1e-12, abs=1e-12)
        assert bench.fields["silent"].tolist() == oracle.silent
        fired += len(expected)
    assert fired > 20
    assert bench["spikes"] == fired
    assert bench["neuron_updates_active"] == np.count_nonzero(inputs)
    assert bench["neuron_updates_active"] + bench["neuron_updates_idle"] == inputs.size


@pytest.mark.small
def test_by_hand() -> None:
    bench = Bench(WinnerTakeAll(math.inf, 10.0, 1, 8.0, -5.0, theta_plus=1.0, tau_theta=math.inf), 3)
    assert bench.tick(np.array([11.0, 12.0, -9.0])) == [1]
    # the winner is back at rest; 11 - 8; -9 lies below where inhibition leads and stays
    assert bench.fields["v"].tolist() == [3.0, 0.0, -9.0]
    assert bench.fields["theta"].tolist() == [0.0, 1.0, 0.0]
    assert bench.tick(np.array([7.0, 50.0, 0.0])) == []  # 10 does not exceed 10, neuron 1 is silent
    assert bench.tick(np.array([1.0, 12.0, 0.0])) == [0]  # both exceed by 1: the lower index
    assert bench.fields["v"].tolist() == [0.0, 4.0, -9.0]
    assert bench.fields["theta"].tolist() == [1.0, 1.0, 0.0]


@pytest.mark.small
def test_thresholds_stand_still_without_learning(rng: np.random.Generator) -> None:
    bench = Bench(WinnerTakeAll(refractory=0, theta_plus=0.5, tau_theta=0.1), 4)
    bench.fields["theta"][:] = [0.0, 1.0, 2.0, 3.0]
    spikes = sum(len(bench.tick(rng.uniform(0, 20, 4), learn=0)) for _ in range(100))
    assert spikes > 50
    assert bench.fields["theta"].tolist() == [0.0, 1.0, 2.0, 3.0]
    bench.tick(np.zeros(4), learn=1)
    # no input: every threshold has decayed by one tick of 0.1 s, to the rounding of the product
    assert bench.fields["theta"] == pytest.approx(math.exp(-0.01) * np.arange(4.0), rel=1e-15)


@pytest.mark.parametrize("order", ["mixed", "class after class"])
def test_homeostasis_shares_the_wins(order: str, rng: np.random.Generator) -> None:
    """One neuron is driven most by all four patterns: without theta it wins everything, in either order."""
    patterns = rng.uniform(2.0, 4.0, (4, 6))
    patterns[:, 0] += 2.5
    classes = np.repeat(np.arange(4), 300)
    if order == "mixed":
        rng.shuffle(classes)

    def wins(theta_plus: float) -> np.ndarray:
        bench = Bench(WinnerTakeAll(refractory=0, theta_plus=theta_plus), 6)
        total = np.zeros(6)
        for c in classes:
            for j in bench.tick(patterns[c]):
                total[j] += 1
        return total

    frozen, adapting = wins(0.0), wins(0.5)
    assert frozen[0] == frozen.sum() > 100
    assert (adapting > 0).all()
    assert adapting.max() < 0.5 * adapting.sum()


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WinnerTakeAll(tau_mem=0.0), r"tau_mem=0\.0 s"),
        (lambda: WinnerTakeAll(tau_theta=-1.0), r"tau_theta=-1\.0 s"),
        (lambda: WinnerTakeAll(v_threshold=-1.0), r"v_threshold=-1\.0 mV"),
        (lambda: WinnerTakeAll(refractory=-2), "refractory=-2"),
        (lambda: WinnerTakeAll(inhibition=-1.0), r"inhibition=-1\.0 mV"),
        (lambda: WinnerTakeAll(v_min=1.0), r"v_min=1\.0 mV"),
        (lambda: WinnerTakeAll(theta_plus=math.inf), "theta_plus=inf mV"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
