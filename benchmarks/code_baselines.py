"""What simple statistics reach on the same frozen code: nearest class mean and linear discriminants.

Both are the streaming learners of `streamsnn.continual.baselines` after their last sample, computed in one
go: a code of 2,048 neurons would cost them hours sample by sample, and order changes neither.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.models.classifier import SpikingClassifier
from streamsnn.types import Floats

BLOCK = 4096
Codes = NDArray[np.float32]


def codes(model: SpikingClassifier, x: NDArray[Any]) -> Codes:
    """Which neurons of the code spike for each row, 1 or 0 `[n, n_hidden]`, as the core runs it."""
    names = ["input", *(layer.name for layer in model.core.network.layers)]
    layer, none = names.index("code"), np.array([-1])
    found = np.zeros((len(x), model.core.size("code")), np.float32)
    for i, row in enumerate(x):
        model.core.run(np.asarray(row, np.float64)[None], none, learn=False, record=True)
        raster = model.core.raster()
        found[i, raster.neurons[raster.layers == layer]] = 1.0
    return found


def class_means(z: Codes, y: NDArray[np.int64], n_classes: int) -> Floats:
    """Mean code of each class `[n_classes, n_hidden]`."""
    return np.array([z[y == c].mean(axis=0, dtype=np.float64) for c in range(n_classes)])


def nearest_class_mean(z: Codes, means: Floats) -> NDArray[np.int64]:
    """The class of the nearest mean, for each row."""
    nearest: NDArray[np.int64] = ((means * means).sum(axis=1) - 2.0 * (z @ means.T)).argmin(axis=1)
    return nearest


def discriminants(
    z: Codes, y: NDArray[np.int64], means: Floats, shrinkage: float = 1e-2
) -> tuple[Floats, Floats]:
    """Weights and offsets of linear discriminant analysis, as `StreamingLDA` has them at the end."""
    moments = np.zeros((z.shape[1], z.shape[1]), np.float32)
    for start in range(0, len(z), BLOCK):
        block = z[start : start + BLOCK]
        moments += block.T @ block  # counts below 2^24: exact in single precision
    weighted = means * np.bincount(y, minlength=len(means))[:, None]
    covariance = (moments - weighted.T @ means) * ((1.0 - shrinkage) / len(z))
    covariance[np.diag_indices_from(covariance)] += shrinkage
    weights = np.asarray(np.linalg.solve(covariance, means.T), np.float64)
    return weights, -0.5 * (means.T * weights).sum(axis=0)


def baseline_accuracies(
    train: Codes, y_train: NDArray[Any], test: Codes, y_test: NDArray[Any]
) -> dict[str, float]:
    """Test accuracy of both."""
    labels, y = np.unique(y_train, return_inverse=True)
    means = class_means(train, y, len(labels))
    weights, offsets = discriminants(train, y, means)
    by_mean, by_plane = nearest_class_mean(test, means), (test @ weights + offsets).argmax(axis=1)
    return {
        "nearest_class_mean": float(np.mean(labels[by_mean] == y_test)),
        "streaming_lda": float(np.mean(labels[by_plane] == y_test)),
    }
