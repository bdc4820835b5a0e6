"""Names for neurons that learned without labels: counted from their responses to labelled samples."""

import numpy as np

from streamsnn.types import Floats


class Assignment:
    """Which class each neuron answers to most, and what a response says about the class.

        r_jc = sum of neuron j's spikes for samples of class c / samples of class c
        class of j = argmax_c r_jc;   score_c = mean of the spikes of the neurons assigned to c

    Labels only name neurons; they never reach a weight. A neuron that never answered has no class.

    Parameters
    ----------
    n_neurons
        Neurons of the layer that answers.

    References
    ----------
    Diehl & Cook, Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Front.
    Comput. Neurosci. 2015.

    >>> names = Assignment(2)
    >>> names.note(np.array([5.0, 0.0]), 1)
    >>> names.note(np.array([0.0, 3.0]), 0)
    >>> names.owner.tolist(), names.scores(np.array([2.0, 1.0])).tolist()
    ([1, 0], [1.0, 2.0])
    """

    def __init__(self, n_neurons: int) -> None:
        self.spikes = np.zeros((0, n_neurons))
        self.samples = np.zeros(0)

    def note(self, response: Floats, label: int) -> None:
        """Count the response to one sample of class index `label`."""
        missing = label + 1 - len(self.samples)
        if missing > 0:
            self.spikes = np.pad(self.spikes, ((0, missing), (0, 0)))
            self.samples = np.pad(self.samples, (0, missing))
        self.spikes[label] += response
        self.samples[label] += 1

    @property
    def owner(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Class index of each neuron, -1 without."""
        if not len(self.samples):
            return np.full(self.spikes.shape[1], -1)
        mean = self.spikes / np.maximum(self.samples, 1)[:, None]
        return np.where(mean.max(axis=0) > 0, mean.argmax(axis=0), -1)

    def scores(self, response: Floats) -> Floats:
        """Mean response of the neurons of each class, -1 for a class without neurons; `[..., n_classes]`."""
        owner = self.owner
        of_class = owner == np.arange(len(self.samples))[:, None]
        n = of_class.sum(axis=1)
        found: Floats = np.where(n > 0, response @ of_class.T / np.maximum(n, 1), -1.0)
        return found
