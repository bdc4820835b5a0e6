"""The spiking classifiers of the bench: one network, several rules."""

from streamsnn.continual.labelled import LabelledSet
from streamsnn.encoders.latency import Latency
from streamsnn.memory.initial import Initial, SignedRandom
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.front import TRUNK_EXPONENT
from streamsnn.types import Encoder, Readout, Rule

PATCH_OF = 6  # pixels on a side that a hidden neuron looks at in a picture 8 pixels wide, as for the digits
FAN_IN = 12


def spiking(
    samples: LabelledSet,
    seed: int,
    rule: Rule | None = None,
    readout: Readout | None = None,
    n_hidden: int = 2048,
    k: int = 40,
) -> SpikingClassifier:
    """`SpikingClassifier` told that samples are pictures, of which shape and range, if they are.

    For all others it is the default, which learns every feature's scale.
    """
    encoder: Encoder | None = None
    trunk: Initial | None = None
    if samples.image is not None and samples.low is not None and samples.high is not None:
        encoder = Latency(samples.low, samples.high)
        amplitude = 2.0**TRUNK_EXPONENT
        if len(samples.image) == 2:
            height, width = samples.image
            patch = max(2, round(PATCH_OF / 8 * min(height, width)))
            trunk = SignedRandom(
                fan_in=FAN_IN, amplitude=amplitude, seed=seed, image=(height, width), patch=patch
            )
        else:
            fan_in = min(FAN_IN, samples.x_train.shape[1])
            trunk = SignedRandom(fan_in=fan_in, amplitude=amplitude, seed=seed)
    return SpikingClassifier(
        encoder, n_hidden=n_hidden, k=k, trunk=trunk, rule=rule, readout=readout, seed=seed
    )
