"""Counting units on an account: against objects per class, and what a budget promises."""

import inspect
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from streamsnn.memory import COUNTERS, Fixed
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.rules.counting import Counting
from tests.core.oracles.budgeted import BudgetedUnits, OwnUnit

N_INPUTS, CAPACITY, N_CLASSES, SEED = 60, 600, 4, 7
RULE = Counting(
    novelty=0.35, familiarity=0.45, max_units=8, young=3, base=2.0, bits=4, prior=0.3, p_max=0.97,
    write_budget=3.0,
)  # fmt: skip
Samples = list[tuple[list[int], int]]


class Bench:
    """The rule's kernel alone, with the arrays that a core would give it."""

    def __init__(self, rule: Counting) -> None:
        axes = {"post": CAPACITY, "class": N_CLASSES}
        number_format = rule.format
        assert isinstance(number_format, Fixed)
        self.fields = {
            f.name: np.full([axes[d] if isinstance(d, str) else d for d in f.dims], f.initial, f.dtype)
            for f in rule.fields()
        }
        self.given: dict[str, Any] = {
            **self.fields,
            "w": np.zeros((N_INPUTS, CAPACITY), np.int8),
            "nnz": np.zeros(N_INPUTS, np.int32),
            "count": np.zeros(len(COUNTERS), np.int64),
            "size": np.zeros(1, np.int64),
            "seed": SEED,
            "const": np.array(
                [*number_format.constants(), 0.0, number_format.bits, 0.0, *rule.constants(1e-3)]
            ),
        }
        self.kernel = rule.kernel()
        self.names = list(inspect.signature(self.kernel).parameters)

    def learn(self, active: list[int], label: int) -> None:
        given = {**self.given, "pre": np.array(active, np.int32), "third": np.array([float(label)])}
        self.fields["overlap"][:] = 0.0  # does not last
        self.kernel(*(given[name] for name in self.names))

    @property
    def units(self) -> int:
        return int(self.given["size"][0])

    @property
    def counted(self) -> Counter[str]:
        counts = zip(COUNTERS, self.given["count"].tolist(), strict=True)
        return Counter({name: n for name, n in counts if n})

    def of_class(self, c: int) -> list[tuple[bytes, int, float, int, bytes]]:
        """Everything that is stored of the units of one class, in the order of their columns."""
        f, w = self.fields, self.given["w"]
        own = np.flatnonzero(f["owner"][: self.units] == c).tolist()
        return [
            (
                w[:, q].tobytes(), int(f["hits"][q]), float(f["mass"][q]), int(f["learned_at"][q]),
                f["log_odds"][q].tobytes(),
            )
            for q in own
        ]  # fmt: skip


