"""Codes of one layer: random signs from the features straight to the code, where samples are no pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streamsnn import __version__
from streamsnn.memory.initial import SignedRandom
from streamsnn.pretrain.geometry import WEIGHT_MAX
from streamsnn.trunks.file import SCHEMA, Header, write


@dataclass(frozen=True)
class OneLayer:
    """A trunk without convolutions: each neuron of the code sees some features, half of them with -1.

    Parameters
    ----------
    trained_on
        What its weights come from, in words.
    shape
        Parts of a sample, and features of each part, which stand one part after another.
    ticks
        Levels of a feature.
    fan_in
        Features that a neuron sees.
    neurons, k
        Neurons of the code, and how many of them are to win.

    >>> OneLayer("nothing", (2, 3), ticks=4, fan_in=2, neurons=5, k=1).steps
    0
    """

    trained_on: str
    shape: tuple[int, int]
    ticks: int
    fan_in: int
    neurons: int
    k: int
    needs: tuple[str, ...] = ()
    steps: int = 0

    def write(self, path: Path, seed: int, command: str) -> None:
        """Draw the weights, and write the trunk's file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        drawn = SignedRandom(self.fan_in, WEIGHT_MAX, seed).rows(
            0, self.shape[0] * self.shape[1], self.neurons
        )
        header = Header(
            schema=SCHEMA,
            shape=self.shape,
            ticks=self.ticks,
            levels=0,
            k=self.k,
            stages=(),
            trained_on=self.trained_on,
            data_sets=self.needs,
            steps=self.steps,
            seed=seed,
            command=command,
            version=__version__,
        )
        bias = np.zeros(self.neurons, np.int32)
        write(path, header, {"code": drawn.astype(np.int8), "code_bias": bias})
