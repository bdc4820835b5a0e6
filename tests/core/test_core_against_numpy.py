"""The first 100 ticks of random networks of three layers, against matrices over the whole history of spikes.

The oracle shares no code and no method with the core: it has no rings, lists or counters. What arrives in
tick t is a sum over delays d of (spikes of tick t - d) @ (weights of delay d).
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.memory import Fixed
from streamsnn.memory.initial import Given
from streamsnn.network import INPUT, Layer, Network, Projection
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear

DT, TICKS, SAMPLES = 1e-3, 10, 10
SIZES = {INPUT: 6, "a": 23, "b": 17, "c": 11}
# forward, skipping, lateral, recurrent and backward; the number is one delay for all, None is one for each
JOINS = {
    (INPUT, "a"): None,
    (INPUT, "c"): 7,
    ("a", "b"): 3,
    ("b", "c"): None,
    ("a", "a"): 1,
    ("b", "b"): 0,
    ("c", "a"): None,
    ("b", "a"): 62,
}


@dataclass(frozen=True)
class Synapses:
    """Real integers behind one projection."""

    weights: np.ndarray
    delays: np.ndarray
    exponent: int
    bits: int

    def currents(self) -> np.ndarray:
        """Equation (2): n 2^(6 + e), floored to a multiple of 2^6."""
        exact = self.weights * 2.0 ** (6 + self.exponent)
        return (np.floor(exact / 64) * 64).astype(np.int64)


def drawn(seed: int) -> tuple[dict[str, LIF], dict[tuple[str, str], Synapses], np.ndarray]:
    """Random neurons, synapses and input."""
    rng = np.random.default_rng(seed)
    neurons = {
        name: LIF(
            tau_syn=float(rng.choice([0.0, 0.004, 0.01])),
            tau_mem=float(rng.choice([0.005, 0.02, np.inf])),
            v_threshold=float(rng.integers(10, 120)),
            bias=float(rng.integers(-1, 8)),
            refractory=int(rng.integers(0, 4)),
            reset=str(rng.choice(["zero", "subtract"])),  # type: ignore[arg-type]
        )
        for name in ("a", "b", "c")
    }
    synapses = {}
    for (pre, post), delay in JOINS.items():
        shape = (SIZES[pre], SIZES[post])
        bits, exponent = int(rng.integers(4, 9)), int(rng.integers(-3, 2))
        high = 2 ** (bits - 1) - 1
        weights = rng.integers(-high // 2, high + 1, shape) * (rng.random(shape) < 0.6)
        delays = rng.integers(0, 63, shape) if delay is None else np.full(shape, delay)
        synapses[pre, post] = Synapses(weights, delays, exponent, bits)
    return neurons, synapses, rng.random((SAMPLES, SIZES[INPUT]))


def network(neurons: dict[str, LIF], synapses: dict[tuple[str, str], Synapses], storage: str) -> Network:
    joins = []
    for (pre, post), s in synapses.items():
        weights, fmt = Given(s.weights * 2.0**s.exponent), Fixed(s.bits, exponent=s.exponent)
        common = JOINS[pre, post]
        delay = Given(s.delays) if common is None else common
        joins.append(Projection(pre, post, weights, fmt, delay=delay, storage=storage))  # type: ignore[arg-type]
    layers = tuple(Layer(name, neuron, SIZES[name]) for name, neuron in neurons.items())
    return Network(Latency(ticks=TICKS), layers, tuple(joins), Linear(), dt=DT, continuous=True)


def fraction(x: np.ndarray, d: float) -> np.ndarray:
    """sign(x) floor(|x| (4096 - d) / 4096)."""
    kept: np.ndarray = np.sign(x) * (np.abs(x) * int(4096 - d) // 4096)
    return kept


def decay(tau: float) -> float:
    return float(np.round(4096 * (1 - np.exp(-DT / tau)))) if tau > 0 else 4096.0


def simulate(
    neurons: dict[str, LIF], synapses: dict[tuple[str, str], Synapses], x: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Spikes `[tick, neuron]` of every layer, and u and v after every tick."""
    n = TICKS * SAMPLES
    fired = {name: np.zeros((n, size), np.int64) for name, size in SIZES.items()}
    level = np.rint(TICKS * x).astype(int)  # no half is drawn: the rounding of halves does not matter
    for s, i in np.argwhere(level > 0):
        fired[INPUT][s * TICKS + TICKS - level[s, i], i] = 1
    u = {name: np.zeros((n + 1, SIZES[name]), np.int64) for name in neurons}
    v = {name: np.zeros((n + 1, SIZES[name]), np.int64) for name in neurons}
    silent = {name: np.zeros(SIZES[name], np.int64) for name in neurons}
    by_delay = {
        join: [(d, s.currents() * (s.delays == d)) for d in np.unique(s.delays)]
        for join, s in synapses.items()
    }
    for t in range(n):
        for name, neuron in neurons.items():
            a = np.zeros(SIZES[name], np.int64)
            for (pre, post), tables in by_delay.items():
                for d, currents in tables:
                    sent = t - d - (pre != INPUT)
                    if post == name and sent >= 0:
                        a += fired[pre][sent] @ currents
            d_u = min(decay(neuron.tau_syn) + 1, 4096)
            now = fraction(u[name][t], d_u) + a
            now = (now + 2**23) % 2**24 - 2**23
            grown = fraction(v[name][t], decay(neuron.tau_mem)) + now + int(64 * neuron.bias)
            grown = np.clip(grown, -(2**23 - 1), 2**23 - 1)
            awake = silent[name] == 0
            theta = int(64 * neuron.v_threshold)
            spikes = awake & (grown > theta)
            after = np.where(spikes, grown - theta if neuron.reset == "subtract" else 0, grown)
            v[name][t + 1] = np.where(awake, after, v[name][t])
            u[name][t + 1] = now
            silent[name] = np.where(spikes, int(neuron.refractory), np.maximum(silent[name] - 1, 0))
            fired[name][t] = spikes
    return fired, u, v


