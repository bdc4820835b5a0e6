"""Pictures and page: well-formed, true to the numbers, self-contained, safe with hostile names."""

import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streamsnn.view.heat_map import heat_map
from streamsnn.view.html import report_html, write_report
from streamsnn.view.line_chart import BOTTOM, LEFT, RIGHT, TOP, Series, ValueAxis, line_chart
from streamsnn.view.pictures import Raster, RunPictures
from streamsnn.view.spike_raster import spike_raster
from streamsnn.view.summary import BaselineScore, EnergyBand, Latency, Summary
from streamsnn.view.svg import nice_ticks

HOSTILE = '<script>alert("x")</script>&amp;'


def spikes() -> Any:
    return Raster(
        ticks=np.array([0, 1, 1, 3]),
        units=np.array([0, 3, 2, 9]),
        layers=np.array([0, 0, 1, 1]),
        layer_names=("input", "hidden"),
        layer_sizes=(4, 10),
        n_ticks=4,
        tick_seconds=1e-3,
    )


def run(name: Any = "digits") -> Any:
    summary = Summary(
        scenario=name,
        order="class",
        seed=0,
        learner=name,
        n_samples=1438,
        acc_final=0.9777,
        acc_average_incremental=0.985,
        forgetting_max=0.0142,
        bwt_gem=-0.0121,
        prequential=0.951,
        writes_per_sample=18.34,
        words_written_per_sample=12.0,
        words_read_per_sample=640.0,
        synops_per_sample=5230.0,
        dense_writes_per_sample=12800.0,
        energy_nj_per_sample=EnergyBand(12.3, 41.0, 150.0),
        events_per_s=14233.2,
        latency_us=Latency(61.0, 142.0),
        baselines={name + "_lda": BaselineScore(0.954, 0.011, 0.944)},
        version="0.1.0",
        machine=name,
        command=f"streamsnn run {name}",
    )
    pictures = RunPictures(
        accuracy=np.array([[1.0, 0.0], [0.875, math.nan]]),
        row_names=("0", name),
        column_names=("0", name),
        boundaries=((700, "0"), (1438, name)),
        accuracy_seen=[(700, 1.0), (1438, 0.9777)],
        prequential=[(10, 0.5), (700, 0.9), (1438, 0.95)],
        writes=[(10, 60.0), (700, 0.0), (1438, 18.0)],
        dense_writes=[(10, 12800.0), (1438, 12800.0)],
        raster=spikes(),
        raster_caption=name,
    )
    return summary, pictures


def texts(svg: Any) -> Any:
    return [element.text for element in ElementTree.fromstring(svg).iter("text")]


def test_heat_map_shows_every_value_under_its_names() -> None:
    svg = heat_map(np.array([[1.0, 0.25], [0.875, math.nan]]), ["r&1", "r2"], ["c1", "<c2>"], "T<", "D&")
    shown = texts(svg)
    assert [text for text in shown if text in ("100.0", "25.0", "87.5")] == ["100.0", "25.0", "87.5"]
    assert {"r&1", "r2", "c1", "<c2>"} <= set(shown)
    root = drawn(svg)
    assert root.find("title").text == "T<" and root.find("desc").text == "D&"
    assert root.get("role") == "img"
    shades = [cell.get("fill-opacity") for cell in root.iter("rect") if cell.get("class") == "cell"]
    assert shades == ["1.000", "0.250", "0.875", "0.000"]


def test_heat_map_refuses_names_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="A 2 x 2 matrix has 1 and 2 names"):
        heat_map(np.zeros((2, 2)), ["a"], ["a", "b"], "", "")


def drawn(svg: str) -> Any:
    """The picture as a tree; a part that is missing fails where it is used."""
    return ElementTree.fromstring(svg)


def first_line(svg: Any) -> Any:
    path = drawn(svg).find("g[@class='line line-0']/path").get("d")
    return [tuple(float(part) for part in spot.split()) for spot in path[1:].split("L")]


def test_line_chart_puts_points_where_the_axes_say() -> None:
    axis = ValueAxis("share", span=(0.0, 1.0))
    assert first_line(line_chart([Series("a", [(0, 0.0), (50, 0.5), (100, 1.0)])], axis, "T", "D")) == [
        (LEFT, BOTTOM),
        ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2),
        (RIGHT, TOP),
    ]


def test_log_scale_spaces_decades_alike_and_keeps_zero_on_the_bottom() -> None:
    axis = ValueAxis("writes", log=True)
    svg = line_chart([Series("a", [(1, 1.0), (2, 10.0), (3, 100.0), (4, 0.0)])], axis, "T", "D")
    heights = [y for _, y in first_line(svg)]
    assert heights == [BOTTOM, (TOP + BOTTOM) / 2, TOP, BOTTOM]
    assert {"1", "10", "100"} <= set(texts(svg))


