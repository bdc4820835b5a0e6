"""Neuron models against one plain neuron at a time."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.types import Field
from tests.core.oracles.integers import dec
from tests.core.oracles.neurons import Bench, ChipNeuron, FloatNeuron, decay12

DT = 1e-3
TAU = st.one_of(st.floats(1e-4, 1.0), st.just(math.inf))


def check_fixed(neuron: LIF, inputs: np.ndarray) -> tuple[Bench, list[ChipNeuron], int]:
    """Run bench and oracle together and compare everything after every tick; the number of spikes."""
    n = inputs.shape[1]
    bench = Bench(neuron, n)
    # tau_syn = 0 is no current memory at all: a decay of 4096, which the chip's offset cannot exceed
    d_u = decay12(neuron.tau_syn, DT) if neuron.tau_syn > 0 else 4096
    oracle = [
        ChipNeuron(
            d_u,
            decay12(neuron.tau_mem, DT),
            round(neuron.v_threshold),
            round(neuron.bias),
            neuron.refractory,
        )
        for _ in range(n)
    ]
    total = 0
    for current in inputs:
        fired = bench.tick(current)
        assert fired == [j for j in range(n) if oracle[j].tick(int(current[j]))]
        assert bench.fields["u"].tolist() == [o.u for o in oracle]
        assert bench.fields["v"].tolist() == [o.v for o in oracle]
        assert bench.fields["silent"].tolist() == [o.silent for o in oracle]
        total += len(fired)
    assert bench["overflows"] == sum(o.overflows for o in oracle)
    assert bench["spikes"] == total
    assert bench["neuron_updates_active"] == np.count_nonzero(inputs)
    assert bench["neuron_updates_active"] + bench["neuron_updates_idle"] == inputs.size
    return bench, oracle, total


@settings(max_examples=25)
@given(
    st.one_of(st.just(0.0), TAU),
    TAU,
    st.integers(0, 2**17 - 1),
    st.integers(-4096, 4095),
    st.integers(0, 63),
    st.sampled_from([200, 20_000, 2**22]),
    st.integers(0, 2**32 - 1),
)
def test_fixed_lif_is_the_chip(
    tau_syn: float, tau_mem: float, theta: int, bias: int, refractory: int, size: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs = rng.integers(-size, size + 1, (200, 3)) * (rng.random((200, 3)) < 0.4)
    check_fixed(LIF(tau_syn, tau_mem, theta, bias, refractory), inputs)


def test_random_currents_reach_every_branch(rng: np.random.Generator) -> None:
    inputs = rng.integers(-(2**22), 2**22, (200, 4)) * (rng.random((200, 4)) < 0.5)
    bench, _, spikes = check_fixed(LIF(0.05, 0.02, 50_000, refractory=3), inputs)
    assert spikes > 10
    assert bench["overflows"] > 10


@pytest.mark.small
def test_fixed_lif_on_a_few_ticks(rng: np.random.Generator) -> None:
    inputs = rng.integers(-3000, 6000, (12, 2))
    _, _, spikes = check_fixed(LIF(0.005, 0.02, v_threshold=100, refractory=2), inputs)
    assert spikes > 0


@pytest.mark.small
def test_fixed_lif_by_hand() -> None:
    # d_u = 4096 (no memory), d_v = 200: 6400 -> 6400 * 3896 / 4096 = 6087.5 -> 6087; threshold 100 * 64
    bench = Bench(LIF(tau_mem=0.02, v_threshold=100, refractory=2), 1)
    seen = []
    for current in (6400, 0, 313, 1, 9000, 9000, 6401, 0):
        fired = bench.tick(np.array([current]))
        seen.append((int(bench.fields["v"][0]), len(fired)))
    # 6400 does not exceed 6400; 5790 + 313 = 6103 -> 5805.0 + 1; + 9000 fires, then two silent ticks:
    # 9000 and 6401 are lost, and the last tick starts from zero
    assert seen == [(6400, 0), (6087, 0), (6102, 0), (5805, 0), (0, 1), (0, 0), (0, 0), (0, 0)]


@pytest.mark.small
def test_membrane_is_clipped_and_current_wraps() -> None:
    limit = 2**23 - 1
    bench = Bench(LIF(math.inf, math.inf, v_threshold=2**17 - 1), 2)
    for _ in range(2):
        bench.tick(np.array([-(2**23) + 1, 2**23]))
    # neuron 0 wraps in the second tick, at about -2^24; neuron 1 in the first: 2^23 becomes -2^23, which
    # the second input then cancels
    assert bench["overflows"] == 2
    assert abs(bench.fields["v"]).max() <= limit
    assert -(2**23) <= bench.fields["u"].min() <= bench.fields["u"].max() <= limit


@pytest.mark.parametrize("tau_syn", [0.0, 0.008])
def test_float_lif(tau_syn: float, rng: np.random.Generator) -> None:
    neuron = LIF(tau_syn, 0.02, v_threshold=3.0, bias=0.1, refractory=2, arithmetic="float")
    keep_u = math.exp(-DT / tau_syn) if tau_syn else 0.0
    n, total = 4, 0
    bench = Bench(neuron, n)
    oracle = [FloatNeuron(keep_u, math.exp(-DT / 0.02), 3.0, 0.1, 2) for _ in range(n)]
    for current in rng.normal(0.3, 1.0, (200, n)):
        fired = bench.tick(current)
        assert fired == [j for j in range(n) if oracle[j].tick(float(current[j]))]
        # the same doubles in the same order: 1e-12 allows for another library's exp
        assert bench.fields["v"] == pytest.approx([o.v for o in oracle], rel=1e-12, abs=1e-12)
        total += len(fired)
    assert total > 20
    assert bench["spikes"] == total


def test_halving_dt_changes_little() -> None:
    """A constant current of a fixed charge per second: rates and potentials hardly depend on dt."""

    def run(dt: float, threshold: float) -> tuple[int, float]:
        bench = Bench(LIF(0.01, 0.02, v_threshold=threshold, arithmetic="float"), 1, dt)
        # u settles at a / (1 - exp(-dt/tau_syn)) ~ a tau_syn / dt, and adds itself every dt to v:
        # the input of a tick scales with dt^2 for equal drive
        current = np.array([4e4 * dt * dt])
        spikes = sum(len(bench.tick(current)) for _ in range(round(0.5 / dt)))
        return spikes, float(bench.fields["v"][0])

    _, v = run(1e-3, math.inf)
    _, v_half = run(5e-4, math.inf)
    # forward steps are first order: error about dt (1/tau_syn + 1/tau_mem) / 2 = 7.5 % at 1 ms, half at 0.5
    assert v_half == pytest.approx(v, rel=0.075)
    assert v_half == pytest.approx(4e4 * 0.01 * 0.02, rel=0.04)
    spikes, _ = run(1e-3, 2.0)
    spikes_half, _ = run(5e-4, 2.0)
    assert spikes > 20
    assert spikes_half == pytest.approx(spikes, rel=0.1)  # a period of ~13 ticks is known to 1 tick


@pytest.mark.parametrize("tau", [math.inf, 0.004])
def test_fixed_integrator(tau: float, rng: np.random.Generator) -> None:
    bench, v = Bench(LI(tau), 3), [0, 0, 0]
    inputs = rng.integers(-5000, 5000, (100, 3)) * (rng.random((100, 3)) < 0.5)
    for current in inputs:
        assert bench.tick(current) == []
        v = [dec(x, decay12(tau, DT)) + int(a) for x, a in zip(v, current, strict=True)]
        assert bench.fields["v"].tolist() == v
    assert bench["neuron_updates_active"] == np.count_nonzero(inputs)
    assert bench["neuron_updates_idle"] == inputs.size - np.count_nonzero(inputs)


@pytest.mark.small
def test_fixed_integrator_is_clipped_and_counted() -> None:
    bench, limit = Bench(LI(), 3), 2**23 - 1
    for current in ((limit, -limit, 5), (1, -1, 5), (2**31 - 1, -(2**31), 0)):
        bench.tick(np.array(current))
    assert bench.fields["v"].tolist() == [limit, -limit, 10]
    assert bench["overflows"] == 4  # exactly at the limit is none; then two in each of two ticks


@pytest.mark.parametrize("tau", [math.inf, 0.004])
def test_float_integrator(tau: float, rng: np.random.Generator) -> None:
    bench = Bench(LI(tau, "float"), 3)
    inputs = rng.normal(size=(100, 3))
    for current in inputs:
        bench.tick(current)
    ages = np.arange(100)[::-1, None]
    expected = (inputs * np.exp(-DT * ages / tau)).sum(axis=0)
    # a closed-form sum against 100 roundings: 100 * 2^-53 = 1e-14 of the largest term
    assert bench.fields["v"] == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LIF(tau_syn=-1.0), r"tau_syn=-1\.0 s"),
        (lambda: LIF(tau_mem=0.0), r"tau_mem=0\.0 s"),
        (lambda: LIF(v_threshold=2**17), "v_threshold=131072.*17 bits"),
        (lambda: LIF(refractory=64), "refractory=64"),
        (lambda: LIF(arithmetic="double"), "arithmetic='double'"),  # type: ignore[arg-type]
        (lambda: LI(tau_mem=-2.0), r"tau_mem=-2\.0 s"),
        (lambda: LI(arithmetic=""), "arithmetic=''"),  # type: ignore[arg-type]
        (lambda: Field("x", "i4", ("pre",), initial=1.0, lasting=False), r"'x' does not last.*not 1\.0"),
        (lambda: Field("x", "i4", ()), "'x' has 0 axes"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