def check(seed: int, storage: str) -> int:
    neurons, synapses, x = drawn(seed)
    fired, u, v = simulate(neurons, synapses, x)
    core = Core(network(neurons, synapses, storage), n_features=SIZES[INPUT], n_classes=SIZES["c"])
    for s in range(SAMPLES):
        core.run(x[s : s + 1], np.array([-1]), learn=True, record=True)
        raster, ticks = core.raster(), slice(s * TICKS, (s + 1) * TICKS)
        for k, name in enumerate(raster.names):
            mine = raster.layers == k
            found = np.zeros((TICKS, SIZES[name]), np.int64)
            found[raster.ticks[mine], raster.neurons[mine]] = 1
            assert found.tolist() == fired[name][ticks].tolist(), (s, name)
        state = core.arrays()
        for name in neurons:
            assert state[f"{name}.u"].tolist() == u[name][(s + 1) * TICKS].tolist()
            assert state[f"{name}.v"].tolist() == v[name][(s + 1) * TICKS].tolist()
    return min(int(fired[name].sum()) for name in neurons)


@pytest.mark.parametrize("storage", ["dense", "csr"])
def test_the_first_100_ticks_equal_numpy(storage: str) -> None:
    fewest = [check(seed, storage) for seed in range(6)]
    assert min(fewest) > 0, "in every network, every layer fires"
    assert max(fewest) > 50


def test_the_oracle_is_sensitive() -> None:
    """One weight, one delay or one decay less gives other spikes or potentials."""
    neurons, synapses, x = drawn(1)
    _, u, v = simulate(neurons, synapses, x)
    join = (INPUT, "a")
    weights, delays = synapses[join].weights.copy(), synapses[join].delays.copy()
    driven = np.argwhere(
        (synapses[join].currents() != 0) & (np.rint(TICKS * x[0]) > 0)[:, None] & (delays < 50)
    )[0]
    weights[tuple(driven)] *= -1
    delays[tuple(driven)] += 1
    changed = (
        (neurons, synapses | {join: replace(synapses[join], weights=weights)}),
        (neurons, synapses | {join: replace(synapses[join], delays=delays)}),
        (neurons | {"a": replace(neurons["a"], tau_mem=0.0031)}, synapses),
    )
    for other in changed:
        _, other_u, other_v = simulate(*other, x)
        assert np.any(other_u["a"] != u["a"]) or np.any(other_v["a"] != v["a"])
