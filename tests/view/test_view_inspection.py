"""The page and tables of `inspect`: true to the numbers, whole, safe with hostile names, at any size."""

import re
import struct
import xml.etree.ElementTree as ElementTree
import zlib
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from itertools import pairwise

import numpy as np
import pytest
from rich.console import Console

from streamsnn.models.inspection import ClassMemory, Inspection, ProjectionMemory
from streamsnn.view.inspection_page import inspection_page
from streamsnn.view.inspection_table import bars, class_table, parameter_table, projection_table
from streamsnn.view.level_map import level_map, short
from streamsnn.view.png import LESS, MORE, signed_picture
from streamsnn.view.quantities import memory

HOSTILE = '<script>alert("x")</script>&amp; [red]'
VOID = {"meta", "br", "img", "rect", "line", "path", "circle"}


def one(label: str | int = "yes", words: int = 30, units: int = 2) -> ClassMemory:
    return ClassMemory(
        label=label,
        samples=70,
        units=units,
        units_left=38,
        hits=50,
        hits_median=25.0,
        hits_max=31,
        levels=(words - 10, 10),
        words=words,
        writes=1234,
        age_median=3.5,
        age_max=7,
        n_bytes=2048,
    )


def inspection(*classes: ClassMemory) -> Inspection:
    return Inspection(
        parameters={"rule": HOSTILE, "seed": "3"},
        features=("a", "b"),
        samples=100,
        writes=1234,
        n_bytes=5 << 20,
        projections=(
            ProjectionMemory("input->code", None, "Fixed(2)", 16, 64, 512, 128, {"syn_words_read": 77}),
            ProjectionMemory(
                "code->units", "Counting(bits=4)", "Fixed(4)", 64, 4, 256, 128, {"writes": 1234}
            ),
        ),
        free_units=None,
        bins=((1, 1), (2, 5)),
        classes=classes,
        remarks=("What is not known.",),
    )


class Reader(HTMLParser):
    """Collects tags, texts and addresses, and checks that tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.replace("\N{NO-BREAK SPACE}", " "))


def rows(page: str) -> list[list[str]]:
    """Cells of every table row."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found]
    return [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in cells]


def terminal(held: Inspection, width: int, most: int = 40) -> list[str]:
    console = Console(file=StringIO(), width=width, color_system=None)
    for table in (parameter_table(held), projection_table(held), class_table(held, most, console)):
        console.print(table)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


# -- page ----------------------------------------------------------------------------------------------


def test_the_page_says_every_number_and_closes_every_tag() -> None:
    page = inspection_page(
        inspection(one(), one("no", words=15)), {"file": "m.safetensors", "offset": "100"}, ()
    )
    reader = Reader(page)
    assert reader.open == [] and reader.tags.count("svg") == 2  # words in use differ, and the map of levels
    assert ["yes", "70", "2", "38", "50", "25.0", "31", "30", "1,234", "3.50", "7", "2.00 KiB"] in rows(page)
    assert ["input-&gt;code", "16 × 64", "512", "128 B", "77", "0", "0", "frozen"] in rows(page)
    for said in (
        "m.safetensors",
        "What is not known.",
        "2 classes in 4 units: 45 stored words in use after 100 ",
    ):
        assert any(said in text for text in reader.texts), said


def test_hostile_names_stay_text_and_nothing_is_loaded() -> None:
    gallery = [(HOSTILE, np.ones((1, 2, 2)))]
    page = inspection_page(inspection(one(HOSTILE)), {"file": HOSTILE, "note": HOSTILE}, gallery, HOSTILE)
    reader = Reader(page)
    assert "script" not in reader.tags and reader.open == []
    assert all(address.startswith("data:image/png;base64,") for address in reader.addresses)
    assert len(reader.addresses) == 1 and "url(" not in page and "@import" not in page


def test_a_thousand_classes_stay_readable() -> None:
    held = inspection(*(one(f"class {i}", words=20 + i % 7) for i in range(1000)))
    page = inspection_page(held, {"file": "x"}, ())
    assert len(page) < 2_000_000 and Reader(page).open == []
    shown, folded = page.split("<details>")
    assert len([row for row in rows(shown) if row[0].startswith("class ")]) == 40
    assert len([row for row in rows(folded) if row[0].startswith("class ")]) == 1000
    assert "The 40 classes with the most words in use." in shown


def test_an_untaught_model_has_a_page_without_pictures() -> None:
    reader = Reader(inspection_page(inspection(), {"file": "x"}, (), "No pictures."))
    assert "svg" not in reader.tags and any("No class has been learned yet." in text for text in reader.texts)


