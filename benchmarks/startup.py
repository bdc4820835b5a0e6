"""What a newcomer waits for: the first run with its compilation, later runs, and the import.

Measures wall seconds of whole commands in fresh processes: `streamsnn run digits` with empty caches of
compiled code, twice more with the caches that it filled, `import streamsnn` and `streamsnn --help` (medians
of several processes; the interpreter's own start is included and given beside them).

Does not measure installing, nor a disk that has yet to read the libraries: they are in memory when a
second run starts, and for the first too if anything used them before.
"""

import subprocess
import tempfile
import time
from collections.abc import Sequence

from benchmarks.children import PYTHON, environment
from benchmarks.command import run_digits
from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.spread import min_median_max

HEAVY = ("torch", "matplotlib", "nir", "dask", "numba", "river", "zmq")
GOAL_FIRST_S, GOAL_SECOND_S, GOAL_IMPORT_S = 30.0, 8.0, 0.6


def seconds(arguments: Sequence[str], repeats: int) -> list[float]:
    """Wall seconds of fresh Python processes."""
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([*PYTHON, *arguments], env=environment(), check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - start)
    return took


def heavy_modules() -> list[str]:
    """Those of the heavy packages that `import streamsnn` loaded."""
    code = f"import sys, streamsnn; print(*sorted(sys.modules.keys() & set({HEAVY!r})))"
    done = subprocess.run(
        [*PYTHON, "-c", code], env=environment(), check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def commands(runs: int) -> list[float]:
    """Wall seconds of `streamsnn run digits`, the first with empty caches."""
    with tempfile.TemporaryDirectory() as cache:
        extra = {"NUMBA_CACHE_DIR": cache, "XDG_CACHE_HOME": cache}
        return [run_digits(extra=extra).wall_s for _ in range(runs)]


def measure(repeats: int) -> Figures:
    """Everything, in order of the record."""
    first, second, third = commands(3)
    loaded = heavy_modules()
    figures: Figures = {
        "first_run_s": first,
        "second_run_s": second,
        "third_run_s": third,
        "compile_s": first - min(second, third),
        **min_median_max("import_s", seconds(["-c", "import streamsnn"], repeats)),
        **min_median_max("help_s", seconds(["-m", "streamsnn", "--help"], repeats)),
        **min_median_max("python_s", seconds(["-c", "pass"], repeats)),
        "import_heavy_modules": loaded,
    }
    return figures | {
        "goal_first_run_30_s": first <= GOAL_FIRST_S,
        "goal_second_run_8_s": second <= GOAL_SECOND_S,
        "goal_import_0_6_s": figures["import_s_median"] <= GOAL_IMPORT_S,
        "goal_import_light": not loaded,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("startup", __doc__)
    options.add_argument("--repeats", type=int, default=7, help="processes per median")
    given, call = parse(options, arguments)
    figures = measure(given.repeats)
    show("streamsnn, from the start", figures)
    record(call, [0], figures, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
