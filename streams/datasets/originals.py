"""Turning the files that a data set's home offers into arrays."""

from __future__ import annotations

import gzip
import io
import re
import wave
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONVERTERS", "fsdd", "idx", "idx_arrays"]

Array = NDArray[Any]
IDX_NAMES = ("x_train", "y_train", "x_test", "y_test")
RECORDING = re.compile(r"recordings/(\d)_(\w+)_(\d+)\.wav$")


def idx(content: bytes) -> Array:
    """Return the array of an idx file of bytes (the MNIST format), packed with gzip or not.

    Raises
    ------
    ValueError
        If it is no such file.

    Examples
    --------
    >>> idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 7])).tolist()
    [5, 7]
    """
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"file begins with {content[:4]!r} and is no idx file of bytes")
    n_dims = content[3]
    shape = np.frombuffer(content, ">u4", n_dims, 4).astype(int)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * n_dims)
    if values.size != shape.prod():
        raise ValueError(f"idx file announces {shape.prod()} values and holds {values.size}")
    return values.reshape(shape)


def idx_arrays(contents: Sequence[bytes]) -> dict[str, Array]:
    """Return training images and labels and test images and labels from their four idx files."""
    return {name: idx(content) for name, content in zip(IDX_NAMES, contents, strict=True)}


def fsdd(contents: Sequence[bytes]) -> dict[str, Array]:
    """Return the spoken digits from the zip archive of the repository, in order of file name.

    Raises
    ------
    ValueError
        If the archive holds no recordings or one is not 16-bit mono.
    """
    (archive,) = contents
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        found = sorted(
            (m[0].rsplit("/", 1)[-1], n, m) for n in files.namelist() if (m := RECORDING.search(n))
        )
        if not found:
            raise ValueError("archive holds no recordings/<digit>_<speaker>_<take>.wav")
        audio = [_samples(files.read(name)) for _, name, _ in found]
    speaker_names = sorted({match[2] for _, _, match in found})
    return {
        "audio": np.concatenate(audio),
        "offsets": np.cumsum([0, *map(len, audio)], dtype=np.int64),
        "label": np.array([int(m[1]) for _, _, m in found], np.uint8),
        "speaker": np.array([speaker_names.index(m[2]) for _, _, m in found], np.uint8),
        "speaker_names": np.array(speaker_names),
        "take": np.array([int(m[3]) for _, _, m in found], np.uint8),
        "rate": np.array(8000, np.int32),
    }


def _samples(content: bytes) -> Array:
    with wave.open(io.BytesIO(content)) as recording:
        if recording.getsampwidth() != 2 or recording.getnchannels() != 1:
            raise ValueError("recording is not 16-bit mono")
        return np.frombuffer(recording.readframes(recording.getnframes()), "<i2")


CONVERTERS = {"idx": idx_arrays, "fsdd": fsdd}
"""Converter by the name that the catalogue gives it."""
