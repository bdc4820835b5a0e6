"""STDP, ASP and controlled forgetting on handwritten digits whose classes come one after the other.

Networks of Diehl & Cook learn 4,000 MNIST digits once, without labels, class-ordered and mixed; 1,000 of
their labels then name the neurons, and 2,000 test digits are classified. Accuracy covers all classes, of
which the first was last seen 3,600 samples ago. Writes are synapses whose stored value changed, per sample.

Thresholds were tuned for each rule and size, and its own time constant, on other digits and seeds, for both
orders together (`benchmarks.asp_tuning`, whose committed result is read here). `stdp_textbook` has the
threshold increment of 60,000 samples instead; `asp_without_leak` is ASP at the same thresholds with its leak
switched off, so that `asp_leak_gain_points_...` says whether forgetting by a leak helps at all. Leak writes
are those of a network whose neurons never fire, with the leak as a gain of each neuron and in every synapse.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from benchmarks.asp_network import RULES, Order, Thresholds, network_core, respond, run, stream
from benchmarks.asp_tuning import OWN
from benchmarks.record import RESULTS, Figures, parse, parser, record, show
from benchmarks.spread import mean_sd
from streamsnn.rules.asp import ASP
from streamsnn.types import Rule

LEARNERS = ("stdp", "stdp_textbook", "asp", "asp_without_leak", "controlled_forgetting")
ORDERS: tuple[Order, ...] = ("ordered", "iid")
TEXTBOOK = Thresholds(start=13.0, rise=0.05, tau=1e4)
NEVER = Thresholds(start=1e9, rise=0.0, tau=1e4)


def learner(name: str, n_neurons: int) -> tuple[Rule, Thresholds]:
    """The rule and its thresholds, as `benchmarks.asp_tuning` chose them."""
    if name == "stdp_textbook":
        return RULES["stdp"](), TEXTBOOK
    tuned = json.loads((RESULTS / "asp_tuning.json").read_text())
    chosen = tuned[f"{name.removesuffix('_without_leak')}_n{n_neurons}"]
    thresholds = Thresholds(chosen["start"], chosen["rise"], chosen["tau"])
    rule: Any = RULES[name]()
    if name in OWN:
        constant = OWN[name][0]
        rule = replace(rule, **{constant: chosen[constant]})
    return rule, thresholds


def scores(name: str, n_neurons: int, order: Order, seeds: Sequence[int], samples: int, test: int) -> Figures:
    """Mean and spread over the seeds."""
    rule, thresholds = learner(name, n_neurons)
    runs = []
    for seed in seeds:
        digits = stream(order, seed, samples, validation=False, n_test=test)
        runs.append(run(rule, thresholds, n_neurons, digits, seed))
    key = f"{name}_n{n_neurons}_{order}"
    found = mean_sd(f"{key}_acc", [r.accuracy for r in runs])
    for cost in ("writes", "words_read", "spikes"):
        found[f"{key}_{cost}"] = sum(getattr(r, cost) for r in runs) / len(runs)
    return found


def leak_writes(leak: Literal["gain", "dense"], n_neurons: int, samples: int) -> float:
    """Writes per sample of ASP's leak alone: neurons that never fire."""
    # at the leak time of RULES: a slower one is lost in the rounding of every single write
    rule = replace(cast(ASP, RULES["asp"]()), leak=leak)
    core = network_core(rule, NEVER, n_neurons, seed=0)
    spikes = respond(core, stream("ordered", 0, samples, validation=False, n_test=1).x, learn=True)
    assert not spikes.any()
    return core.counters["writes"] / samples


def comparisons(figures: Figures, n_neurons: int) -> Figures:
    """What the figures say side by side, with accuracies in points."""

    def points(a: str, b: str, order: Order) -> float:
        names = [f"{rule}_n{n_neurons}_{order}_acc_mean" for rule in (a, b)]
        return float(100.0 * (figures[names[0]] - figures[names[1]]))

    ordered = {name: figures[f"{name}_n{n_neurons}_ordered_writes"] for name in LEARNERS}
    return {
        f"asp_over_stdp_points_n{n_neurons}": points("asp", "stdp", "ordered"),
        f"asp_leak_gain_points_n{n_neurons}": points("asp", "asp_without_leak", "ordered"),
        f"asp_leak_gain_points_iid_n{n_neurons}": points("asp", "asp_without_leak", "iid"),
        f"controlled_forgetting_over_stdp_points_n{n_neurons}": points(
            "controlled_forgetting", "stdp", "ordered"
        ),
        f"stdp_tuning_points_n{n_neurons}": points("stdp", "stdp_textbook", "ordered"),
        f"stdp_over_asp_writes_n{n_neurons}": ordered["stdp"] / ordered["asp"],
        f"stdp_over_controlled_forgetting_writes_n{n_neurons}": (
            ordered["stdp"] / ordered["controlled_forgetting"]
        ),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and record."""
    made = parser("asp", __doc__)
    made.add_argument("--seeds", type=int, default=5, help="number of seeds, from 0")
    made.add_argument("--samples", type=int, default=4000)
    made.add_argument("--test", type=int, default=2000)
    made.add_argument("--neurons", type=int, nargs="+", default=[100, 400])
    options, call = parse(made, arguments)
    seeds = range(options.seeds)
    figures: Figures = {"samples": options.samples}
    for n_neurons in options.neurons:
        for name in LEARNERS:
            for order in ORDERS:
                figures |= scores(name, n_neurons, order, seeds, options.samples, options.test)
        figures |= comparisons(figures, n_neurons)
        leaking = min(20, options.samples)
        figures[f"asp_leak_writes_n{n_neurons}"] = leak_writes("gain", n_neurons, leaking)
        figures[f"asp_dense_leak_writes_n{n_neurons}"] = leak_writes("dense", n_neurons, leaking)
    show("asp", record(call, list(seeds), figures, options.json))


if __name__ == "__main__":
    main()
