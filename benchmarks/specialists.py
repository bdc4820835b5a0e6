"""The specialists: for each data set a frozen code, its number of winners, and the gates of its units.

Settings were chosen on validation data alone: the last 10,000 training pictures of MNIST and Fashion-MNIST,
splits inside the training part of digits, spoken digits and events, repetitions 32 to 39 of Braille.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.event_pictures import steadied_nmnist
from benchmarks.orders import Arranged
from streamsnn.bench.dataset import find
from streamsnn.continual.labelled import LabelledSet
from streamsnn.encoders.latency import AdaptivePopulation, Latency
from streamsnn.memory.initial import Initial, SignedRandom
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.front import TRUNK_EXPONENT
from streamsnn.readouts.mixture import Mixture
from streamsnn.rules.counting import Counting
from streamsnn.trunks.trunk import Trunk
from streamsnn.types import Encoder, Floats

SIDE, INK = 28, 22  # a trunk's picture, and the part of it that the ink fills
SHARPNESS = 4.0  # of the readout, over the number of winners: log-odds of one sample are no independent votes
NOT_TRAINED = "nothing: signed random weights"
Code = Callable[[int], tuple[Encoder | None, Trunk | Initial | None]]


@dataclass(frozen=True)
class Specialist:
    """One data set with the learner that was set up for it.

    Parameters
    ----------
    dataset, options
        Name in the bench's catalogue, and options of its loader.
    code
        Encoder and frozen weights from a seed; None for what `SpikingClassifier` has by default.
    trained_on
        What the frozen weights were trained on; a shipped trunk says so itself.
    k, n_hidden
        Winners, and neurons of a code without a trunk file.
    rule
        Gates, slots and levels.
    trunk
        Name of a shipped trunk, instead of `code`.
    enlarged
        Pictures are enlarged to what a trunk of 28x28 pixels knows.
    calibrate
        Every so-manieth training sample is shown without its label first, for the scale of features; None
        where the scale is known. Else the first class that comes would set it.
    load, seen_as
        What gives the samples from a seed instead of the bench's loader, and what it makes of them, in words.
    orders
        In which orders the data are learned: class after class, mixed, one group (a speaker) after another.
    """

    dataset: str
    rule: Counting
    k: int = 40
    n_hidden: int = 2048
    code: Code = lambda seed: (None, None)
    trained_on: str = NOT_TRAINED
    trunk: str | None = None
    enlarged: bool = False
    calibrate: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    load: Callable[[int], LabelledSet] | None = None
    seen_as: str = "the loader's features"
    orders: tuple[Arranged, ...] = ("class", "iid")

    def samples(self, seed: int) -> LabelledSet:
        """What is learned and tested.

        Raises
        ------
        OSError
            If the data are nowhere to be had, or the trunk is not there.
        """
        if self.trunk is not None:
            Trunk.load(self.trunk)  # before a long download
        found = find(self.dataset).load(seed, **self.options) if self.load is None else self.load(seed)
        if not self.enlarged:
            return found
        assert found.image is not None and found.low is not None and found.high is not None
        train, test = (enlarged(x, found.image, found.low, found.high) for x in (found.x_train, found.x_test))
        return replace(found, x_train=train, x_test=test, image=(SIDE, SIDE))

    def learner(self, samples: LabelledSet, seed: int, rule: Counting | None = None) -> SpikingClassifier:
        """Fresh, with this or another rule."""
        chosen, readout = rule or self.rule, Mixture(beta=SHARPNESS / self.k)
        if self.trunk is not None:
            assert samples.low is not None and samples.high is not None
            trunk = Trunk.load(self.trunk, samples.low, samples.high)
            return SpikingClassifier(trunk=trunk, k=self.k, rule=chosen, readout=readout, seed=seed)
        encoder, weights = self.code(seed)
        model = SpikingClassifier(encoder, self.n_hidden, self.k, weights, chosen, readout, seed)
        if self.calibrate is not None:
            for row in samples.x_train[:: self.calibrate]:
                model.learn_one(np.asarray(row, np.float64), None)
        return model

    def about(self) -> dict[str, Any]:
        """The setting, for the record."""
        known = None if self.trunk is None else Trunk.load(self.trunk)
        rule = self.rule
        return {
            "dataset": self.dataset,
            "seen_as": self.seen_as,
            "trunk": "signed random weights" if known is None else known.name,
            "trunk_trained_on": self.trained_on if known is None else known.about.trained_on,
            "n_hidden": self.n_hidden if known is None else known.n_hidden,
            "k": self.k,
            "bits": rule.bits,
            "novelty": rule.novelty,
            "familiarity": rule.familiarity,
            "max_units": rule.max_units,
            "young": rule.young,
            "base": rule.base,
            "prior": rule.prior,
            "p_max": rule.p_max,
            "beta": SHARPNESS / self.k,
        }


def cubic(d: Floats) -> Floats:
    """Weight of a pixel at a distance of d pixels (Keys, 1981, a = -1/2)."""
    d = abs(d)
    near, far = (1.5 * d - 2.5) * d * d + 1.0, ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    return np.where(d < 1.0, near, np.where(d < 2.0, far, 0.0))


def stretching(n: int, to: int) -> Floats:
    """Matrix `[to, n]` that stretches a line of n pixels; beyond its ends stands what is at them.

    >>> stretching(2, 4).sum(axis=1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    where = (np.arange(to) + 0.5) * n / to - 0.5
    weights = np.zeros((to, n))
    for pixel in range(-2, n + 2):
        weights[:, min(max(pixel, 0), n - 1)] += cubic(where - pixel)
    return weights


def enlarged(x: NDArray[Any], image: tuple[int, ...], low: float, high: float) -> Floats:
    """Pictures stretched to 22x22 pixels in the middle of 28x28 dark ones.

    >>> enlarged(np.full((1, 4), 9.0), (2, 2), 0.0, 9.0).reshape(28, 28)[3:25, 3:25].min()
    np.float64(9.0)
    """
    height, width = image
    pictures = np.asarray(x, np.float64).reshape(-1, height, width)
    ink = stretching(height, INK) @ pictures @ stretching(width, INK).T
    framed = np.full((len(pictures), SIDE, SIDE), low)
    edge = (SIDE - INK) // 2
    framed[:, edge : edge + INK, edge : edge + INK] = np.clip(ink, low, high)
    return framed.reshape(len(pictures), -1)


def patches(high: float, image: tuple[int, int], patch: int) -> Code:
    """Each neuron sees 12 pixels of a square, with random signs."""

    def made(seed: int) -> tuple[Encoder | None, Initial | None]:
        amplitude = 2.0**TRUNK_EXPONENT
        return Latency(0.0, high), SignedRandom(12, amplitude, seed, image=image, patch=patch)

    return made


def anywhere(high: float, ticks: int) -> Code:
    """Each neuron sees 12 features, with random signs."""

    def made(seed: int) -> tuple[Encoder | None, Initial | None]:
        return Latency(0.0, high, ticks), SignedRandom(12, 2.0**TRUNK_EXPONENT, seed)

    return made


def scattered(fan_in: int, n: int, n_calibrate: int) -> Code:
    """Each neuron sees `fan_in` lines of a population code, with random signs."""

    def made(seed: int) -> tuple[Encoder | None, Initial | None]:
        weights = SignedRandom(fan_in, 2.0**TRUNK_EXPONENT, seed)
        return AdaptivePopulation(n=n, n_calibrate=n_calibrate), weights

    return made


# On codes of thousands of samples a class, a prior this small is worth up to 5 points over 0.3.
ECONOMY = Counting(novelty=0.35, familiarity=0.45, max_units=80, prior=0.03, p_max=0.7)
THRIFTY = replace(ECONOMY, novelty=0.3, familiarity=0.35, max_units=20)
EXACTING = replace(ECONOMY, novelty=0.5, familiarity=0.6)

SPECIALISTS: dict[str, Specialist] = {
    "mnist": Specialist("mnist", ECONOMY, trunk="strokes"),
    "mnist_accurate": Specialist("mnist", ECONOMY, k=60, trunk="strokes"),
    "mnist_thrifty": Specialist("mnist", THRIFTY, trunk="strokes"),
    "mnist_unlabelled": Specialist(
        "mnist", replace(ECONOMY, novelty=0.45, familiarity=0.55), k=60, trunk="unlabelled"
    ),
    "mnist_untrained": Specialist("mnist", EXACTING, k=80, trunk="random"),
    "mnist_pixels": Specialist("mnist", EXACTING, k=80, code=patches(255.0, (28, 28), 21)),
    "fashion_silhouettes": Specialist(
        "fashion_mnist",
        replace(EXACTING, novelty=0.6, familiarity=0.7, max_units=160),
        k=80,
        trunk="silhouettes",
    ),
    "fashion": Specialist(
        "fashion_mnist",
        replace(EXACTING, novelty=0.6, familiarity=0.7, max_units=160),
        k=80,
        code=patches(255.0, (28, 28), 21),
    ),
    "digits": Specialist("digits", Counting(novelty=0.55, familiarity=0.6), trunk="strokes", enlarged=True),
    "digits_pixels": Specialist("digits", Counting(), code=patches(16.0, (8, 8), 6)),
    "braille": Specialist(
        "braille",
        Counting(novelty=0.5, familiarity=0.6, max_units=20),
        k=64,
        n_hidden=4000,
        code=scattered(12, 8, 80),
        calibrate=10,
        options={"slices": 15},
    ),
    "spoken_digits": Specialist(
        "spoken_digits",
        Counting(novelty=0.7, familiarity=0.8, max_units=60),
        code=anywhere(1.0, 16),
        orders=("class", "iid", "groups"),
    ),
    "nmnist": Specialist(
        "nmnist",
        Counting(novelty=0.5, familiarity=0.6),
        k=60,
        trunk="strokes",
        load=steadied_nmnist,
        seen_as="events of both polarities counted as one picture, the camera's mean path taken out",
    ),
    "dvs_objects": Specialist(
        "dvs_objects",
        Counting(novelty=0.6, familiarity=0.7, max_units=60),
        k=64,
        n_hidden=4000,
        code=anywhere(1.0, 16),
    ),
}
