"""The frozen part of a classifier: from features to a sparse code."""

from dataclasses import dataclass

from streamsnn.encoders.latency import AdaptivePopulation
from streamsnn.memory.formats import Fixed
from streamsnn.memory.initial import Initial, SignedRandom
from streamsnn.network import INPUT, Layer, Projection
from streamsnn.neurons.k_winners import KWinners
from streamsnn.trunks.trunk import CODE, Trunk
from streamsnn.types import Encoder

N_HIDDEN, K = 2048, 40  # neurons of a code, and winners among them
TRUNK_EXPONENT = 7  # weights of -1, 0, +1 in two bits deliver +-2^13: far above the rounding of a tick


@dataclass(frozen=True)
class Front:
    """Encoder, layers and projections up to the code.

    >>> front(None, None, n_hidden=256, k=10, seed=0).layers[-1].name
    'code'
    """

    encoder: Encoder
    layers: tuple[Layer, ...]
    projections: tuple[Projection, ...]


def front(
    encoder: Encoder | None, trunk: Trunk | Initial | None, *, n_hidden: int, k: int, seed: int
) -> Front:
    """What an estimator's parameters ask for; a `Trunk` brings its own encoder and number of neurons.

    Raises
    ------
    ValueError
        If more winners than neurons are asked for, or an encoder beside a `Trunk`.
    """
    neurons = trunk.n_hidden if isinstance(trunk, Trunk) else n_hidden
    if not 1 <= k <= neurons:
        raise ValueError(f"k={k} winners of n_hidden={neurons} neurons: give 1 <= k <= n_hidden")
    if isinstance(trunk, Trunk):
        if encoder is not None:
            raise ValueError(
                f"encoder={encoder} beside trunk {trunk.name!r}, which has its own: leave it out"
            )
        return Front(trunk.encoder(), trunk.layers(k), trunk.projections())
    weights = trunk or SignedRandom(amplitude=2.0**TRUNK_EXPONENT, seed=seed)
    joined = Projection(INPUT, CODE, weights, Fixed(2, exponent=TRUNK_EXPONENT), sparse=True)
    return Front(encoder or AdaptivePopulation(), (Layer(CODE, KWinners(k), n_hidden),), (joined,))
