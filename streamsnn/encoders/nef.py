"""Population code of the neural engineering framework: spiking neurons with random tuning curves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streamsnn.fired import list_fired
from streamsnn.jit import kernel
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

CHUNK = 512  # neurons taken through a tick together: what is between the steps stays in the nearest cache
Single = NDArray[np.float32]
Flags = NDArray[np.uint8]

REFRACTORY, DT, N, DIMENSIONS = range(4)
WAY = 4  # coefficients of 1 - exp(-dt/tau z), z from 0 to 1
SINCE = 7  # and of -tau/dt log(1 - y)
TUNING = 11


@dataclass(frozen=True)
class NEF:
    """Leaky integrate-and-fire neurons that represent features by their rates.

        J_i     = gain_i * enc_i . x / radius + bias_i            enc_i a random unit vector: +1 or -1 for one
        dv_i/dt = (J_i - v_i) / tau_mem;     v_i > 1: spike, v_i = 0 for `refractory` seconds
        gain and bias: J_i = 1 at intercept_i;   rate_i = max_rate_i at enc_i x = radius

    One tick per sample: the neurons go on from sample to sample in a network with `continuous=True`,
    and start from rest in any other, where they can hardly spike. The time of a spike within its tick is
    kept, so that rates are right at any dt up to tau_mem / 4; up to tau_mem / 10 the exponential is exact to
    single precision. Each feature, or each group of `dimensions` features that are
    represented jointly, has neurons with the same tuning, in single precision. A missing feature (NaN)
    gives the neurons of its group no current.

    Parameters
    ----------
    n
        Neurons per group of features.
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
    dimensions
        Features that a group of neurons represents jointly, as a Nengo ensemble does; `n` must be a multiple
        of it, and so must be the number of features.

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
    dimensions: int = 1

    def __post_init__(self) -> None:
        if self.n < 1 or not self.radius > 0:
            raise ValueError(f"n={self.n}, radius={self.radius}: give at least one neuron, radius > 0")
        if self.dimensions < 1 or self.n % self.dimensions:
            raise ValueError(f"dimensions={self.dimensions}: give a divisor of n={self.n}, at least 1")
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
        """Input neurons per feature."""
        return self.n // self.dimensions

    def fields(self) -> tuple[Field, ...]:
        """Potential, ticks of refractory time left, scratch, and the tuning in single precision."""
        return (
            Field("v", "f4", ("pre",), lasting=False),
            Field("pause", "f4", ("pre",), lasting=False),
            Field("current", "f4", (CHUNK,), lasting=False),
            Field("fired", "u1", (CHUNK,), lasting=False),
            Field("tuning", "f4", (self.dimensions + 1, self.n)),
            Field("tuned", "i8", (1,)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(refractory, dt, n, dimensions, 3 and 4 coefficients, gain x encoder / radius ..., bias ...)`."""
        rng = np.random.default_rng(self.seed)
        sign = rng.choice((-1.0, 1.0), self.n)
        rate = rng.uniform(*self.max_rates, self.n)
        # 1e-3 below the end of the range: a neuron that starts to fire there would need an infinite gain
        intercept = np.minimum(rng.uniform(*self.intercepts, self.n), 0.999)
        strongest = -1.0 / np.expm1((self.refractory - 1.0 / rate) / self.tau_mem)
        gain = (strongest - 1.0) / (1.0 - intercept)
        encoders = sign[None] * np.ones((1, self.n))
        if self.dimensions > 1:
            encoders = rng.standard_normal((self.dimensions, self.n))
            encoders /= np.linalg.norm(encoders, axis=0)
        slope, bias = gain * encoders / self.radius, 1.0 - gain * intercept
        tuning = tuple(float(value) for value in np.concatenate([slope.ravel(), bias]))
        if dt > self.tau_mem / 4:
            raise ValueError(f"dt={dt} s: tau_mem={self.tau_mem} s needs ticks of at most a quarter of it")
        own = (float(self.refractory), float(dt), float(self.n), float(self.dimensions))
        z = dt / self.tau_mem
        way = _through_zero(lambda part: -np.expm1(-z * part), 1.0, 3)
        since = _through_zero(lambda y: -np.log1p(-y) / z, -float(np.expm1(-z)), 4)
        return (*own, *way, *since, *tuning)

    def kernel(self) -> Kernel:
        """Advance all neurons by one tick and write their spikes."""
        return _encode


def _through_zero(f: Callable[[Floats], Floats], stop: float, degree: int) -> tuple[float, ...]:
    """Coefficients of x, x^2, ... that follow f from 0, where it is 0, to `stop`."""
    x = stop * (0.5 - 0.5 * np.cos(np.pi * (np.arange(64) + 0.5) / 64))
    powers = (x / stop)[:, None] ** np.arange(degree)
    fitted = np.linalg.lstsq(powers, f(x) / x, rcond=None)[0]
    return tuple(float(c) for c in fitted / stop ** np.arange(degree))


@kernel
def _drive(current: Single, tuning: Single, at: int, x: Floats) -> None:
    """J = bias + sum over features of slope x of the neurons from `at`; none where a feature is missing.

    Four features at a time.
    """
    last, end = tuning.shape[0] - 1, at + current.size
    base = tuning[last, at:end]
    for d in range(0, last, 4):
        b, c, e = min(d + 1, last), min(d + 2, last), min(d + 3, last)
        x0 = np.float32(x[d])
        x1 = np.float32(x[b] if b < last else 0.0)
        x2 = np.float32(x[c] if c < last else 0.0)
        x3 = np.float32(x[e] if e < last else 0.0)
        t0, t1 = tuning[d, at:end], tuning[b, at:end]
        t2, t3 = tuning[c, at:end], tuning[e, at:end]
        for k in range(np.uint64(current.size)):
            current[k] = base[k] + ((t0[k] * x0 + t1[k] * x1) + (t2[k] * x2 + t3[k] * x3))
        base = current
    for d in range(last):
        if x[d] != x[d]:
            current[:] = np.float32(0.0)


@kernel
def _charge(current: Single, v: Single, pause: Single, fired: Flags, const: Floats) -> None:
    """Let every membrane charge for the part of the tick in which it is free."""
    zero, one = np.float32(0.0), np.float32(1.0)
    c1, c2, c3 = np.float32(const[WAY]), np.float32(const[WAY + 1]), np.float32(const[WAY + 2])
    for k in range(np.uint64(v.size)):
        free = min(max(one - pause[k], zero), one)
        u = max(v[k] + (current[k] - v[k]) * (free * (c1 + free * (c2 + free * c3))), zero)
        pause[k] -= one
        v[k] = u
        fired[k] = u > one


@kernel
def _reset(current: Single, v: Single, pause: Single, spikes: Int32s, first: int, const: Floats) -> None:
    """Start the silence of those that fired at the moment within the tick at which they did."""
    one, refractory = np.float32(1.0), np.float32(const[REFRACTORY] / const[DT])
    c1, c2, c3 = np.float32(const[SINCE]), np.float32(const[SINCE + 1]), np.float32(const[SINCE + 2])
    c4 = np.float32(const[SINCE + 3])
    base = np.int32(first)
    for s in range(np.uint64(spikes.size)):
        k = np.uint64(spikes[s] - base)
        y = (v[k] - one) / (current[k] - one)
        since = y * (c1 + y * (c2 + y * (c3 + y * c4)))  # ticks from there to the end of this one
        v[k] = np.float32(0.0)
        pause[k] = refractory - since


@kernel
def _encode(
    x: Floats,
    ptr: Ints,
    index: Int32s,
    const: Floats,
    v: Single,
    pause: Single,
    current: Single,
    fired: Flags,
    tuning: Single,
    tuned: Ints,
) -> None:
    n, dimensions = int(const[N]), int(const[DIMENSIONS])
    if tuned[0] == 0:
        for k in range(tuning.size):
            tuning[k // n, k % n] = const[TUNING + k]
        tuned[0] = 1
    spikes = 0
    for group in range(x.size // dimensions):
        own = x[group * dimensions : (group + 1) * dimensions]
        for at in range(0, n, CHUNK):
            size = min(CHUNK, n - at)
            first = group * n + at
            drive, above = current[:size], fired[:size]
            _drive(drive, tuning, at, own)
            _charge(drive, v[first : first + size], pause[first : first + size], above, const)
            start = spikes
            spikes = list_fired(above, index, start, first)
            _reset(drive, v[first:], pause[first:], index[start:spikes], first, const)
    ptr[0] = 0
    ptr[1] = spikes
