"""ASP with the leak in every synapse, from the equations; traces are summed anew from all spikes."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from streamsnn.rules.asp import ASP
from tests.core.oracles.memory import Rounding
from tests.core.oracles.stdp import DT, Neurons, Projection


@dataclass
class AspOracle:
    """Weights of a projection that recovers and leaks."""

    rule: ASP
    synapses: Projection
    pre: Neurons
    significance: list[float]
    t: int = 0
    count: Counter[str] = field(default_factory=Counter)

    def _leak(self, fired: Sequence[int], store: Rounding) -> None:
        r, s = self.rule, self.synapses
        loss = []
        for j, p in enumerate(self.significance):
            self.significance[j] = p * math.exp(-DT / r.tau_post)
            tau = r.tau_leak * (1 + r.retention * self.significance[j])
            loss.append(0.0 if j in fired else DT / tau)
        for i in range(self.pre.n if any(loss) else 0):
            value = [stored * s.lsb for stored in s.w[i]]
            linear = [max(0.0, v - part) - v for v, part in zip(value, loss, strict=True)]
            exponential = [-v * part for v, part in zip(value, loss, strict=True)]
            s.add_row(i, linear if r.decay == "linear" else exponential, store)

    def tick(self, pre: Sequence[int], post: Sequence[int], rows: Rounding, columns: Rounding) -> None:
        """One tick."""
        r, s = self.rule, self.synapses
        self.pre.fire(self.t, pre)
        if pre:
            self._leak(post, rows)
        for j in post:
            eta = r.learning_rate / (1 + r.stability * self.significance[j])
            for i in range(self.pre.n):
                recent = self.pre.trace(i, self.t, r.tau_rec, nearest=True)
                penalty = r.k_const / 2 ** self.pre.trace(i, self.t, r.tau_acc)
                value = s.w[i][j] * s.lsb
                new = min(max(value + eta * (recent - r.offset - penalty), 0.0), r.w_max)
                s.add_one(i, j, new - value, columns)
            self.significance[j] += 1
        traces = 2 * self.pre.n + len(self.significance)
        s.count += Counter(state_reads=traces, state_writes=traces)
        self.t += 1
