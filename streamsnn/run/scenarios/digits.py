"""UCI handwritten digits, one class after another."""

from streams import datasets
from streams.datasets import Dataset
from streamsnn.encoders.latency import Latency
from streamsnn.memory.initial import SignedRandom
from streamsnn.models.classifier import TRUNK_EXPONENT, SpikingClassifier
from streamsnn.readouts.linear import Linear
from streamsnn.rules.counting import Counting
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from streamsnn.run.scenario import Scenario
from streamsnn.types import Readout, Rule


def _classifier(dataset: Dataset, seed: int, rule: Rule, readout: Readout | None = None) -> SpikingClassifier:
    assert dataset.feature_low is not None and dataset.feature_high is not None
    trunk = SignedRandom(fan_in=12, amplitude=2.0**TRUNK_EXPONENT, seed=seed, image=(8, 8), patch=6)
    encoder = Latency(dataset.feature_low, dataset.feature_high)
    return SpikingClassifier(encoder, trunk=trunk, rule=rule, readout=readout, seed=seed)


def _counting(dataset: Dataset, seed: int) -> SpikingClassifier:
    return _classifier(dataset, seed, Counting())


def _three_factor(dataset: Dataset, seed: int) -> SpikingClassifier:
    return _classifier(dataset, seed, ThreeFactor())


def _pes(dataset: Dataset, seed: int) -> SpikingClassifier:
    return _classifier(dataset, seed, PES(learning_rate=50.0), Linear("squared"))


SCENARIO = Scenario(
    name="digits",
    summary="1,797 handwritten digits of 8 x 8 pixels (UCI, CC BY 4.0)",
    load=lambda: datasets.load("digits"),
    learners={"counting": _counting, "three_factor": _three_factor, "pes": _pes},
)
