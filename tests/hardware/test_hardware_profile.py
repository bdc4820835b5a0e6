import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streamsnn.hardware.band import Band
from streamsnn.hardware.entry import Energy, Limit, Power, Rate, Time
from streamsnn.hardware.parts import Event
from streamsnn.hardware.profile import Profile

SHIPPED = (files("streamsnn.hardware") / "profiles" / "loihi1.toml").read_text(encoding="utf-8")
Edit = Callable[[str], str]


def joules(event: Event) -> Band:
    """The energy of an event that has one, in nJ."""
    assert event.energy is not None
    return event.energy.nanojoules


def entries(node: Any) -> list[Energy | Time | Power | Rate | Limit]:
    """Every number of a profile, found by walking its structure."""
    if isinstance(node, Energy | Time | Power | Rate | Limit):
        return [node]
    if isinstance(node, msgspec.Struct):
        return [e for name in node.__struct_fields__ for e in entries(getattr(node, name))]
    return [e for item in node for e in entries(item)] if isinstance(node, list) else []


def test_figures_of_the_published_table(loihi: Profile) -> None:
    event = loihi.event
    assert joules(event.synop) == Band(23.6 / 1e3, 23.6 / 1e3, 35.5 / 1e3)
    assert joules(event.plastic_visit).mid == pytest.approx(0.120)
    assert event.neuron_active.time is not None
    assert event.neuron_active.time.seconds.mid == pytest.approx(8.4e-9)
    assert (joules(event.hop_ew).mid, joules(event.hop_ns).mid) == (3.0 / 1e3, 4.0 / 1e3)
    assert loihi.static_power is not None and loihi.static_power.watts.mid == pytest.approx(0.104)
    assert loihi.limit.synaptic_words is not None and loihi.limit.word_bits is not None
    assert loihi.limit.synaptic_words.value * loihi.limit.word_bits.value == 128 * 1024 * 8


# Numbers of each profile: events with energies and times, barriers, pace, powers, links, limits.
NUMBERS = {
    "loihi1": 2 * 9 + 6 + 1 + 2 + 16,
    "loihi1-fitted": 2 * 9 + 6 + 16,
    "loihi2-estimate": 2 * 9 + 1 + 1 + 2 + 11,
    "truenorth": 8 + 1 + 1 + 1 + 6,
    "spinnaker1": 3 + 1 + 2,
    "spinnaker2": 3 + 1 + 2,
    "brainscales2": 1 + 1 + 2,
    "odin": 6 + 6,
    "reckon": 5 + 6,
    "cpu": 2 * 9 + 1 + 4,
}


def test_all_profiles_are_shipped() -> None:
    assert sorted(NUMBERS) == sorted(
        f.name.removesuffix(".toml") for f in (files("streamsnn.hardware") / "profiles").iterdir()
    )


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_number_names_its_source_and_evidence(name: str) -> None:
    profile = Profile.load(name)
    found = entries(profile)
    assert profile.name == name
    assert len(found) == NUMBERS[name]
    for entry in found:
        assert re.search(r"\b20[12]\d\b", entry.source) or entry.source.startswith("ours")
        if entry.source.startswith("ours"):
            assert entry.mark == "estimate", "what is ours is no one's finding"


def test_an_estimate_of_loihi_2_never_claims_more() -> None:
    """Nobody published an energy of a Loihi 2 event, so no entry may say so."""
    profile = Profile.load("loihi2-estimate")
    events = [getattr(profile.event, name) for name in profile.event.__struct_fields__]
    assert {event.energy.mark for event in events} | {event.time.mark for event in events} == {"estimate"}
    # the band's ends are the synop's, 6.8 / 23.6 and 67 / 23.6; files are rounded to 0.1 pJ
    for event in (profile.event.plastic_visit, profile.event.neuron_active, profile.event.neuron_idle):
        assert event.energy is not None
        assert event.energy.low == pytest.approx(event.energy.mid * 6.8 / 23.6, abs=0.051)
        assert event.energy.high == pytest.approx(event.energy.mid * 67 / 23.6, abs=0.051)


@pytest.mark.parametrize(
    ("name", "nanojoules"),
    [
        ("loihi1", 23.6e-3),
        ("loihi1-fitted", 35.5e-3),
        ("loihi2-estimate", 23.6e-3),
        ("truenorth", 7.8e-3),
        ("spinnaker1", 13.3),
        ("spinnaker2", 0.45),
        ("odin", 12.7e-3),
        ("reckon", 5.3e-3),
        ("cpu", 8.6),
    ],
)
def test_synaptic_operations_of_the_reference_table(name: str, nanojoules: float) -> None:
    assert joules(Profile.load(name).event.synop).mid == pytest.approx(nanojoules)


