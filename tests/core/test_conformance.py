"""What every leaf must keep: found by walking the packages, so that a new file is tested at once."""

import importlib
import math
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from streamsnn.assembly import assemble
from streamsnn.core import Core
from streamsnn.memory import Fixed
from streamsnn.network import Network
from tests.core.oracles.hosts import (
    N_CLASSES,
    N_FEATURES,
    encoder_host,
    feedback_host,
    neuron_host,
    readout_host,
    rule_host,
    samples,
    targets_of,
)

HOSTS: dict[str, Callable[[Any], Network]] = {
    "neurons": neuron_host,
    "rules": rule_host,
    "encoders": encoder_host,
    "readouts": readout_host,
    "feedback": feedback_host,
}
AXES = {
    "neurons": {"post"},
    "rules": {"pre", "post", "class"},
    "encoders": {"pre", "feature"},
    "readouts": {"post", "class"},
    "feedback": {"post", "class"},
}
PROPERTIES = {
    "neurons": {"integer"},
    "rules": {"format", "when", "third", "opens_units", "deliver"},
    "encoders": {"ticks", "lines"},
    "readouts": {"error", "targets", "when"},
    "feedback": set(),
}


def leaves() -> Iterator[tuple[str, type[Any]]]:
    """(package, class) of every public class with a kernel."""
    for kind in HOSTS:
        package = importlib.import_module(f"streamsnn.{kind}")
        for found in pkgutil.walk_packages(package.__path__, f"streamsnn.{kind}."):
            if found.name.rsplit(".", 1)[1].startswith("_"):
                continue  # kernels of a leaf that would make its file too long
            module = importlib.import_module(found.name)
            public = [
                c
                for name, c in vars(module).items()
                if isinstance(c, type) and c.__module__ == found.name and not name.startswith("_")
            ]
            assert [c for c in public if hasattr(c, "kernel")], f"{found.name} has no {kind} in it"
            yield from ((kind, c) for c in public if hasattr(c, "kernel"))


LEAVES = list(leaves())
every_leaf = pytest.mark.parametrize(("kind", "leaf"), LEAVES, ids=[c.__name__ for _, c in LEAVES])


@pytest.mark.small
def test_the_walk_finds_leaves_of_every_kind() -> None:
    assert {kind for kind, _ in LEAVES} == set(HOSTS)
    assert len(LEAVES) >= 10


@pytest.mark.small
@every_leaf
def test_is_a_frozen_value(kind: str, leaf: type[Any]) -> None:
    assert is_dataclass(leaf)
    one = leaf()
    assert one == leaf()
    assert hash(one) == hash(leaf())
    assert pickle.loads(pickle.dumps(one)) == one
    name = fields(one)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(one, name, getattr(one, name))
    assert {p for p in PROPERTIES[kind] if not hasattr(one, p)} == set()


@pytest.mark.small
@every_leaf
def test_constants_are_numbers_of_a_fixed_length(kind: str, leaf: type[Any]) -> None:
    one = leaf()
    by_dt = [one.constants(dt) for dt in (1e-4, 1e-3, 5e-3)]
    assert len({len(values) for values in by_dt}) == 1
    assert all(type(value) is float and not math.isnan(value) for values in by_dt for value in values)


@pytest.mark.small
@every_leaf
def test_fields_are_well_formed(kind: str, leaf: type[Any]) -> None:
    own = leaf().fields()
    assert len({f.name for f in own}) == len(own)
    for f in own:
        assert f.name.isidentifier()
        assert f.dtype == "real" or np.dtype(f.dtype).kind in "iuf"
        assert {d for d in f.dims if isinstance(d, str)} <= AXES[kind]
        assert all(d > 0 for d in f.dims if isinstance(d, int))


@pytest.mark.small
@every_leaf
def test_docstring_has_equation_statement_and_example(kind: str, leaf: type[Any]) -> None:
    text = leaf.__doc__ or ""
    lines = text.splitlines()
    # equations stand indented by eight columns: four of the class, four of their own
    assert any(line.startswith(" " * 8) and "=" in line for line in lines[:30]), "no equation"
    assert lines[0].endswith("."), "the first line is one sentence"
    prose = [line for line in lines[1:] if line.startswith("    ") and not line.startswith(" " * 8)]
    assert "References" in text or any(line.rstrip().endswith(".") for line in prose), "no statement"
    assert ">>>" in text, "no example"
    assert all(f.name in text for f in fields(leaf)), "a parameter without a word"


@pytest.mark.small
@every_leaf
def test_kernels_name_only_what_a_network_has(kind: str, leaf: type[Any]) -> None:
    host = HOSTS[kind](leaf())
    program = assemble(host)
    kernels = [leaf().kernel()]
    kernels += [k for k in (getattr(leaf(), p, lambda: None)() for p in ("deliver", "error")) if k]
    for k in kernels:
        assert f"from {k.__module__} import {k.__name__} as " in program.source


# -- running -------------------------------------------------------------------------------------------


def core_of(kind: str, leaf: type[Any], seed: int = 1) -> Core:
    return Core(HOSTS[kind](leaf()), n_features=N_FEATURES, n_classes=N_CLASSES, seed=seed)


def check_conservation(core: Core) -> None:
    """What any rule's counters keep, row by row."""
    for name in core.counters.names:
        c = core.counters.of(name)
        assert min(c.values()) >= 0
        assert c["writes"] <= c["write_attempts"]
        assert c["lrn_words_written"] <= c["writes"] <= c["lrn_synapses_visited"] + c["write_attempts"]
        assert c["lrn_words_written"] <= c["lrn_words_read"]
        assert c["synops"] <= c["synops_stored"]
        assert c["syn_rows_read"] == c["messages"]
    assert core.counters["refused"] == 0


def check_bounded(core: Core) -> None:
    for name, array in core.arrays().items():
        assert np.isfinite(array).all(), name
    for p in core.network.projections:
        if isinstance(p.format, Fixed):
            w = core.weights(p.name)
            assert w.size == 0 or p.format.low <= w.min() <= w.max() <= p.format.high


@every_leaf
def test_a_host_runs_counts_and_repeats(kind: str, leaf: type[Any], rng: np.random.Generator) -> None:
    x, target = samples(rng, 60)
    twins = [core_of(kind, leaf) for _ in range(2)]
    target = targets_of(twins[0].network, target)
    scores = [core.run(x, target, learn=True) for core in twins]
    assert scores[0].tobytes() == scores[1].tobytes()
    states = [core.arrays() for core in twins]
    assert {k for k in states[0] if states[0][k].tobytes() != states[1][k].tobytes()} == set()
    check_conservation(twins[0])
    check_bounded(twins[0])
    clone = pickle.loads(pickle.dumps(twins[0]))
    again = [core.run(x, target, learn=True) for core in (twins[0], clone)]
    assert again[0].tobytes() == again[1].tobytes()


@every_leaf
def test_silent_input_writes_nothing(kind: str, leaf: type[Any], rng: np.random.Generator) -> None:
    core = core_of(kind, leaf)
    x, target = samples(rng, 20)
    core.run(x, targets_of(core.network, target), learn=True)
    before, counters = core.arrays(), core.counters
    core.run(np.full((1, N_FEATURES), np.nan), targets_of(core.network, np.array([0])), learn=True)
    after = core.arrays()
    own = [name for name in before if name.startswith("p")]
    assert [name for name in own if before[name].tobytes() != after[name].tobytes()] == []
    moved = core.counters - counters
    assert moved["writes"] == moved["spikes"] == moved["syn_rows_read"] == 0
    assert moved["samples"] == 1
