"""The file of a trunk: a few arrays of integers, and a header that says how they were made."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

from streamsnn.atomic import write_atomic

SCHEMA = 1
SUFFIX = ".safetensors"
SHIPPED = Path(__file__).parent


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One convolution.

    Attributes
    ----------
    kernel, filters, stride, padding
        As in `Convolution`; kernels are square.
    shift
        Of its `Level` neurons.
    """

    kernel: int
    filters: int
    stride: int
    padding: int
    shift: int


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a trunk is and where it comes from.

    Attributes
    ----------
    schema
        Version of this header.
    shape
        Height and width of the picture.
    ticks
        Levels of a pixel.
    levels
        Largest number between layers.
    k
        Winners that it was trained with.
    stages
        Its convolutions.
    trained_on
        What its weights come from, in words.
    data_sets
        Data sets that it took pictures from.
    steps, seed
        Of the training.
    command
        What makes the file again.
    version
        Of streamsnn, that made it.
    """

    schema: int
    shape: tuple[int, int]
    ticks: int
    levels: int
    k: int
    stages: tuple[Stage, ...]
    trained_on: str
    data_sets: tuple[str, ...]
    steps: int
    seed: int
    command: str
    version: str


@dataclass(frozen=True, eq=False)
class TrunkFile:
    """What a file holds.

    Attributes
    ----------
    digest
        SHA-256 of the file.
    header
        Shape and origin.
    arrays
        Convolution i has `w<i>` `[rows, filters]`, `gain<i>` and `bias<i>` `[filters]`; the code has
        `code` `[neurons of the last convolution, neurons]` and `code_bias`.
    """

    digest: str
    header: Header
    arrays: dict[str, NDArray[Any]]


def shipped() -> list[str]:
    """Names of the trunks that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}"))


def file_of(trunk: str) -> Path:
    """The file of a trunk that is shipped under this name, or lies at this path.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    path = Path(trunk) if trunk.endswith(SUFFIX) else SHIPPED / f"{trunk}{SUFFIX}"
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no trunk {trunk!r}: give one of {', '.join(shipped())}, or a file *{SUFFIX}"
        )
    return path


def read(trunk: str, digest: str = "") -> TrunkFile:
    """Read a trunk by name or path; with a digest, only the file that has it.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If the file is damaged, no trunk, or another one.
    """
    path = file_of(trunk)
    found = path.stat()
    content = _read(path, found.st_mtime_ns, found.st_size)
    if digest not in ("", content.digest):
        raise ValueError(
            f"trunk {trunk!r} has changed: its digest is {content.digest[:12]}, not {digest[:12]}; "
            "put the earlier file back"
        )
    return content


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> TrunkFile:
    """Read once, as long as the file stays as it is: every row of every model asks for it."""
    content = path.read_bytes()
    try:
        arrays = from_bytes(content)
        # the length of a safetensors header is its first 8 bytes, and the header is JSON
        text = msgspec.json.decode(content[8 : 8 + int.from_bytes(content[:8], "little")])
        header = msgspec.json.decode(text["__metadata__"]["trunk"], type=Header)
    except (SafetensorError, KeyError, msgspec.DecodeError) as error:
        raise ValueError(f"{path} is no trunk of streamsnn, or it is damaged ({error})") from error
    if header.schema != SCHEMA:
        raise ValueError(f"trunk {path} has schema {header.schema}, this version reads {SCHEMA}")
    for array in arrays.values():
        array.flags.writeable = False
    return TrunkFile(sha256(content).hexdigest(), header, arrays)


def write(path: Path, header: Header, arrays: dict[str, NDArray[Any]]) -> None:
    """Write a trunk, atomically; equal contents are equal files.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    own = {name: np.ascontiguousarray(a) for name, a in arrays.items()}
    write_atomic(path, to_bytes(own, metadata={"trunk": msgspec.json.encode(header).decode()}))
