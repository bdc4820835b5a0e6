"""River's stock classifiers behind the array verbs of ``Learner``."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from river.base import Classifier


class RiverClassifier:
    """Wrap a river classifier: feature i of the array becomes key i of river's dict.

    Parameters
    ----------
    model
        Any river classifier or pipeline that ends in one.

    Examples
    --------
    >>> from river.dummy import NoChangeClassifier
    >>> learner = RiverClassifier(NoChangeClassifier())
    >>> learner.learn_one(np.zeros(2), 7)
    >>> learner.predict_many(np.zeros((2, 2)))
    [7, 7]
    """

    def __init__(self, model: Classifier) -> None:
        self.model = model

    def learn_one(self, x: NDArray[np.floating], y: Hashable) -> None:
        """Let the river model learn ``x``, shape (d,), of class ``y``."""
        self.model.learn_one(_features(x), cast(Any, y))

    def predict_one(self, x: NDArray[np.floating]) -> Hashable | None:
        """Predict the class of ``x``, shape (d,); ``None`` before the first sample."""
        return self.model.predict_one(_features(x))

    def predict_many(self, X: NDArray[np.floating]) -> list[Hashable | None]:
        """Predict the class of each row of ``X``, shape (m, d)."""
        return [self.predict_one(x) for x in X]


def river_softmax() -> RiverClassifier:
    """Softmax regression on standardised features, river's defaults: the usual gradient learner.

    Examples
    --------
    >>> learner = river_softmax()
    >>> learner.learn_one(np.array([0.5]), 1)
    >>> learner.predict_one(np.array([0.5]))
    1
    """
    from river.linear_model import SoftmaxRegression
    from river.preprocessing import StandardScaler

    return RiverClassifier(cast("Classifier", StandardScaler() | SoftmaxRegression()))


def river_hoeffding_tree() -> RiverClassifier:
    """River's Hoeffding tree with its defaults (Domingos and Hulten, 2000): the usual stream learner.

    Examples
    --------
    >>> learner = river_hoeffding_tree()
    >>> learner.learn_one(np.array([0.5]), 1)
    >>> learner.predict_one(np.array([0.5]))
    1
    """
    from river.tree import HoeffdingTreeClassifier

    return RiverClassifier(HoeffdingTreeClassifier())


def _features(x: NDArray[np.floating]) -> dict[Any, float]:
    return dict(enumerate(x.tolist()))
