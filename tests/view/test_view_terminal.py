"""Terminal output: tables and the live view, with a clock the test turns."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from streamsnn.view.live import LiveView, Progress, plain_line
from streamsnn.view.summary import BaselineScore, EnergyBand, Latency, Summary
from streamsnn.view.table import comparison_table, cost_table

SUMMARY = Summary(
    scenario="digits",
    order="class",
    seed=0,
    learner="counting",
    n_samples=100,
    acc_final=0.97,
    acc_average_incremental=0.98,
    forgetting_max=0.02,
    bwt_gem=-0.02,
    prequential=0.95,
    writes_per_sample=20.0,
    words_written_per_sample=12.0,
    words_read_per_sample=640.0,
    synops_per_sample=5230.0,
    dense_writes_per_sample=8000.0,
    energy_nj_per_sample=EnergyBand(12.3, 41.0, 1500.0),
    events_per_s=14233.2,
    latency_us=Latency(61.0, 1420.0),
    baselines={"[bold]lda": BaselineScore(0.954, 0.01, 0.944)},
    version="0.1.0",
    machine="x86_64",
    command="streamsnn run digits",
)
HALF_WAY = Progress(
    done=50,
    total=100,
    events_per_s=1234.0,
    prequential=0.8,
    per_class={0: 1.0, "<b>": 0.25},
    writes_per_sample=20.0,
    dense_writes_per_sample=8000.0,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> Any:
        return self.now


def printed(table: Any) -> Any:
    console = Console(record=True, width=120, file=io.StringIO())
    console.print(table)
    return [" ".join(line.split()) for line in console.export_text().splitlines()]


def test_comparison_table_stars_the_best() -> None:
    lines = printed(comparison_table(SUMMARY))
    assert "│ counting (this run) │ ★ 97.0 % │ 2.0 % │ ★ 95.0 % │" in lines
    assert "│ [bold]lda │ 95.4 % │ ★ 1.0 % │ 94.4 % │" in lines


def test_cost_table_gives_share_band_and_tail() -> None:
    lines = printed(cost_table(SUMMARY))
    assert "│ synaptic writes │ 20.0 │ 0.25 % of a dense rule's 8,000 │" in lines
    assert "│ energy │ 41.0 nJ │ estimate, 12.3 nJ to 1.50 µJ │" in lines
    assert "│ learning step │ 61.0 µs │ median; p99 1.42 ms │" in lines
    assert "│ words read │ 640 │ │" in lines


def test_off_a_terminal_a_plain_line_every_two_seconds_and_the_last() -> None:
    clock, out = Clock(), io.StringIO()
    with LiveView("digits", Console(file=out, width=40), clock) as view:
        for tenth in range(51):  # 0.0 s to 5.0 s
            clock.now = tenth / 10
            view.update(replace(HALF_WAY, done=tenth))
    lines = out.getvalue().splitlines()
    assert [line.split(" of ")[0] for line in lines] == [
        "digits: 0",
        "digits: 20",
        "digits: 40",
        "digits: 50",
    ]
    assert "\x1b" not in out.getvalue()


def test_plain_line_says_everything() -> None:
    assert plain_line("digits", HALF_WAY) == (
        "digits: 50 of 100 events, 1,234 events/s, prequential 80.0 %, 20.0 writes/sample (0.25 % of dense)"
    )


def test_on_a_terminal_at_most_eight_pictures_a_second() -> None:
    clock, out = Clock(), io.StringIO()
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    drawn = 0
    with LiveView("digits", console, clock) as view:
        for millisecond in range(1000):
            clock.now = millisecond / 1000
            before = out.tell()
            view.update(HALF_WAY)
            drawn += out.tell() > before
    assert drawn == 8


def test_the_picture_shows_figures_and_a_bar_for_each_class() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    with LiveView("digits", console, Clock()) as view:
        view.update(HALF_WAY)
    for part in (
        "digits",
        "50 of 100 events",
        "50 %",
        "1,234",
        "80.0 %",
        "0.25 %",
        "<b>",
        "25.0 %",
        "100.0 %",
    ):
        assert part in out.getvalue()


def test_with_many_classes_the_latest_are_shown() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, height=60, force_terminal=True, color_system=None)
    with LiveView("many", console, Clock()) as view:
        view.update(replace(HALF_WAY, per_class={f"c{k:03d}": 0.5 for k in range(50)}))
    assert "the latest 20 of 50" in out.getvalue()
    assert "c049" in out.getvalue() and "c030" in out.getvalue() and "c029" not in out.getvalue()


def test_a_failing_run_still_leaves_the_terminal_usable() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    with pytest.raises(RuntimeError, match="stream broke"), LiveView("digits", console, Clock()) as view:
        view.update(HALF_WAY)
        raise RuntimeError("stream broke")
    assert out.getvalue().rstrip().endswith("\x1b[?25h")  # the cursor is shown again


def test_nothing_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveView("digits") as view:
        view.update(HALF_WAY)
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith("digits: 50 of 100 events")


def test_due_tells_whether_a_snapshot_is_worth_building() -> None:
    clock = Clock()
    view = LiveView("digits", Console(file=io.StringIO()), clock)
    assert view.due
    view.update(HALF_WAY)
    assert not view.due
    clock.now = 2.0
    assert view.due
