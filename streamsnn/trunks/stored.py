"""Frozen weights that lie in the file of a trunk."""

from dataclasses import dataclass

import numpy as np

from streamsnn.trunks.file import TrunkFile, read
from streamsnn.types import Floats


@dataclass(frozen=True)
class Stored:
    """Rows of one array of a trunk's file: initial weights of a projection that does not learn.

    Equal names and digests are equal weights, so that a checkpoint need not hold them.

    Parameters
    ----------
    trunk
        Name of a shipped trunk, or path of a file.
    name
        Name of the array, for example `"code"`.
    digest
        SHA-256 of the file; empty for whatever the file holds now.

    Raises
    ------
    FileNotFoundError
        If there is no such trunk.
    ValueError
        If the file holds no such array, or is not the one of that digest.

    >>> Stored("random", "w0").rows(0, 1, 24).shape
    (1, 24)
    """

    trunk: str
    name: str
    digest: str = ""

    def __post_init__(self) -> None:
        found = self._file()
        if self.name not in found.arrays:
            raise ValueError(
                f"trunk {self.trunk!r} has no array {self.name!r}: give one of {sorted(found.arrays)}"
            )
        object.__setattr__(self, "digest", found.digest)

    def rows(self, start: int, stop: int, n_post: int) -> Floats:
        """Rows `start..stop`."""
        array = self._file().arrays[self.name]
        if stop > array.shape[0] or (n_post,) != array.shape[1:]:
            raise ValueError(
                f"array {self.name!r} of trunk {self.trunk!r} has shape {array.shape}: "
                f"it holds no rows {start} to {stop} of {n_post}"
            )
        return array[start:stop].astype(np.float64)

    def _file(self) -> TrunkFile:
        return read(self.trunk, self.digest)
