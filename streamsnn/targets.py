"""What a core is given to run, checked at the border."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.network import Network
from streamsnn.types import Floats


def checked(
    network: Network, x: Floats, target: NDArray[Any], n_features: int, n_classes: int
) -> tuple[Floats, NDArray[Any]]:
    """Features and targets in the types that the program was compiled for.

    Raises
    ------
    ValueError
        If shapes do not fit, or a class index is out of range.
    """
    vector = network.readout.targets == "vector"
    shape = (x.shape[0], n_classes) if vector else (x.shape[0],)
    if x.ndim != 2 or x.shape[1] != n_features or target.shape != shape:
        wanted = f"(n, {n_classes})" if vector else "(n,)"
        raise ValueError(f"x {x.shape} and target {target.shape}, expected (n, {n_features}) and {wanted}")
    if vector:
        return np.ascontiguousarray(x, np.float64), np.ascontiguousarray(target, np.float64)
    if max(target.tolist(), default=-1) >= n_classes:
        raise ValueError(f"target {target.max()}: there are {n_classes} classes, so give 0 to that less 1")
    return np.ascontiguousarray(x, np.float64), np.ascontiguousarray(target, np.int64)
