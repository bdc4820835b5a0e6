"""Choose thresholds for every rule and size of `benchmarks.asp`, on digits and seeds that it never uses.

All rules try the same starts and rises of a neuron's threshold, and then the same decays at the best of
them. The mean accuracy on training digits held out decides, after one class-ordered and one mixed stream:
thresholds that suit one order alone often leave a few neurons that answer to everything in the other. The
time constant that is a rule's own, ASP's leak and the wait of controlled forgetting, is then chosen likewise.
Rules' other parameters are `benchmarks.asp_network.RULES`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from benchmarks.asp_network import RULES, Order, Stream, Thresholds, run, stream
from benchmarks.record import Figures, parse, parser, record, show
from streamsnn.types import Rule

TUNED = ("controlled_forgetting", "stdp", "asp")
SEEDS: dict[int, Order] = {101: "ordered", 102: "iid"}
STARTS, RISES = (13.0, 50.0, 100.0), (0.1, 0.2, 0.5, 1.0, 2.0)
SLOWEST, FASTER = 1e4, (1000.0,)
OWN = {
    "asp": ("tau_leak", (1e3, 1e5)),
    "controlled_forgetting": ("wait", (0.03, 0.07)),
}


def accuracy(rule: Rule, thresholds: Thresholds, n_neurons: int, streams: dict[int, Stream]) -> float:
    """Mean over the streams, each with the seed of its key."""
    return float(np.mean([run(rule, thresholds, n_neurons, s, k).accuracy for k, s in streams.items()]))


def best_thresholds(rule: Rule, n_neurons: int, streams: dict[int, Stream]) -> tuple[Thresholds, Figures]:
    """The best of the grid, and all that was tried."""
    tried: dict[Thresholds, float] = {}

    def best_of(points: list[Thresholds]) -> Thresholds:
        for thresholds in points:
            tried[thresholds] = accuracy(rule, thresholds, n_neurons, streams)
        return max(tried, key=lambda thresholds: tried[thresholds])

    slow = best_of([Thresholds(start, rise, SLOWEST) for start, rise in product(STARTS, RISES)])
    best = best_of([replace(slow, tau=tau) for tau in FASTER])
    grid = {f"start {t.start:g} rise {t.rise:g} tau {t.tau:g}": found for t, found in tried.items()}
    chosen = {"start": best.start, "rise": best.rise, "tau": best.tau, "accuracy": tried[best]}
    return best, {**chosen, "tried": grid}


def best_own(
    name: str, thresholds: Thresholds, known: float, n_neurons: int, streams: dict[int, Stream]
) -> Figures:
    """The rule's own time constant at its best thresholds, where it is already known for the value given."""
    constant, values = OWN[name]
    given: Any = RULES[name]()
    tried = {getattr(given, constant): known}
    for value in values:
        rule: Any = replace(given, **{constant: value})
        tried[value] = accuracy(rule, thresholds, n_neurons, streams)
    best = max(tried, key=lambda value: tried[value])
    return {constant: best, "own_tried": {f"{value:g} s": found for value, found in tried.items()}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and record."""
    made = parser("asp_tuning", __doc__)
    made.add_argument("--samples", type=int, default=4000)
    made.add_argument("--held-out", type=int, default=1000)
    made.add_argument("--neurons", type=int, nargs="+", default=[100, 400])
    options, call = parse(made, arguments)
    figures: Figures = {}
    streams = {
        seed: stream(order, seed, options.samples, validation=True, n_test=options.held_out)
        for seed, order in SEEDS.items()
    }
    for name, n_neurons in product(TUNED, options.neurons):
        best, found = best_thresholds(RULES[name](), n_neurons, streams)
        if name in OWN:
            found = best_own(name, best, found["accuracy"], n_neurons, streams) | found
        figures[f"{name}_n{n_neurons}"] = found
        show(f"{name}, {n_neurons} neurons", found)
    record(call, list(SEEDS), figures, options.json)


if __name__ == "__main__":
    main()
