"""Three-factor and PES as outer products, synapse by synapse."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.core.oracles.memory import Rounding, row_counts


@dataclass
class Synapses:
    """Weights in units of the stored format, and how a change is stored and costed."""

    w: list[list[float]]
    store: Rounding
    per_word: int
    bits: int

    def add(self, i: int, dw: Sequence[float]) -> Counter[str]:
        """Add dw to row i."""
        old = self.w[i]
        self.w[i] = [self.store(i, j, a, dw[j]) for j, a in enumerate(old)]
        return row_counts(old, self.w[i], self.per_word, self.bits)


@dataclass
class DenseThreeFactor:
    """dw_ij = -eta x_i psi(v_j) e_j for all i, j in every tick with an error."""

    eta: float
    tau: float
    dt: float
    box: float
    centre: float
    synapses: Synapses
    trace: list[float] = field(default_factory=list)

    def tick(self, spikes: Sequence[int], v: Sequence[float], error: Sequence[float]) -> Counter[str]:
        """One tick; what it cost."""
        keep = math.exp(-self.dt / self.tau)
        self.trace = [x * keep + (i in spikes) for i, x in enumerate(self.trace)]
        count = Counter(state_reads=len(self.trace), state_writes=len(self.trace))
        if not all(map(math.isfinite, error)):
            return count + Counter(refused=1)
        if any(error):
            psi = [float(abs(value - self.centre) < self.box) for value in v]
            for i, x in enumerate(self.trace):
                dw = [-self.eta * x * p * e for p, e in zip(psi, error, strict=True)]
                count += self.synapses.add(i, dw)
        return count


@dataclass
class DecoderPES:
    """dd_ij = -kappa (dt / n) a_i e_j for every neuron i that is not silent."""

    kappa: float
    tau: float
    dt: float
    synapses: Synapses
    activity: list[float] = field(default_factory=list)

    def tick(self, spikes: Sequence[int], error: Sequence[float]) -> Counter[str]:
        """One tick; what it cost."""
        keep = math.exp(-self.dt / self.tau)
        rise = (1 - keep) / self.dt  # a spike is a pulse of height 1 / dt
        n = len(self.activity)
        self.activity = [a * keep + rise * (i in spikes) for i, a in enumerate(self.activity)]
        count = Counter(state_reads=n, state_writes=n)
        if not all(map(math.isfinite, error)):
            return count + Counter(refused=1)
        if any(error):
            for i, a in enumerate(self.activity):
                if a:
                    dw = [-self.kappa * self.dt / n * a * e for e in error]
                    count += self.synapses.add(i, dw)
        return count
