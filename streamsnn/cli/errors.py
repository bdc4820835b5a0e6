"""Errors as one sentence on standard error, with an exit code that scripts can use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

FAILED = 1  # while running
WRONG_USE = 2  # what was given cannot be used


@contextmanager
def one_sentence(
    exit_code: int, go_on: str = "go on with --resume and the folder of this run"
) -> Iterator[None]:
    """Turn the expected errors of the block into one sentence and `exit_code`; `go_on` is for Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"stopped; {go_on}", FAILED)
    except (ValueError, TypeError) as error:
        complain(str(error), exit_code)
    except OSError as error:
        # The system's own message names neither what was wanted nor, at times, the file.
        named = error.filename is not None and error.strerror is not None
        complain(f"{error.filename}: {error.strerror}" if named else str(error), exit_code)


def complain(sentence: str, exit_code: int) -> NoReturn:
    """Say one sentence on standard error and leave."""
    typer.echo(f"streamsnn: {' '.join(sentence.split())}", err=True)
    raise typer.Exit(exit_code)


def check_json(path: Path | None, option: str = "--json") -> None:
    """Refuse a file for `option` that cannot be written, before anything is done for it."""
    if path is not None and path.is_dir():
        raise ValueError(f"{option} {path}: this is a folder, give a file")
    if path is not None and not path.absolute().parent.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {path.absolute().parent}")
