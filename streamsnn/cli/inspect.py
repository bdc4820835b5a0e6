"""`streamsnn inspect`: what a checkpoint holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from streamsnn import __version__
from streamsnn.atomic import write_atomic
from streamsnn.checkpoint import Checkpoint, load
from streamsnn.cli.errors import WRONG_USE, check_json, one_sentence
from streamsnn.models.inspection import Inspection, inspect_model
from streamsnn.models.unit_images import gallery, picture_shape
from streamsnn.run.runner import CHECKPOINT
from streamsnn.view.inspection_page import inspection_page
from streamsnn.view.inspection_table import class_table, parameter_table, projection_table

UNSEEN_WIDTH = 100
MOST_CLASSES = 40  # on the terminal
PICTURED_CLASSES, PICTURED_UNITS = 40, 10


@dataclass(frozen=True)
class Request:
    """The options of one call."""

    path: Path
    json_file: Path | None
    html_file: Path | None
    picture: str | None


def inspect_file(request: Request) -> None:
    """Read, count, write what was asked for, and print tables."""
    with one_sentence(WRONG_USE, "nothing was written"):
        file = request.path / CHECKPOINT if request.path.is_dir() else request.path
        _check_outputs(file, request)
        shape = None if request.picture is None else _shape(request.picture)
        checkpoint = load(file)
        held = inspect_model(checkpoint.model)
        if request.html_file is not None:
            images, why_not = _images(checkpoint, shape)
            made = {"file": str(file), "offset": f"{checkpoint.offset:,}", **_plain(checkpoint.notes)}
            page = inspection_page(held, made | {"read by": f"streamsnn {__version__}"}, images, why_not)
            write_atomic(request.html_file, page.encode())
        if request.json_file is not None:
            write_atomic(request.json_file, _as_json(file, checkpoint, held).encode())
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width that numbers would have to be cut to
        console.width = max(console.width, UNSEEN_WIDTH)
    for table in (parameter_table(held), projection_table(held)):
        console.print(table)
    if not held.classes:
        console.print("No class has been learned yet.")
    else:
        console.print(class_table(held, MOST_CLASSES, console))
    for remark in held.remarks if held.classes else ():
        console.print(remark, style="dim", markup=False, highlight=False)
    if request.html_file is not None:
        console.print(f"page: {request.html_file}", highlight=False, soft_wrap=True, markup=False)


def _check_outputs(file: Path, request: Request) -> None:
    """Refuse files that cannot be written, and such as would be written over what is needed."""
    taken = {file.resolve(): "the checkpoint itself"}
    for option, path in (("--json", request.json_file), ("--html", request.html_file)):
        check_json(path, option)
        if path is not None:
            if path.resolve() in taken:
                raise ValueError(f"{option} {path}: this is {taken[path.resolve()]}, give another file")
            taken[path.resolve()] = f"the file of {option}"


def _shape(given: str) -> tuple[int, int]:
    parts = given.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(f"--picture {given}: give height and width in pixels, as in 28x28")
    return int(parts[0]), int(parts[1])


def _images(
    checkpoint: Checkpoint, shape: tuple[int, int] | None
) -> tuple[list[tuple[str, NDArray[np.float64]]], str]:
    """Classes with their units as pictures; or why there are none."""
    known = shape or picture_shape(checkpoint.model)
    if known is None:
        return [], "Units are not drawn: nothing says that the features are a picture; --picture 28x28 would."
    try:
        found = gallery(checkpoint.model, known, classes=PICTURED_CLASSES, units=PICTURED_UNITS)
        return [(str(label), images) for label, images in found], ""
    except ValueError as error:
        if shape is not None:  # asked for: then it is wrong use
            raise
        return [], f"Units are not drawn: {error}."


def _plain(notes: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in notes.items()}


def _as_json(file: Path, checkpoint: Checkpoint, held: Inspection) -> str:
    whole = {
        "file": str(file),
        "version": __version__,
        "offset": checkpoint.offset,
        "notes": checkpoint.notes,
        **asdict(held),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
