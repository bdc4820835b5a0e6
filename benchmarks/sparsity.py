"""Whether deferred rules are exact, and how many synaptic writes they save.

Exactness: dense and deferred forms run the same stream of 3,000 ticks in double precision, weights feeding
back into the spikes; `..._max_dw` is the largest difference of any weight, over all seeds.

Savings: 60 spike trains drive 20 spiking neurons whose rates should follow slow targets. Words written per
tick of the dense rule in floats, over those of the deferred rule in 8 bits with stochastic rounding, and
the ratio of their tracking errors in the second half of the stream. Learning rate and least significant bit
were chosen on seed 101, never on those reported; `three_factor_by_learning_rate` shows what faster
learning does to the ratios.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.sparsity_pes import event_against_dense
from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.feedback.random import RandomFeedback
from streamsnn.memory.formats import Fixed, Float32, Float64, Format
from streamsnn.memory.initial import Gaussian
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.alif import ALIF
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.asp import ASP
from streamsnn.rules.eprop import EProp
from streamsnn.rules.reward_stdp import RewardSTDP
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Floats, Neuron, Rule

N_IN, N_HIDDEN, N_OUT = 60, 30, 20
EXACT_TICKS = 3000
LEAKS: tuple[tuple[str, Literal["dense", "gain"]], ...] = (
    ("asp_leak_writes", "gain"),
    ("asp_leak_dense_writes", "dense"),
)


def spike_trains(ticks: int, rate: float, seed: int) -> Floats:
    """Independent random spikes `[ticks, N_IN]` with `rate` per tick."""
    return (np.random.default_rng(seed).random((ticks, N_IN)) < rate).astype(np.float64)


def recurrent(neuron: Neuron, rule: Rule, seed: int) -> Network:
    """Learned input and recurrent weights; the error comes back through random weights."""
    stored = Float64()
    return Network(
        encoder=Latency(ticks=1),
        layers=(
            Layer("hidden", neuron, N_HIDDEN, feedback=RandomFeedback(0.1, seed)),
            Layer("out", LIF(0.005, 0.02, 1.0, arithmetic="float"), N_OUT),
        ),
        projections=(
            Projection("input", "hidden", Gaussian(seed, 0.3), stored, rule),
            Projection("hidden", "hidden", Gaussian(seed + 1, 0.05), stored, rule),
            Projection("hidden", "out", Gaussian(seed + 2, 0.3), stored),
        ),
        readout=Tracking("rate"),
        continuous=True,
    )


def exactness(dense: Network, deferred: Network, seed: int) -> tuple[bool, float]:
    """Whether all spikes are equal, and the largest difference of any weight."""
    x = spike_trains(EXACT_TICKS, 0.025, seed)
    y = 40.0 + 30.0 * np.sin(np.arange(EXACT_TICKS)[:, None] / 200.0 + np.arange(N_OUT))
    cores, spikes = [], []
    for network in (dense, deferred):
        core = Core(network, n_features=N_IN, n_classes=N_OUT)
        core.run(x, y, learn=True, record=True)
        core.settle()
        raster = core.raster()
        spikes.append(np.stack([raster.ticks, raster.layers, raster.neurons]))
        cores.append(core)
    names = [p.name for p in dense.projections]
    largest = max(float(abs(cores[0].weights(n) - cores[1].weights(n)).max()) for n in names)
    return bool(np.array_equal(spikes[0], spikes[1])), largest


def exact_pairs(seed: int) -> dict[str, tuple[Network, Network]]:
    """Dense and deferred network of each rule."""
    lif = LIF(0.005, 0.02, 1.0, arithmetic="float")
    three = ThreeFactor(1e-5, 0.02, width=0.6, centre=1.0, history=1024)
    pairs = {}
    rules: dict[str, tuple[Neuron, Rule, Rule]] = {
        "three_factor": (lif, three, replace(three, deferred=True))
    }
    for name, beta in (("eprop_lif", 0.0), ("eprop_alif", 0.1)):
        rule = EProp(1e-5, 0.02, 0.2, 0.02, beta, 0.6)
        rules[name] = (ALIF(0.02, 0.2, 0.6, beta, 0), rule, replace(rule, deferred=True))
    reward = RewardSTDP(1e-4, deferred=False, format=Float64())
    rules["rstdp"] = (lif, reward, replace(reward, deferred=True))
    asp = ASP(tau_leak=1.0, leak="dense", format=Float64())
    rules["asp_leak"] = (lif, asp, replace(asp, leak="gain"))
    for name, (neuron, dense, deferred) in rules.items():
        pairs[name] = (recurrent(neuron, dense, seed), recurrent(neuron, deferred, seed))
    return pairs


def asp_leak_writes(leak: Literal["dense", "gain"], seed: int) -> int:
    """Synapses that the leak alone writes: neurons that never fire, so that nothing else does."""
    silent = LIF(0.005, 0.02, 1e9, arithmetic="float")
    rule = ASP(tau_leak=1.0, leak=leak, format=Float64())
    core = Core(recurrent(silent, rule, seed), n_features=N_IN, n_classes=N_OUT)
    core.run(spike_trains(EXACT_TICKS, 0.025, seed), np.zeros((EXACT_TICKS, N_OUT)), learn=True)
    return core.counters["writes"]


@dataclass(frozen=True)
class Tracked:
    """What one learner wrote and how well it tracked."""

    writes_per_tick: float
    rmse: float


def follower(weights: Gaussian, rule: ThreeFactor | None, stored: Format) -> Network:
    """One layer of spiking neurons, read out by their low-passed rates."""
    return Network(
        encoder=Latency(ticks=1),
        layers=(Layer("out", LIF(0.005, 0.02, 1.0, arithmetic="float"), N_OUT),),
        projections=(Projection("input", "out", weights, stored, rule),),
        readout=Tracking("rate", tau=0.1),
        continuous=True,
    )


def track(rule: ThreeFactor | None, stored: Format, ticks: int, seed: int) -> Tracked:
    """A layer that should follow the rates of a teacher of its own kind; rates in kHz."""
    x = spike_trains(ticks, 0.025, seed)
    teacher = Core(follower(Gaussian(seed + 1, 0.1), None, Float32()), n_features=N_IN, n_classes=N_OUT)
    y = teacher.run(x, np.full((ticks, N_OUT), np.nan), learn=False)
    core = Core(follower(Gaussian(seed + 2, 0.1), rule, stored), n_features=N_IN, n_classes=N_OUT, seed=seed)
    error = (core.run(x, y, learn=True) - y)[ticks // 2 :] / 1000.0
    return Tracked(core.counters["writes"] / ticks, float(np.sqrt((error**2).mean())))


RULE = ThreeFactor(1e-6, 0.02, width=1.0, centre=1.0, history=512)
STORED = Fixed(8, exponent=-7)


def by_learning_rate(ticks: int, seed: int) -> Figures:
    """The two ratios at faster learning, where rounding to 8 bits costs more: one seed."""
    found: Figures = {}
    for rate in (1e-6, 3e-6, 1e-5):
        rule = replace(RULE, learning_rate=rate)
        dense = track(rule, Float32(), ticks, seed)
        lazy = track(replace(rule, deferred=True), STORED, ticks, seed)
        found[f"{rate:g}"] = {
            "writes_ratio": dense.writes_per_tick / lazy.writes_per_tick,
            "rmse_ratio": lazy.rmse / dense.rmse,
            "dense_rmse": dense.rmse,
        }
    return found


def savings(seeds: Sequence[int], ticks: int) -> Figures:
    """Writes and errors of four learners, mean over seeds, and the two ratios."""
    learners: dict[str, tuple[ThreeFactor | None, Format]] = {
        "frozen": (None, Float32()),
        "dense_float": (RULE, Float32()),
        "deferred_float": (replace(RULE, deferred=True), Float32()),
        "deferred_8bit": (replace(RULE, deferred=True), STORED),
    }
    found: Figures = {}
    for name, (rule, stored) in learners.items():
        runs = [track(rule, stored, ticks, seed) for seed in seeds]
        found[name] = {
            "writes_per_tick": float(np.mean([r.writes_per_tick for r in runs])),
            "rmse": float(np.mean([r.rmse for r in runs])),
        }
    dense, lazy = found["dense_float"], found["deferred_8bit"]
    return {
        "three_factor_8bit_writes_ratio": dense["writes_per_tick"] / lazy["writes_per_tick"],
        "three_factor_8bit_rmse_ratio": lazy["rmse"] / dense["rmse"],
        "three_factor_learners": found,
        "three_factor_by_learning_rate": by_learning_rate(ticks, seeds[0]),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and record."""
    made = parser("sparsity", __doc__)
    made.add_argument("--seeds", type=int, default=3, help="number of seeds, from 0")
    made.add_argument("--ticks", type=int, default=60_000, help="ticks of the tracking stream")
    options, call = parse(made, arguments)
    seeds = range(options.seeds)
    figures: Figures = {}
    for seed in seeds:
        for name, (dense, deferred) in exact_pairs(seed).items():
            equal, largest = exactness(dense, deferred, seed)
            figures[f"{name}_spikes_equal"] = figures.get(f"{name}_spikes_equal", True) and equal
            figures[f"{name}_max_dw"] = max(figures.get(f"{name}_max_dw", 0.0), largest)
        for key, leak in LEAKS:
            figures[key] = figures.get(key, 0) + asp_leak_writes(leak, seed)
    figures |= savings(seeds, options.ticks)
    figures |= event_against_dense([seed + 1 for seed in seeds])
    show("sparsity", record(call, list(seeds), figures, options.json))


if __name__ == "__main__":
    main()
