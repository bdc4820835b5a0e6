"""A run beside its baselines: who is best in what."""

from dataclasses import dataclass
from typing import Literal

from streamsnn.view.quantities import percent
from streamsnn.view.summary import BaselineScore, Summary


@dataclass(frozen=True)
class Column:
    """One compared score: its key, its heading, and which end is good."""

    key: Literal["acc_final", "forgetting_max", "prequential"]
    heading: str
    higher_is_better: bool

    def of(self, score: BaselineScore) -> float:
        """Return this column's value of a score."""
        value: float = getattr(score, self.key)
        return value


COLUMNS = (
    Column("acc_final", "final accuracy", higher_is_better=True),
    Column("forgetting_max", "forgetting", higher_is_better=False),
    Column("prequential", "prequential", higher_is_better=True),
)


@dataclass(frozen=True)
class Row:
    """One learner of the comparison; ``best`` holds the keys of the columns in which nobody is better."""

    name: str
    is_this_run: bool
    score: BaselineScore
    best: frozenset[str]


def compare(summary: Summary) -> list[Row]:
    """Return this run and its baselines, this run first.

    Values that read the same to a tenth of a percent share the best mark, so that no one is called better
    by a difference that cannot be seen.
    """
    own = BaselineScore(summary.acc_final, summary.forgetting_max, summary.prequential)
    scores = [(summary.learner, True, own), *((name, False, s) for name, s in summary.baselines.items())]
    best = {column.key: _best(column, [score for _, _, score in scores]) for column in COLUMNS}
    return [
        Row(
            name.replace("_", " "),
            is_own,
            score,
            frozenset(c.key for c in COLUMNS if round(c.of(score), 3) == best[c.key]),
        )
        for name, is_own, score in scores
    ]


def where_baselines_win(rows: list[Row]) -> list[str]:
    """Say, one sentence a column, where a baseline beats this run; empty if nowhere."""
    own = next(row for row in rows if row.is_this_run)
    sentences = []
    for column in COLUMNS:
        winners = [row for row in rows if column.key in row.best]
        if own not in winners:
            names = " and ".join(row.name for row in winners)
            ours, theirs = percent(column.of(own.score)), percent(column.of(winners[0].score))
            sentences.append(f"In {column.heading}, {names} does better: {theirs} against {ours}.")
    return sentences


def _best(column: Column, scores: list[BaselineScore]) -> float:
    values = [round(column.of(score), 3) for score in scores]
    return max(values) if column.higher_is_better else min(values)
