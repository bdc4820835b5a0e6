"""README's tables of counting units on frozen codes."""

from collections.abc import Callable, Mapping

from benchmarks.tables import Record, made_by, points, spread, table
from streamsnn.view.quantities import percent, quantity

LEARNED_ORDERS = {"class": "", "groups": ", speaker after speaker"}
BUDGETED_ORDERS = {"class": "class after class", "iid": "shuffled", "time": "in time, test then train"}


def hundredths(share: float) -> str:
    """A share in per cent, to two decimals: some differences here are of tenths."""
    return f"{100.0 * share:.2f}"


def all_made_by(record: Record, key: str, name: str) -> str:
    """The command that made the newest rows, and those that made the rows that it kept."""
    earlier: dict[str, list[str]] = {}
    for row, found in record[key].items():
        if "made_by" in found:
            earlier.setdefault(made_by(found["made_by"], name), []).append(row.replace("_", " "))
    return " ".join([made_by(record, name), *(f"{', '.join(rows)}: {how}" for how, rows in earlier.items())])


def specialists(records: Mapping[str, Record]) -> str:
    """Accuracy, ordered and shuffled, and writes of each specialist; who stops early and writes as much."""
    record = records["class_incremental"]
    head = (
        "data",
        "frozen code trained on",
        "class after class (or as said), %",
        "shuffled, %",
        "writes",
        "stop early, %",
    )
    rows = []
    for name, found in record["rows"].items():
        for order, title in LEARNED_ORDERS.items():
            if order not in found:
                continue
            row = found[order]
            early = hundredths(row["stop_early_accuracy_mean"])
            rows.append(
                [
                    f"{name.replace('_', ' ')} ({found['learned']:,} / {found['tested']:,}){title}",
                    found["about"]["trunk_trained_on"],
                    spread(row, "accuracy", hundredths),
                    hundredths(found["iid"]["accuracy_mean"]),
                    quantity(row["writes_per_sample_mean"]),
                    f"{early} at {quantity(row['stop_early_writes_per_sample_mean'])}",
                ]
            )
    note = (
        "Learned and tested samples in brackets; one pass, batch 1, no replay, no task id; mean ± standard "
        f"deviation of seeds {', '.join(map(str, record['seeds']))}. Writes are per sample, from the core's "
        "counters. Stop early: the same units learn the first samples of each class and then no more, as "
        "many as cost the same writes or the next above. "
    )
    return f"{table(head, rows)}\n\n{note}{all_made_by(record, 'rows', 'class_incremental')}"


def budgets(records: Mapping[str, Record]) -> str:
    """Accuracy against the writes that a sample may cost."""
    record = records["write_budget"]
    streams = record["streams"]
    rows, given = [], []
    for name, found in streams.items():
        for order, title in BUDGETED_ORDERS.items():
            if order in found:
                given = list(found[order])
                cells = [spread(row, "accuracy", points) for row in found[order].values()]
                rows.append([f"{name.replace('_', ' ')} ({found['learned']:,}), {title}", *cells])
    trained = [name for name, found in streams.items() if not _untrained(found["about"])]
    note = (
        "Accuracy, %, of counting units with a budget of so many writes a sample, after so many samples; on "
        f"codes that were not trained, but {' and '.join(trained)} on the trunk of the table above. "
        f"The farthest average is {percent(record['farthest_from_budget'])} from its budget. "
    )
    return f"{table(('stream', *given), rows)}\n\n{note}{all_made_by(record, 'streams', 'write_budget')}"


def _untrained(about: Record) -> bool:
    return str(about["trunk_trained_on"]).startswith("nothing")


LEARNER_TABLES: Mapping[str, Callable[[Mapping[str, Record]], str]] = {
    "specialists": specialists,
    "budgets": budgets,
}
