"""A trained trunk to its file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn import __version__
from streamsnn.pretrain.geometry import INPUT_LEVELS, SIDE, Convolved
from streamsnn.pretrain.integers import Integers, Scaled
from streamsnn.trunks.file import SCHEMA, Header, Stage, read, write


@dataclass(frozen=True)
class Origin:
    """How a trunk was made.

    Attributes
    ----------
    trained_on
        In words.
    data_sets
        Data sets that it took pictures from.
    steps, seed, k
        Of the training.
    command
        What makes it again.
    """

    trained_on: str
    data_sets: tuple[str, ...]
    steps: int
    seed: int
    k: int
    command: str


def export(path: Path, integers: Integers, origin: Origin) -> None:
    """Write a trunk's file.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    stages = tuple(
        Stage(s.stage.kernel, s.stage.filters, s.stage.stride, s.stage.padding, s.shift)
        for s in integers.scaled
    )
    header = Header(
        schema=SCHEMA,
        shape=(SIDE, SIDE),
        ticks=INPUT_LEVELS,
        levels=integers.levels,
        k=origin.k,
        stages=stages,
        trained_on=origin.trained_on,
        data_sets=origin.data_sets,
        steps=origin.steps,
        seed=origin.seed,
        command=origin.command,
        version=__version__,
    )
    write(path, header, arrays(integers))


def arrays(integers: Integers) -> dict[str, NDArray[Any]]:
    """Weights in the order of the core's rows: (dy, dx, channel) onto filters, (y, x, channel) onto code."""
    found: dict[str, NDArray[Any]] = {}
    for i, stage in enumerate(integers.scaled):
        filters = stage.weights.shape[0]
        found[f"w{i}"] = stage.weights.transpose(2, 3, 1, 0).reshape(-1, filters)
        found[f"gain{i}"], found[f"bias{i}"] = stage.gain, stage.bias
    n, channels = len(integers.bias), integers.scaled[-1].weights.shape[0]
    by_pixel = integers.weights.reshape(n, channels, -1).transpose(2, 1, 0)
    found["code"] = by_pixel.reshape(-1, n)
    found["code_bias"] = integers.bias
    return {name: np.ascontiguousarray(a) for name, a in found.items()}


def restored(trunk: str) -> Integers:
    """The integers in a trunk's file: what `arrays` made of them, undone.

    Raises
    ------
    FileNotFoundError
        If there is no such trunk.
    ValueError
        If the file is no trunk.
    """
    found = read(trunk)
    scaled, side, channels = [], SIDE, 1
    for i, s in enumerate(found.header.stages):
        stage = Convolved(side, s.kernel, s.stride, s.padding, channels, s.filters)
        rows = found.arrays[f"w{i}"].reshape(s.kernel, s.kernel, channels, s.filters)
        weights = np.ascontiguousarray(rows.transpose(3, 2, 0, 1))
        scaled.append(Scaled(stage, weights, found.arrays[f"gain{i}"], found.arrays[f"bias{i}"], s.shift))
        side, channels = stage.side_out, s.filters
    code, bias = found.arrays["code"], found.arrays["code_bias"]
    by_channel = code.reshape(-1, channels, len(bias)).transpose(2, 1, 0)
    return Integers(tuple(scaled), by_channel.reshape(len(bias), -1), bias, found.header.levels)
