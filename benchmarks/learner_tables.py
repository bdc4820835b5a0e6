"""README's tables of counting units on frozen codes."""

from collections.abc import Callable, Mapping

from benchmarks.tables import Record, made_by, points, spread, table
from streamsnn.view.quantities import percent, quantity

BUDGETED_ORDERS = {"class": "class after class", "iid": "shuffled", "time": "in time, test then train"}


def hundredths(share: float) -> str:
    """A share in per cent, to two decimals: some differences here are of tenths."""
    return f"{100.0 * share:.2f}"


def specialists(records: Mapping[str, Record]) -> str:
    """Accuracy in two orders and writes of each specialist; beside it who stops early and writes as much."""
    record = records["class_incremental"]
    head = (
        "data",
        "frozen code trained on",
        "class after class, %",
        "shuffled, %",
        "writes",
        "stop early, %",
    )
    rows = []
    for name, found in record["rows"].items():
        row = found["class"]
        early = hundredths(row["stop_early_accuracy_mean"])
        rows.append(
            [
                f"{name.replace('_', ' ')} ({found['learned']:,} / {found['tested']:,})",
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
    return f"{table(head, rows)}\n\n{note}{made_by(record, 'class_incremental')}"


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
                rows.append([f"{name.replace('_', ' ')}, {title}", *cells])
    note = (
        "Accuracy, %, of counting units on codes that were not trained, with a budget of so many writes a "
        f"sample. The farthest average is {percent(record['farthest_from_budget'])} from its budget. "
    )
    return f"{table(('stream', *given), rows)}\n\n{note}{made_by(record, 'write_budget')}"


LEARNER_TABLES: Mapping[str, Callable[[Mapping[str, Record]], str]] = {
    "specialists": specialists,
    "budgets": budgets,
}
