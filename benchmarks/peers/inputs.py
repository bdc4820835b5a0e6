"""The tasks that are timed, and their inputs: the same for streamsnn and for every peer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
N_OUT = 10  # classes of a net
KEEP = 0.9  # of a net's potentials and traces per tick
LEARNING_RATE = 1e-3  # of a net
TICKS = 400  # of a net's raster, which repeats
SHOWN = 250  # ticks that an image is shown
N_PIXELS = 784


@dataclass(frozen=True)
class Pes:
    """PES with `n` spiking neurons that represent 4 numbers and learn 2 outputs, at 1 ms a tick."""

    n: int


@dataclass(frozen=True)
class Net:
    """n_in - n_hidden - 10 spiking net, supervised in every tick; each input spikes with `density`."""

    n_in: int
    n_hidden: int
    density: float


@dataclass(frozen=True)
class Stdp:
    """784 Poisson inputs, `n` excitatory neurons with adaptive thresholds, lateral inhibition, trace STDP."""

    n: int


TASKS: dict[str, Pes | Net | Stdp] = {
    **{f"pes_n{n}": Pes(n) for n in (100, 1000, 10_000)},
    "net256_d01": Net(784, 256, 0.01),
    "net256_d10": Net(784, 256, 0.1),
    "net256_d50": Net(784, 256, 0.5),
    "net1024_d10": Net(784, 1024, 0.1),
    # the same activity at every size: cost should grow with the spikes, not with the synapses
    "growth_1e4": Net(104, 96, 0.05),
    "growth_1e5": Net(320, 312, 0.05),
    "growth_1e6": Net(1000, 1000, 0.05),
    "net_1e7": Net(3160, 3168, 0.05),
    **{f"stdp_n{n}": Stdp(n) for n in (400, 1600)},
}


def pes_signal(ticks: int = 20_000) -> tuple[Array, Array]:
    """Four slow sines `[ticks, 4]`, and the targets `[ticks, 2]`: 4 x0 x1 and sin(2 x2)."""
    t = np.arange(ticks) * 1e-3
    waves = ((0.5, 0.0), (0.7, 1.0), (0.3, 2.0), (1.1, 3.0))  # Hz, phase
    x = np.stack([0.5 * np.sin(2 * np.pi * f * t + phase) for f, phase in waves], axis=1)
    y = np.stack([4 * x[:, 0] * x[:, 1], np.sin(2 * x[:, 2])], axis=1)
    return x.astype(np.float32), y.astype(np.float32)


def pes_tuning(n: int) -> tuple[Array, Array]:
    """Gain times encoder `[4, n]` and bias `[n]`, drawn as Nengo draws them."""
    rng = np.random.default_rng(0)
    encoder = rng.standard_normal((n, 4))
    encoder /= np.linalg.norm(encoder, axis=1, keepdims=True)
    rate, intercept = rng.uniform(200, 400, n), rng.uniform(-1, 0.9, n)
    strongest = 1 / (1 - np.exp((0.002 - 1 / rate) / 0.02))  # input at which a neuron fires at its rate
    gain = (1 - strongest) / (intercept - 1)
    return (encoder * gain[:, None]).T.astype(np.float32), (1 - gain * intercept).astype(np.float32)


def net_raster(net: Net) -> tuple[Array, Array]:
    """Input spikes `[TICKS, n_in]` as booleans, and the class of each tick: it changes every 100 ticks."""
    rng = np.random.default_rng(1)
    spikes = rng.random((TICKS, net.n_in)) < net.density
    return spikes, np.repeat(rng.integers(0, N_OUT, TICKS // 100), 100)


def net_weights(net: Net) -> tuple[Array, Array]:
    """First weights `[n_in, n_hidden]` and `[n_hidden, 10]`, at which about a tenth of the neurons fire."""
    rng = np.random.default_rng(2)
    first = 0.6 / np.sqrt(net.n_in * max(net.density, 0.02)) * rng.standard_normal((net.n_in, net.n_hidden))
    second = 2.0 / np.sqrt(net.n_hidden) * rng.standard_normal((net.n_hidden, N_OUT))
    return first.astype(np.float32), second.astype(np.float32)


def images(n: int = 20) -> Array:
    """Spike probabilities per tick `[n, 784]`: 19 % of the pixels on, as in MNIST, at up to 128 Hz."""
    rng = np.random.default_rng(3)
    on = rng.random((n, N_PIXELS)) < 0.19
    return on * rng.uniform(0.3, 1.0, (n, N_PIXELS)) * 0.128


def image_rasters(n: int = 20) -> Array:
    """Poisson spikes of the images `[n, SHOWN, 784]` as booleans: about 12 a tick."""
    return np.random.default_rng(4).random((n, SHOWN, N_PIXELS)) < images(n)[:, None]
