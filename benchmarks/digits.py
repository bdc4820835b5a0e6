"""What `streamsnn run digits` learns and what it costs: every order, learner and seed, beside the baselines.

Measures, on held-out digits after a single pass (batch 1, no replay), with the functions that make
`report.json`: accuracy, forgetting, writes and other counted events per sample, the energy band's middle.
All of it is deterministic: the same version gives the same figures on any machine.

Does not measure speed (`benchmarks.throughput`), and says nothing about other data. The hyper-parameters
were chosen inside the training part (`benchmarks.digits_validation`), yet on the digits themselves.
"""

from collections.abc import Sequence

from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.spread import mean_sd
from streamsnn.continual.scenarios.class_incremental import Order
from streamsnn.run.feeding import in_process
from streamsnn.run.report import baseline_scores, summarise
from streamsnn.run.scenario import DEFAULT_LEARNER, Task, find, prepare
from streamsnn.run.session import Session
from streamsnn.view.summary import Summary

ORDERS: tuple[Order, ...] = ("class", "iid", "pairs")
SCORES = ("acc_final", "forgetting_max", "prequential")  # what baselines have too
COSTS = (
    "acc_average_incremental",
    "bwt_gem",
    "writes_per_sample",
    "words_written_per_sample",
    "words_read_per_sample",
    "synops_per_sample",
    "dense_writes_per_sample",
)


def follow(task: Task, learner: str) -> Session:
    """One pass over the task's stream, without sockets."""
    session = Session(task, task.learner(learner), task.source().n_events)
    with in_process(task, repeat=1, offset=0) as (events, _):
        for sample in events:
            session.apply(sample)
    return session


def one_order(order: Order, seeds: Sequence[int], learners: Sequence[str]) -> Figures:
    """Mean and standard deviation over seeds, by learner and baseline."""
    summaries: dict[str, list[Summary]] = {name: [] for name in learners}
    for seed in seeds:
        task = prepare(find("digits"), order, seed)
        scores = baseline_scores(task)
        for name in learners:
            summaries[name].append(summarise(follow(task, name), name, scores, command=""))
    figures: Figures = {}
    for name, runs in summaries.items():
        figures[name] = {}
        for key in (*SCORES, *COSTS):
            figures[name] |= mean_sd(key, [getattr(run, key) for run in runs])
        figures[name] |= mean_sd("energy_nj_mid", [run.energy_nj_per_sample.mid for run in runs])
    first = summaries[learners[0]]  # baselines ran once per seed: they are the same in every learner's
    for name in first[0].baselines:
        figures[name] = {}
        for key in SCORES:
            figures[name] |= mean_sd(key, [getattr(run.baselines[name], key) for run in first])
    return figures


def goals(figures: Figures) -> Figures:
    """The figures that this slice must show, and whether it does."""
    held = figures["class"][DEFAULT_LEARNER]
    gap = figures["iid_gap_points_of"][DEFAULT_LEARNER]
    return {
        "acc_final": held["acc_final_mean"],
        "forgetting_max": held["forgetting_max_mean"],
        "writes_per_sample": held["writes_per_sample_mean"],
        "iid_gap_points": gap,
        "goal_acc_final_0_965": held["acc_final_mean"] >= 0.965,
        "goal_forgetting_max_0_03": held["forgetting_max_mean"] <= 0.03,
        "goal_writes_per_sample_60": held["writes_per_sample_mean"] <= 60.0,
        "goal_iid_gap_2_points": abs(gap) <= 2.0,
    }


def measure(seeds: Sequence[int], learners: Sequence[str]) -> Figures:
    """Everything, in order of the record."""
    figures: Figures = {order: one_order(order, seeds, learners) for order in ORDERS}
    gaps = {
        name: 100.0 * (figures["iid"][name]["acc_final_mean"] - row["acc_final_mean"])
        for name, row in figures["class"].items()
    }
    events = len(prepare(find("digits"), "class", seeds[0]).course.rows)
    figures = {"events": events, "iid_gap_points_of": gaps, **figures}
    return {**goals(figures), **figures}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("digits", __doc__)
    options.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    options.add_argument("--learners", nargs="+", default=["counting", "three_factor", "pes"])
    given, call = parse(options, arguments)
    figures = measure(given.seeds, given.learners)
    show("digits, class order, counting units, mean over seeds", figures)
    record(call, given.seeds, figures, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
