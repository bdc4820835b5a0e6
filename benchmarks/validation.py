"""The cost model beside published measurements: what it predicts, what was measured, and their ratio.

Takes no measurement of its own: every prediction is arithmetic on the shipped hardware profiles, so it is
the same on every machine. Every row says what it is worth:

independent          nothing in the profile comes from the measurement
fitted               a free parameter of the row was chosen with the measurement in view
circular             the profile's figures come from the measurement: only the bookkeeping is tested
order_of_magnitude   the model does not hold enough to be held to better than a factor of about ten

A row may be of two kinds. `ratio_...` is predicted / published. `goal_met` says whether `ratio_mid` lies
where the design asked it to lie, where it asked; that a fitted or circular row meets its goal proves
little. Beside the JSON file, a page of the same name ending in `.md` is written.
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.record import Figures, parse, parser, record, show
from benchmarks.validation_points import Point, points
from streamsnn.atomic import write_atomic

KINDS = ("independent", "fitted", "circular", "order_of_magnitude")


def figures_of(point: Point) -> Figures:
    """One point as numbers and booleans."""
    predicted, ratio = point.predicted, point.ratio
    made: Figures = {
        "published": point.published,
        "predicted_low": predicted.low,
        "predicted_mid": predicted.mid,
        "predicted_high": predicted.high,
        "ratio_low": ratio.low,
        "ratio_mid": ratio.mid,
        "ratio_high": ratio.high,
        "has_goal": point.goal is not None,
    }
    if point.goal is not None:
        made["goal_met"] = point.goal[0] <= ratio.mid <= point.goal[1]
    return made | {kind: kind in point.kinds for kind in KINDS}


def summary(found: Sequence[Point]) -> Figures:
    """All points by name, and of each kind how many there are and how many agree within a factor of 2."""
    figures: Figures = {"points": len(found)}
    for kind in KINDS:
        of_kind = [p for p in found if kind in p.kinds]
        figures[f"points_{kind}"] = len(of_kind)
        figures[f"mid_within_2_times_{kind}"] = sum(0.5 <= p.ratio.mid <= 2.0 for p in of_kind)
        figures[f"goals_{kind}"] = sum(p.goal is not None for p in of_kind)
        figures[f"goals_met_{kind}"] = sum(figures_of(p).get("goal_met", False) for p in of_kind)
    return figures | {p.name: figures_of(p) for p in found}


def short(value: float) -> str:
    """Three significant digits, thousands grouped."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def page(found: Sequence[Point], command: str) -> str:
    """The table as Markdown, with what every row uses and where its measurement comes from."""
    lines = [
        "# The cost model beside published measurements",
        "",
        f"Made by `{command}`; do not edit.",
        "Bands are low / **mid** / high; the ratio is predicted over published.",
        "Where the ratio is off by more than 2, read the prediction as an order of magnitude.",
        "",
        "- *independent*: nothing in the profile comes from this measurement.",
        "- *fitted*: a free parameter of the row was chosen with the measurement in view.",
        "- *circular*: the profile's figures come from this measurement; only the bookkeeping is tested.",
        "- *order of magnitude*: the model does not hold enough to be held to better than about ten times.",
        "",
        "| what | profile | published | predicted | ratio | worth |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for p in found:
        predicted = f"{short(p.predicted.low)} / **{short(p.predicted.mid)}** / {short(p.predicted.high)}"
        ratio = f"{p.ratio.low:.2f} / **{p.ratio.mid:.2f}** / {p.ratio.high:.2f}"
        kinds = ", ".join(kind.replace("_", " ") for kind in p.kinds)
        lines.append(
            f"| {p.what} | {p.profile} | {short(p.published)} {p.unit} | {predicted} {p.unit} | {ratio} "
            f"| {kinds} |"
        )
    lines += ["", "## How the rows are made", ""]
    together: dict[tuple[str, str], list[str]] = {}
    for p in found:
        together.setdefault((p.source, p.how), []).append(p.what)
    lines += [f"- **{'; '.join(what)}** ({source}): {how}" for (source, how), what in together.items()]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute, print, write."""
    given, call = parse(parser("validation", __doc__), arguments)
    found = points()
    figures = summary(found)
    show("the cost model beside published measurements", figures)
    record(call, [], figures, given.json)
    if given.json is not None:
        write_atomic(Path(given.json).with_suffix(".md"), page(found, call.command).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