def test_capacities_by_hand() -> None:
    """A crossbar of 256 x 256: 4 bits in words of 32 (ODIN), 1 bit in rows of 410 (TrueNorth)."""
    odin, truenorth, reckon = (Profile.load(name) for name in ("odin", "truenorth", "reckon"))
    assert odin.limit.synaptic_words is not None and reckon.limit.synaptic_words is not None
    assert 256 * odin.row_format(4).words(256) == odin.limit.synaptic_words.value == 8192
    assert truenorth.row_format(1).words(256) == 1
    # 64 kB of input and 64 kB of recurrent weights of 8 bits for 256 neurons each: 512 rows of 16 words
    assert 512 * reckon.row_format(8).words(256) == reckon.limit.synaptic_words.value == 8192


def test_a_chip_without_words_packs_no_rows() -> None:
    with pytest.raises(ValueError, match="'brainscales2' has no synaptic memory words"):
        Profile.load("brainscales2").row_format(6)


def test_pace_by_hand() -> None:
    assert Profile.load("truenorth").pace_seconds(ticks=3, samples=7) == Band.exact(3e-3)
    assert Profile.load("brainscales2").pace_seconds(ticks=3, samples=2).mid == pytest.approx(96e-6)
    assert Profile.load("loihi1").pace_seconds(ticks=3, samples=7) == Band.ZERO


def test_a_chip_without_barriers_takes_no_time_for_them() -> None:
    assert Profile.load("odin").barrier_seconds(1) == Band.ZERO
    assert Profile.load("cpu").barrier_seconds(9) == Band(0.0, 9e-7, 9e-7)  # threads are no tiles


def test_constant_power_and_priced_events_exclude_each_other(tmp_path: Path) -> None:
    file = tmp_path / "twice.toml"
    power = '{low = 1.0, mid = 1.0, high = 1.0, unit = "W", mark = "estimate", source = "ours"}'
    file.write_text(SHIPPED + f"\n[constant_power]\n{power[1:-1].replace(', ', chr(10))}\n")
    with pytest.raises(ValueError, match=r"constant_power contains every event.*'synop'"):
        Profile.load(file)


def test_barrier_by_hand(loihi: Profile) -> None:
    assert loihi.barrier_seconds(1) == Band(113 / 1e9, 113 / 1e9, 600 / 1e9)
    assert loihi.barrier_seconds(4) == loihi.barrier_seconds(1)  # four cores share a tile
    assert loihi.barrier_seconds(12).mid == pytest.approx((124.4 + 147.1) / 2 * 1e-9)  # 3 tiles
    assert loihi.barrier_seconds(128).mid == pytest.approx(465e-9)
    assert loihi.barrier_seconds(256 * 128).high == pytest.approx(14.3e-6)


def test_chips_are_whole(loihi: Profile) -> None:
    assert [loihi.chips(cores) for cores in (1, 128, 129, 256)] == [1, 1, 2, 2]


@pytest.mark.parametrize(("cores", "part"), [(0, "cores = 0"), (-1, "cores = -1"), (10**6, "250000 tiles")])
def test_impossible_core_counts_are_refused(loihi: Profile, cores: int, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        loihi.barrier_seconds(cores)


def test_core_counts_are_checked_on_chips_without_tiles() -> None:
    with pytest.raises(ValueError, match="cores = 0"):
        Profile.load("odin").barrier_seconds(0)


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
        (replaced('fan_out = "source"', 'fan_out = "both"'), ("link.fan_out", "'both'")),
        (replaced('unit = "M/s"', 'unit = "1/s"'), ("link.rate.unit", "'1/s'")),
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
    with pytest.raises(FileNotFoundError, match=r"'loihi9'; use one of brainscales2, cpu, loihi1, "):
        Profile.load("loihi9")
    with pytest.raises(FileNotFoundError, match=r"absent\.toml"):
        Profile.load(tmp_path / "absent.toml")


def test_the_shipped_file_is_plain_toml(loihi: Profile) -> None:
    assert tomllib.loads(SHIPPED)["name"] == loihi.name


@pytest.fixture
def loihi() -> Profile:
    return Profile.load("loihi1")
