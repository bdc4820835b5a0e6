"""The catalogue: each cell once and whole, one writer, and nothing that a crash could leave behind."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

import streamsnn
from streamsnn.bench.catalogue import FILE, Catalogue
from streamsnn.bench.cells import Cell
from streamsnn.bench.pictures import pack, unpack
from streamsnn.bench.result import Result
from streamsnn.bench.runner import longest_first
from streamsnn.bench.table import Table

CELLS = [Cell("mine", "digits", "class_incremental", "class", "last", seed) for seed in range(3)]
DONE = Result(
    "done",
    figures={"acc_final": 0.1 + 0.2, "writes_per_sample": None},
    pictures=b"\x00\xff",
    machine={"cores": 2},
    started=5.5,
    seconds=0.25,
)
FAILED = Result("failed", reason="ValueError: no", traceback="Traceback\n  ...", seconds=2.0)

HOLD = """
import sys, time
from pathlib import Path
from streamsnn.bench.catalogue import Catalogue
with Catalogue(Path(sys.argv[1]), "1"):
    print("held", flush=True)
    time.sleep(60)
"""

FILL = """
import resource, sys
from pathlib import Path
from streamsnn.bench.catalogue import Catalogue
from streamsnn.bench.cells import Cell
from streamsnn.bench.result import Result
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))  # as if the disk were full there
with Catalogue(Path(sys.argv[1]), "1") as catalogue:
    try:
        for seed in range(9):
            catalogue.record(Cell("s", "d", "k", "o", "l", seed), Result("done", pictures=bytes(100_000)))
    except OSError as error:
        print(error)
