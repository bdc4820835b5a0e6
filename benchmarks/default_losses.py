"""What disturbances cost: means and worst cases over streams, and whether they are what was asked for."""

from collections.abc import Mapping
from statistics import fmean

from benchmarks.record import Figures

PLAIN = "plain"
DISTURBED = ("rescaled", "missing", "mislabelled", "delayed", "reseeded")
RESCALED_POINTS, MISSING_POINTS = 0.5, 8.0
NEAR = 0.05


def losses(streams: Mapping[str, Mapping[str, Figures]]) -> Figures:
    """Mean and worst difference to the plain run, in points, by order and disturbance; goals; river's losses.

    ``worst`` is the lowest; ``largest`` the largest either way.
    """
    every = {f"{name}, {order}": row for order, rows in streams.items() for name, row in rows.items()}
    by_order = {order: _by_disturbance(rows) for order, rows in streams.items()}
    overall = _by_disturbance(every)
    rescaled, reseeded = (
        max(abs(row[each]["difference_points_mean"]) for row in every.values())
        for each in ("rescaled", "reseeded")
    )
    return {
        "rescaled_largest_points": rescaled,
        "reseeded_largest_points": reseeded,
        "missing_worst_points": overall["missing"]["worst_points"],
        "goal_rescaled_0_5_points": rescaled <= RESCALED_POINTS,
        "goal_missing_8_points": overall["missing"]["worst_points"] >= -MISSING_POINTS,
        "losses": {**by_order, "all": overall},
        "missing_beside_river": _beside_river(every),
    }


def _by_disturbance(rows: Mapping[str, Figures]) -> Figures:
    figures: Figures = {"streams": len(rows)}
    figures["accuracy_mean"] = fmean(row["accuracy_mean"] for row in rows.values())
    for disturbance in DISTURBED:
        apart = {name: row[disturbance]["difference_points_mean"] for name, row in rows.items()}
        figures[disturbance] = _mean_and_worst(apart)
    return figures


def _mean_and_worst(apart: Mapping[str, float]) -> Figures:
    worst = min(apart, key=lambda name: apart[name])
    return {"mean_points": fmean(apart.values()), "worst_points": apart[worst], "worst_stream": worst}


def _beside_river(rows: Mapping[str, Figures]) -> Figures:
    """The default and river's models with values missing: same streams, same seed, same values.

    A model that learns little of a stream has little to lose: ``near`` are the streams on which the model,
    nothing missing, is at most 5 points below the default.
    """
    both = {name: row["missing_beside"] for name, row in rows.items() if "missing_beside" in row}
    figures: Figures = {"streams": len(both)}
    for learner in next(iter(both.values()), {}):
        own = {name: row[learner] for name, row in both.items()}
        figures[learner] = {
            "plain_mean": fmean(each["plain"] for each in own.values()),
            "missing_mean": fmean(each["missing"] for each in own.values()),
            **_mean_and_worst({name: each["difference_points"] for name, each in own.items()}),
        }
        near = [row for row in both.values() if row[learner]["plain"] >= row["default"]["plain"] - NEAR]
        if learner != "default" and near:
            figures[learner]["near"] = {
                "streams": len(near),
                "mean_points": fmean(row[learner]["difference_points"] for row in near),
                "default_mean_points": fmean(row["default"]["difference_points"] for row in near),
            }
    return figures
