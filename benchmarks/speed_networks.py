"""streamsnn's networks for the tasks of `benchmarks.peers.inputs`, in each mode that is timed."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from benchmarks.peers.inputs import KEEP, LEARNING_RATE, N_OUT, SHOWN, Net, Pes, Stdp, net_weights
from streamsnn.encoders.nef import NEF
from streamsnn.encoders.poisson import Poisson
from streamsnn.encoders.spikes import Spikes
from streamsnn.feedback.symmetric import SymmetricFeedback
from streamsnn.memory.formats import Fixed, Float32, Format
from streamsnn.models.diehl_cook import diehl_cook_network
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules._eligibility import Eligibility
from streamsnn.rules.error_triggered import ErrorTriggered
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.types import Floats, Rule

DT = 1e-3
TAU = 0.005  # of PES: the activity that the rule sees, and the output
# A decoder multiplies an activity in Hz, which a spike raises by this much; a weight of the core is added
# once per spike. So a weight is a decoder times RISE, and learns RISE times as fast.
RISE = -float(np.expm1(-DT / TAU)) / DT
PES_RATE = 1e-4 * RISE
TAU_NET = float(-DT / np.log(KEEP))
GATE = 0.05  # errors of a net below this are no event

PesMode = Literal["dense", "sparse"]
NetMode = Literal["dense", "deferred", "gated", "fixed8"]


@dataclass(frozen=True)
class FirstWeights:
    """The first weights that all peers start from: `layer` 0 or 1 of the net."""

    net: Net
    layer: int

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Rows of the drawn matrix."""
        whole = net_weights(self.net)[self.layer].astype(np.float64)
        assert whole.shape[1] == n_post
        return whole[start:stop]


def pes(task: Pes, mode: PesMode) -> Network:
    """PES on decoders: dense, or the same rule with its writes put off to the next spike of a row."""
    rule: Rule = PES(PES_RATE, tau_pre=TAU)
    if mode == "sparse":
        # PES is the three-factor rule with psi = 1; its trace counts spikes, not Hz, and n is not in its rate
        rule = ThreeFactor(PES_RATE * DT * RISE / task.n, tau_pre=TAU, deferred=True, history=256)
    return Network(
        encoder=NEF(n=task.n, dimensions=4, intercepts=(-1.0, 0.9)),
        layers=(Layer("out", LI(TAU, "float"), size=2),),
        projections=(Projection("input", "out", format=Float32(), rule=rule),),
        readout=Tracking(),
        dt=DT,
        continuous=True,
    )


def stdp(task: Stdp) -> Network:
    """Diehl and Cook's network; a feature is a pixel's chance of a spike in a tick."""
    return diehl_cook_network(task.n, encoder=Poisson(ticks=SHOWN, max_rate=1 / DT))


def net_rule(mode: NetMode) -> Rule:
    """The three-factor rule with the peers' surrogate, trace and rate."""
    dense = ThreeFactor(LEARNING_RATE, TAU_NET, width=0.5, centre=1.0, surrogate="fast_sigmoid", history=256)
    if mode == "dense":
        return dense
    if mode == "gated":
        base = Eligibility(LEARNING_RATE, TAU_NET, 0.5, 1.0, "fast_sigmoid", history=256)
        return ErrorTriggered(base, theta=GATE)
    return replace(dense, deferred=True)


def net(task: Net, mode: NetMode) -> Network:
    """A hidden layer that spikes, potentials as scores, and an error in every tick."""
    rule = net_rule(mode)
    formats: tuple[Format, Format] = (Float32(), Float32())
    if mode == "fixed8":  # four standard deviations of the first weights fit
        formats = (Fixed(8, exponent=-9), Fixed(8, exponent=-8))
    names = ("input", "hidden", "out")
    return Network(
        encoder=Spikes(),
        layers=(
            Layer(
                "hidden",
                LIF(0.0, TAU_NET, 1.0, arithmetic="float", reset="subtract"),
                task.n_hidden,
                feedback=SymmetricFeedback(),
            ),
            Layer("out", LI(TAU_NET, "float"), N_OUT),
        ),
        projections=tuple(
            Projection(pre, post, FirstWeights(task, i), formats[i], rule)
            for i, (pre, post) in enumerate(pairwise(names))
        ),
        readout=Linear("softmax"),
        dt=DT,
        continuous=True,
    )
