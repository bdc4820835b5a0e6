"""Speed of the main job: events a second through ZeroMQ, the learn step, CPU time, memory, and peers.

Measures `streamsnn run digits --repeat R` (class order, counting units, learning on, checkpoints every 250
events): a source process with its durable log, and a learner process, on one machine. Rates are the
report's, from the first event to the last; held-out tests, which a live stream does not have, are taken
out, checkpoints are not. Each run's stream lasts at least `--seconds`; compiling is done before. The live
view is off, as output goes to no terminal. CPU seconds an event are slopes between a short and a long run,
so that start, baselines and report cancel. The in-process rate is the same without sockets. Memory is the
whole command's: libraries, baselines and report included.

The learn step in the core alone is timed around `Core.run`, one sample a call. Peers predict and learn the
same stream in the same process, in turns; a ratio below 1 says that the peer is faster than streamsnn.

Does not measure a network between machines, nor other streams; more features or neurons cost more.
"""

import math
import statistics
from collections.abc import Sequence

from benchmarks import learn_step, throughput_peers
from benchmarks.command import Run, run_digits
from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.spread import min_median_max
from streamsnn.run.scenario import find, prepare

SHORT = 5  # times the stream, of the run from which slopes start
GOAL_EVENTS_PER_S, GOAL_P99_US = 10_000.0, 300.0


def stream_seconds(run: Run) -> float:
    """Seconds for which the run's stream lasted."""
    return run.summary.n_samples / run.summary.events_per_s


def long_enough(seconds: float, repeat: int) -> int:
    """How often to repeat the stream so that it lasts `seconds`, with a third to spare."""
    run = run_digits(["--repeat", str(repeat)])
    lasted = stream_seconds(run)
    if lasted >= 1.3 * seconds:
        return repeat
    return long_enough(seconds, math.ceil(max(2.0, 1.4 * seconds / lasted) * repeat))


def through_sockets(short: Run, runs: Sequence[Run]) -> Figures:
    """Figures of the two processes."""
    more = [run.summary.n_samples - short.summary.n_samples for run in runs]
    pairs = list(zip(runs, more, strict=True))
    return {
        **min_median_max("events_per_s", [run.summary.events_per_s for run in runs]),
        **min_median_max("learn_step_p50_us", [run.summary.latency_us.p50 for run in runs]),
        **min_median_max("learn_step_p99_us", [run.summary.latency_us.p99 for run in runs]),
        "stream_seconds_min": min(stream_seconds(run) for run in runs),
        "learner_cpu_us_per_event": statistics.median(1e6 * (r.cpu_s - short.cpu_s) / n for r, n in pairs),
        "source_cpu_us_per_event": statistics.median(
            1e6 * (r.source_cpu_s - short.source_cpu_s) / n for r, n in pairs
        ),
        "learner_peak_rss_mib": max(run.peak_rss_mib for run in runs),
    }


def goals(figures: Figures) -> Figures:
    """The figures that this slice must show, and whether it does."""
    return {
        "goal_events_per_s_10000": figures["events_per_s_median"] >= GOAL_EVENTS_PER_S,
        "goal_core_step_p99_300_us": figures["core_step_p99_us_median"] <= GOAL_P99_US,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("throughput", __doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="least length of each run's stream")
    options.add_argument("--repeats", type=int, default=5)
    given, call = parse(options, arguments)
    task = prepare(find("digits"), "class", 0)
    run_digits()  # compile
    short = run_digits(["--repeat", str(SHORT)])
    repeat = ["--repeat", str(long_enough(given.seconds, 2 * SHORT))]
    runs, without_sockets = [], []
    for _ in range(given.repeats):
        runs.append(run_digits(repeat))
        without_sockets.append(run_digits([*repeat, "--in-process"]).summary.events_per_s)
    figures = {
        **through_sockets(short, runs),
        **min_median_max("in_process_events_per_s", without_sockets),
        **learn_step.figures(task, given.repeats),
        **throughput_peers.figures(task, given.repeats),
        "events_per_run": runs[0].summary.n_samples,
        "runs": given.repeats,
    }
    figures |= goals(figures)
    show("streamsnn run digits, speed", figures)
    show("CPU time of one event, in multiples of streamsnn's", figures["cpu_times_ours_of"])
    record(call, [0], figures, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
