"""Learn from a live stream, one event at a time, on an emulated neuromorphic core.

The names below load when they are first used: importing the package loads neither Numba nor river.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamsnn.checkpoint import Checkpoint, load, save
    from streamsnn.core import Core
    from streamsnn.encoders.latency import AdaptivePopulation, Latency
    from streamsnn.memory.counters import Counters
    from streamsnn.memory.formats import Fixed, Float32
    from streamsnn.memory.initial import SignedRandom, Zeros
    from streamsnn.models.classifier import SpikingClassifier
    from streamsnn.network import Layer, Network, Projection
    from streamsnn.neurons.integrator import LI
    from streamsnn.neurons.k_winners import KWinners
    from streamsnn.neurons.lif import LIF
    from streamsnn.readouts.linear import Linear
    from streamsnn.readouts.mixture import Mixture
    from streamsnn.rules.counting import Counting
    from streamsnn.rules.pes import PES
    from streamsnn.rules.three_factor import ThreeFactor

_HOMES = {
    "AdaptivePopulation": "encoders.latency",
    "Checkpoint": "checkpoint",
    "Core": "core",
    "Counters": "memory.counters",
    "Counting": "rules.counting",
    "Fixed": "memory.formats",
    "Float32": "memory.formats",
    "KWinners": "neurons.k_winners",
    "LI": "neurons.integrator",
    "LIF": "neurons.lif",
    "Latency": "encoders.latency",
    "Layer": "network",
    "Linear": "readouts.linear",
    "Mixture": "readouts.mixture",
    "Network": "network",
    "PES": "rules.pes",
    "Projection": "network",
    "SignedRandom": "memory.initial",
    "SpikingClassifier": "models.classifier",
    "ThreeFactor": "rules.three_factor",
    "Zeros": "memory.initial",
    "load": "checkpoint",
    "save": "checkpoint",
}

__version__ = "0.1.0"
__all__ = [
    "LI",
    "LIF",
    "PES",
    "AdaptivePopulation",
    "Checkpoint",
    "Core",
    "Counters",
    "Counting",
    "Fixed",
    "Float32",
    "KWinners",
    "Latency",
    "Layer",
    "Linear",
    "Mixture",
    "Network",
    "Projection",
    "SignedRandom",
    "SpikingClassifier",
    "ThreeFactor",
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
