"""Neuron models one neuron at a time, in Python integers or doubles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.core.oracles.integers import dec, wrap


@dataclass
class ChipNeuron:
    """Equations (2)-(5) of the compartment for one neuron; decays in 1/4096, bias and threshold in 2^6."""

    d_u: int
    d_v: int
    threshold: int
    bias: int = 0
    refractory: int = 0
    u: int = 0
    v: int = 0
    silent: int = 0
    overflows: int = 0

    def tick(self, a: int) -> bool:
        """Advance one tick with input a; True for a spike. The current goes on in refractory ticks."""
        exact = dec(self.u, min(4096, self.d_u + 1)) + a
        self.u = wrap(exact)
        self.overflows += self.u != exact
        if self.silent:
            self.silent -= 1
            self.v = 0
            return False
        limit = 2**23 - 1
        self.v = max(-limit, min(limit, dec(self.v, self.d_v) + self.u + 64 * self.bias))
        if self.v <= 64 * self.threshold:
            return False
        self.v, self.silent = 0, self.refractory
        return True


@dataclass
class FloatNeuron:
    """The float twin: exponential decays, reset to zero."""

    keep_u: float
    keep_v: float
    threshold: float
    bias: float = 0.0
    refractory: int = 0
    u: float = 0.0
    v: float = 0.0
    silent: int = 0

    def tick(self, a: float) -> bool:
        """Advance one tick with input a; True for a spike."""
        self.u = self.keep_u * self.u + a
        if self.silent:
            self.silent -= 1
            self.v = 0.0
            return False
        self.v = self.keep_v * self.v + self.u + self.bias
        if self.v <= self.threshold:
            return False
        self.v, self.silent = 0.0, self.refractory
        return True


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
