"""What a suite is cut into: one learner on one data set in one scenario with one seed."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from streamsnn.bench.named import hint

if TYPE_CHECKING:
    from streamsnn.bench.suite import ScenarioEntry, Suite

IID = "iid"


class Cell(msgspec.Struct, frozen=True):
    """Everything that decides a row of the table; workers and the catalogue take it as it is.

    Parameters
    ----------
    suite, dataset, scenario, order, learner, seed
        What its row is called; no two cells of a suite have these six alike. ``scenario`` is a kind.
    iid_of
        Empty, or the order whose samples come here with no order left.
    dataset_kind, learner_kind
        What the data set and the learner are found by.
    dataset_options, scenario_options, learner_options
        Their options, as TOML has them.
    learner_source
        Digest of the sources of a learner from outside; empty for ours.
    every, limit, test_limit
        Those of the suite.
    ours
        Is the learner one of this project's?

    Examples
    --------
    >>> cell = Cell("mine", "digits", "class_incremental", "class", "nearest_class_mean", 0)
    >>> cell.title, cell.key("1") == cell.key("1"), cell.key("1") == cell.key("2")
    ('digits class_incremental class nearest_class_mean 0', True, False)
    """

    suite: str
    dataset: str
    scenario: str
    order: str
    learner: str
    seed: int
    iid_of: str = ""
    dataset_kind: str = ""
    dataset_options: dict[str, Any] = {}
    scenario_options: dict[str, Any] = {}
    learner_kind: str = ""
    learner_options: dict[str, Any] = {}
    learner_source: str = ""
    every: int | None = None
    limit: int | None = None
    test_limit: int | None = None
    ours: bool = False

    @property
    def title(self) -> str:
        """For progress and messages."""
        order = [self.order] if self.order != self.scenario else []
        return " ".join([self.dataset, self.scenario, *order, self.learner, str(self.seed)])

    @property
    def named(self) -> dict[str, str | int]:
        """The six keys of its row."""
        return {
            "suite": self.suite,
            "scenario": self.scenario,
            "dataset": self.dataset,
            "order": self.order,
            "learner": self.learner,
            "seed": self.seed,
        }

    @property
    def identity(self) -> str:
        """Digest of everything here: the same work, whatever version of the code does it."""
        return _digest(msgspec.json.encode(self, order="deterministic"))

    def key(self, code_version: str) -> str:
        """What the result of this cell, made by a version of the code, is kept under."""
        return _digest(f"{self.identity} {code_version}".encode())


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def cells(suite: "Suite") -> tuple[Cell, ...]:
    """Every cell of a suite, in the order of its table.

    A scenario is followed by its i.i.d. twin: the same samples and tests, with no order left. The twin's
    order is ``iid``; if a kind comes several times in a suite, each further twin is ``iid-NAME``.
    """
    return tuple(
        Cell(
            suite=suite.name,
            dataset=dataset.name,
            scenario=scenario.kind,
            order=order,
            learner=learner.name,
            seed=seed,
            iid_of=iid_of,
            dataset_kind=dataset.kind,
            dataset_options=dataset.options,
            scenario_options=scenario.options,
            learner_kind=learner.kind,
            learner_options=learner.options,
            learner_source=learner.source,
            every=suite.every,
            limit=suite.limit,
            test_limit=suite.test_limit,
            ours=learner.ours,
        )
        for dataset in suite.datasets
        for scenario, order, iid_of in _orders(suite.scenarios)
        if not scenario.datasets or dataset.name in scenario.datasets
        for learner in suite.learners
        for seed in suite.seeds
    )


def _orders(scenarios: "Sequence[ScenarioEntry]") -> "list[tuple[ScenarioEntry, str, str]]":
    orders = []
    mixed: set[str] = set()  # kinds with a twin
    for scenario in scenarios:
        orders.append((scenario, scenario.name, ""))
        if scenario.iid:
            order = f"{IID}-{scenario.name}" if scenario.kind in mixed else IID
            mixed.add(scenario.kind)
            orders.append((scenario, order, scenario.name))
    return orders


def check_there(option: str, wanted: Iterable[str], known: Sequence[str]) -> None:
    """Every name that an option asks for is one of the suite's.

    Raises
    ------
    ValueError
        If one is not; the sentence names the nearest.
    """
    for name in wanted:
        if name not in known:
            raise ValueError(f"{option} {name}: not in this suite: {hint(name, known)}")


def only(
    chosen: Sequence[Cell],
    datasets: Sequence[str] = (),
    scenarios: Sequence[str] = (),
    learners: Sequence[str] = (),
) -> tuple[Cell, ...]:
    """Those of the named data sets, scenarios (by kind or order) and learners; no name asks for all.

    Raises
    ------
    ValueError
        If the suite has nothing of a name; the sentence names the nearest.
    """
    kept = [
        (datasets, "dataset", [{cell.dataset} for cell in chosen]),
        (scenarios, "scenario", [{cell.scenario, cell.order, cell.iid_of} - {""} for cell in chosen]),
        (learners, "learner", [{cell.learner} for cell in chosen]),
    ]
    for wanted, what, there in kept:
        known = sorted(set().union(*there))
        check_there(f"--only-{what}", wanted, known)
    return tuple(
        cell
        for k, cell in enumerate(chosen)
        if all(not wanted or there[k] & set(wanted) for wanted, _, there in kept)
    )
