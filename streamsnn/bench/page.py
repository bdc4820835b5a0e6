"""A suite as one page: what ours and the baselines came to on every course, in tables and pictures."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.bench.comparison import Comparison, Entry
from streamsnn.bench.report_text import HEADINGS, cells_of, verdict
from streamsnn.continual.metrics.anytime import Anytime
from streamsnn.continual.metrics.forgetting import forgetting_per_group
from streamsnn.view.bar_chart import Bars, bar_chart
from streamsnn.view.heat_map import heat_map
from streamsnn.view.line_chart import Series, ValueAxis, line_chart
from streamsnn.view.page import figure, page, text
from streamsnn.view.quantities import percent, tick_text
from streamsnn.view.scatter import Dot, scatter

Arrays = Mapping[str, NDArray[Any]]
PicturesOf = Callable[[Comparison, Entry], Arrays | None]
"""The arrays of a learner's first seed on a course, as `streamsnn.bench.pictures` names them."""

SHORTEST_US = 0.1  # where bars of times begin, on a log scale
SHOWN = 0.4  # below the best accuracy, what a picture of accuracy against writes still shows

NOTES = (
    "Writes are stored synaptic weights whose value changed, for our learners counted by the core; for the "
    "statistics among the baselines, stored numbers changed by a sample; river's models do not count.",
    "Prequential accuracy alone misleads when classes come in order: repeating the last label scores high. "
    "Kappa-T is zero for a learner that does just that.",
    "Pictures show the first seed; tables the mean over all, ± standard deviation.",
    "Times of a step are of this machine emulating the chip, not of the chip.",
)


def suite_page(
    title: str,
    summary: str,
    made: Mapping[str, str],
    comparisons: Sequence[Comparison],
    pictures_of: PicturesOf,
) -> str:
    """Return the whole page as HTML; ``made`` are command, version, machine, by name.

    Examples
    --------
    >>> "No learner finished." in suite_page(
    ...     "toy", "Nothing.", {}, [Comparison("d", "k", "k", "acc_final", (), {"a": "It broke."})],
    ...     lambda comparison, entry: None)
    True
    """
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in made.items())
    notes = "".join(f"<li>{text(note)}</li>" for note in NOTES)
    return page(
        f"{title}: streamsnn bench",
        [
            f'<p class="kicker">suite {text(title)}</p>\n<h1>{text(summary)}</h1>',
            _overview(comparisons),
            *(_course(comparison, pictures_of) for comparison in comparisons),
            f'<h2>How this was made</h2>\n<dl class="words">{rows}</dl>',
            f"<h2>What to keep in mind</h2>\n<ul>{notes}</ul>",
        ],
        wide=True,
    )


def _overview(comparisons: Sequence[Comparison]) -> str:
    items = "".join(
        f"<li><strong>{text(each.title)}</strong>: {text(verdict(each))}</li>" for each in comparisons
    )
    return f"<h2>In short</h2>\n<ul>{items}</ul>"


def _course(comparison: Comparison, pictures_of: PicturesOf) -> str:
    parts = [f"<h2>{text(comparison.title)}</h2>", f"<p>{text(verdict(comparison))}</p>", _table(comparison)]
    parts += [f"<p>{text(f'{name}: no result. {why}')}</p>" for name, why in comparison.missing.items()]
    drawn = _pareto(comparison) + _latency(comparison) + _close_up(comparison, pictures_of)
    if drawn:
        parts.append(f"<details><summary>Pictures</summary>{''.join(drawn)}</details>")
    return "\n".join(parts)


def _table(comparison: Comparison) -> str:
    head = "".join(f'<th scope="col">{text(heading)}</th>' for heading in HEADINGS)
    rows = []
    for entry in comparison.entries:
        name, *values = cells_of(comparison, entry)
        cells = "".join(f"<td>{text(value)}</td>" for value in values)
        style = ' class="own"' if entry.ours else ""
        rows.append(f'<tr{style}><th scope="row">{text(name)}</th>{cells}</tr>')
    return (
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )


def _pareto(comparison: Comparison) -> list[str]:
    counted = [
        Dot(entry.learner, writes, entry.mean(comparison.headline), entry.ours)
        for entry in comparison.entries
        if math.isfinite(writes := entry.mean("writes_per_sample"))
    ]
    if not counted:
        return []
    best = max(dot.accuracy for dot in counted)
    dots = [dot for dot in counted if dot.accuracy >= best - SHOWN]
    far = [f"{dot.name} {percent(dot.accuracy)}" for dot in counted if dot not in dots]
    drawn = scatter(dots, "Accuracy against writes", verdict(comparison))
    below = f" Far below, not drawn: {', '.join(far)}." if far else ""
    return [figure(drawn, f"Up and to the left is better; nobody beats those on the line in both.{below}")]


