import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streamsnn.hardware.band import Band
from streamsnn.hardware.profile import Energy, Limit, Power, Profile, Time

SHIPPED = (files("streamsnn.hardware") / "profiles" / "loihi1.toml").read_text(encoding="utf-8")
Edit = Callable[[str], str]


def entries(node: Any) -> list[Energy | Time | Power | Limit]:
    """Every number of a profile, found by walking its structure."""
    if isinstance(node, Energy | Time | Power | Limit):
        return [node]
    if isinstance(node, msgspec.Struct):
        return [e for name in node.__struct_fields__ for e in entries(getattr(node, name))]
    return [e for item in node for e in entries(item)] if isinstance(node, list) else []


def test_figures_of_the_published_table(loihi: Profile) -> None:
    event = loihi.event
    assert event.synop.energy.nanojoules.mid == pytest.approx(23.6e-3)
    assert event.plastic_visit.energy.nanojoules.mid == pytest.approx(0.120)
    assert event.neuron_active.time.seconds.mid == pytest.approx(8.4e-9)
    assert (event.hop_ew.energy.mid, event.hop_ns.energy.mid) == (3.0, 4.0)
    assert loihi.static_power.watts.mid == pytest.approx(0.104)
    assert loihi.limit.synaptic_words.value * loihi.limit.word_bits.value == 128 * 1024 * 8


def test_every_number_names_its_source_and_evidence(loihi: Profile) -> None:
    found = entries(loihi)
    assert len(found) == 2 * 8 + 6 + 1 + 9
    for entry in found:
        assert any(year in entry.source for year in ("2018", "2020", "2021", "2023"))
        assert entry.mark in ("published", "quoted", "derived", "estimate")


def test_barrier_by_hand(loihi: Profile) -> None:
    assert loihi.barrier_seconds(1) == Band(113 / 1e9, 113 / 1e9, 600 / 1e9)
    assert loihi.barrier_seconds(4) == loihi.barrier_seconds(1)  # four cores share a tile
    assert loihi.barrier_seconds(12).mid == pytest.approx((124.4 + 147.1) / 2 * 1e-9)  # 3 tiles
    assert loihi.barrier_seconds(128).mid == pytest.approx(465e-9)
    assert loihi.barrier_seconds(256 * 128).high == pytest.approx(14.3e-6)


def test_chips_are_whole(loihi: Profile) -> None:
    assert [loihi.chips(cores) for cores in (1, 128, 129, 256)] == [1, 1, 2, 2]


@pytest.mark.parametrize("cores", [0, -1, 10**6])
def test_impossible_core_counts_are_refused(loihi: Profile, cores: int) -> None:
    with pytest.raises(ValueError, match=str(cores)):
        loihi.barrier_seconds(cores)


def test_a_file_of_ones_own_loads_like_a_shipped_one(loihi: Profile, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SHIPPED.replace('name = "loihi1"', 'name = "mine"'))
    assert Profile.load(file).name == "mine"
    assert Profile.load(str(file)).event == loihi.event


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        (replaced("low = 23.6", 'low = "much"'), ("event.synop.energy.low", "'much'", "float")),
        (replaced("low = 23.6", "low = 99.0"), ("event.synop.energy", "(99.0, 23.6, 35.5)", "low <= mid")),
        (replaced("low = 23.6", "low = nan"), ("event.synop.energy", "not finite")),
        (replaced('unit = "pJ"', 'unit = "ns"'), ("event.synop.energy.unit", "'ns'")),
        (replaced('mark = "quoted"', 'mark = "rumour"'), ("event.synop.energy.mark", "'rumour'")),
        (replaced("[limit.group]", "[limit.groups]"), ("limit", "groups")),
        (replaced("low = 23.6\n", ""), ("event.synop.energy", "low")),
        (replaced("value = 1024", "value = 0"), ("limit.compartments.value", "= 0")),
        (replaced("tiles = 4\n", "tiles = 1\n"), ("[1, 2, 1, 32", "rise")),
        (replaced("tiles = 4\n", "tiles = 4.5\n"), ("barrier[2].tiles", "4.5")),
        (replaced("schema = 1", "schema = 2"), ("schema", "= 2")),
        (replaced('title = "', 'title = ""#'), ("title", "''")),
        (replaced("schema = 1", "schema = "), ("not readable as TOML", "line ")),
    ],
)
def test_malformed_files_are_refused_in_one_sentence(tmp_path: Path, edit: Edit, parts: tuple[str]) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(edit(SHIPPED))
    with pytest.raises(ValueError, match=r"broken\.toml") as refused:
        Profile.load(file)
    sentence = str(refused.value)
    assert "\n" not in sentence
    for part in parts:
        assert part in sentence


def test_unknown_names_and_paths_say_what_to_use(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'loihi9'; use one of loihi1"):
        Profile.load("loihi9")
    with pytest.raises(FileNotFoundError, match=r"absent\.toml"):
        Profile.load(tmp_path / "absent.toml")


def test_the_shipped_file_is_plain_toml(loihi: Profile) -> None:
    assert tomllib.loads(SHIPPED)["name"] == loihi.name


@pytest.fixture
def loihi() -> Profile:
    return Profile.load("loihi1")
