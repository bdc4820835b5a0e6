"""Runs of `streamsnn run digits` in child processes, with what they report and what they use."""

import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import PYTHON, environment
from streamsnn.view.summary import Summary


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes
    ----------
    summary
        What `report.json` says.
    wall_s, cpu_s, source_cpu_s
        Seconds of the whole command: on the clock, of the learner's processor, of the source's processor.
    peak_rss_mib
        Largest memory of the learner process.
    """

    summary: Summary
    wall_s: float
    cpu_s: float
    source_cpu_s: float
    peak_rss_mib: float


def run_digits(options: Sequence[str] = (), extra: Mapping[str, str] | None = None) -> Run:
    """Run `streamsnn run digits` in a fresh process and an empty folder.

    Raises
    ------
    OSError
        If it fails; the sentence ends with what it printed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        used, report = folder / "used.json", folder / "report.json"
        command = [*PYTHON, "-m", "benchmarks.measured", str(used), "run", "digits", "--json", str(report)]
        start = time.perf_counter()
        done = subprocess.run(
            [*command, "--out", str(folder / "out"), *options],
            cwd=folder,
            env=environment(extra=extra),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        wall_s = time.perf_counter() - start
        if done.returncode:
            raise OSError(f"streamsnn run digits ended with exit code {done.returncode}: {done.stderr}")
        usage = json.loads(used.read_bytes())
        summary = Summary.from_json(report.read_bytes())
    return Run(summary, wall_s, usage["cpu_s"], usage["children_cpu_s"], usage["peak_rss_mib"])
