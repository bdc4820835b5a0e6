"""Counting units against a dictionary per unit."""

import math
from collections import Counter
from dataclasses import asdict, replace

import numpy as np
import pytest

from streamsnn.memory import COUNTERS, Fixed
from streamsnn.rules.counting import Counting
from tests.core.oracles.counting import CountingUnits
from tests.core.oracles.integers import sample_key
from tests.core.oracles.memory import delivery_counts

N_INPUTS, CAPACITY, N_CLASSES = 60, 64, 4
# The recipe's settings, given by name: defaults may move to better ones, hand-computed values may not.
RECIPE = Counting(
    novelty=0.35, familiarity=0.45, max_units=40, young=10, base=2.0, bits=4, prior=0.3, p_max=0.97
)


class Bench:
    """A rule alone, with the arrays that a core would give it."""

    def __init__(self, rule: Counting = RECIPE) -> None:
        axes = {"post": CAPACITY, "class": N_CLASSES}
        self.w = np.zeros((N_INPUTS, CAPACITY), np.int8)
        self.nnz = np.zeros(N_INPUTS, np.int32)
        self.count = np.zeros(len(COUNTERS), np.int64)
        self.size = np.zeros(1, np.int64)
        self.fields = {
            f.name: np.zeros([axes[d] if isinstance(d, str) else d for d in f.dims], f.dtype)
            for f in rule.fields()
        }
        number_format = rule.format
        assert isinstance(number_format, Fixed)
        self.const = np.array(
            [*number_format.constants(), 0.0, number_format.bits, 0.0, *rule.constants(1e-3)]
        )
        self.learn_kernel, self.deliver_kernel = rule.kernel(), rule.deliver()

    def learn(self, active: list[int], label: int, key: int) -> None:
        pre, third = np.array(active, np.int32), np.array([float(label)])
        f = self.fields
        self.learn_kernel(
            self.w, self.nnz, self.count, key, pre, third, self.size,
            f["hits"], f["owner"], f["log_odds"], f["class_units"], f["overlap"], self.const,
        )  # fmt: skip

    def deliver(self, active: list[int]) -> list[int]:
        acc = np.zeros(self.units, np.int32)
        pre = np.array(active, np.int32)
        self.deliver_kernel(self.w, self.nnz, self.count, pre, acc, self.fields["log_odds"], self.const)
        return [int(a) for a in acc]

    @property
    def units(self) -> int:
        return int(self.size[0])

    @property
    def counted(self) -> Counter[str]:
        return Counter({name: int(n) for name, n in zip(COUNTERS, self.count, strict=True) if n})


