"""`streamsnn pretrain`: make a trunk, offline."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from streams import datasets
from streamsnn.cli.errors import FAILED, WRONG_USE, check_json, complain, one_sentence
from streamsnn.pretrain.pictures import Pictures
from streamsnn.trunks import file

PLAIN_INTERVAL = 10.0  # seconds between lines where there is no terminal
MEMORY = 0.98  # of the running means that are shown


@dataclass(frozen=True)
class Request:
    """The options of one call."""

    name: str
    out: Path | None
    steps: int | None
    seed: int
    json_file: Path | None


def run_pretrain(request: Request) -> None:
    """Train, write the file, and say what it is."""
    with one_sentence(WRONG_USE, "nothing was begun"):
        check_json(request.json_file)
        with _torch():
            from streamsnn.pretrain.recipes import Making, recipe
        making = Making(request.name, request.steps, request.seed)
        out = request.out or Path(f"{request.name}{file.SUFFIX}")
        if out.suffix != file.SUFFIX or not out.absolute().parent.is_dir():
            raise ValueError(f"--out {out}: give a file *{file.SUFFIX} in a folder that exists")
        found = {name: _pictures(name) for name in recipe(request.name).needs}
    with one_sentence(FAILED, "nothing was written"):
        with _Watch(request.name, making.n_steps) as watch:
            making.write(out, found, watch)
        made = file.read(str(out))
        if request.json_file is not None:
            figures = msgspec.to_builtins(made.header) | {"file": str(out), "digest": made.digest}
            request.json_file.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1))
    typer.echo(f"trunk: {out}, {out.stat().st_size / 1e6:.2f} MB, digest {made.digest[:12]}")


@contextmanager
def _torch() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        complain(f"pretrain needs {error.name}: pip install 'streamsnn[pretrain]'", FAILED)


def _pictures(name: str) -> Pictures:
    """A data set of pictures as ink."""
    data = datasets.load(name)
    if data.y is None or data.x.shape[1:] != (28, 28):
        raise ValueError(f"data set {name}: trunks learn from labelled pictures of 28 x 28 pixels")
    return Pictures((data.x / data.feature_high).astype(np.float32), data.y.astype(np.int64))


class _Watch:
    """A bar on the terminal, or now and then a line where there is none."""

    def __init__(self, name: str, steps: int) -> None:
        self._name, self._steps = name, steps
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=self._console
        )
        self._task = self._bar.add_task(name, total=steps)
        self._means: tuple[float, float] | None = None
        self._shown_at = time.monotonic()

    def __enter__(self) -> "_Watch":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def __call__(self, step: int, loss: float, right: float) -> None:
        before = self._means or (loss, right)
        self._means = (
            MEMORY * before[0] + (1 - MEMORY) * loss,
            MEMORY * before[1] + (1 - MEMORY) * right,
        )
        text = f"{self._name}: loss {self._means[0]:.3f}, {100 * self._means[1]:.1f} % right"
        if self._console.is_terminal:
            self._bar.update(self._task, completed=step + 1, description=text)
        elif time.monotonic() - self._shown_at > PLAIN_INTERVAL:
            self._shown_at = time.monotonic()
            self._console.print(f"{text}, step {step + 1} of {self._steps}", soft_wrap=True)
