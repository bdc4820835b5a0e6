"""Time per tick with learning on, against what a user could pick instead and against the machine.

Every figure in us or ms is CPU time per tick (per image of 250 ticks: `stdp_...`), one core, learning and
counters on, median of the rounds; compilation and construction come before. Inputs are the same for all.
`..._block`, `..._deferred`, `..._gated`, `..._dense` and `..._fixed8` hand over up to 1,000 ticks a call,
`..._call` one. `deferred` settles a row when it is next read: exact, but for the error's way back through
weights that are not settled yet. `gated` acts on errors above a threshold, `dense` changes every synapse in
every tick, `sparse` is deferred PES, `fixed8` is `deferred` with 8-bit weights, stochastically rounded.
`growth_...` are nets of 1e4 to 1e7 synapses with 5 % of inputs active.

With `--peers ENV ...`, virtual environments are asked which peers they hold; each peer runs the same task
in its own best way (its script in `benchmarks/peers/` says how) in a process of its own. All take turns;
`ratio_<task>_<peer>` is the median over rounds of the peer's time over ours in the same round, above 1
where ours is faster. Every process is held to one core, so that CPU time counts the helper threads that
some start; JAX is faster so than with two cores. Of Brian2's C++ program its own run time counts, without
its start. Peers differ a little in what they compute, each in its favour; see their scripts.

`call_overhead_us` is what a call of one tick takes beyond a tick in a block, on the smallest network.
`row_update_...` are G synapses/s through the one write path, counters on. `bytes_per_dense_synapse` is all
memory of a core with 1e7 8-bit synapses that learn deferred, over its synapses. `first_step_warm_s` is
CPU time of construction and first step in a fresh process whose kernels were compiled before, imports apart.
`allocated_bytes_per_step` is what 1,000 calls leave behind.

Goals are shown beside the figures; whether they are met depends on the machine and is recorded, not asserted.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.inputs import TASKS
from benchmarks.record import Call, Figures, parse, parser, record, show
from benchmarks.speed_counting import counting_shares
from benchmarks.speed_goals import goals_met, show_goals
from benchmarks.speed_peers import Installed, installed
from benchmarks.speed_rounds import ours, take_turns
from benchmarks.speed_rows import ROWS
from benchmarks.speed_timing import Timed, time_task

FIRST_STEPS = ("net256_d10_deferred", "pes_n1000_block")
MEMORY_OF = ("net256_d10_deferred", "net_1e7_deferred")


def derived(timed: dict[str, Timed]) -> Figures:
    """Figures that follow from more than one timing, of the tasks that were run."""
    found: Figures = {}
    if one := timed.get("pes_n100"):
        pairs = zip(one.took["pes_n100_call"], one.took["pes_n100_block"], strict=True)
        found["call_overhead_us"] = 1e6 * statistics.median(call - block for call, block in pairs)
    if one := timed.get("net256_d10"):
        pairs = zip(one.took["net256_d10_fixed8"], one.took["net256_d10_deferred"], strict=True)
        found["fixed8_over_float32"] = statistics.median(fixed / single for fixed, single in pairs)
        found["allocated_bytes_per_step"] = one.reports["net256_d10_call"]["allocated_bytes_per_step"]
    if one := timed.get("net_1e7"):
        found["growth_1e7_us"] = 1e6 * statistics.median(one.took["net_1e7_deferred"])
        stored = one.reports["net_1e7_fixed8"]
        found["bytes_per_dense_synapse"] = stored["nbytes"] / stored["synapses"]
    reports = {name: report for each in timed.values() for name, report in each.reports.items()}
    for name in MEMORY_OF:
        if name in reports:
            found[f"peak_rss_mib_{name}"] = reports[name]["peak_rss_mib"]
    found["writes_per_tick_of"] = {name: report["writes_per_step"] for name, report in reports.items()}
    return found


def row_updates(repeats: int, budget: float) -> Figures:
    """G synapses/s of the learning primitive, in cache and out of it."""
    found: Figures = {}
    for name, rows in ROWS.items():
        with ours(name) as worker:
            took = take_turns({name: worker}, repeats, budget)
        found[f"{name}_gs"] = rows.length / statistics.median(took[name]) / 1e9
    return found


def first_steps(repeats: int) -> Figures:
    """CPU seconds to the end of the first step of fresh processes, kernels compiled before."""
    slowest = 0.0
    for name in FIRST_STEPS:
        seconds = []
        for _ in range(repeats + 1):
            with ours(name) as worker:
                seconds.append(worker.ready["first_cpu_s"])
        slowest = max(slowest, statistics.median(seconds[1:]))  # the first one may have compiled
    return {"first_step_warm_s": slowest}


def tasks(peers: Sequence[Installed], chosen: Sequence[str], repeats: int, budget: float) -> Figures:
    """All figures of the chosen tasks."""
    timed = {}
    for task in chosen:
        timed[task] = time_task(task, peers, repeats, budget)
        show(task, timed[task].figures())  # a whole run takes many minutes: say where it is
    figures: Figures = {}
    for one in timed.values():
        figures |= one.figures()
    figures |= derived(timed)
    figures["peers_of"] = {task: one.peers for task, one in timed.items()}
    figures["peer_versions"] = {name: v for one in timed.values() for name, v in one.versions.items()}
    return figures


def without_folders(call: Call, environments: Sequence[Path]) -> Call:
    """The call as it is recorded: where environments lie on this machine is nobody else's business.

    >>> without_folders(Call("speed", ("--peers", "/home/me/nengo")), [Path("/home/me/nengo")]).command
    'python -m benchmarks.speed --peers ENV'
    """
    folders = {str(folder) for folder in environments}
    arguments = ("ENV" if str(Path(given)) in folders else given for given in call.arguments)
    return Call(call.name, tuple(arguments))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write."""
    options = parser("speed", __doc__)
    options.add_argument(
        "--peers", nargs="+", type=Path, default=[], metavar="ENV", help="virtual environments with peers"
    )
    options.add_argument("--repeats", type=int, default=7, help="rounds per median, at least 5 to report")
    options.add_argument("--seconds", type=float, default=0.3, help="CPU seconds of a turn")
    options.add_argument("--only", nargs="+", choices=list(TASKS), help="these tasks alone, and no more")
    given, call = parse(options, arguments)
    try:
        peers = installed(given.peers)
    except ValueError as wrong:
        options.error(str(wrong))
    figures: Figures = {}
    if not given.only:  # what refuses to run where cores with and without counters differ comes first
        figures |= counting_shares(groups=3, rounds=2 * given.repeats, budget=given.seconds)
        figures |= row_updates(given.repeats, given.seconds)
        figures |= first_steps(given.repeats)
    figures |= tasks(peers, given.only or list(TASKS), given.repeats, given.seconds)
    figures["goals_met"] = goals_met(figures)
    show("speed", figures)
    show_goals(figures)
    record(without_folders(call, given.peers), [0], figures, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
