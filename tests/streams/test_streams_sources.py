"""Every source in the package keeps the same promises; a new one only needs a line in SOURCES."""

import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from river import linear_model, preprocessing

import streams
from streams import ReplaySource, Sample, Schema, Source, Subscription
from streams.testing import ListSource, serving

ROWS = np.arange(60, dtype=np.float64).reshape(20, 3)
LABELS = np.arange(20) % 4

# How to make a source of 20 events of 3 numbers, by class.
SOURCES: dict[type, Callable[[], Source]] = {
    ReplaySource: lambda: ReplaySource(ROWS, LABELS, key="twenty"),
    ListSource: lambda: ListSource(list(zip(ROWS, LABELS.tolist(), strict=True)), "twenty"),
}
NEEDED = ("take", "seek", "ended", "replayable")


def found_sources() -> set[type]:
    modules = [m.name for m in pkgutil.walk_packages(streams.__path__, "streams.")]
    classes = [c for m in modules for _, c in inspect.getmembers(importlib.import_module(m), inspect.isclass)]
    named = {c for c in classes if all(hasattr(c, name) or name == "replayable" for name in NEEDED)}
    return {c for c in named if c is not Source and not c.__name__.startswith("_")}


def same(a: list[Sample], b: list[Sample]) -> bool:
    return [(s.key, s.offset, s.time_ns, s.x.tolist(), s.y) for s in a] == [
        (s.key, s.offset, s.time_ns, s.x.tolist(), s.y) for s in b
    ]


def test_every_source_is_walked() -> None:
    assert found_sources() == set(SOURCES)


@pytest.mark.parametrize("make", SOURCES.values(), ids=[c.__name__ for c in SOURCES])
class TestConformance:
    def test_is_a_source(self, make: Callable[[], Source]) -> None:
        source = make()
        assert isinstance(source, Source)
        assert (source.key, source.position, source.ended) == ("twenty", 0, False)

    def test_offsets_count_from_one_and_the_limit_is_kept(self, make: Callable[[], Source]) -> None:
        source = make()
        taken = [source.take(limit) for limit in (0, 1, 7, 100, 5)]
        assert [len(part) for part in taken] == [0, 1, 7, 12, 0]
        assert [s.offset for part in taken for s in part] == list(range(1, 21))
        assert (source.position, source.ended) == (20, True)

    def test_readings_and_labels_belong_together(self, make: Callable[[], Source]) -> None:
        samples = make().take(100)
        assert [s.x.tolist() for s in samples] == ROWS.tolist()
        assert [s.y for s in samples] == LABELS.tolist()
        assert all(type(s.y) is int and s.key == "twenty" for s in samples)

    def test_seeking_replays_the_same_samples(self, make: Callable[[], Source]) -> None:
        source = make()
        whole = source.take(100)
        for position in (0, 5, 19, 20):
            source.seek(position)
            assert source.position == position
            assert same(source.take(100), whole[position:])

    @pytest.mark.parametrize("position", [-1, 21])
    def test_seeking_outside_is_refused(self, make: Callable[[], Source], position: int) -> None:
        source = make()
        with pytest.raises(ValueError, match=f"cannot go to event {position} of 'twenty', which has 20"):
            source.seek(position)
        assert source.position == 0

    def test_event_times_never_go_back(self, make: Callable[[], Source]) -> None:
        times = [s.time_ns for s in make().take(100)]
        assert times == sorted(times)

    def test_served_as_it_is(self, make: Callable[[], Source], tmp_path: Path) -> None:
        with (
            serving(make(), Schema("twenty", "<f8", 3), tmp_path) as server,
            Subscription(server.endpoint, "twenty") as subscription,
        ):
            assert same(list(subscription), make().take(100))


def test_order_and_repetition() -> None:
    source = ReplaySource(ROWS, LABELS, [3, 3, 0], repeat=2, start_time_ns=5)
    assert source.n_events == 6
    samples = source.take(10)
    assert [s.y for s in samples] == [3, 3, 0, 3, 3, 0]
    assert [s.time_ns for s in samples] == [5 + i * 1_000_000 for i in range(6)]


def test_images_become_rows_of_their_own_type() -> None:
    source = ReplaySource(np.arange(8, dtype=np.uint8).reshape(2, 2, 2), None)
    assert source.n_features == 4
    assert [(s.x.dtype.str, s.x.tolist(), s.y) for s in source.samples()] == [
        ("|u1", [0, 1, 2, 3], None),
        ("|u1", [4, 5, 6, 7], None),
    ]


def test_event_times_follow_the_rate() -> None:
    source = ReplaySource(ROWS, None, rate_hz=3000.0)
    assert [s.time_ns for s in source.samples()][:4] == [0, 333333, 666667, 1000000]


def test_a_rate_is_kept() -> None:
    source = ReplaySource(ROWS, LABELS, rate_hz=200.0)
    start = time.monotonic()
    assert [s.offset for s in source.take(100)] == [1]
    assert len(list(source.samples())) == 19
    # the last of 20 leaves 19 periods after the first
    assert 0.095 <= time.monotonic() - start < 0.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": [], "y": None}, "there are no rows"),
        ({"x": ROWS, "y": [1]}, "20 readings and 1 labels"),
        ({"x": ROWS, "y": None, "indices": [20]}, "lie in 0 to 19"),
        ({"x": ROWS, "y": None, "indices": [-1]}, "lie in 0 to 19"),
        ({"x": ROWS, "y": None, "indices": []}, "at least one row"),
        ({"x": ROWS, "y": None, "repeat": 0}, "repeat is 0"),
        ({"x": ROWS, "y": None, "rate_hz": 0.0}, "rate_hz 0.0"),
        ({"x": ROWS, "y": None, "rate_hz": float("nan")}, "rate_hz nan"),
    ],
)
def test_replay_refuses_what_makes_no_sense(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ReplaySource(**arguments)  # type: ignore[arg-type]


def test_river_learns_from_a_source() -> None:
    source = ReplaySource([[0.0, 1.0], [1.0, 0.0]], [0, 1], repeat=200)
    model = preprocessing.StandardScaler() | linear_model.LogisticRegression()
    for x, y in source:
        assert y is not None
        model.learn_one(x, bool(y))
    assert model.predict_one({0: 0.0, 1: 1.0}) is False
    assert model.predict_one({0: 1.0, 1: 0.0}) is True


def test_rows_added_later_follow() -> None:
    source = ListSource([([1.0], 0)], ended=False)
    assert [len(source.take(5)), source.ended, len(source.take(5))] == [1, False, 0]
    source.add([2.0])
    source.end()
    assert [s.offset for s in source.take(5)] == [2]
    assert source.ended
