"""Pictures to train on, as ink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pictures:
    """A set of labelled pictures.

    Attributes
    ----------
    ink
        `[n, 28, 28]`, 0 to 1.
    labels
        Class of each, from 0 without gaps.
    """

    ink: NDArray[np.float32]
    labels: NDArray[np.int64]