def stream(rng: np.random.Generator, n: int, k: int = 12, n_classes: int = N_CLASSES) -> Samples:
    """Noisy patterns: each class has three prototypes of k inputs, of which a third is exchanged."""
    prototypes = rng.permuted(np.tile(np.arange(N_INPUTS), (n_classes * 3, 1)), axis=1)[:, :k]
    samples = []
    for _ in range(n):
        label = int(rng.integers(n_classes))
        kept = rng.choice(prototypes[3 * label + rng.integers(3)], k - k // 3, replace=False)
        others = rng.choice(np.setdiff1d(np.arange(N_INPUTS), kept), k // 3, replace=False)
        samples.append((sorted(np.concatenate([kept, others]).tolist()), label))
    return samples


def learned(samples: Samples, rule: Counting) -> Bench:
    bench = Bench(rule)
    for active, label in samples:
        bench.learn(active, label)
    return bench


def in_order(samples: Samples) -> Samples:
    """Class after class; the order within a class stays."""
    return sorted(samples, key=lambda sample: sample[1])


def check_columns(bench: Bench, columns: list[tuple[int, OwnUnit]]) -> None:
    f, units = bench.fields, bench.units
    expected = [[unit.level.get(i, 0) for _, unit in columns] for i in range(N_INPUTS)]
    assert bench.given["w"][:, :units].tolist() == expected
    assert f["owner"][:units].tolist() == [label for label, _ in columns]
    assert f["hits"][:units].tolist() == [unit.hits for _, unit in columns]
    assert f["stored"][:units].tolist() == [len(unit.level) for _, unit in columns]
    assert f["learned_at"][:units].tolist() == [unit.learned_at for _, unit in columns]
    # compiled and plain exp may differ in the last bit
    assert f["mass"][:units] == pytest.approx([unit.mass for _, unit in columns], rel=1e-12)


@pytest.mark.parametrize(
    "rule",
    [
        RULE,
        replace(RULE, write_budget=0.5),
        replace(RULE, write_budget=9.0, max_units=3),
        replace(RULE, write_budget=40.0, bits=3),
        replace(RULE, write_budget=7.0, novelty=0.0, familiarity=1.0, young=0, base=4.0, bits=5),
    ],
    ids=["tight", "below one", "few slots", "more than a sample", "one unit"],
)
def test_learning_is_the_docstring(rule: Counting, rng: np.random.Generator) -> None:
    bench, expected = Bench(rule), Counter[str]()
    oracle = BudgetedUnits(**asdict(rule), seed=SEED, n_inputs=N_INPUTS)
    for active, label in [*stream(rng, 250), ([], 1), *stream(rng, 50)]:
        bench.learn(active, label)
        expected += oracle.learn(active, label)
        assert bench.counted == +expected
    assert bench.units == oracle.opened > 0
    columns = oracle.columns()
    check_columns(bench, columns)
    levels = range(oracle.top + 1)
    tables = [[oracle.weight(unit, level) for level in levels] for _, unit in columns]
    assert bench.fields["log_odds"][: bench.units].tolist() == tables
    for c, own in oracle.classes.items():
        assert bench.fields["class_samples"][c] == own.clock
        assert bench.fields["class_units"][c] == len(own.units)
        assert bench.fields["credit"][c] == own.credit
        assert bench.fields["widened"][c] == pytest.approx(own.widened, rel=1e-12)
    nonzero = np.count_nonzero(bench.given["w"], axis=1)
    assert bench.given["nnz"].tolist() == nonzero.tolist()


@pytest.mark.small
def test_an_account_by_hand() -> None:
    """Four inputs and 1.5 writes a sample: slack is always 4, the least."""
    bench = Bench(replace(RULE, write_budget=1.5))
    script = [([0, 1, 2, 3], 0)] * 6 + [([10, 11, 12, 13], 0)]
    seen = []
    for active, label in script:
        before = bench.counted
        bench.learn(active, label)
        delta = bench.counted - before
        seen.append((delta["writes"], delta["lrn_rows_read"], float(bench.fields["credit"][0])))
    # on loan; then too poor to read anything, until credit reaches 4 (sample 5: 5 * 1.5 - 4 = 3.5)
    assert seen[:5] == [(4, 4, -2.5), (0, 0, -1.0), (0, 0, 0.5), (0, 0, 2.0), (0, 0, 3.5)]
    writes, rows, credit = seen[5]  # young: counted, each level 1 climbs with probability 2/3
    assert rows == 4 and credit == 5.0 - writes
    assert bench.fields["hits"][0] == 2 and bench.fields["mass"][0] == 2.0
    assert bench.fields["class_samples"][0] == 7


@pytest.mark.small
@pytest.mark.parametrize("budget", [0.5, 3.0, 11.0, 40.0])
def test_what_is_spent_is_what_changed(budget: float, rng: np.random.Generator) -> None:
    samples = stream(rng, 300)
    bench = learned(samples, replace(RULE, write_budget=budget))
    spent = budget * bench.fields["class_samples"] - bench.fields["credit"]
    assert spent.sum() == bench.counted["writes"] == bench.counted["lrn_words_written"]


@pytest.mark.small
@pytest.mark.parametrize("budget", [1.0, 6.0, 30.0])
def test_a_class_learns_the_same_bits_in_any_company(budget: float, rng: np.random.Generator) -> None:
    rule, samples = replace(RULE, write_budget=budget), stream(rng, 240)
    mixed, ordered = learned(samples, rule), learned(in_order(samples), rule)
    backwards = learned(sorted(samples, key=lambda sample: -sample[1]), rule)
    for c in range(N_CLASSES):
        alone = learned([sample for sample in samples if sample[1] == c], rule)
        kept = alone.of_class(c)
        assert kept and kept == mixed.of_class(c) == ordered.of_class(c) == backwards.of_class(c)
        for name in ("credit", "widened", "class_samples", "class_units"):
            assert alone.fields[name][c] == mixed.fields[name][c] == ordered.fields[name][c]


@pytest.mark.parametrize("budget", [1.0, 3.0, 12.0, 40.0])
@pytest.mark.parametrize("arranged", [list, in_order], ids=["iid", "class order"])
def test_the_average_is_held(budget: float, arranged: Any, rng: np.random.Generator) -> None:
    """12 inputs a sample: budgets from a twelfth of a unit to more than three."""
    samples = arranged(stream(rng, 1600))
    bench = learned(samples, replace(RULE, write_budget=budget))
    average = bench.counted["writes"] / len(samples)
    assert average == pytest.approx(budget, rel=0.05)  # what the option promises
    for c in range(N_CLASSES):  # every class by itself, within its slack and one sample's writes
        n = int(bench.fields["class_samples"][c])
        assert abs(bench.fields["credit"][c]) <= max(6.0, 0.1 * budget * n) + 12 + budget


@pytest.mark.small
def test_no_class_ever_owes_more_than_one_sample(rng: np.random.Generator) -> None:
    bench, n_active = Bench(RULE), 12
    for active, label in stream(rng, 400):
        bench.learn(active, label)
        # the loan of the first sample, or half a sample paid and a whole one learned
        assert bench.fields["credit"].min() >= -n_active


@pytest.mark.small
@pytest.mark.parametrize(("budget", "share"), [(1e-3, 4 / 40), (1.0, 20 / 40), (2.0, 1.0), (9.0, 1.0)])
def test_the_first_sample_of_a_class_is_learned_on_loan(budget: float, share: float) -> None:
    bench = Bench(replace(RULE, write_budget=budget))
    bench.learn(list(range(40)), 2)
    n = np.count_nonzero(bench.given["w"][:, 0])
    assert bench.fields["mass"][0] == share
    assert bench.fields["credit"][2] == budget - n
    assert n == 40 if share == 1.0 else abs(n - 40 * share) < 12, "four deviations of 40 draws"


@pytest.mark.small
def test_old_units_make_room_only_where_the_budget_cannot_be_spent_otherwise(
    rng: np.random.Generator,
) -> None:
    samples = stream(rng, 600, n_classes=1)
    tight = learned(samples[:100], RULE)
    wide = learned(samples, replace(RULE, max_units=2, bits=2, write_budget=15.0))
    assert tight.given["w"].sum() == tight.counted["writes"], "a write is one level up: nothing was lowered"
    assert wide.given["w"].sum() < wide.counted["writes"], "levels are full: units were emptied"
    assert wide.counted["writes"] / len(samples) == pytest.approx(15.0, rel=0.05)


@pytest.mark.small
@pytest.mark.parametrize("wrong", [0.0, -1.0, float("inf"), float("nan")])
def test_wrong_budgets_are_named(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"write_budget={wrong}"):
        Counting(write_budget=wrong)


# -- on the core --------------------------------------------------------------------------------------


def blobs(rng: np.random.Generator, n: int) -> tuple[Any, Any]:
    centres = rng.normal(size=(3, 6))
    y = rng.integers(3, size=n)
    return centres[y] + 0.4 * rng.normal(size=(n, 6)), y


def follow(x: Any, y: Any, order: Any, budget: float | None) -> SpikingClassifier:
    model = SpikingClassifier(n_hidden=128, k=10, seed=1, write_budget=budget)
    for row in x:
        model.learn_one(row, None)  # scales alone, in one order
    for i in order:
        model.learn_one(x[i], int(y[i]))
    return model


def test_a_classifier_spends_its_budget_and_order_cannot_matter(rng: np.random.Generator) -> None:
    x, y = blobs(rng, 300)
    held, _ = blobs(rng, 50)
    mixed = follow(x, y, range(300), 2.0)
    ordered = follow(x, y, np.argsort(y, kind="stable").tolist(), 2.0)
    assert mixed.core.counters["writes"] == ordered.core.counters["writes"]
    assert mixed.core.counters["writes"] / 300 == pytest.approx(2.0, rel=0.05)
    said = [[mixed.predict_one(row) for row in held], [ordered.predict_one(row) for row in held]]
    assert said[0] == said[1]
    accuracy = np.mean([mixed.predict_one(row) == label for row, label in zip(x, y, strict=True)])
    assert accuracy > 0.8, "three blobs, far apart"
    assert follow(x, y, range(300), None).core.counters["writes"] > 600, "the budget did bind"


@pytest.mark.small
def test_a_budget_beside_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match=r"write_budget=3.0 beside a rule"):
        SpikingClassifier(rule=Counting(), write_budget=3.0)