def stream(rng: np.random.Generator, n: int, k: int = 8) -> list[tuple[list[int], int]]:
    """Noisy patterns: each class has three prototypes of k inputs, of which a quarter is exchanged."""
    prototypes = rng.permuted(np.tile(np.arange(N_INPUTS), (N_CLASSES * 3, 1)), axis=1)[:, :k]
    samples = []
    for _ in range(n):
        label = int(rng.integers(N_CLASSES))
        kept = rng.choice(prototypes[3 * label + rng.integers(3)], k - k // 4, replace=False)
        others = rng.choice(np.setdiff1d(np.arange(N_INPUTS), kept), k // 4, replace=False)
        samples.append((sorted(np.concatenate([kept, others]).tolist()), label))
    return samples


def check_against_oracle(rule: Counting, samples: list[tuple[list[int], int]]) -> tuple[Bench, CountingUnits]:
    """Learn `samples` on both; state after each, and all counters, must be equal."""
    bench, oracle, expected = Bench(rule), CountingUnits(**asdict(rule)), Counter[str]()
    for clock, (active, label) in enumerate(samples):
        key = sample_key(1, clock, 0)
        bench.learn(active, label, key)
        expected += oracle.learn(active, label, key)
        assert bench.counted == +expected
        assert bench.units == oracle.opened
    columns = oracle.columns()
    assert bench.w[:, : bench.units].tolist() == oracle.rows(N_INPUTS)
    assert not bench.w[:, bench.units :].any()
    assert bench.nnz.tolist() == np.count_nonzero(bench.w, axis=1).tolist()
    assert bench.fields["owner"][: bench.units].tolist() == [label for label, _ in columns]
    assert bench.fields["hits"][: bench.units].tolist() == [unit.hits for _, unit in columns]
    assert bench.fields["class_units"].tolist() == [len(oracle.units.get(c, ())) for c in range(N_CLASSES)]
    levels = range(oracle.top + 1)
    tables = [[oracle.weight(unit, level) for level in levels] for _, unit in columns]
    assert bench.fields["log_odds"][: bench.units].tolist() == tables
    return bench, oracle


@pytest.mark.parametrize(
    "rule",
    [
        RECIPE,
        Counting(),
        Counting(novelty=0.5, familiarity=0.6, max_units=4, young=3, base=4.0, bits=5),
        Counting(novelty=0.0, familiarity=1.0, max_units=1, young=0, bits=2, prior=1.0, p_max=0.8),
        Counting(novelty=1.0, familiarity=0.0, max_units=9, base=0.5, bits=7),
    ],
    ids=["recipe", "default", "finer", "one unit, two bits", "every sample a unit"],
)
def test_learning_is_the_recipe(rule: Counting, rng: np.random.Generator) -> None:
    bench, oracle = check_against_oracle(rule, stream(rng, 400))
    assert 0 < bench.units <= N_CLASSES * rule.max_units
    assert max(unit.hits for _, unit in oracle.columns()) > 1 or rule.novelty == 1.0


@pytest.mark.small
def test_a_few_samples_are_the_recipe(rng: np.random.Generator) -> None:
    bench, _ = check_against_oracle(RECIPE, stream(rng, 25))
    assert bench.units >= N_CLASSES


@pytest.mark.small
def test_gates_one_by_one_by_hand() -> None:
    # base 2: a new unit's level 1 stands for 2 (1.5 - 1) = 1, so its own pattern overlaps by exactly 1
    bench = Bench(replace(RECIPE, novelty=0.4, familiarity=0.6, max_units=2, young=1))
    script = [
        ([0, 1, 2, 3], 1),  # no unit yet: open
        ([0, 1, 2, 3], 0),  # another class does not look at class 1: open
        ([0, 1, 2, 3], 0),  # overlap 1 is familiar: nothing
        ([0, 1, 7, 8], 0),  # overlap 2/4 is neither novel nor familiar: count
        ([9, 8, 7, 6], 1),  # overlap 0 is novel: open the second of two
        ([11, 12, 13, 14], 1),  # novel, but no room: count
        ([], 1),  # silence: nothing
    ]
    seen = []
    for clock, (active, label) in enumerate(script):
        before = bench.counted
        bench.learn(active, label, sample_key(0, clock, 0))
        delta = bench.counted - before
        seen.append((bench.units, delta["writes"] > 0, delta["rng_draws"]))
    # level 0 climbs with probability 1, so a count of new inputs always writes
    assert seen == [
        (1, True, 0), (2, True, 0), (2, False, 0), (2, True, 4), (3, True, 0), (3, True, 4), (3, False, 0),
    ]  # fmt: skip
    assert bench.fields["hits"][:3].tolist() == [2, 2, 1], "ties go to the older unit"
    assert bench.w[11:15, 0].tolist() == [1, 1, 1, 1]


@pytest.mark.small
def test_young_units_learn_what_is_familiar() -> None:
    bench = Bench(replace(RECIPE, young=3))
    for clock in range(6):
        bench.learn([1, 2], 0, sample_key(0, clock, 0))
    assert bench.fields["hits"][0] == 3


def test_morris_levels_are_unbiased() -> None:
    """The mean of value(level) over many inputs is the number of samples they were active in."""
    n, base = 200, 2.0
    rule = Counting(novelty=0.0, familiarity=1.0, young=n + 1, base=base, bits=7, max_units=1)
    bench, active = Bench(rule), list(range(N_INPUTS))
    values = []
    for repeat in range(8):
        bench = Bench(rule)
        for clock in range(n):
            bench.learn(active, 0, sample_key(repeat, clock, 0))
        levels = bench.w[:, 0].astype(float)
        values += (base * ((1 + 1 / base) ** levels - 1)).tolist()
    # a Morris counter with growth (1 + 1/b) has variance n (n - 1) / (2 b) after n events (Flajolet 1985);
    # opening a unit is the certain first climb from level 0 to 1, as any first event is
    sd = math.sqrt(n * (n - 1) / (2 * base) / len(values))
    assert np.mean(values) == pytest.approx(n, abs=4 * sd)
    assert np.std(values) == pytest.approx(math.sqrt(n * (n - 1) / (2 * base)), rel=0.2)  # 480 values: 4 sd


@pytest.mark.small
def test_a_class_is_touched_only_by_its_own_samples(rng: np.random.Generator) -> None:
    bench = Bench()
    for clock, (active, label) in enumerate(stream(rng, 60)):
        units = bench.units
        others = bench.fields["owner"][:units] != label
        kept = [bench.w[:, :units][:, others].tobytes()]
        kept += [bench.fields[name][:units][others].tobytes() for name in ("hits", "owner", "log_odds")]
        bench.learn(active, label, sample_key(3, clock, 0))
        after = [bench.w[:, :units][:, others].tobytes()]
        after += [bench.fields[name][:units][others].tobytes() for name in ("hits", "owner", "log_odds")]
        assert kept == after


def by_class(bench: Bench) -> dict[int, list[tuple[bytes, int]]]:
    """Levels and hits of each class's units, in order of opening."""
    owner = bench.fields["owner"][: bench.units]
    return {
        c: [(bench.w[:, q].tobytes(), int(bench.fields["hits"][q])) for q in np.flatnonzero(owner == c)]
        for c in range(N_CLASSES)
    }


def learned(samples: list[tuple[list[int], int]], rule: Counting) -> Bench:
    bench = Bench(rule)
    for clock, (active, label) in enumerate(samples):
        bench.learn(active, label, sample_key(5, clock, 0))
    return bench


def test_order_across_classes_cannot_matter(rng: np.random.Generator) -> None:
    """Invariant, with climbs that leave nothing to chance: the units of each class, whatever comes between.

    A huge base makes every climb certain up to the top level (growth 1 + 1e-12), so no draw decides. Then
    a class's units depend on the sequence of *its own* samples alone. Not invariant: the columns that
    units are given (order of opening), and the order of samples within a class (which opens the units).
    """
    certain = replace(RECIPE, base=1e12, bits=7, young=0)
    samples = stream(rng, 300)
    in_order = sorted(samples, key=lambda sample: sample[1])  # stable: the order within a class stays
    mixed, ordered = learned(samples, certain), learned(in_order, certain)
    assert by_class(mixed) == by_class(ordered)
    assert mixed.fields["owner"][:8].tolist() != ordered.fields["owner"][:8].tolist()


def test_draws_are_all_that_order_changes(rng: np.random.Generator) -> None:
    """With Morris draws, keyed by time and column, levels differ in detail; how much is learned does not."""
    samples = stream(rng, 300)
    in_order = sorted(samples, key=lambda sample: sample[1])
    mixed, ordered = learned(samples, RECIPE), learned(in_order, RECIPE)
    assert mixed.units > N_CLASSES
    # the first unit of each class is opened by the same sample, without a draw
    for c, own in by_class(mixed).items():
        first = next(active for active, label in samples if label == c)
        assert all(np.frombuffer(own[0][0], np.int8)[first] >= 1)
    # gates read what draws made, so unit counts move a little: about 10 of 40 samples a class are gated
    # near a threshold
    assert ordered.units == pytest.approx(mixed.units, rel=0.35)
    total = [bench.fields["hits"].sum() for bench in (mixed, ordered)]
    assert total[0] == pytest.approx(total[1], rel=0.2)


@pytest.mark.small
def test_log_odds_by_hand() -> None:
    # level 0 after n = 1: p = 0.3 / 3.6, 16 ln(p / (1 - p)) = -38.4; level 1: p = 1.3 / 3.6 -> -9.1;
    # level 3: value 4.75, p capped at 0.97 -> 55.6
    bench = Bench()
    bench.learn([4, 5], 2, 1)
    assert bench.fields["log_odds"][0, [0, 1, 3]].tolist() == [-38, -9, 56]
    assert bench.deliver([4, 6]) == [-9 - 38]


def test_delivery_sums_log_odds_and_counts_levels(rng: np.random.Generator) -> None:
    samples = stream(rng, 150)
    bench, oracle = check_against_oracle(RECIPE, samples)
    before = bench.counted
    active = samples[3][0]
    assert bench.deliver(active) == [oracle.potential(unit, active) for _, unit in oracle.columns()]
    rows = bench.w[:, : bench.units].tolist()
    assert bench.counted - before == delivery_counts(rows, active, RECIPE.bits, sparse=False)


@pytest.mark.small
def test_levels_saturate() -> None:
    bench = Bench(replace(RECIPE, bits=1, young=50, max_units=1))
    for clock in range(20):
        bench.learn([0, 1], 0, sample_key(0, clock, 0))
    assert bench.w[:2, 0].tolist() == [1, 1]
    assert bench.counted["writes"] == 2
    assert bench.fields["hits"][0] == 20


@pytest.mark.small
@pytest.mark.parametrize(
    "wrong",
    [
        {"novelty": 1.5}, {"familiarity": -0.1}, {"max_units": 0}, {"young": -1}, {"base": 0.0},
        {"prior": 0.0}, {"p_max": 1.0}, {"p_max": 0.5}, {"bits": 8},
    ],
    ids=repr,
)  # fmt: skip
def test_wrong_parameters_are_named(wrong: dict[str, float]) -> None:
    (name, value), *_ = wrong.items()
    with pytest.raises(ValueError, match=f"{name}={value}"):
        Counting(**wrong).format  # type: ignore[arg-type] # noqa: B018
