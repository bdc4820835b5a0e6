"""The commands and their options; what they do is imported when they run."""

from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated

import typer

from streamsnn import __version__
from streamsnn.cli.errors import WRONG_USE, complain
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


@app.command()
def bench(
    suite: Annotated[str | None, typer.Argument(help="Name of a built-in suite, or a .toml file.")] = None,
    list_suites: Annotated[
        bool, typer.Option("--list", help="Explain every built-in suite in one line, and leave.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; default out/bench-SUITE.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the table to this file.")
    ] = None,
    seeds: Annotated[str | None, typer.Option(help="Other seeds than the suite's, as in 0,1,2.")] = None,
    seed: Annotated[int | None, typer.Option(help="One seed instead of the suite's.")] = None,
    only_dataset: Annotated[list[str] | None, typer.Option(help="Leave out the others; may repeat.")] = None,
    only_scenario: Annotated[list[str] | None, typer.Option(help="The same for a kind or an order.")] = None,
    only_learner: Annotated[list[str] | None, typer.Option(help="The same for learners.")] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", "-j", help="Side by side; default one for each core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Use the workers of this Dask scheduler, tcp://HOST:PORT.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Do failed cells again.")] = False,
    keep_learner: Annotated[
        list[str] | None,
        typer.Option(help="Take its cells as earlier code made them; the table says so. May repeat."),
    ] = None,
    keep_baselines: Annotated[
        bool, typer.Option("--keep-baselines", help="The same for all learners that are not ours.")
    ] = False,
) -> None:
    """Evaluate learners in scenarios on data sets; goes on where an earlier call stopped."""
    if list_suites:
        from streamsnn.bench.builtin import summaries

        for name, summary in summaries():
            typer.echo(f"{name:<16}{summary}")
        raise typer.Exit()
    if suite is None:
        complain("give a suite, or --list to see those that are built in", WRONG_USE)
    from streamsnn.bench.threads import one_thread

    one_thread()  # before NumPy is loaded
    from streamsnn.cli.bench import Request, run_bench

    run_bench(
        Request(
            suite=suite,
            out=out,
            json_file=json_file,
            seeds=seeds,
            seed=seed,
            only_datasets=only_dataset or (),
            only_scenarios=only_scenario or (),
            only_learners=only_learner or (),
            processes=processes,
            cluster=cluster,
            retry_failed=retry_failed,
            keep_learners=keep_learner or (),
            keep_baselines=keep_baselines,
        )
    )


@app.command()
def pretrain(
    name: Annotated[str, typer.Argument(help="Trunk: strokes, unlabelled, random, silhouettes or keyword.")],
    out: Annotated[Path | None, typer.Option(help="File of the trunk; default NAME.safetensors.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of training; default as shipped.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights and pictures.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write what the file says of itself to this file.")
    ] = None,
) -> None:
    """Train a frozen trunk offline, with torch, and write its 8-bit weights."""
    from streamsnn.cli.pretrain import Request, run_pretrain

    run_pretrain(Request(name, out, steps, seed, json_file))


@app.command()
def inspect(
    path: Annotated[Path, typer.Argument(help="A checkpoint, or the folder of a run.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write all figures to this file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Also write a page with pictures to this file.")
    ] = None,
    picture: Annotated[
        str | None, typer.Option(help="The features are a picture of HEIGHTxWIDTH pixels, as in 28x28.")
    ] = None,
) -> None:
    """Show what a checkpoint holds: units, hits, stored values, writes and memory of each class."""
    from streamsnn.cli.inspect import Request, inspect_file

    inspect_file(Request(path, json_file, html_file, picture))


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed while running, 2 wrong use."""
    app()