def test_what_nobody_knows_is_left_out_and_alike_bars_are_not_drawn() -> None:
    held = inspection(*(replace(one(label), writes=None, hits=None, age_max=None) for label in "ab"))
    page = inspection_page(held, {"file": "x"}, ())
    head = next(row for row in rows(page) if row[0] == "class")
    assert {"writes", "hits", "oldest"} & set(head) == set() and "median hits" in head
    assert "Who takes how much" not in page
    some = inspection(one("a"), replace(one("b"), writes=None))
    assert next(row for row in rows(inspection_page(some, {}, ())) if row[0] == "b")[8] == "–"


def test_units_stand_side_by_side_each_in_its_own_range() -> None:
    images = np.array([[[1.0, -2.0]], [[0.0, 30.0]], [[0.0, 0.0]]])
    page = inspection_page(inspection(one()), {}, [("yes", images), ("none", np.zeros((0, 1, 2)))])
    (address,) = Reader(page).addresses
    pixels = decoded(address)
    assert pixels.shape == (1, 9, 4)  # three units of two pixels, and one clear pixel after each
    assert pixels[0, :, 3].tolist() == [128, 255, 0, 0, 255, 0, 0, 0, 0]
    assert tuple(pixels[0, 0, :3]) == MORE and tuple(pixels[0, 1, :3]) == LESS
    assert 'alt="3 units of class yes"' in page and page.count("<img") == 1


# -- parts ---------------------------------------------------------------------------------------------


def decoded(address: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Pixels of a PNG whose lines are not filtered, with every chunk's checksum checked."""
    content = b64decode(address.removeprefix("data:image/png;base64,"), validate=True)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(content):
        (n,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + n]
        assert struct.unpack(">I", content[at + 8 + n : at + 12 + n])[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + n
    width, height, bits, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (bits, colour) == (8, 6) and chunks[b"IEND"] == b""
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + 4 * width)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 4)


def test_pictures_are_blue_above_zero_orange_below_and_clear_at_zero() -> None:
    pixels = decoded(signed_picture(np.array([[0.0, 0.5, 2.0], [-1.0, -0.25, 1.0]])))
    assert pixels[..., 3].tolist() == [[0, 128, 255], [255, 64, 255]]
    assert tuple(pixels[0, 2, :3]) == MORE and tuple(pixels[1, 0, :3]) == LESS


def test_a_level_map_shows_shares_under_whole_names() -> None:
    long = "a class whose name goes on and on"
    root = ElementTree.fromstring(level_map([long, "<b>"], ["1", "2"], [[30, 10], [0, 0]], "T", "D"))
    said = [element.text for element in root.iter("text")]
    assert "75" in said and "25" in said and short(long) in said and long not in said
    tips = [element.text for element in root.iter("title")]
    assert long in tips and f"{long}, value 1: 30 synapses, 75.0 %" in tips
    shades = [cell.get("fill-opacity") for cell in root.iter("rect") if cell.get("class") == "cell"]
    assert shades == ["1.000", "0.333", "0.000", "0.000"]
    with pytest.raises(ValueError, match="counts do not fit 1 names and 2 columns"):
        level_map(["a"], ["1", "2"], [[1]], "", "")


def test_names_of_columns_do_not_run_into_each_other() -> None:
    columns = [f"{0.025 * i - 0.2:.3f}" for i in range(16)]
    root = ElementTree.fromstring(level_map(["a name of 24 letters ...."], columns, [[1] * 16], "T", "D"))
    places = [float(e.get("x", "0")) for e in root.iter("text") if e.text in columns]
    assert len(places) >= 4
    assert min(b - a for a, b in pairwise(places)) > 6 * 6.5  # six letters of 12.5 px


# -- terminal ------------------------------------------------------------------------------------------


def test_the_terminal_shows_every_class_and_cuts_no_number() -> None:
    held = inspection(one("[red]a"), one(HOSTILE * 3))
    for width in (45, 60, 80, 120):
        lines = terminal(held, width)
        row = next(line for line in lines if "[red]a" in line).split()
        assert "…" not in "".join(row) and row[-1] == "█▄" and {"2", "50", "1,234"} <= set(row), width
        assert any("some columns need a wider terminal" in line for line in lines) == (width < 100)
    row = next(line for line in terminal(held, 120) if "[red]a" in line).split()
    assert row[1:13] == ["70", "2", "38", "50", "25.0", "31", "30", "1,234", "3.50", "7", "2.00", "KiB"]


def test_of_many_classes_the_terminal_shows_those_with_the_most_words() -> None:
    held = inspection(*(one(f"c{i}", words=20 + i) for i in range(9)))
    lines = terminal(held, 120, most=2)
    assert any("9 classes, of which the 2 with the most words in use" in line for line in lines)
    assert [line.split()[0] for line in lines if re.match(r" *c\d ", line)] == ["c7", "c8"]


def test_bars_and_sizes() -> None:
    assert bars([800, 400, 1, 0]) == "█▄▁" and bars([]) == "" and bars([0, 0]) == ""
    assert (memory(1023), memory(1024), memory(1 << 30)) == ("1023 B", "1.00 KiB", "1.00 GiB")