def _latency(comparison: Comparison) -> list[str]:
    timed = [entry for entry in comparison.entries if "latency_p50_us" in entry.figures]
    if not timed:
        return []
    bars = [
        Bars(
            f"p{share}",
            [max(math.log10(entry.mean(f"latency_p{share}_us") / SHORTEST_US), 0.0) for entry in timed],
        )
        for share in (50, 99)
    ]
    drawn = bar_chart(
        [entry.learner for entry in timed],
        bars,
        "Time of a step",
        "Median and 99th percentile of predicting and learning one sample.",
        value_axis="µs",
        place_axis="learner",
        written=lambda power: tick_text(SHORTEST_US * 10.0**power),
    )
    return [figure(drawn, "Predict and learn one sample: median and 99th percentile, log scale.")]


def _close_up(comparison: Comparison, pictures_of: PicturesOf) -> list[str]:
    """Our best and the best baseline, moment by moment and column by column."""
    shown = [
        (entry, arrays)
        for entry in (comparison.best_ours, comparison.best_baseline)
        if entry is not None and (arrays := pictures_of(comparison, entry)) is not None
    ]
    parts = _curves(shown) + _forgetting(shown)
    for entry, arrays in shown:
        parts += _matrix(entry, arrays)
        parts += _writes(entry, arrays)
    return parts


def _curves(shown: Sequence[tuple[Entry, Arrays]]) -> list[str]:
    series = []
    for entry, arrays in shown:
        if len(arrays["anytime_samples"]):
            curve = Anytime(
                arrays["anytime_samples"], arrays["anytime_accuracy"], arrays["boundaries"], arrays["seen"]
            )
            points = list(zip(curve.times.tolist(), curve.over_seen.tolist(), strict=True))
            series.append(Series(entry.learner, points, marks=len(points) < 40))
    if not series:
        return []
    arrays = shown[0][1]
    ends = list(zip(arrays["boundaries"].tolist(), arrays["rows"].tolist(), strict=True))
    axis = ValueAxis("accuracy", span=(0.0, 1.0), written=lambda share: percent(share, digits=0))
    drawn = line_chart(series, axis, "Anytime accuracy", "Held-out accuracy over what has been seen.", ends)
    return [figure(drawn, "Held-out accuracy over the columns seen so far; upright lines end experiences.")]


def _forgetting(shown: Sequence[tuple[Entry, Arrays]]) -> list[str]:
    bars, names = [], []
    for entry, arrays in shown:
        if len(arrays["matrix"]) > 1:
            names = arrays["columns"].tolist()
            lost = forgetting_per_group(arrays["matrix"]).tolist()
            bars.append(Bars(entry.learner, [*lost, *[math.nan] * (len(names) - len(lost))]))
    if not bars:
        return []
    drawn = bar_chart(
        names,
        bars,
        "Forgetting by column",
        "Best earlier accuracy minus the final one.",
        value_axis="forgetting",
        place_axis="column",
        written=lambda share: percent(share, digits=0),
    )
    return [
        figure(
            drawn, "Best earlier accuracy on each column minus its final one; the last has nothing to lose."
        )
    ]


def _matrix(entry: Entry, arrays: Arrays) -> list[str]:
    matrix = np.asarray(arrays["matrix"], np.float64)
    if not matrix.size:
        return []
    drawn = heat_map(
        matrix,
        arrays["rows"].tolist(),
        arrays["columns"].tolist(),
        f"Accuracy matrix of {entry.learner}",
        "Held-out accuracy on every column after every experience.",
    )
    return [figure(drawn, f"{entry.learner}: accuracy on every column after every experience.")]


def _writes(entry: Entry, arrays: Arrays) -> list[str]:
    starts = arrays["writes_from"].tolist()
    if not starts:
        return []
    names = [_reach(start, stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]
    drawn = bar_chart(
        names,
        [Bars(entry.learner, arrays["writes_samples"].tolist())],
        f"Writes of {entry.learner}",
        "How many samples wrote how much.",
        value_axis="samples",
        place_axis="writes at a sample",
    )
    return [figure(drawn, f"{entry.learner}: how many samples wrote how much.")]


def _reach(start: int, stop: int | None) -> str:
    if stop is None:
        return f"{start}+"
    return str(start) if stop == start + 1 else f"{start}-{stop - 1}"
