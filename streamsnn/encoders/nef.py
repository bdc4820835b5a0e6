"""Population code of the neural engineering framework: spiking neurons with random tuning curves."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

RATE, REFRACTORY, DT, N, TUNING = range(5)


@dataclass(frozen=True)
class NEF:
    """Leaky integrate-and-fire neurons that represent each feature by their rates.

        J_i     = gain_i * enc_i * x / radius + bias_i            enc_i = +1 or -1 by chance
        dv_i/dt = (J_i - v_i) / tau_mem;     v_i > 1: spike, v_i = 0 for `refractory` seconds
        gain and bias: J_i = 1 at intercept_i;   rate_i = max_rate_i at enc_i x = radius

    One tick per sample: the neurons go on from sample to sample in a network with `continuous=True`,
    and start from rest in any other, where they can hardly spike. The time of a spike within its tick is
    kept, so that rates are right at any dt. Every feature has neurons with the same tuning. A missing
    feature (NaN) gives them no current.

    Parameters
    ----------
    n
        Neurons per feature.
    max_rates
        Range of the rates at the end of the represented range, Hz; 200 to 400 as in Nengo.
    intercepts
        Range of the points where neurons start to fire, in units of the radius.
    tau_mem
        Membrane time constant, seconds; 20 ms as in Nengo.
    refractory
        Silence after a spike, seconds; 2 ms as in Nengo.
    radius
        Largest feature value represented, in the feature's unit.
    seed
        Seed of encoders, rates and intercepts.

    Cost per tick: no synaptic memory; the neurons stand before the network and are not counted.

    Hosts: any, with the population computed before the chip.

    References
    ----------
    Eliasmith & Anderson, Neural Engineering, MIT Press 2003.

    >>> NEF(n=50).lines
    50
    """

    n: int = 100
    max_rates: tuple[float, float] = (200.0, 400.0)
    intercepts: tuple[float, float] = (-1.0, 1.0)
    tau_mem: float = 0.02
    refractory: float = 0.002
    radius: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n < 1 or not self.radius > 0:
            raise ValueError(f"n={self.n}, radius={self.radius}: give at least one neuron, radius > 0")
        if not self.tau_mem > 0 or not self.refractory >= 0:
            raise ValueError(
                f"tau_mem={self.tau_mem} s, refractory={self.refractory} s: give tau_mem > 0, refractory >= 0"
            )
        low, high = self.max_rates
        if not 0 < low <= high or self.refractory * high >= 1:
            raise ValueError(f"max_rates={self.max_rates} Hz: give a range above 0 and below 1 / refractory")
        if not -1 <= self.intercepts[0] <= self.intercepts[1] <= 1:
            raise ValueError(f"intercepts={self.intercepts}: give a range within -1 to 1")

    @property
    def ticks(self) -> int:
        """One tick per sample."""
        return 1

    @property
    def lines(self) -> int:
        """`n` input neurons per feature."""
        return self.n

    def fields(self) -> tuple[Field, ...]:
        """Potential, and seconds of refractory time left."""
        return (Field("v", "f8", ("pre",), lasting=False), Field("rest", "f8", ("pre",), lasting=False))

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(1 / tau_mem, refractory, dt, n, gain x encoder / radius ..., bias ...)`."""
        rng = np.random.default_rng(self.seed)
        sign = rng.choice((-1.0, 1.0), self.n)
        rate = rng.uniform(*self.max_rates, self.n)
        # 1e-3 below the end of the range: a neuron that starts to fire there would need an infinite gain
        intercept = np.minimum(rng.uniform(*self.intercepts, self.n), 0.999)
        strongest = -1.0 / np.expm1((self.refractory - 1.0 / rate) / self.tau_mem)
        gain = (strongest - 1.0) / (1.0 - intercept)
        slope, bias = sign * gain / self.radius, 1.0 - gain * intercept
        tuning = tuple(float(value) for value in np.concatenate([slope, bias]))
        return (1.0 / self.tau_mem, float(self.refractory), float(dt), float(self.n), *tuning)

    def kernel(self) -> Kernel:
        """Advance all neurons by one tick and write their spikes."""
        return _encode


@kernel
def _encode(x: Floats, ptr: Ints, index: Int32s, const: Floats, v: Floats, rest: Floats) -> None:
    n = int(const[N])
    spikes = 0
    for f in range(x.size):
        for k in range(n):
            i = f * n + k
            current = const[TUNING + k] * x[f] + const[TUNING + n + k] if x[f] == x[f] else 0.0
            free = min(max(const[DT] - rest[i], 0.0), const[DT])
            rest[i] -= const[DT]
            v[i] = max(current + (v[i] - current) * np.exp(-free * const[RATE]), 0.0)
            if v[i] > 1.0:
                index[spikes] = i
                spikes += 1
                # it crossed 1 this many seconds before the end of the tick
                since = -np.log1p((1.0 - v[i]) / (current - 1.0)) / const[RATE]
                v[i] = 0.0
                rest[i] = const[REFRACTORY] - min(since, free)
    ptr[0] = 0
    ptr[1] = spikes
