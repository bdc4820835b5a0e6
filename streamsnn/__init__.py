"""Learn from a live stream, one event at a time, on an emulated neuromorphic core.

The names below load when they are first used: importing the package loads neither Numba nor river.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamsnn.checkpoint import Checkpoint, load, save
    from streamsnn.core import Core
    from streamsnn.encoders.graded_level import GradedLevel
    from streamsnn.encoders.latency import AdaptivePopulation, Latency
    from streamsnn.encoders.nef import NEF
    from streamsnn.encoders.poisson import Poisson
    from streamsnn.encoders.spikes import Spikes
    from streamsnn.feedback.local import LocalFeedback
    from streamsnn.feedback.random import RandomFeedback
    from streamsnn.feedback.symmetric import SymmetricFeedback
    from streamsnn.memory.convolution import Convolution
    from streamsnn.memory.counters import Counters
    from streamsnn.memory.formats import Fixed, Float32, Float64
    from streamsnn.memory.initial import Gaussian, Given, RandomDelays, RandomFanOut, SignedRandom, Zeros
    from streamsnn.memory.uniform import Uniform
    from streamsnn.models.classifier import SpikingClassifier
    from streamsnn.models.diehl_cook import DiehlCook
    from streamsnn.models.explanation import Explanation
    from streamsnn.network import Layer, Network, Projection
    from streamsnn.neurons.alif import ALIF
    from streamsnn.neurons.graded_lif import GradedLIF
    from streamsnn.neurons.integrator import LI
    from streamsnn.neurons.izhikevich import Izhikevich
    from streamsnn.neurons.k_winners import KWinners
    from streamsnn.neurons.level import Level
    from streamsnn.neurons.lif import LIF
    from streamsnn.neurons.spike_response import SpikeResponse
    from streamsnn.neurons.winner_take_all import WinnerTakeAll
    from streamsnn.readouts.linear import Linear
    from streamsnn.readouts.mixture import Mixture
    from streamsnn.readouts.neighbours import Neighbours
    from streamsnn.readouts.spike_counts import SpikeCounts
    from streamsnn.readouts.tracking import Tracking
    from streamsnn.rules._eligibility import Eligibility
    from streamsnn.rules.asp import ASP
    from streamsnn.rules.clp import CLP
    from streamsnn.rules.controlled_forgetting import ControlledForgetting
    from streamsnn.rules.counting import Counting
    from streamsnn.rules.decolle import DECOLLE
    from streamsnn.rules.eprop import EProp
    from streamsnn.rules.error_triggered import ErrorTriggered
    from streamsnn.rules.exemplars import Exemplars
    from streamsnn.rules.ottt import OTTT
    from streamsnn.rules.pair_stdp import PairSTDP
    from streamsnn.rules.pes import PES
    from streamsnn.rules.pes_event import PESEvent
    from streamsnn.rules.pes_quantised import PESQuantised
    from streamsnn.rules.pes_weights import PESWeights
    from streamsnn.rules.reward_stdp import RewardSTDP
    from streamsnn.rules.rivals import Rivals
    from streamsnn.rules.rls import RLS
    from streamsnn.rules.s_tllr import STLLR
    from streamsnn.rules.soel import SOEL
    from streamsnn.rules.stochastic_stdp import StochasticSTDP
    from streamsnn.rules.sum_of_products import SumOfProducts
    from streamsnn.rules.three_factor import ThreeFactor
    from streamsnn.rules.triplet_stdp import TripletSTDP
    from streamsnn.trunks.trunk import Trunk

_HOMES = {
    "ALIF": "neurons.alif",
    "ASP": "rules.asp",
    "AdaptivePopulation": "encoders.latency",
    "CLP": "rules.clp",
    "Checkpoint": "checkpoint",
    "ControlledForgetting": "rules.controlled_forgetting",
    "Convolution": "memory.convolution",
    "Core": "core",
    "Counters": "memory.counters",
    "Counting": "rules.counting",
    "DECOLLE": "rules.decolle",
    "DiehlCook": "models.diehl_cook",
    "EProp": "rules.eprop",
    "Eligibility": "rules._eligibility",
    "ErrorTriggered": "rules.error_triggered",
    "Exemplars": "rules.exemplars",
    "Explanation": "models.explanation",
    "Fixed": "memory.formats",
    "Float32": "memory.formats",
    "Float64": "memory.formats",
    "Gaussian": "memory.initial",
    "Given": "memory.initial",
    "GradedLIF": "neurons.graded_lif",
    "GradedLevel": "encoders.graded_level",
    "Izhikevich": "neurons.izhikevich",
    "KWinners": "neurons.k_winners",
    "LI": "neurons.integrator",
    "LIF": "neurons.lif",
    "Latency": "encoders.latency",
    "Layer": "network",
    "Level": "neurons.level",
    "Linear": "readouts.linear",
    "LocalFeedback": "feedback.local",
    "Mixture": "readouts.mixture",
    "NEF": "encoders.nef",
    "Neighbours": "readouts.neighbours",
    "Network": "network",
    "OTTT": "rules.ottt",
    "PES": "rules.pes",
    "PESEvent": "rules.pes_event",
    "PESQuantised": "rules.pes_quantised",
    "PESWeights": "rules.pes_weights",
    "PairSTDP": "rules.pair_stdp",
    "Poisson": "encoders.poisson",
    "Projection": "network",
    "RLS": "rules.rls",
    "RandomDelays": "memory.initial",
    "RandomFanOut": "memory.initial",
    "RandomFeedback": "feedback.random",
    "RewardSTDP": "rules.reward_stdp",
    "Rivals": "rules.rivals",
    "SOEL": "rules.soel",
    "STLLR": "rules.s_tllr",
    "SignedRandom": "memory.initial",
    "SpikeCounts": "readouts.spike_counts",
    "SpikeResponse": "neurons.spike_response",
    "Spikes": "encoders.spikes",
    "SpikingClassifier": "models.classifier",
    "StochasticSTDP": "rules.stochastic_stdp",
    "SumOfProducts": "rules.sum_of_products",
    "SymmetricFeedback": "feedback.symmetric",
    "ThreeFactor": "rules.three_factor",
    "Tracking": "readouts.tracking",
    "TripletSTDP": "rules.triplet_stdp",
    "Trunk": "trunks.trunk",
    "Uniform": "memory.uniform",
    "WinnerTakeAll": "neurons.winner_take_all",
    "Zeros": "memory.initial",
    "load": "checkpoint",
    "save": "checkpoint",
}

__version__ = "0.1.0"
__all__ = [
    "ALIF",
    "ASP",
    "CLP",
    "DECOLLE",
    "LI",
    "LIF",
    "NEF",
    "OTTT",
    "PES",
    "RLS",
    "SOEL",
    "STLLR",
    "AdaptivePopulation",
    "Checkpoint",
    "ControlledForgetting",
    "Convolution",
    "Core",
    "Counters",
    "Counting",
    "DiehlCook",
    "EProp",
    "Eligibility",
    "ErrorTriggered",
    "Exemplars",
    "Explanation",
    "Fixed",
    "Float32",
    "Float64",
    "Gaussian",
    "Given",
    "GradedLIF",
    "GradedLevel",
    "Izhikevich",
    "KWinners",
    "Latency",
    "Layer",
    "Level",
    "Linear",
    "LocalFeedback",
    "Mixture",
    "Neighbours",
    "Network",
    "PESEvent",
    "PESQuantised",
    "PESWeights",
    "PairSTDP",
    "Poisson",
    "Projection",
    "RandomDelays",
    "RandomFanOut",
    "RandomFeedback",
    "RewardSTDP",
    "Rivals",
    "SignedRandom",
    "SpikeCounts",
    "SpikeResponse",
    "Spikes",
    "SpikingClassifier",
    "StochasticSTDP",
    "SumOfProducts",
    "SymmetricFeedback",
    "ThreeFactor",
    "Tracking",
    "TripletSTDP",
    "Trunk",
    "Uniform",
    "WinnerTakeAll",
    "Zeros",
    "load",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'streamsnn' has no attribute {name!r}")
    value = getattr(import_module(f"streamsnn.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
