"""Event-triggered PES against dense PES: how many fewer writes at how much more error.

The task: 200 spiking neurons with random encoders, gains and biases see a slow signal x(t); PES learns
decoders of a function of x that changes half-way. 40,000 ticks of 1 ms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streamsnn.core import Core
from streamsnn.encoders.nef import NEF
from streamsnn.memory import Fixed
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.pes import PES
from streamsnn.rules.pes_event import PESEvent
from streamsnn.types import Floats

TICKS, NEURONS, DT = 40_000, 200, 1e-3
TAU = 0.005  # of the activity that the rule sees and of the output: the decoded value is d . a
# A decoder d multiplies an activity in Hz, which a spike raises by this much; a weight of the core is
# added once per spike. So w = d * RISE, and kappa = 1e-3 of the decoders is kappa * RISE of the weights.
RISE = -float(np.expm1(-DT / TAU)) / DT
RATE = 1e-3 * RISE
# Chosen on TUNING_SEEDS among epochs of 4 to 30 ticks, error filters of 2 to 20 ms, floors of 0 to 100 Hz
# and exponents of -16 to -8: an error filter that delays less than half an epoch costs no accuracy, and
# the coarsest weights that still follow cost the fewest writes.
EVENT = PESEvent(RATE, tau_pre=TAU, tau_error=0.002, epoch=20, floor=60.0, format=Fixed(8, exponent=-10))
DENSE = PES(RATE, tau_pre=TAU)
TUNING_SEEDS = (101, 102)
SEEDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Outcome:
    """What one form of the rule did: error, changed weights and attempts per tick."""

    rmse: float
    writes: float
    attempts: float


def signal(seed: int) -> tuple[Floats, Floats]:
    """x(t), five sines of 0.1 to 1 Hz within -1 to 1, and the targets: sin(pi x), later x^2 - 1/2."""
    rng = np.random.default_rng(seed)
    t = np.arange(TICKS)[:, None] * DT
    x = np.sin(2 * np.pi * (rng.uniform(0.1, 1.0, 5) * t + rng.random(5))).sum(axis=1)
    x /= abs(x).max()
    target = np.where(np.arange(TICKS) < TICKS // 2, np.sin(np.pi * x), x**2 - 0.5)
    return x[:, None], target[:, None]


def learn(rule: PES | PESEvent, seed: int) -> Outcome:
    """Run the task once; the error is that of the output before it is corrected, over all ticks."""
    network = Network(
        encoder=NEF(n=NEURONS, seed=seed),
        layers=(Layer("out", LI(TAU, "float"), size=1),),
        projections=(Projection("input", "out", format=rule.format, rule=rule),),
        readout=Tracking(),
        dt=DT,
        continuous=True,
    )
    core = Core(network, n_features=1, n_classes=1, seed=seed)
    x, target = signal(seed)
    error = core.run(x, target, learn=True) - target
    counted = core.counters
    return Outcome(
        rmse=float(np.sqrt(np.mean(error**2))),
        writes=counted["writes"] / TICKS,
        attempts=counted["write_attempts"] / TICKS,
    )


def event_against_dense(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Figures of both forms, means over `seeds`; the ratios are those of the means.

    A write is a stored weight that changed: the dense form attempts nearly all 200 in every tick, of
    which about half change in single precision.
    """
    dense = [learn(DENSE, seed) for seed in seeds]
    event = [learn(EVENT, seed) for seed in seeds]
    means = {
        f"pes_{name}_{field}": float(np.mean([getattr(o, field) for o in outcomes]))
        for name, outcomes in (("dense", dense), ("event", event))
        for field in ("rmse", "writes", "attempts")
    }
    pairs = list(zip(dense, event, strict=True))
    return {
        "pes_event_writes_ratio": means["pes_dense_writes"] / means["pes_event_writes"],
        "pes_event_rmse_ratio": means["pes_event_rmse"] / means["pes_dense_rmse"],
        "pes_event_writes_ratio_min": min(d.writes / e.writes for d, e in pairs),
        "pes_event_rmse_ratio_max": max(e.rmse / d.rmse for d, e in pairs),
        **means,
    }
