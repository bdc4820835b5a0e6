"""Which features drove a neuron behind frozen layers: credit goes back along the synapses that excited it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.core import Core
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.graded import Graded
from streamsnn.network import INPUT, Layer, Projection
from streamsnn.recording import Raster
from streamsnn.types import Floats, Ints


def feature_credit(core: Core, raster: Raster, layer: str, neurons: Ints) -> Floats | None:
    """Share of each feature in what excited each of `neurons` of `layer`, `[n_neurons, n_features]`.

        credit_ij = max(a_i w_ij, 0) / sum_i' max(a_i' w_i'j, 0)       for every synapse i -> j
        credit of a feature = the sum over all ways from its spikes to the neuron

    a_i is the payload of a neuron's spike, or how many ticks before the end of the input it came: in a
    latency code, the level. What biases alone excited is spread over the features in proportion, so that
    rows sum to 1; to 0 where no spike excited the neuron.

    None where a layer on the way is not fed by exactly one projection without a rule.

    Parameters
    ----------
    core
        The machine, as the sample left it.
    raster
        Spikes of the sample.
    layer, neurons
        Where credit starts.

    References
    ----------
    The alpha-1 form of Bach et al., On pixel-wise explanations for non-linear classifier decisions by
    layer-wise relevance propagation, PLoS ONE 2015.

    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0, "b": 2.0}, "yes")
    >>> _ = model.core.run(np.array([[1.0, 2.0]]), np.array([-1]), learn=False, record=True)
    >>> raster = model.core.raster()
    >>> winners = raster.neurons[raster.layers == 1]
    >>> feature_credit(model.core, raster, "code", winners).sum(axis=1).round(6).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    network = core.network
    credit = np.zeros((neurons.size, raster.sizes[raster.names.index(layer)]))
    credit[np.arange(neurons.size), neurons] = 1.0
    while layer != INPUT:
        feeding = [p for p in network.projections if p.post == layer]
        if len(feeding) != 1 or feeding[0].rule is not None:
            return None
        p = feeding[0]
        active = activity(core, raster, p.pre)
        credit = _through(core, p, active, credit, _signs(network.layer(layer), credit.shape[1]))
        layer = p.pre
    features = credit.reshape(neurons.size, core.n_features, network.encoder.lines).sum(axis=2)
    return _normalised(features, features.sum(axis=1, keepdims=True))


def activity(core: Core, raster: Raster, layer: str) -> Floats:
    """How much the spikes of each neuron of a layer weigh: payload, level or number of spikes."""
    index = raster.names.index(layer)
    ticks, neurons = (which[raster.layers == index] for which in (raster.ticks, raster.neurons))
    active = np.zeros(raster.sizes[index])
    if layer == INPUT and isinstance(core.network.encoder, Graded):
        active[neurons] = core.array("encoder.payload")[: neurons.size]
    elif layer == INPUT:
        np.add.at(active, neurons, core.network.encoder.ticks - ticks)
    elif ticks.size and isinstance(core.network.layer(layer).neuron, Graded):
        last = ticks == ticks[-1]  # a level is sent once a sample
        active[neurons[last]] = core.array(f"{layer}.sent")[ticks[-1] & 1, : int(last.sum())]
    else:
        np.add.at(active, neurons, 1.0)
    return active


def _signs(layer: Layer, n: int) -> Floats:
    """-1 for neurons whose gain turns inhibition into excitation, else 1."""
    gain = getattr(layer.neuron, "gain", ()) or (1,)
    return np.where(np.resize(gain, n) < 0, -1.0, 1.0)


def _through(core: Core, p: Projection, active: Floats, credit: Floats, signs: Floats) -> Floats:
    """Credit of the neurons before a projection, from that of those after it."""
    if isinstance(p.storage, Convolution):
        return _through_kernel(p.storage, core.weights(p.name), active, credit, signs)
    excited = np.flatnonzero(credit.any(axis=0))  # few: most of a code is silent
    given = np.maximum(active[:, None] * core.weights(p.name)[:, excited] * signs[excited], 0.0)
    before: Floats = credit[:, excited] @ _normalised(given, given.sum(axis=0)).T
    return before


def _normalised(given: Floats, total: Floats) -> Floats:
    return np.divide(given, total, out=np.zeros_like(given), where=total > 0)


def _through_kernel(
    c: Convolution, kernel: NDArray[Any], active: Floats, credit: Floats, signs: Floats
) -> Floats:
    """The same by shared rows: what each line and column of the kernel gave, summed, then taken back."""
    height, width = c.shape
    out_height, out_width = c.out_shape
    pad = ((c.padding, c.padding), (c.padding, c.padding), (0, 0))
    image = np.pad(active.reshape(height, width, c.channels), pad)
    # Gains repeat from pixel to pixel.
    w = np.maximum(kernel.reshape(*c.kernel, c.channels, c.filters) * signs[: c.filters], 0.0)
    taps = [
        (y, x, slice(y, y + out_height * c.stride, c.stride), slice(x, x + out_width * c.stride, c.stride))
        for y in range(c.kernel[0])
        for x in range(c.kernel[1])
    ]
    total = np.zeros((out_height, out_width, c.filters))
    for y, x, lines, columns in taps:
        total += image[lines, columns] @ w[y, x]
    share = _normalised(credit.reshape(-1, *total.shape), np.broadcast_to(total, (len(credit), *total.shape)))
    before = np.zeros((len(credit), *image.shape))
    for y, x, lines, columns in taps:
        before[:, lines, columns] += share @ w[y, x].T
    before *= image
    inner = before[:, c.padding : c.padding + height, c.padding : c.padding + width]
    return inner.reshape(len(credit), -1)