"""


def made_by(version: str, result: Result) -> Result:
    """A result as it comes back."""
    return msgspec.structs.replace(result, code_version=version)


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "new" / "folder", "1") as catalogue:
        assert catalogue.missing(CELLS) == CELLS and catalogue.result(CELLS[0]) is None
        assert catalogue.record(CELLS[0], DONE) and catalogue.record(CELLS[1], FAILED)
    with Catalogue(tmp_path / "new" / "folder", "1") as again:
        assert again.result(CELLS[0]) == made_by("1", DONE) and again.result(CELLS[1]) == made_by("1", FAILED)
        assert again.missing(CELLS) == CELLS[2:]


def test_the_first_result_of_a_cell_stays(tmp_path: Path) -> None:
    with Catalogue(tmp_path, "1") as catalogue:
        assert catalogue.record(CELLS[0], DONE)
        assert not catalogue.record(CELLS[0], FAILED)
        assert catalogue.result(CELLS[0]) == made_by("1", DONE)


def test_other_code_is_other_results_but_tells_the_cost(tmp_path: Path) -> None:
    with Catalogue(tmp_path, "1") as old:
        old.record(CELLS[1], DONE)
        old.record(CELLS[2], FAILED)
    with Catalogue(tmp_path, "2") as new:
        assert new.missing(CELLS) == CELLS
        assert longest_first(new, CELLS) == [CELLS[0], CELLS[2], CELLS[1]]  # unknown, 2 s, 0.25 s
        new.record(CELLS[1], FAILED)
    with Catalogue(tmp_path, "1") as old:
        assert old.result(CELLS[1]) == made_by("1", DONE)


def test_baselines_of_earlier_code_are_kept_when_asked_and_named(tmp_path: Path) -> None:
    ours = [msgspec.structs.replace(cell, learner="default", ours=True) for cell in CELLS]
    with Catalogue(tmp_path, "1") as first:
        for cell in (*CELLS[:2], *ours):
            first.record(cell, DONE)
        first.record(CELLS[2], FAILED)
    latest = msgspec.structs.replace(DONE, started=9.0)
    with Catalogue(tmp_path, "2") as second:
        second.record(CELLS[1], latest)
    with Catalogue(tmp_path, "3", keep=lambda cell: not cell.ours) as third:
        # ours are done again, and so is a baseline that failed
        assert third.missing([*CELLS, *ours]) == [CELLS[2], *ours]
        assert third.result(CELLS[0]) == made_by("1", DONE)
        assert third.result(CELLS[1]) == made_by("2", latest)
        third.record(CELLS[2], DONE)
        third.record(ours[0], DONE)
        table = Table.of("mine", [*CELLS, ours[0]], third, "bench")
        assert table.code_version == "3" and len(table.rows()) == 4
        assert table.earlier() == {"1": ["last"], "2": ["last"]}
    with Catalogue(tmp_path, "3") as strict:
        assert strict.missing(CELLS) == CELLS[:2] and strict.result(CELLS[0]) is None


def test_failed_cells_can_be_forgotten_and_no_others(tmp_path: Path) -> None:
    with Catalogue(tmp_path, "1") as catalogue:
        catalogue.record(CELLS[0], DONE)
        catalogue.record(CELLS[1], FAILED)
        catalogue.record(CELLS[2], FAILED)
        assert catalogue.forget_failed(CELLS[:2]) == 1
        assert catalogue.missing(CELLS) == [CELLS[1]]


def test_a_second_process_is_told_who_holds_the_folder_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(ValueError) as refused:
            Catalogue(tmp_path, "1")
        assert str(refused.value) == (
            f"{tmp_path} is in use by process {holder.pid}: wait for it, or give another --out"
        )
        holder.send_signal(signal.SIGKILL)
        assert holder.wait() == -signal.SIGKILL
    with Catalogue(tmp_path, "1") as catalogue:
        assert catalogue.record(CELLS[0], DONE)


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(streamsnn.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path / FILE} cannot be written (")
    with Catalogue(tmp_path, "1") as catalogue:
        kept = [catalogue.result(cell) for cell in (Cell("s", "d", "k", "o", "l", seed) for seed in range(9))]
    assert [result is not None for result in kept] == [True] * 3 + [False] * 6


@pytest.mark.parametrize("content", [b"not a base at all, but text", b"SQLite format 3\x00" + b"\xff" * 200])
def test_what_is_no_catalogue_is_refused_and_kept(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ValueError, match=r"catalogue\.sqlite is no catalogue of cells, or damaged \("):
        Catalogue(tmp_path, "1")
    assert (tmp_path / FILE).read_bytes() == content
    (tmp_path / FILE).unlink()
    Catalogue(tmp_path, "1").__exit__(None, None, None)  # the refusal held no lock back


def test_a_catalogue_of_another_version_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / FILE)
    base.execute("PRAGMA user_version = 7")
    base.close()
    with pytest.raises(ValueError, match=r"catalogue\.sqlite has schema 7, this version reads 1: give"):
        Catalogue(tmp_path, "1")


def test_a_table_is_in_the_order_of_the_cells_whenever_they_finished(tmp_path: Path) -> None:
    refused = Result("refused", reason="no probabilities")
    for folder, order in (("a", (0, 1, 2)), ("b", (2, 0, 1))):
        with Catalogue(tmp_path / folder, "1") as catalogue:
            for k in order:
                catalogue.record(CELLS[k], (DONE, FAILED, refused)[k])
    tables = []
    for folder in ("a", "b"):
        with Catalogue(tmp_path / folder, "1") as catalogue:
            tables.append(Table.of("mine", CELLS, catalogue, "streamsnn bench mine.toml"))
    assert tables[0].to_json() == tables[1].to_json()
    (row,) = tables[0].rows()
    assert row == {**CELLS[0].named, "iid_of": None, "ours": False, **DONE.figures}
    assert tables[0].without_figures("failed") == [{**CELLS[1].named, "reason": "ValueError: no"}]
    assert tables[0].without_figures("refused") == [{**CELLS[2].named, "reason": "no probabilities"}]
    assert tables[0].machines() == [{"cores": 2}]


def test_arrays_travel_as_equal_bytes_and_hold_no_code() -> None:
    arrays = {"names": np.array(["a", "µ"]), "matrix": np.array([[0.1, np.nan]])}
    packed = pack(arrays)
    assert packed == pack(arrays)
    back = unpack(packed)
    assert back["names"].tolist() == ["a", "µ"]
    assert back["matrix"].tobytes() == arrays["matrix"].tobytes()
    with pytest.raises(ValueError, match="allow_pickle"):
        pack({"objects": np.array([object()], dtype=object)})
