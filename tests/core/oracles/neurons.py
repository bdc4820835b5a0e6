"""Neuron models one neuron at a time, in Python integers or doubles; and one layer alone to compare."""

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streamsnn.memory import COUNTERS
from streamsnn.types import Neuron
from tests.core.oracles.integers import dec, wrap


class Bench:
    """One layer alone: its arrays, its constants, and what it counted."""

    def __init__(self, neuron: Neuron, n: int, dt: float = 1e-3) -> None:
        self.fields = {f.name: np.zeros(n, f.dtype) for f in neuron.fields()}
        self.acc = np.zeros(n, np.int32 if neuron.integer else np.float64)
        self.out = np.full(n, -1, np.int32)
        self.count = np.zeros(len(COUNTERS), np.int64)
        self.const = np.array(neuron.constants(dt))
        self.kernel = neuron.kernel()
        self.names = list(inspect.signature(getattr(self.kernel, "py_func", self.kernel)).parameters)

    def tick(self, current: np.ndarray, key: int = 0, learn: int = 1) -> list[int]:
        """Indices of the neurons that spike on this input."""
        self.acc[:] = current
        ports = {"acc": self.acc, "out": self.out, "count": self.count, "const": self.const}
        known = {**ports, "key": key, "learn": learn, **self.fields}
        n = self.kernel(*(known[name] for name in self.names))
        assert not self.acc.any(), "the kernel clears its input"
        return [int(j) for j in self.out[:n]]

    def __getitem__(self, counter: str) -> int:
        return int(self.count[COUNTERS.index(counter)])


@dataclass
class ChipNeuron:
    """Equations (2)-(5) of the compartment for one neuron; decays in 1/4096, bias and threshold in 2^6."""

    d_u: int
    d_v: int
    threshold: int
    bias: int = 0
    refractory: float = 0
    u: int = 0
    v: int = 0
    silent: float = 0
    overflows: int = 0
    subtract: bool = False

    def tick(self, a: int, noise: int = 0) -> bool:
        """Advance one tick with input a; True for a spike. The current goes on in refractory ticks."""
        exact = dec(self.u, min(4096, self.d_u + 1)) + a
        self.u = wrap(exact)
        self.overflows += self.u != exact
        if self.silent:
            self.silent -= 1  # an infinite silence stays infinite
            return False
        limit = 2**23 - 1
        self.v = max(-limit, min(limit, dec(self.v, self.d_v) + self.u + 64 * self.bias + noise))
        if self.v <= 64 * self.threshold:
            return False
        self.v = self.v - 64 * self.threshold if self.subtract else 0
        self.silent = self.refractory
        return True


@dataclass
class FloatNeuron:
    """The float twin: exponential decays, reset to zero or by the threshold."""

    keep_u: float
    keep_v: float
    threshold: float
    bias: float = 0.0
    refractory: float = 0
    u: float = 0.0
    v: float = 0.0
    silent: float = 0
    subtract: bool = False

    def tick(self, a: float, noise: float = 0.0) -> bool:
        """Advance one tick with input a; True for a spike."""
        self.u = self.keep_u * self.u + a
        if self.silent:
            self.silent -= 1
            return False
        self.v = self.keep_v * self.v + self.u + self.bias + noise
        if self.v <= self.threshold:
            return False
        self.v = self.v - self.threshold if self.subtract else 0.0
        self.silent = self.refractory
        return True


@dataclass
class AdaptiveNeuron:
    """e-prop's neuron: threshold + beta a, reset by the threshold one tick after the spike."""

    alpha: float
    rho: float
    threshold: float
    beta: float
    refractory: int
    v: float = 0.0
    a: float = 0.0
    z: int = 0
    silent: int = 0

    def tick(self, current: float) -> bool:
        """Advance one tick; True for a spike."""
        self.v = self.alpha * self.v + current - self.z * self.threshold
        self.a = self.rho * self.a + self.z
        self.z = int(self.silent == 0 and self.v > self.threshold + self.beta * self.a)
        self.silent = self.refractory if self.z else max(0, self.silent - 1)
        return bool(self.z)


@dataclass
class IzhikevichNeuron:
    """The author's script, one neuron and one tick at a time: V in mV, U in its own unit."""

    a: float
    b: float
    c: float
    d: float
    ms: float = 1.0
    V: float = math.nan
    U: float = math.nan

    def __post_init__(self) -> None:
        self.V, self.U = self.c, self.b * self.c

    def tick(self, current: float) -> bool:
        """Advance one tick; True for a spike."""
        for _ in range(2):
            self.V += 0.5 * self.ms * (0.04 * self.V**2 + 5 * self.V + 140 - self.U + current)
        self.U += self.ms * self.a * (self.b * self.V - self.U)
        if self.V < 30:
            return False
        self.V, self.U = self.c, self.U + self.d
        return True


@dataclass
class CompetingLayer:
    """Diehl & Cook's excitatory layer, by sorting the excesses of those that may fire."""

    n: int
    keep: float
    threshold: float
    refractory: int
    inhibition: float
    v_min: float
    theta_plus: float
    keep_theta: float

    def __post_init__(self) -> None:
        self.v, self.theta, self.silent = [0.0] * self.n, [0.0] * self.n, [0] * self.n

    def tick(self, current: Sequence[float], learn: bool) -> list[int]:
        """Advance one tick; the winner, if any."""
        awake = [j for j in range(self.n) if self.silent[j] == 0]
        if learn:
            self.theta = [theta * self.keep_theta for theta in self.theta]
        for j in awake:
            self.v[j] = self.v[j] * self.keep + current[j]
        excess = {j: self.v[j] - self.threshold - self.theta[j] for j in awake}
        ranked = sorted((j for j in awake if excess[j] > 0), key=lambda j: (-excess[j], j))
        self.silent = [max(0, left - 1) for left in self.silent]
        for winner in ranked[:1]:
            for j in awake:
                if self.v[j] > self.v_min:
                    self.v[j] = max(self.v[j] - self.inhibition, self.v_min)
            self.v[winner], self.silent[winner] = 0.0, self.refractory
            self.theta[winner] += self.theta_plus if learn else 0.0
        return ranked[:1]


def decay12(tau: float, dt: float) -> int:
    """12-bit decay of a time constant."""
    return round(4096 * (1 - math.exp(-dt / tau)))


def largest(potentials: Sequence[int], k: int) -> list[int]:
    """Indices of the k largest positive ones, ties to the lowest index, in index order."""
    ranked = sorted(range(len(potentials)), key=lambda j: (-potentials[j], j))
    return sorted(j for j in ranked[:k] if potentials[j] > 0)


def latency_weighted(inputs: Sequence[Sequence[int]]) -> list[int]:
    """Potential after the last tick when input at tick s counts once for each tick from s on."""
    last = len(inputs) - 1
    return [sum(a * (last - s + 1) for s, a in enumerate(neuron)) for neuron in zip(*inputs, strict=True)]
