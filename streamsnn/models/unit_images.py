"""Units as pictures: what they store, taken back through a linear code to the input."""

from collections.abc import Iterator

import numpy as np

from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.encoders.latency import AdaptivePopulation, Latency
from streamsnn.models.arrays import arrays_of, holding
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.features import Label
from streamsnn.network import INPUT
from streamsnn.trunks.trunk import Trunk
from streamsnn.types import Accounts, Floats, Ints


def picture_shape(model: SpikingClassifier) -> tuple[int, int] | None:
    """Height and width of the picture that the features are, where the trunk was told.

    >>> from streamsnn import SignedRandom
    >>> picture_shape(SpikingClassifier(trunk=SignedRandom(fan_in=4, image=(8, 8), patch=4)))
    (8, 8)
    """
    trunk = model.trunk
    shape = trunk.about.shape if isinstance(trunk, Trunk) else getattr(trunk, "image", None)
    return None if shape is None else (int(shape[0]), int(shape[1]))


def unit_images(model: SpikingClassifier, shape: tuple[int, int], units: Ints) -> Floats:
    """What each of `units` stores of each pixel, less the mean over all units, `[n, height, width]`.

        pixel_f = sum over its lines l of  c_l sum_i w_li (level_iq - mean_q level_iq)

    w are the frozen weights onto the code, or nothing where units store the pixels themselves; c_l is 1, or
    the value that a line of a population is tuned to.

    Raises
    ------
    ValueError
        If the features are not so many pixels, or are not joined to the code by one linear projection.

    >>> from streamsnn import Latency
    >>> model = SpikingClassifier(Latency(), n_hidden=64, k=4)
    >>> model.learn_one(np.array([1.0, 0.0]), "left")
    >>> model.learn_one(np.array([0.0, 1.0]), "right")
    >>> image = unit_images(model, (1, 2), np.array([0]))
    >>> bool(image[0, 0, 0] > image[0, 0, 1])
    True
    """
    core, encoder = model.core, model.core.network.encoder
    learned = holding(core.network)
    frozen = [p for p in core.network.projections if p.rule is None]
    height, width = shape
    if height * width != core.n_features:
        raise ValueError(f"{core.n_features} features are no picture of {height} x {width} pixels")
    known = isinstance(encoder, Latency | AdaptivePopulation | GradedLevel)
    if [p.pre for p in (*frozen, learned)].count(INPUT) != 1 or len(frozen) > 1 or not known:
        raise ValueError("units are pictures only where one linear projection leads from pixels to the code")
    lines = encoder.lines
    tuned = np.ones(1) if lines == 1 else (2.0 * np.arange(lines) + 1.0 - lines) / lines
    n = int(arrays_of(core, learned)["n"][0])
    stored = core.weights(learned.name)[:, :n]  # there may be tens of thousands of units
    levels = stored[:, units] - stored.mean(axis=1, keepdims=True)
    drive = core.weights(frozen[0].name).astype(np.float64) @ levels if frozen else levels
    pixels = np.tensordot(tuned, drive.reshape(core.n_features, lines, -1), axes=(0, 1))
    images: Floats = pixels.T.reshape(-1, height, width)
    return images


def gallery(
    model: SpikingClassifier, shape: tuple[int, int], *, classes: int, units: int
) -> Iterator[tuple[Label, Floats]]:
    """The first `classes` classes, each with images of `units` units: of most hits, or else the youngest."""
    learned = holding(model.core.network)
    given = arrays_of(model.core, learned)
    n = int(given["n"][0])
    rank = given.get("hits", np.zeros(n))
    if "hits" not in given and isinstance(learned.rule, Accounts):
        ages = learned.rule.ages(given)
        rank = rank if ages is None else -ages
    owner = given.get("owner", np.arange(n))
    for c, label in enumerate(model.classes_.labels[:classes]):
        own = np.flatnonzero(owner == c)
        yield label, unit_images(model, shape, own[np.argsort(-rank[own], kind="stable")][:units])
