"""The README's tables, as Markdown, from the records in `benchmarks/results/`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.digits import ORDERS
from streamsnn.bench.cells import Cell
from streamsnn.bench.comparison import Comparison, Entry, compare
from streamsnn.bench.table import NESTED
from streamsnn.view.quantities import duration, percent, quantity

Record = Mapping[str, Any]

NAMES = {
    "counting": "**streamsnn, counting units**",
    "three_factor": "streamsnn, dense three-factor",
    "pes": "streamsnn, PES",
    "nearest_class_mean": "nearest class mean",
    "streaming_lda": "streaming LDA",
    "river_softmax": "river, softmax regression",
    "river_hoeffding_tree": "river, Hoeffding tree",
    "river_gaussian_nb": "river, Gaussian naive Bayes",
    "repeat_last_label": "repeat the last label",
    "streamsnn_two_calls": "streamsnn, `predict_one` and `learn_one` apart",
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: first column to the left, the others to the right."""
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruler, *rows))


def made_by(record: Record, name: str) -> str:
    """The command and machine under a table."""
    where = record["machine"]
    command = record["command"].replace("FILE", f"benchmarks/results/{name}.json")
    return (
        f"Made by `{command}`, version {record['version']}, on {where['processor']}, {where['cores']} cores, "
        f"Python {where['python']}, NumPy {where['numpy']}, Numba {where['numba']}."
    )


def spread(row: Record, key: str, show: Callable[[float], str]) -> str:
    """Mean, and standard deviation where there are several values."""
    sd = row[f"{key}_sd"]
    return show(row[f"{key}_mean"]) + ("" if sd is None else f" ± {show(sd)}")


def points(share: float) -> str:
    """A share in per cent, without the sign that its column has."""
    return f"{100.0 * share:.1f}"


def digits(records: Mapping[str, Record]) -> str:
    """Accuracy and forgetting of every learner and baseline; the best of each column in bold."""
    record = records["digits"]
    columns = [(order, "acc_final") for order in ORDERS] + [("class", "forgetting_max")]
    best = {
        (order, key): (min if key == "forgetting_max" else max)(
            round(row[f"{key}_mean"], 3) for row in record[order].values()
        )
        for order, key in columns
    }
    rows = []
    for name in record["class"]:
        cells = [NAMES.get(name, name)]
        for order, key in columns:
            row = record[order][name]
            text = spread(row, key, points)
            cells.append(f"**{text}**" if round(row[f"{key}_mean"], 3) == best[order, key] else text)
        rows.append(cells)
    head = ("learner", "class after class, %", "shuffled, %", "pairs of classes, %", "forgotten, points")
    note = (
        f"Held-out accuracy after one pass over {record['events']:,} digits, batch 1, no replay; mean ± "
        f"standard deviation, seeds (split, order and learner) {', '.join(map(str, record['seeds']))}. "
        "Forgotten: mean drop from a class's best earlier accuracy, class after class. Best of each column "
        "in bold."
    )
    return f"{table(head, rows)}\n\n{note} {made_by(record, 'digits')}"


def cost(records: Mapping[str, Record]) -> str:
    """Counted events per sample of the learners on the counting core."""
    record = records["digits"]
    held = record["class"]
    learners = [name for name in held if "writes_per_sample_mean" in held[name]]
    lines = {
        "synaptic writes": ("writes_per_sample", quantity),
        "words written": ("words_written_per_sample", quantity),
        "words read": ("words_read_per_sample", quantity),
        "synaptic operations": ("synops_per_sample", quantity),
        "energy estimate, nJ (middle of a wide band)": ("energy_nj_mid", quantity),
        "held-out accuracy, %": ("acc_final", points),
    }
    rows = [[title, *(spread(held[n], key, show) for n in learners)] for title, (key, show) in lines.items()]
    note = (
        "Per sample, class after class, mean ± standard deviation over seeds. A rule that writes the whole "
        "readout at every sample, one unit a class on the same code, would make "
        f"{quantity(held[learners[0]]['dense_writes_per_sample_mean'])} writes."
    )
    return f"{table(('', *(NAMES[n] for n in learners)), rows)}\n\n{note} {made_by(record, 'digits')}"


