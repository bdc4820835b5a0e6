"""The tables of the default on the streams of the suites."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.tables import Record, made_by, points, spread, table
from streamsnn.view.quantities import quantity

GROUPS = {
    "iid": "shuffled",
    "drift": "in time, or drifting",
    "domain": "new people, speakers, permutations",
}
ALL = "all"


def signed(value: float) -> str:
    """A difference in points.

    >>> signed(-0.34), signed(2.0)
    ('-0.3', '+2.0')
    """
    return f"{value:+.1f}"


def called(learner: str) -> str:
    """A learner as people read it."""
    return learner.removeprefix("river_").replace("_", " ")


def summary_sentence(record: Record) -> str:
    """What the rows come to."""
    found, order = record["summaries"][ALL], record["order_summary"]
    missing = record["suites_missing"]
    text = (
        f"Of {found['streams']} streams, the default is best or within 1 point of the best of river's models "
        f"on {found['within_1']}; at worst {signed(found['worst_points'])} points ({found['worst_stream']})."
    )
    if order["streams"]:
        text += (
            f" In class order it ends within 2 points of its own shuffled figure on {order['within_2']} of "
            f"{order['streams']}; at worst {signed(order['worst_points'])} ({order['worst_stream']})."
        )
    if record["cells_failed"]:
        text += (
            f" Failed runs of the suites: {record['cells_failed']}; a model that lacks a seed is left out."
        )
    return text + (f" Without the suites {', '.join(missing)}, which have no results." if missing else "")


def summaries(record: Record) -> str:
    """The default and every river model, averaged over the streams that the model ran on."""
    rows = []
    titles = {**GROUPS, ALL: "all"}
    for name, found in record["summaries"].items():
        if not found["streams"]:
            continue
        models = found["models"]
        nearest = max(models, key=lambda model: models[model]["mean"] - models[model]["default_mean"])
        mean, own, met = (models[nearest][key] for key in ("mean", "default_mean", "streams"))
        rows.append(
            [
                titles[name],
                str(found["streams"]),
                str(found["within_1"]),
                f"{signed(found['worst_points'])} ({found['worst_stream']})",
                points(found["default_mean"]),
                f"{points(own)} against {points(mean)} of {called(nearest)}, on {met}",
            ]
        )
    head = (
        "streams",
        "how many",
        "best, or within 1 point",
        "worst, points",
        "mean, %",
        "mean against the closest of river's models, %",
    )
    return table(head, rows)


def models(record: Record) -> str:
    """Every river model on the streams that it ran on, with the default on the same."""
    found = record["summaries"][ALL]["models"]
    rows = [
        [called(name), str(each["streams"]), points(each["mean"]), points(each["default_mean"])]
        for name, each in sorted(found.items(), key=lambda item: -item[1]["mean"] + item[1]["default_mean"])
    ]
    return table(("river's model", "streams it ran on", "its mean, %", "the default's mean on them, %"), rows)


def ordered(record: Record) -> str:
    """Class after class beside shuffled, stream by stream."""
    rows = [
        [
            name,
            spread(row, "default", points),
            points(row["iid_mean"]),
            signed(row["difference_points"]),
            f"{called(row['best'])} {points(row['best_mean'])}" if "best" in row else "–",
            _cost(row, "writes_per_sample"),
        ]
        for name, row in record["order"].items()
    ]
    head = ("stream", "in class order, %", "shuffled, %", "points", "best of river's in that order", "writes")
    return table(head, rows)


def streams(group: Mapping[str, Any]) -> str:
    """The default beside the best of river's models, stream by stream."""
    rows = [
        [
            name,
            spread(row, "default", points),
            f"{called(row['best'])} {spread(row, 'best', points)}" if "best" in row else "–",
            signed(row["difference_points"]) if "best" in row else "–",
            str(len(row["river"])),
            _cost(row, "writes_per_sample"),
            _cost(row, "us_per_sample"),
        ]
        for name, row in group.items()
    ]
    head = ("stream", "default, %", "best of river's, %", "points", "of models", "writes", "µs a sample")
    return table(head, rows)


def _cost(row: Mapping[str, Any], key: str) -> str:
    return quantity(row[key]) if key in row else "–"


def page(record: Record) -> str:
    """All rows as a page of their own."""
    parts = [
        "# The default beside river's models",
        f"Made by `{record['command']}` from the results of the suites; do not edit.",
        summary_sentence(record),
        "Test-then-train accuracy; of new people, speakers and permutations the accuracy on held-out samples "
        "of all of them at the end. Mean ± standard deviation over seeds. Microseconds are wall time of "
        "predicting and learning a sample, of runs beside others on a shared machine.",
        summaries(record),
        models(record),
    ]
    for name, title in GROUPS.items():
        if record["streams"][name]:
            parts += [f"## {title[0].upper()}{title[1:]}", streams(record["streams"][name])]
    if record["order"]:
        parts += ["## Class after class", ordered(record)]
    return "\n\n".join(parts) + "\n"


def default(records: Mapping[str, Record]) -> str:
    """README's: summaries, and class order."""
    record = records["default_streams"]
    runs = (
        f"{summary_sentence(record)} Mean ± standard deviation of seeds "
        f"{', '.join(map(str, record['seeds']))}; "
        "[every stream](benchmarks/results/default_streams.md)."
    )
    parts: Sequence[str] = (
        summaries(record),
        ordered(record),
        f"{runs} {made_by(record, 'default_streams')}",
    )
    return "\n\n".join(parts)


DEFAULT_TABLES: Mapping[str, Callable[[Mapping[str, Record]], str]] = {
    "default": default,
}
