"""Two whole networks as plain loops over samples and ticks, with every counter row.

    CountingMachine      AdaptivePopulation -> k winners -> counting units -> mixture    (the default)
    ThreeFactorMachine   Latency -> fixed LIF -> 8-bit three-factor -> softmax

Spikes of the encoder reach the hidden layer in their own tick; spikes of the hidden layer reach the last
one a tick later. A sample takes one tick more than its code.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from streamsnn.encoders.latency import AdaptivePopulation, Latency
from streamsnn.neurons.lif import LIF
from streamsnn.rules.counting import Counting
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.coding import (
    Scale,
    latency_level,
    log_sum_exp,
    population_levels,
    softmax_error,
    spikes_of,
)
from tests.core.oracles.counting import CountingUnits
from tests.core.oracles.error_rules import DenseThreeFactor, Synapses
from tests.core.oracles.integers import sample_key
from tests.core.oracles.memory import delivery_counts, effective_weight, fixed_rounding
from tests.core.oracles.neurons import ChipNeuron, decay12, largest, latency_weighted

Spikes = list[list[int]]
DT = 1e-3


class Trunk:
    """Frozen weights onto the hidden layer: integer input of each tick, and what delivering it costs."""

    def __init__(self, stored: np.ndarray, exponent: int, bits: int) -> None:
        self.rows = stored.tolist()
        self.exponent, self.bits = exponent, bits

    def deliver(self, spikes: Sequence[int]) -> tuple[list[int], Counter[str]]:
        """Input of each hidden neuron."""
        columns = range(len(self.rows[0]))
        sums = [sum(effective_weight(self.rows[i][j], self.exponent) for i in spikes) for j in columns]
        return sums, delivery_counts(self.rows, spikes, self.bits, sparse=True)


def updates(inputs: Sequence[float]) -> Counter[str]:
    """Neuron updates of one tick: with input, and without."""
    active = sum(1 for a in inputs if a)
    return Counter(neuron_updates_active=active, neuron_updates_idle=len(inputs) - active)


class CountingMachine:
    """The default classifier's network."""

    def __init__(self, trunk: Trunk, encoder: AdaptivePopulation, k: int, rule: Counting, seed: int) -> None:
        self.trunk, self.encoder, self.k, self.seed = trunk, encoder, k, seed
        self.units = CountingUnits(**asdict(rule))
        self.bits = rule.bits
        self.scales = [Scale(encoder.n_calibrate) for _ in range(len(trunk.rows) // encoder.n)]
        self.clock = 0
        self.count: dict[str, Counter[str]] = defaultdict(Counter)

    def code(self, x: Sequence[float]) -> list[int]:
        """The k winners."""
        levels = population_levels(x, self.scales, self.encoder.n, self.encoder.ticks)
        inputs = []
        for spikes in spikes_of(levels, self.encoder.ticks):
            a, cost = self.trunk.deliver(spikes)
            self.count["input->code"] += cost
            self.count["code"] += updates(a)
            inputs.append(a)
        winners = largest(latency_weighted(inputs), self.k)
        self.count["code"]["spikes"] += len(winners)
        return winners

    def learn(self, x: Sequence[float], label: int, n_classes: int) -> list[float]:
        """Scores of each class before the sample is learned; label -1: not labelled."""
        for scale, value in zip(self.scales, x, strict=True):
            scale.see(value)
        active = self.code(x)
        columns = self.units.columns()
        v = [self.units.potential(unit, active) for _, unit in columns]
        rows = self.units.rows(len(self.trunk.rows[0]))
        self.count["code->units"] += delivery_counts(rows, active, self.bits, sparse=False)
        idle = self.encoder.ticks * len(columns)  # the code arrives in the last tick only
        self.count["units"] += updates(v) + Counter(neuron_updates_idle=idle)
        ticks = self.encoder.ticks + 1
        if label >= 0:
            key = sample_key(self.seed, self.clock * ticks + ticks - 1, 1)
            self.count["code->units"] += self.units.learn(active, label, key)
        self.clock += 1
        self.count["core"] += Counter(ticks=ticks, samples=1)
        own = [
            [0.1 * u / 16.0 for (c, _), u in zip(columns, v, strict=True) if c == k] for k in range(n_classes)
        ]
        return [log_sum_exp(values) for values in own]


class ThreeFactorMachine:
    """A hidden LIF layer below an 8-bit three-factor projection onto one neuron per class."""

    def __init__(
        self,
        trunk: Trunk,
        encoder: Latency,
        lif: LIF,
        rule: ThreeFactor,
        exponent: int,
        n_classes: int,
        seed: int,
    ) -> None:
        self.trunk, self.encoder, self.lif, self.seed = trunk, encoder, lif, seed
        self.n_hidden = len(trunk.rows[0])
        weights = [[0.0] * n_classes for _ in range(self.n_hidden)]
        self.lsb = 2.0**exponent
        synapses = Synapses(weights, fixed_rounding(self.lsb, -127, 127, 0, single=True), per_word=8, bits=8)
        self.rule = DenseThreeFactor(rule.learning_rate, rule.tau_pre, DT, rule.width, rule.centre, synapses)
        self.clock = 0
        self.count: dict[str, Counter[str]] = defaultdict(Counter)

    def _neurons(self) -> list[ChipNeuron]:
        lif = self.lif
        d_u = decay12(lif.tau_syn, DT) if lif.tau_syn else 4096
        chip = (d_u, decay12(lif.tau_mem, DT), round(lif.v_threshold), round(lif.bias), lif.refractory)
        return [ChipNeuron(*chip) for _ in range(self.n_hidden)]

    def learn(self, x: Sequence[float], label: int) -> list[float]:
        """Scores before the sample is learned; label -1: not labelled."""
        encoder, ticks = self.encoder, self.encoder.ticks + 1
        levels = [latency_level(value, encoder.low, encoder.high, encoder.ticks) for value in x]
        spikes_in: Spikes = [*spikes_of(levels, encoder.ticks), []]
        neurons, fired = self._neurons(), list[int]()
        n_classes = len(self.rule.synapses.w[0])
        v = [0.0] * n_classes
        self.rule.trace = [0.0] * self.n_hidden
        for t in range(ticks):
            a, cost = self.trunk.deliver(spikes_in[t])
            self.count["input->code"] += cost
            w = self.rule.synapses.w
            self.count["code->units"] += delivery_counts(w, fired, 8, sparse=False)
            current = [self.lsb * sum(w[i][c] for i in fired) for c in range(n_classes)]
            v = [potential + b for potential, b in zip(v, current, strict=True)]
            arrived = fired
            fired = [j for j, neuron in enumerate(neurons) if neuron.tick(a[j])]
            self.count["code"] += updates(a) + Counter(spikes=len(fired))
            self.count["units"] += updates(current)
            error = [0.0] * n_classes
            if t == ticks - 1 and label >= 0:
                error = softmax_error(v, label)
            self.rule.synapses.store = fixed_rounding(
                self.lsb, -127, 127, sample_key(self.seed, self.clock * ticks + t, 1), single=True
            )
            cost = self.rule.tick(arrived, v, error)
            self.count["code->units"] += cost + Counter(rng_draws=cost["write_attempts"])
        self.count["code"]["overflows"] += sum(neuron.overflows for neuron in neurons)
        self.clock += 1
        self.count["core"] += Counter(ticks=ticks, samples=1)
        return v
