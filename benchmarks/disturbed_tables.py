"""The tables of the default when it is disturbed."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.default_losses import DISTURBED
from benchmarks.default_tables import ALL, GROUPS, called, signed
from benchmarks.tables import Record, made_by, points, spread, table
from streamsnn.view.quantities import duration, quantity

TITLES = {**GROUPS, "order": "class after class"}


def losses(record: Record) -> str:
    """What each disturbance costs on average, and at worst."""
    rows = []
    for name, title in {**TITLES, ALL: "all"}.items():
        if name in record["losses"]:
            found = record["losses"][name]
            cells = [
                f"{signed(found[each]['mean_points'])} ({signed(found[each]['worst_points'])} "
                f"{found[each]['worst_stream']})"
                for each in DISTURBED
            ]
            rows.append([title, str(found["streams"]), points(found["accuracy_mean"]), *cells])
    return table(("streams", "how many", "undisturbed, %", *DISTURBED), rows)


def gaps(record: Record) -> str:
    """Missing values: the default beside river's models that can take them."""
    found = record["missing_beside_river"]
    rows = []
    for learner, each in found.items():
        if learner != "streams":
            near = each.get("near")
            lost = (
                f"{signed(near['mean_points'])}; the default {signed(near['default_mean_points'])}, "
                f"on {near['streams']}"
                if near
                else "–"
            )
            shown = [points(each["plain_mean"]), points(each["missing_mean"]), signed(each["mean_points"])]
            rows.append([called(learner), *shown, signed(each["worst_points"]), lost])
    head = (
        f"20 % of values missing, {found['streams']} streams",
        "all there, %",
        "missing, %",
        "points",
        "worst",
        "where it learns as well as the default",
    )
    return table(head, rows)


def cost_of_a_sample(record: Record) -> str:
    """Time and words at two sizes."""
    rows = []
    for name, each in record.items():
        if name.startswith("cost_"):
            low, middle, high = (duration(each[f"us_per_sample_{of}"]) for of in ("min", "median", "max"))
            written = (spread(each, f"{key}_per_sample", quantity) for key in ("words_written", "writes"))
            size = name.removeprefix("cost_")
            rows.append(
                [f"{size} features", f"{middle} ({low} to {high})", *written, points(each["accuracy_mean"])]
            )
    return table(
        ("a sample, predicted and learned", "CPU time", "words written", "writes", "accuracy, %"), rows
    )


def disturbances(streams: Mapping[str, Any]) -> str:
    """Every stream of an order with every disturbance."""
    rows = [
        [
            name,
            str(row["features"]),
            f"{row['learned']:,}",
            spread(row, "accuracy", points),
            *(_difference(row[each]) for each in DISTURBED),
            spread(row, "words_written_per_sample", quantity),
        ]
        for name, row in streams.items()
    ]
    return table(("stream", "features", "samples", "undisturbed, %", *DISTURBED, "words written"), rows)


def _difference(row: Mapping[str, Any]) -> str:
    sd = row["difference_points_sd"]
    return signed(row["difference_points_mean"]) + ("" if sd is None else f" ± {sd:.1f}")


def rescaling(record: Record) -> str:
    """How much rescaling changes any stream, and what nothing but another seed does."""
    return (
        f"Rescaling changes no stream by more than {record['rescaled_largest_points']:.1f} points, another "
        f"seed alone none by more than {record['reseeded_largest_points']:.1f}."
    )


DISTURBED_NOTE = (
    "Points that a disturbance changes, mean over streams (the worst stream); test-then-train accuracy, and "
    "class after class the held-out accuracy at the end. Rescaled: every feature times 10^U(-4, 4), with an "
    "offset of about 100 standard deviations. Missing: a fifth of the values, learned and tested. "
    "Mislabelled: one label in ten while learning, scored against the true ones. Delayed: labels come 100 "
    "samples late, scored from the first label on. Reseeded: nothing but another seed of the model, so that "
    "one sees what a difference is worth. Part of what missing values cost nobody can help: river's "
    "models get the same samples without the missing keys, one seed. A model that learns little has little "
    "to lose: the last column is of streams on which it is at most 5 points below the default with nothing "
    "missing."
)


def disturbed_page(record: Record) -> str:
    """All rows as a page of their own."""
    parts = ["# The default, disturbed", f"Made by `{record['command']}`; do not edit.", DISTURBED_NOTE]
    parts.append(rescaling(record))
    parts += [losses(record), gaps(record), cost_of_a_sample(record)]
    for name, title in TITLES.items():
        if name in record["streams"]:
            parts += [f"## {title[0].upper()}{title[1:]}", disturbances(record["streams"][name])]
    return "\n\n".join(parts) + "\n"


def disturbed(records: Mapping[str, Record]) -> str:
    """README's: losses, missing values beside river's models, and costs."""
    record = records["default_robustness"]
    note = (
        f"{rescaling(record)} {DISTURBED_NOTE} At most {record['limit']:,} samples a stream, seeds "
        f"{', '.join(map(str, record['seeds']))}; [every stream](benchmarks/results/default_robustness.md)."
    )
    parts = [losses(record), gaps(record), cost_of_a_sample(record)]
    return "\n\n".join([*parts, f"{note} {made_by(record, 'default_robustness')}"])


DISTURBED_TABLES: Mapping[str, Callable[[Mapping[str, Record]], str]] = {
    "disturbed": disturbed,
}
