"""Lines of rivals against plain Python, their writes by hand, and what credit keeps in any order."""

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.memory.fixed_point import draw_key
from streamsnn.rules.rivals import Rivals
from tests.core.oracles.hosts import rule_host
from tests.core.oracles.levels import Scale
from tests.core.oracles.rivals import Lines


def core_of(n_features: int, n_classes: int, rule: Rivals | None = None, seed: int = 0) -> Core:
    return Core(rule_host(rule or Rivals()), n_features=n_features, n_classes=n_classes, seed=seed)


def blobs(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Four classes in the corners of a square, with a third feature that tells nothing."""
    y = rng.integers(0, 4, n)
    x = np.stack([y % 2, y // 2, np.full(n, 0.5)], axis=1) + rng.normal(0, 0.2, (n, 3))
    return x, y


def right(core: Core, x: np.ndarray, y: np.ndarray) -> float:
    return float((core.run(x, np.full(len(y), -1), learn=False).argmax(axis=1) == y).mean())


def test_against_plain_python(rng: np.random.Generator) -> None:
    x, y = blobs(rng, 300)
    x[rng.random(x.shape) < 0.1] = np.nan
    y[rng.random(300) < 0.05] = -1
    core, lines, scales = core_of(3, 4, seed=3), Lines(3, 4), [Scale() for _ in range(3)]
    potentials = core.run(x, y, learn=True)
    for i, (row, label) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        levels = {}
        for f, value in enumerate(row):
            if value == value:
                scales[f].follow(value)
                levels[f] = scales[f].level(value)
        v = lines.potentials(levels)
        # sums of a few numbers in single precision
        np.testing.assert_allclose(potentials[i], v, rtol=1e-5, atol=1e-5)
        if label >= 0 and levels:
            lines.learn(levels, v, label, draw_key(3, i, 0))
    assert core.weights("input->units").T.tolist() == lines.weights
    assert core.arrays()["p0.offset"][:4, 0].tolist() == lines.offset
    assert core.counters["writes"] == lines.writes > 100


def test_counts_by_hand() -> None:
    core = core_of(2, 3)
    row = np.array([[1.0, 2.0]])

    def spent(label: int) -> tuple[int, int]:
        before = core.counters
        core.run(row, np.array([label]), learn=True)
        after = core.counters - before
        return after["write_attempts"], after["lrn_words_read"]

    assert spent(0) == (0, 0)  # nobody to be told from
    assert spent(1) == (0, 0)  # the first of its class
    # half of the odds are the rival's: two synapses and an offset, of two classes
    assert spent(1) == (6, 6)
    assert core.arrays()["p0.credit"][:3].tolist() == [0.5, 1.0, 0.0]


def test_a_long_run_of_one_class_spends_what_the_others_have_and_no_more(rng: np.random.Generator) -> None:
    x, y = blobs(rng, 400)
    core = core_of(3, 4)
    core.run(x, y, learn=True)
    assert right(core, x, y) > 0.85
    before = core.counters
    one = np.tile(x[y == 0], (20, 1))
    core.run(one, np.zeros(len(one), np.int64), learn=True)
    # three rivals with at most one unit of credit each, in errors of at least 0.05, of 8 synapses each
    assert (core.counters - before)["write_attempts"] <= 3 / 0.05 * 8
    assert right(core, x, y) > 0.7


def test_class_after_class_forgets_what_mixed_classes_do_not(rng: np.random.Generator) -> None:
    """Credit bounds the damage; a line alone cannot keep absent classes, and is not said to."""
    x, y = blobs(rng, 600)
    mixed, in_order = core_of(3, 4), core_of(3, 4)
    mixed.run(x[:400], y[:400], learn=True)
    order = np.argsort(y[:400], kind="stable")
    in_order.run(x[:400][order], y[:400][order], learn=True)
    assert right(mixed, x[400:], y[400:]) > 0.85
    assert right(in_order, x[400:], y[400:]) < right(mixed, x[400:], y[400:])


@pytest.mark.small
@pytest.mark.parametrize(
    ("wrong", "said"), [({"learning_rate": 0.0}, "learning_rate=0.0"), ({"least": 1.0}, "least=1.0")]
)
def test_refuses(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Rivals(**wrong)
