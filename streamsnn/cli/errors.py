"""Errors as one sentence on standard error, with an exit code that scripts can use."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

FAILED = 1  # while running
WRONG_USE = 2  # what was given cannot be used


@contextmanager
def one_sentence(exit_code: int) -> Iterator[None]:
    """Turn the expected errors of the block into one sentence and `exit_code`."""
    try:
        yield
    except KeyboardInterrupt:
        _complain("stopped; go on with --resume and the folder of this run", FAILED)
    except (ValueError, TypeError) as error:
        _complain(str(error), exit_code)
    except OSError as error:
        # The system's own message names neither what was wanted nor, at times, the file.
        named = error.filename is not None and error.strerror is not None
        _complain(f"{error.filename}: {error.strerror}" if named else str(error), exit_code)


def _complain(sentence: str, exit_code: int) -> None:
    typer.echo(f"streamsnn: {' '.join(sentence.split())}", err=True)
    raise typer.Exit(exit_code)
