"""`streamsnn bench`: evaluate learners, resumably."""

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import typer

from streamsnn.bench.builtin import suite_file
from streamsnn.bench.catalogue import Catalogue
from streamsnn.bench.cells import Cell, cells, check_there, only
from streamsnn.bench.code_version import code_version, edited
from streamsnn.bench.output import PAGE, write_outputs
from streamsnn.bench.runner import fill
from streamsnn.bench.suite import Suite, read_suite
from streamsnn.bench.table import Table
from streamsnn.bench.work import InProcess, Workers
from streamsnn.cli.errors import FAILED, WRONG_USE, check_json, complain, one_sentence
from streamsnn.view.suite_view import SuiteView


@dataclass(frozen=True)
class Request:
    """The options of one call."""

    suite: str
    out: Path | None
    json_file: Path | None
    seeds: str | None
    seed: int | None
    only_datasets: Sequence[str]
    only_scenarios: Sequence[str]
    only_learners: Sequence[str]
    processes: int | None
    cluster: str | None
    retry_failed: bool
    keep_learners: Sequence[str]
    keep_baselines: bool

    def keeps(self, cell: Cell) -> bool:
        """May a cell stay as earlier code made it?"""
        return cell.learner in self.keep_learners or (self.keep_baselines and not cell.ours)


def run_bench(request: Request) -> None:
    """Fill the catalogue, write the table, and say what failed."""
    with one_sentence(WRONG_USE, "nothing was begun"):
        check_json(request.json_file)
        file = suite_file(request.suite)
        suite, chosen = _chosen(request, file)
        workers = _workers(request, file.parent)
        out = request.out or Path("out") / f"bench-{suite.name}"
        catalogue = Catalogue(out, code_version(), request.keeps)
    go_on = f"what is finished is kept in {out}, and the same command goes on"
    with catalogue, one_sentence(FAILED, go_on):
        if request.retry_failed:
            catalogue.forget_failed(chosen)
        done = len(chosen) - len(catalogue.missing(chosen))
        with SuiteView(suite.name, len(chosen), done) as view:
            fill(catalogue, chosen, workers, view)
        command = shlex.join(["streamsnn", *sys.argv[1:]])
        table = Table.of(suite.name, chosen, catalogue, command)
        write_outputs(out, suite.summary, table)
        if request.json_file is not None:
            table.write(request.json_file)
    typer.echo(f"report: {out / PAGE}")
    if edited():
        typer.echo("warning: sources were edited meanwhile, so results may be of mixed versions", err=True)
    _report_failures(table)


def _chosen(request: Request, file: Path) -> tuple[Suite, tuple[Cell, ...]]:
    # A learner from outside may stand beside the suite that names it; workers look there too.
    sys.path.append(str(file.absolute().parent))
    suite = read_suite(file)
    if request.seed is not None and request.seeds is not None:
        raise ValueError(f"--seed {request.seed} and --seeds {request.seeds}: give one of them")
    if request.seed is not None:
        suite = msgspec.structs.replace(suite, seeds=_seeds("--seed", str(request.seed)))
    elif request.seeds is not None:
        suite = msgspec.structs.replace(suite, seeds=_seeds("--seeds", request.seeds))
    wanted = (request.only_datasets, request.only_scenarios, request.only_learners)
    check_there("--keep-learner", request.keep_learners, [learner.name for learner in suite.learners])
    return suite, only(cells(suite), *wanted)


def _seeds(option: str, given: str) -> tuple[int, ...]:
    parts = [part.strip() for part in given.split(",")]
    if not all(part.isdecimal() for part in parts) or len(set(map(int, parts))) < len(parts):
        raise ValueError(f"{option} {given}: give different numbers from 0, with commas between them")
    return tuple(map(int, parts))


def _workers(request: Request, folder: Path) -> Workers:
    if request.cluster is not None:
        if request.processes is not None:
            raise ValueError(
                f"--processes {request.processes} and --cluster {request.cluster}: give one of them"
            )
        from streamsnn.bench.cluster import Cluster

        return Cluster(request.cluster, folder)
    processes = len(os.sched_getaffinity(0)) if request.processes is None else request.processes
    if processes < 1:
        raise ValueError(f"--processes {processes}: give a number from 1")
    if processes == 1:
        return InProcess()
    from streamsnn.bench.pool import LocalPool

    return LocalPool(processes)


def _report_failures(table: Table) -> None:
    for what in ("refused", "failed"):
        alike: dict[str, list[str]] = {}  # cells, by why they have no figures
        for row in table.without_figures(what):
            *names, reason = map(str, row.values())
            alike.setdefault(reason, []).append(" ".join(names))
        for reason, (first, *others) in alike.items():
            more = f" and {len(others)} more" if others else ""
            typer.echo(f"{what}: {first}{more}: {reason}", err=True)
    failed = len(table.without_figures("failed"))
    if failed:
        share = f"{failed} of {len(table.results)} cells failed, as said above"
        complain(f"{share}; --retry-failed does them again", FAILED)
