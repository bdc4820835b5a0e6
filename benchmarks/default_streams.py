"""The default beside river's models on every stream of the suites, and in class order beside shuffled.

Takes no measurement of its own: arithmetic on `benchmarks/results/suite_*.json`, on those suites that are
there, with the others named. A stream is a data set in an order, each counted once: where several suites
have it, or several scenarios have an i.i.d. twin of the same samples, the first of `TWINS` counts.

iid      all samples shuffled; ranked by test-then-train accuracy, over the whole stream
drift    as recorded or generated in time, or with labels that trade places; ranked likewise
domain   new people, speakers or permutations; ranked by accuracy on held-out samples of all at the end
order    class after class, or group after group; held-out accuracy at the end, beside the shuffled twin's

Not every stream in time drifts: some generators and sets of river's stand still, and count all the same.
Every suite says which of river's models it ran: all seven where they finish in time, else two.
Beside the JSON file, a page of the same name ending in `.md` has a row for every stream.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.default_tables import ALL, GROUPS, page, summary_sentence
from benchmarks.record import RESULTS, Figures, parse, parser, record, show
from benchmarks.spread import mean_sd
from streamsnn.atomic import write_atomic
from streamsnn.bench import builtin

Row = Mapping[str, Any]
Course = tuple[str, str, str, str]  # data set, scenario, order, and the order that it is the twin of
DEFAULT, RIVER = "default", "river_"
ORDER = "order"
FIGURE = {"iid": "prequential", "drift": "prequential", "domain": "acc_final", ORDER: "acc_final"}
GROUP_OF = {"drift": "drift", "domain_incremental": "domain", "class_incremental": ORDER}
TWINS = ("class_incremental", "drift", "few_shot")  # whose twin stands for all i.i.d. streams of a set
COSTS = ("writes_per_sample", "words_written_per_sample", "events_per_s")
WITHIN, FURTHEST = 1.0, 5.0  # points below the best of river's
ORDER_WITHIN, ORDER_FURTHEST = 2.0, 4.0  # points below shuffled


@dataclass(frozen=True)
class Stream:
    """A data set in an order, with the rows of every learner that finished all seeds of the default.

    Parameters
    ----------
    group
        ``iid``, ``drift``, ``domain`` or ``order``.
    title
        Data set, and order unless it is i.i.d.
    suite
        Where its rows are.
    learners
        Rows by learner, in order of seeds; the default is one.
    twin
        Rows of the default on the same samples shuffled, for ``order``.
    """

    group: str
    title: str
    suite: str
    learners: Mapping[str, Sequence[Row]]
    twin: Sequence[Row] = ()

    def values(self, learner: str, figure: str = "") -> list[float]:
        """A figure of one learner, seed by seed; by default what the group is ranked by."""
        return [row[figure or FIGURE[self.group]] for row in self.learners[learner]]

    def river(self) -> dict[str, float]:
        """Means of river's models."""
        return {name: fmean(self.values(name)) for name in sorted(self.learners) if name.startswith(RIVER)}


def suites(folder: Path) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Results of the built-in suites that are there, and the names of the others."""
    files = {name: folder / f"suite_{name}.json" for name in builtin.names()}
    found = {name: json.loads(file.read_bytes()) for name, file in files.items() if file.exists()}
    return found, [name for name in files if name not in found]


def streams(found: Mapping[str, Mapping[str, Any]]) -> list[Stream]:
    """All that the suites have, each data set and order once; those without the default are left out."""
    chosen: dict[tuple[int, str, str], tuple[tuple[Any, ...], Stream]] = {}
    for suite, result in found.items():
        courses: dict[Course, list[Row]] = {}
        for row in result["rows"]:
            course = (row["dataset"], row["scenario"], row["order"], row["iid_of"] or "")
            courses.setdefault(course, []).append(row)
        for course, rows in courses.items():
            stream = _stream(suite, course, rows, courses)
            if stream is not None:
                dataset, scenario, order, iid_of = course
                rank = (TWINS.index(scenario) if iid_of else 0, iid_of != "class", suite)
                key = ((*GROUPS, ORDER).index(stream.group), dataset, "" if iid_of else order)
                chosen[key] = min(chosen.get(key, (rank, stream)), (rank, stream), key=lambda each: each[0])
    return [stream for _, (_, stream) in sorted(chosen.items(), key=lambda item: item[0])]


def _stream(
    suite: str, course: Course, rows: Iterable[Row], courses: Mapping[Course, Iterable[Row]]
) -> Stream | None:
    dataset, scenario, order, iid_of = course
    group = ("iid" if scenario in TWINS else "") if iid_of else GROUP_OF.get(scenario, "")
    if not group:
        return None
    learners, title = _whole(rows, FIGURE[group]), dataset.replace("_", " ")
    if DEFAULT not in learners:
        return None
    if group != ORDER:
        return Stream(group, title if iid_of else f"{title}, {order}", suite, learners)
    mixed = (each for (of, kind, _, twin_of), each in courses.items()
             if (of, kind, twin_of) == (dataset, scenario, order))  # fmt: skip
    twin = _whole(next(mixed, ()), FIGURE[group]).get(DEFAULT)
    return None if twin is None else Stream(group, f"{title}, {order}", suite, learners, twin)


def _whole(rows: Iterable[Row], figure: str) -> dict[str, list[Row]]:
    """Rows by learner, of those that have the figure for every seed that the default has."""
    by_learner: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        if row.get(figure) is not None:
            by_learner.setdefault(row["learner"], []).append(row)
    seeds = [row["seed"] for row in by_learner.get(DEFAULT, ())]
    return {name: own for name, own in by_learner.items() if [row["seed"] for row in own] == seeds}


def costs(stream: Stream) -> Figures:
    """Of a sample: writes, words written, microseconds to predict and learn it, held-out tests left out."""
    means = {key: fmean(values) for key in COSTS if None not in (values := stream.values(DEFAULT, key))}
    rate = means.pop("events_per_s", 0.0)
    return means | ({"us_per_sample": 1e6 / rate} if rate else {})


def beside_river(stream: Stream) -> Figures:
    """The default and every river model on one stream; the difference is to the best of them, in points."""
    own = mean_sd("default", stream.values(DEFAULT))
    means = stream.river()
    figures: Figures = {"suite": stream.suite, "figure": FIGURE[stream.group], **own, "river": means}
    if means:
        best = max(means, key=lambda name: means[name])
        figures |= {"best": best, **mean_sd("best", stream.values(best))}
        figures["difference_points"] = 100.0 * (own["default_mean"] - means[best])
    return figures | costs(stream)


def in_order(stream: Stream) -> Figures:
    """The default class after class beside the same samples shuffled; the best of river's in that order."""
    own = mean_sd("default", stream.values(DEFAULT))
    mixed = mean_sd("iid", [row["acc_final"] for row in stream.twin])
    figures: Figures = {"suite": stream.suite, **own, **mixed}
    figures["difference_points"] = 100.0 * (own["default_mean"] - mixed["iid_mean"])
    means = stream.river()
    if means:
        best = max(means, key=lambda name: means[name])
        figures |= {"best": best, "best_mean": means[best]}
    return figures | costs(stream)