def test_line_chart_names_series_boundaries_and_axes() -> None:
    svg = line_chart(
        [Series("a<b", [(0, 1.0)]), Series("c", [(9, 2.0)])], ValueAxis("v&"), "T", "D", [(9, "x>y")]
    )
    assert {"a<b", "c", "v&", "x>y", "events learned"} <= set(texts(svg))


def test_line_chart_leaves_out_values_that_are_not_known() -> None:
    axis = ValueAxis("share", span=(0.0, 1.0))
    assert (
        len(first_line(line_chart([Series("a", [(0, math.nan), (5, 1.0), (9, 0.5)])], axis, "T", "D"))) == 2
    )
    ElementTree.fromstring(line_chart([Series("empty", [])], axis, "T", "D"))


def test_long_series_are_thinned_with_their_ends_kept() -> None:
    kept = Series("a", [(k, float(k)) for k in range(10_001)]).thinned()
    assert len(kept) == 600
    assert kept[0] == (0, 0.0) and kept[-1] == (10_000, 10_000.0)
    assert len(set(kept)) == 600


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0, 7, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round_numbers(low: Any, high: Any, expected: Any) -> None:
    assert nice_ticks(low, high) == expected


def test_raster_draws_each_spike_once_inside_its_layer() -> None:
    root = drawn(spike_raster(spikes(), "T", "D"))
    bands = [rect for rect in root.iter("rect")]
    dots = [path.get("d") for path in root.iter("path")]
    assert [d.count("M") for d in dots] == [2, 2]
    for band, path in zip(bands, dots, strict=True):
        top, bottom = float(band.get("y")), float(band.get("y")) + float(band.get("height"))
        for _, y in re.findall(r"M([\d.]+) ([\d.]+)h0", path):
            assert top < float(y) < bottom
    shown = [text.text for text in root.iter("text")]
    assert {"input", "4 units", "2 spikes", "hidden", "10 units", "tick (1.00 ms each)"} <= set(shown)


def test_higher_units_are_drawn_higher() -> None:
    path = drawn(spike_raster(spikes(), "T", "D")).find("g/path").get("d")
    (_, unit_0), (_, unit_3) = re.findall(r"M([\d.]+) ([\d.]+)h0", path)
    assert float(unit_3) < float(unit_0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ticks": np.array([0])}, "got 1, 4 and 4"),
        ({"layer_sizes": (4,)}, "2 layers have names but 1 have sizes"),
        ({"units": np.array([0, 4, 2, 9])}, "A unit number lies outside its layer"),
        ({"n_ticks": 3}, "tick 3 of layer 1 lies outside 3 ticks"),
        ({"layers": np.array([0, 0, 1, -1])}, "count from 0"),
    ],
)
def test_a_raster_that_does_not_fit_together_is_refused(change: Any, message: Any) -> None:
    with pytest.raises(ValueError, match=message):
        replace(spikes(), **change)


class Page(HTMLParser):
    """Collects what a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        self.tags.append(tag)
        self.loads += [value for key, value in attrs if key in ("src", "href", "srcset", "data", "action")]

    def handle_data(self, data: Any) -> None:
        self.text.append(data)


def parsed(page: Any) -> Any:
    seen = Page()
    seen.feed(page)
    return seen


def test_the_page_loads_and_runs_nothing() -> None:
    page = report_html(*run())
    seen = parsed(page)
    assert seen.loads == []
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert "url(" not in page and "@import" not in page and "http" not in page
    assert seen.tags.count("svg") == 4


def test_the_page_says_the_numbers() -> None:
    text = " ".join(parsed(report_html(*run())).text).replace("\N{NO-BREAK SPACE}", " ")
    for figure in (
        "97.8 %",
        "1,438 events",
        "18.3",
        "0.14 %",
        "1.4 %",
        "12.3 nJ to 150 nJ",
        "14,233",
        "142 µs",
    ):
        assert figure in text
    assert "In forgetting, digits lda does better: 1.1 % against 1.4 %." in text
    assert "streamsnn run digits" in text and "Energy is an estimate" in text


def test_the_best_of_each_column_is_bold() -> None:
    page = report_html(*run()).replace("\N{NO-BREAK SPACE}", " ")
    assert re.findall(r"<strong>([^<]*)</strong>", page) == ["97.8 %", "95.1 %", "1.1 %"]


def test_hostile_names_stay_text() -> None:
    page = report_html(*run(HOSTILE))
    seen = parsed(page)
    assert "script" not in seen.tags
    assert "<script>" not in page
    assert HOSTILE.replace("_", " ") in "".join(seen.text)
    for svg in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ElementTree.fromstring(svg)


def test_every_picture_class_has_a_colour_in_the_style_sheet() -> None:
    page = report_html(*run())
    style = page[: page.index("</style>")]
    used = {
        name
        for svg in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
        for group in re.findall(r' class="([^"]+)"', svg)
        for name in group.split()
    }
    plain = {"tick", "boundary-name"}  # text in the colour of all picture text
    assert {name for name in used - plain if f".{name}" not in style} == set()


def test_the_report_is_written_whole(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", *run())
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report_html(*run())
