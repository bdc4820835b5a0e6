"""ALIF and Izhikevich neurons against one plain neuron at a time, and what they are known for."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.neurons.alif import ALIF
from streamsnn.neurons.izhikevich import Izhikevich
from tests.core.oracles.neurons import AdaptiveNeuron, Bench, IzhikevichNeuron

DT = 1e-3
N, TICKS = 4, 600


@pytest.mark.parametrize("refractory", [0, 5])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_alif_is_the_equation(beta: float, refractory: int, rng: np.random.Generator) -> None:
    bench = Bench(ALIF(0.02, 0.2, 0.6, beta, refractory), N)
    factors = math.exp(-DT / 0.02), math.exp(-DT / 0.2)
    oracle = [AdaptiveNeuron(*factors, 0.6, beta, refractory) for _ in range(N)]
    fired = active = 0
    for current in rng.normal(0.08, 0.2, (TICKS, N)) * (rng.random((TICKS, N)) < 0.8):
        expected = [j for j, o in enumerate(oracle) if o.tick(float(current[j]))]
        assert bench.tick(current) == expected
        # the same doubles: 1e-12 allows for another library's exp
        for name in ("v", "a", "z", "silent"):
            states = [getattr(o, name) for o in oracle]
            assert bench.fields[name] == pytest.approx(states, rel=1e-12, abs=1e-12)
        fired += len(expected)
        active += int(np.count_nonzero(current))
    assert fired > 50
    assert bench["spikes"] == fired
    assert bench["neuron_updates_active"] == active
    assert bench["neuron_updates_idle"] == N * TICKS - active


@pytest.mark.small
def test_alif_by_hand() -> None:
    # no decay at all, threshold 1, beta 0.5, one silent tick
    bench = Bench(ALIF(math.inf, math.inf, 1.0, 0.5, 1), 1)
    seen = []
    for current in (1.5, 1.0, 0.0, 0.25, 0.25):
        fired = bench.tick(np.array([current]))
        seen.append((float(bench.fields["v"][0]), float(bench.fields["a"][0]), len(fired)))
    # 1.5 > 1 fires; + 1 - 1 = 1.5 is silent and A is 1.5 from now on; 1.5 does not exceed it; 1.75 does;
    # then 1.75 + 0.25 - 1
    assert seen == [(1.5, 0.0, 1), (1.5, 1.0, 0), (1.5, 1.0, 0), (1.75, 1.0, 1), (1.0, 2.0, 0)]


def test_adaptation_slows_a_constant_drive() -> None:
    def gaps(beta: float) -> list[int]:
        bench = Bench(ALIF(0.02, 0.3, 0.6, beta, 0), 1)
        times = [t for t in range(1500) if bench.tick(np.array([0.1]))]
        return np.diff(times).tolist()

    plain, adapting = gaps(0.0), gaps(0.05)
    assert max(plain) - min(plain) <= 1  # an even rhythm, up to the tick
    assert adapting[0] == pytest.approx(plain[0], abs=1)
    assert adapting[-1] >= 2 * adapting[0]


@pytest.mark.parametrize(
    ("cell", "size"),
    [((0.02, 0.2, -65.0, 8.0), 12.0), ((0.1, 0.2, -65.0, 2.0), 8.0), ((0.02, 0.2, -50, 2), 10)],
)
@pytest.mark.parametrize("dt", [1e-3, 5e-4])
def test_izhikevich_is_the_script(
    cell: tuple[float, float, float, float], size: float, dt: float, rng: np.random.Generator
) -> None:
    bench = Bench(Izhikevich(*cell), N, dt)
    oracle = [IzhikevichNeuron(*cell, ms=1000 * dt) for _ in range(N)]
    fired = 0
    for current in rng.normal(size, size / 2, (TICKS, N)):
        expected = [j for j, o in enumerate(oracle) if o.tick(float(current[j]))]
        assert bench.tick(current) == expected
        v, u = bench.fields["v"] + cell[2], bench.fields["u"] + cell[1] * cell[2]
        # The fields are distances from c and b c, which rounds by 1e-14; a tick stretches that by less than
        # 1 + 5 h + 0.08 V h per half step, about 50.
        assert v == pytest.approx([o.V for o in oracle], abs=1e-11)
        assert u == pytest.approx([o.U for o in oracle], abs=1e-11)
        for o, potential, recovery in zip(oracle, v.tolist(), u.tolist(), strict=True):
            o.V, o.U = (
                potential,
                recovery,
            )  # near the threshold differences grow without bound from tick to tick
        fired += len(expected)
    assert fired > 20
    assert bench["spikes"] == fired
    assert bench["neuron_updates_active"] == N * TICKS


@pytest.mark.small
def test_izhikevich_rests_without_input() -> None:
    bench = Bench(Izhikevich(), 1)
    assert [bench.tick(np.zeros(1)) for _ in range(1000)] == [[]] * 1000
    # rest: 0.04 V^2 + 5 V + 140 = b V; the lower root of 0.04 V^2 + 4.8 V + 140 is -70
    assert bench.fields["v"][0] - 65 == pytest.approx(-70, abs=1e-6)
    assert bench["neuron_updates_idle"] == 1000


def test_izhikevich_cells_differ_as_in_the_paper() -> None:
    def gaps(neuron: Izhikevich) -> list[int]:
        bench = Bench(neuron, 1)
        times = [t for t in range(1000) if bench.tick(np.array([10.0]))]
        return np.diff(times).tolist()

    regular, fast, chattering = (
        gaps(Izhikevich()),
        gaps(Izhikevich(a=0.1, d=2)),
        gaps(Izhikevich(c=-50, d=2)),
    )
    assert regular[-1] > regular[0], "a regular-spiking cell slows down"
    assert len(fast) > 2 * len(regular), "a fast-spiking cell does not"
    assert max(chattering) > 4 * min(chattering), "a chattering cell fires in bursts"


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ALIF(tau_mem=0.0), r"tau_mem=0\.0 s"),
        (lambda: ALIF(tau_adaptation=-1.0), r"tau_adaptation=-1\.0 s"),
        (lambda: ALIF(v_threshold=0.0), r"v_threshold=0\.0"),
        (lambda: ALIF(beta=-0.1), r"beta=-0\.1"),
        (lambda: ALIF(beta=math.nan), "beta=nan"),
        (lambda: ALIF(refractory=-1), "refractory=-1"),
        (lambda: Izhikevich(a=math.inf), "a=inf"),
        (lambda: Izhikevich(d=math.nan), "d=nan"),
        (lambda: Izhikevich(c=30.0), r"c=30\.0 mV"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