def speed(records: Mapping[str, Record]) -> str:
    """Rates, the learn step, peers, and what counting costs."""
    record, counting = records["throughput"], records["counting"]

    def range_of(key: str, show: Callable[[float], str]) -> str:
        low, middle, high = (show(record[f"{key}_{which}"]) for which in ("min", "median", "max"))
        return f"{middle} ({low} to {high})"

    share, low, high = (percent(counting[f"counting_share{part}"]) for part in ("", "_low", "_high"))
    rows = [
        ["events a second, learning, two processes over ZeroMQ", range_of("events_per_s", quantity)],
        ["the same in one process", range_of("in_process_events_per_s", quantity)],
        ["learn step in the core, median", range_of("core_step_p50_us", duration)],
        ["learn step in the core, 99th percentile", range_of("core_step_p99_us", duration)],
        ["CPU time of an event, learner process", duration(record["learner_cpu_us_per_event"])],
        ["CPU time of an event, source process", duration(record["source_cpu_us_per_event"])],
        ["largest memory of the learner process", f"{quantity(record['learner_peak_rss_mib'])} MiB"],
        ["share of the core's CPU time spent on counting", f"{share} (95 % interval {low} to {high})"],
    ]
    cpu = record["cpu_us_per_event_of"]
    peers = [["**streamsnn, counting units**", duration(cpu["streamsnn"]), "1"]]
    peers += [
        [NAMES[name], duration(cpu[name]), f"{ratio:.2g}"]
        for name, ratio in sorted(record["cpu_times_ours_of"].items(), key=lambda item: item[1])
    ]
    return "\n\n".join(
        [
            table(("speed", f"median of {record['runs']} runs (lowest to highest)"), rows),
            table(("predict and learn one event, one thread", "CPU time", "times streamsnn's"), peers),
            "Below 1 is faster than streamsnn. " + made_by(record, "throughput"),
            made_by(counting, "counting"),
        ]
    )


def startup(records: Mapping[str, Record]) -> str:
    """Seconds that a newcomer waits."""
    record = records["startup"]
    rows = [
        ["first `streamsnn run digits`, compiling included", f"{record['first_run_s']:.1f} s"],
        ["second", f"{record['second_run_s']:.1f} s"],
        ["third", f"{record['third_run_s']:.1f} s"],
        ["`import streamsnn`, a whole Python process", f"{record['import_s_median']:.2f} s"],
        ["`streamsnn --help`", f"{record['help_s_median']:.2f} s"],
    ]
    return f"{table(('from the start', 'wall time'), rows)}\n\n{made_by(record, 'startup')}"


def sparsity(records: Mapping[str, Record]) -> str:
    """What deferring costs in exactness, and what it saves in writes."""
    record = records["sparsity"]
    same = (
        ("three-factor, recurrent and hidden layers", "three_factor"),
        ("e-prop, LIF", "eprop_lif"),
        ("e-prop, ALIF", "eprop_alif"),
        ("reward-modulated STDP", "rstdp"),
        ("ASP, leak as a gain of each neuron", "asp_leak"),
    )
    exact = [
        [name, "all" if record[f"{key}_spikes_equal"] else "no", f"{record[f'{key}_max_dw']:.0e}"]
        for name, key in same
    ]
    saved = [
        [name, f"{record[f'{key}_writes_ratio']:,.0f}", f"{record[f'{key}_rmse_ratio']:.2f}"]
        for name, key in (
            ("three-factor, deferred, 8 bits", "three_factor_8bit"),
            ("PES, event-triggered, 8 bits", "pes_event"),
        )
    ]
    return "\n\n".join(
        [
            table(("deferred form against dense form", "spikes equal", "largest weight difference"), exact),
            table(("against the dense rule in floats", "times fewer writes", "times its error"), saved),
            made_by(record, "sparsity"),
        ]
    )


SUITE = "suite_"  # files of suites' results begin with it


def suites(records: Mapping[str, Record]) -> str:
    """The best of ours beside the best baseline on every course of every suite, whoever wins."""
    head = ("course", "best of ours", "", "i.i.d.", "writes", "best baseline", "", "i.i.d.", "writes")
    rows = [
        _course_row(comparison)
        for name, record in sorted(records.items())
        if name.startswith(SUITE)
        for comparison in compare(map(_cell_and_figures, record["rows"]))
    ]
    return table(head, rows)


def _cell_and_figures(row: Record) -> tuple[Cell, Record]:
    names = ("suite", "dataset", "scenario", "order", "learner", "seed", "ours")
    cell = Cell(**{name: row[name] for name in names}, iid_of=row["iid_of"] or "")
    known = (*names, "iid_of", *NESTED)
    return cell, {name: value for name, value in row.items() if name not in known}


def _course_row(comparison: Comparison) -> list[str]:
    ours, theirs = comparison.best_ours, comparison.best_baseline
    first, second = (math.nan if each is None else each.mean(comparison.headline) for each in (ours, theirs))
    title = comparison.title if comparison.headline == "acc_final" else f"{comparison.title} (prequential)"
    return [
        title.replace("_", " "),
        *_side(comparison, ours, wins=first >= second),
        *_side(comparison, theirs, wins=second >= first),
    ]


def _side(comparison: Comparison, entry: Entry | None, *, wins: bool) -> list[str]:
    if entry is None:
        return ["–"] * 4
    found = entry.figures[comparison.headline]
    shown = points(found.mean) + ("" if math.isnan(found.std) else f" ± {points(found.std)}")
    iid = "–" if entry.iid is None else points(entry.iid.mean)
    writes = quantity(entry.mean("writes_per_sample"))
    return [entry.learner.replace("_", " "), f"**{shown}**" if wins else shown, iid, writes]


TABLES: Mapping[str, Callable[[Mapping[str, Record]], str]] = {
    "digits": digits,
    "cost": cost,
    "speed": speed,
    "startup": startup,
    "sparsity": sparsity,
    "suites": suites,
}
