"""UCI handwritten digits: 1,797 images of 8x8 pixels, values 0 to 16.

The test file of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49, licensed CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). Rows are in the order of that file. Packed here as a
compressed numpy archive; no value was changed. See also `digits.txt` beside this file.
"""

from __future__ import annotations

import hashlib
import io
from importlib.resources import files

import numpy as np

from streams.datasets.dataset import Dataset

__all__ = ["load"]

SHA256 = "aa0d4ce77d0b799384eb40bab67406a6dad75c5cd7a4643aa2bf2ab3705f7b12"


def load() -> Dataset:
    """Return the digits; they are part of this package and need no download.

    Raises
    ------
    OSError
        If the packaged file is damaged.

    Examples
    --------
    >>> np.bincount(load().y).tolist()
    [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    """
    content = (files(__package__) / "digits.npz").read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise OSError("the packaged digits.npz is damaged (SHA-256 differs); install the package again")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    return Dataset(
        name="digits",
        x=x,
        y=y,
        labels=tuple(map(str, range(10))),
        feature_low=0.0,
        feature_high=16.0,
        licence="CC BY 4.0",
        citation=(
            "E. Alpaydin, C. Kaynak (1998), Optical Recognition of Handwritten Digits, "
            "UCI Machine Learning Repository, doi 10.24432/C50P49"
        ),
        source="https://archive.ics.uci.edu/dataset/80",
    )
