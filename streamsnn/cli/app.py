"""The commands and their options; what they do is imported when they run."""

from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated

import typer

from streamsnn import __version__
from streamsnn.run import scenarios

SCENARIOS = sorted(module.name for module in iter_modules(scenarios.__path__))  # without importing them

app = typer.Typer(
    name="streamsnn",
    help="Learn from a live stream, one event at a time, and see what learning costs in memory writes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Options of every command."""
    if version:
        typer.echo(__version__)
        raise typer.Exit()


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help=f"One of: {', '.join(SCENARIOS)}.")],
    order: Annotated[
        str | None, typer.Option(help="How classes arrive: class (one after another, default), pairs, iid.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of split, order and learner; default 0.")] = None,
    learner: Annotated[
        str | None, typer.Option(help="Learner: counting (default), three_factor, pes.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report, checkpoint and log.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures of report.json to this file.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the run in this folder, from its checkpoint.")
    ] = None,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="No sockets and no second process; the same result.")
    ] = False,
    endpoint: Annotated[
        str, typer.Option(help="Where the source process serves; * takes a free port.")
    ] = "tcp://127.0.0.1:*",
    repeat: Annotated[int | None, typer.Option(help="Replay the stream so many times; default 1.")] = None,
    checkpoint_every: Annotated[
        int | None, typer.Option(help="Events between two checkpoints; default 250.")
    ] = None,
) -> None:
    """Replay a scenario over ZeroMQ into a learner, show it live, and write a report."""
    from streamsnn.cli.run import Request, run_scenario  # heavy: Numba, river, ZeroMQ

    options = {
        "order": order,
        "seed": seed,
        "learner": learner,
        "repeat": repeat,
        "checkpoint_every": checkpoint_every,
    }
    run_scenario(
        Request(
            scenario=scenario,
            settings={name: value for name, value in options.items() if value is not None},
            out=out,
            json_file=json_file,
            resume=resume,
            in_process=in_process,
            endpoint=endpoint,
        )
    )


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed while running, 2 wrong use."""
    app()
