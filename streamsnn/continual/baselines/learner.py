"""What a learner must be able to do to be evaluated."""

from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Learner(Protocol):
    """A classifier that learns one sample at a time, with river's verbs on arrays.

    x has shape (d,), X shape (m, d), both float. A prediction is a label seen before, or ``None`` before the
    first one. Predicting changes nothing.

    Examples
    --------
    >>> from streamsnn.continual.baselines import NearestClassMean
    >>> learner: Learner = NearestClassMean()
    >>> learner.predict_one(np.array([0.0])) is None
    True
    """

    def learn_one(self, x: NDArray[np.floating], y: Hashable) -> None:
        """Learn sample ``x``, shape (d,), of class ``y``."""

    def predict_one(self, x: NDArray[np.floating]) -> Hashable | None:
        """Predict the class of ``x``, shape (d,)."""

    def predict_many(self, X: NDArray[np.floating]) -> Sequence[Hashable | None]:
        """Predict the class of each row of ``X``, shape (m, d)."""
