"""The network of exemplar neurons: features, whole samples, lines beside them, votes."""

from streamsnn.encoders.graded_level import GradedLevel
from streamsnn.network import INPUT, Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.k_winners import KWinners
from streamsnn.readouts.neighbours import Neighbours
from streamsnn.rules.exemplars import Exemplars
from streamsnn.rules.rivals import Rivals
from streamsnn.types import Encoder, Readout

EXEMPLARS, LINES = "exemplars", "lines"


def exemplar_network(rule: Exemplars, encoder: Encoder | None, readout: Readout | None) -> Network:
    """Graded spikes of the features onto neurons that hold whole samples, and onto a line for each class.

    Raises
    ------
    ValueError
        If the encoder's spikes carry no levels, or the readout does not read ages.

    Examples
    --------
    >>> exemplar_network(Exemplars(size=100), None, None).ticks
    1
    """
    if encoder is not None and not isinstance(encoder, GradedLevel):
        raise ValueError(f"encoder={encoder}: Exemplars store levels, so give GradedLevel(...) or none")
    if readout is not None and not isinstance(readout, Neighbours):
        raise ValueError(f"readout={readout}: exemplars vote by their ages, so give Neighbours(...) or none")
    votes = readout or Neighbours()
    winners = min(votes.counts[-1], rule.size)
    layers = [Layer(EXEMPLARS, KWinners(winners), rule.size)]
    projections = [Projection(INPUT, EXEMPLARS, format=rule.format, rule=rule)]
    if votes.lines:
        straight = Rivals()
        layers.insert(0, Layer(LINES, LI(arithmetic="float"), per_class=True))
        projections.append(Projection(INPUT, LINES, format=straight.format, rule=straight))
    return Network(encoder or GradedLevel(), tuple(layers), tuple(projections), votes)