def summary(rows: Mapping[str, Figures], within: float) -> Figures:
    """How often no more than `within` points below, the worst, and all means on the same streams."""
    compared = {name: row for name, row in rows.items() if "difference_points" in row}
    if not compared:
        return {"streams": 0}
    differences = {name: row["difference_points"] for name, row in compared.items()}
    worst = min(differences, key=lambda name: differences[name])
    figures: Figures = {
        "streams": len(compared),
        "best": sum(each >= 0.0 for each in differences.values()),
        f"within_{within:g}": sum(each >= -within for each in differences.values()),
        "worst_points": differences[worst],
        "worst_stream": worst,
        "default_mean": fmean(row["default_mean"] for row in compared.values()),
    }
    models = sorted({model for row in compared.values() for model in row.get("river", ())})
    for model in models:
        met = [row for row in compared.values() if model in row["river"]]
        figures.setdefault("models", {})[model] = {
            "streams": len(met),
            "mean": fmean(row["river"][model] for row in met),
            "default_mean": fmean(row["default_mean"] for row in met),
        }
    return figures


def figures_of(found: Mapping[str, Mapping[str, Any]], missing: Sequence[str]) -> Figures:
    """Everything, in order of the record."""
    groups: dict[str, dict[str, Figures]] = {name: {} for name in GROUPS}
    ordered: dict[str, Figures] = {}
    for stream in streams(found):
        if stream.group == ORDER:
            ordered[stream.title] = in_order(stream)
        else:
            groups[stream.group][stream.title] = beside_river(stream)
    everything = {
        title if group != "iid" else f"{title}, shuffled": row
        for group, rows in groups.items()
        for title, row in rows.items()
    }
    summaries = {group: summary(rows, WITHIN) for group, rows in groups.items()}
    summaries[ALL] = summary(everything, WITHIN)
    order = summary(ordered, ORDER_WITHIN)
    return {
        **goals(summaries[ALL], order),
        "suites": {
            name: {"command": each["command"], "code_version": each["code_version"]}
            for name, each in found.items()
        },
        "suites_missing": list(missing),
        "cells_failed": sum(len(each["failed"]) for each in found.values()),
        "summaries": summaries,
        "order_summary": order,
        "streams": groups,
        "order": ordered,
    }


def goals(streams: Figures, order: Figures) -> Figures:
    """What the issue asks of the default, as shares of as many streams as there are."""
    figures: Figures = {}
    if streams["streams"]:
        figures["goal_within_1_on_22_of_26"] = streams["within_1"] >= 22 / 26 * streams["streams"]
        figures["goal_never_5_below"] = streams["worst_points"] >= -FURTHEST
    if order["streams"]:
        figures["goal_order_within_2_on_9_of_11"] = order["within_2"] >= 9 / 11 * order["streams"]
        figures["goal_order_never_4_below"] = order["worst_points"] >= -ORDER_FURTHEST
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute, print, write."""
    options = parser("default_streams", __doc__)
    options.add_argument("--results", type=Path, default=RESULTS, help="folder with the results of suites")
    given, call = parse(options, arguments)
    found, missing = suites(given.results)
    figures = figures_of(found, missing)
    if not figures["summaries"][ALL]["streams"]:
        print(f"no stream of the default beside a river model in {given.results}: run streamsnn bench first")
        return 1
    show("the default beside the best of river's models", figures["summaries"][ALL])
    show("in class order beside shuffled", figures["order_summary"])
    print(summary_sentence(figures))
    seeds = sorted({row["seed"] for each in found.values() for row in each["rows"]})
    whole = record(call, seeds, figures, given.json)
    if given.json is not None:
        write_atomic(given.json.with_suffix(".md"), page(whole).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
