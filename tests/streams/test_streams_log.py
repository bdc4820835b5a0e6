"""The log on disk: what it keeps through cuts, flips, full disks, restarts and second writers."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams import EventEncoder, LogError, Sample, Schema, SegmentLog
from streams.ledger import Ledger
from streams.log import LogInUse
from streams.wire import seal

SCHEMA = Schema("lamp", "|u1", 3)
Record = tuple[bytes, bytes]


def records(first: int, count: int) -> list[Record]:
    """Events with payloads of different lengths, so that no two records are alike."""
    payloads = [(offset, bytes([offset % 251]) * (1 + offset % 7)) for offset in range(first, first + count)]
    return [(seal(1, 0, offset, offset, 9, payload), payload) for offset, payload in payloads]


def fill(folder: Path, groups: list[int], segment_bytes: int = 64 << 20) -> list[Record]:
    """A closed log of groups that were each synced, and what is in it."""
    written: list[Record] = []
    with SegmentLog(folder, segment_bytes=segment_bytes) as log:
        for count in groups:
            group = records(len(written) + 1, count)
            log.append(group)
            log.sync()
            written += group
    return written


def segment(folder: Path) -> Path:
    (only,) = folder.glob("*.log")
    return only


def test_record_on_disk_is_header_then_payload(tmp_path: Path) -> None:
    (record,) = fill(tmp_path, [1])
    assert segment(tmp_path).name == "00000000000000000001.log"
    assert segment(tmp_path).read_bytes() == record[0] + record[1]


def test_groups_come_back_after_reopening(tmp_path: Path) -> None:
    written = fill(tmp_path, [64, 1, 200])
    with SegmentLog(tmp_path) as log:
        assert (log.first, log.end, log.cut_bytes) == (1, 265, 0)
        assert list(log.read()) == written
        assert list(log.read(260)) == written[259:]
        assert list(log.read(266)) == []
        log.append(records(266, 3))
        assert log.read_range(264, 100) == [*written[263:], *records(266, 3)]


@pytest.mark.parametrize(("first", "count"), [(1, 1), (64, 2), (65, 64), (63, 130), (200, 1), (1, 300)])
def test_any_range_can_be_read(tmp_path: Path, first: int, count: int) -> None:
    written = fill(tmp_path, [10] * 30)
    with SegmentLog(tmp_path, readonly=True) as log:
        assert log.read_range(first, count) == written[first - 1 : first - 1 + count]


def test_cutting_at_every_byte_recovers_exactly_the_whole_records(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    written = fill(whole, [5, 3, 4])
    content = segment(whole).read_bytes()
    ends = [content.index(header + payload) + len(header + payload) for header, payload in written]
    cut = tmp_path / "cut"
    cut.mkdir()
    recovered = []
    for length in range(len(content) + 1):
        (cut / segment(whole).name).write_bytes(content[:length])
        with SegmentLog(cut, readonly=True) as looked:
            seen = list(looked.read())
        with SegmentLog(cut) as log:
            kept = list(log.read())
            # The next event follows at once, whatever was cut.
            log.append(records(len(kept) + 1, 1))
            assert list(log.read()) == [*kept, *records(len(kept) + 1, 1)]
        recovered.append((seen == kept, kept == written[: sum(end <= length for end in ends)]))
    assert recovered == [(True, True)] * (len(content) + 1)


def test_every_bit_flip_is_detected(tmp_path: Path) -> None:
    written = fill(tmp_path, [2, 2])
    path = segment(tmp_path)
    content = path.read_bytes()
    group = len(b"".join(header + payload for header, payload in written[:2]))
    outcomes = {"loud": 0, "cut": 0}
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            with SegmentLog(tmp_path, readonly=True) as log:
                kept = list(log.read())
        except LogError:
            outcomes["loud"] += 1
            assert bit // 8 < group, "only the last group may be taken for a torn write"
            continue
        outcomes["cut"] += 1
        assert bit // 8 >= group
        assert kept == written[: len(kept)]
        assert len(kept) < len(written)
    assert outcomes == {"loud": 8 * group, "cut": 8 * (len(content) - group)}


def test_damage_after_opening_is_found_when_it_is_read(tmp_path: Path) -> None:
    fill(tmp_path, [64, 64])
    with SegmentLog(tmp_path, readonly=True) as log:
        content = bytearray(segment(tmp_path).read_bytes())
        content[60] ^= 1
        segment(tmp_path).write_bytes(content)
        with pytest.raises(LogError, match=r"00000000000000000001\.log is damaged at byte 42"):
            log.read_range(1, 10)


def test_a_new_file_begins_when_one_is_full(tmp_path: Path) -> None:
    written = fill(tmp_path, [10] * 10, segment_bytes=900)
    names = sorted(path.name for path in tmp_path.glob("*.log"))
    assert names == [f"{first:020d}.log" for first in (1, 21, 41, 61, 81)]
    with SegmentLog(tmp_path) as log:
        assert list(log.read()) == written
        assert log.read_range(35, 30) == written[34:64]


def test_damage_in_an_older_file_is_loud(tmp_path: Path) -> None:
    fill(tmp_path, [10] * 10, segment_bytes=900)
    older = tmp_path / f"{41:020d}.log"
    older.write_bytes(older.read_bytes()[:-1])
    with SegmentLog(tmp_path) as log:
        assert len(log.read_range(1, 40)) == 40
        with pytest.raises(LogError, match="is damaged after event 59"):
            log.read_range(41, 1)


def test_a_missing_older_file_is_loud(tmp_path: Path) -> None:
    fill(tmp_path, [10] * 10, segment_bytes=900)
    (tmp_path / f"{41:020d}.log").unlink()
    with SegmentLog(tmp_path) as log, pytest.raises(LogError, match="is damaged after event 40"):
        log.read_range(30, 1)


def test_a_log_whose_oldest_files_are_gone_says_so(tmp_path: Path) -> None:
    written = fill(tmp_path, [10] * 10, segment_bytes=900)
    (tmp_path / f"{1:020d}.log").unlink()
    with SegmentLog(tmp_path) as log:
        assert log.first == 21
        assert list(log.read(21)) == written[20:]
        with pytest.raises(LogError, match="begins at event 21 and no longer holds event 20"):
            log.read_range(20, 1)


def test_a_crash_right_after_a_roll_leaves_an_empty_last_file(tmp_path: Path) -> None:
    written = fill(tmp_path, [10] * 2, segment_bytes=900)
    (tmp_path / f"{21:020d}.log").touch()
    with SegmentLog(tmp_path) as log:
        assert log.end == 20
        log.append(records(21, 5))
        assert list(log.read()) == [*written, *records(21, 5)]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with SegmentLog(tmp_path) as log:
        log.append(records(1, 2))
        with pytest.raises(LogInUse, match="is in use by another process"):
            SegmentLog(tmp_path)
        with SegmentLog(tmp_path, readonly=True) as looking:
            assert looking.end == 2
    with SegmentLog(tmp_path) as log:
        assert log.end == 2


@pytest.mark.parametrize("offset", [0, 1, 3])
def test_only_the_next_offset_is_taken(tmp_path: Path, offset: int) -> None:
    with SegmentLog(tmp_path) as log:
        log.append(records(1, 1))
        with pytest.raises(LogError, match=f"needs event 2 with its CRC next and was given {offset}"):
            log.append(records(offset, 1))
        assert log.end == 1


def test_a_record_without_crc_is_not_taken(tmp_path: Path) -> None:
    header, payload = EventEncoder("lamp", SCHEMA)(Sample("lamp", 1, 0, [1, 2, 3], None))  # type: ignore[arg-type]
    with SegmentLog(tmp_path) as log:
        with pytest.raises(LogError, match="with its CRC"):
            log.append([(header[:6] + b"\0\0" + header[8:], payload)])
        assert log.end == 0


def test_reading_only_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path, [3])
    with segment(tmp_path).open("ab") as file:
        file.write(b"torn")
    before = segment(tmp_path).read_bytes()
    with SegmentLog(tmp_path, readonly=True) as log:
        assert (log.end, log.cut_bytes) == (3, 4)
        with pytest.raises(LogError, match="is closed or read-only"):
            log.append(records(4, 1))
        with pytest.raises(LogError, match="is closed or read-only"):
            log.sync()
    assert segment(tmp_path).read_bytes() == before


def test_unusable_folders_are_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    for bad, readonly in ((file, False), (file / "below", False), (tmp_path / "absent", True)):
        with pytest.raises(LogError, match=f"cannot open log folder {bad}: .*; choose another one"):
            SegmentLog(bad, readonly=readonly)


def test_a_disk_that_is_full_keeps_what_it_had(tmp_path: Path) -> None:
    # A limit on the file size stands in for a full disk; it needs a process of its own.
    code = f"""
import resource
from streams import LogError, SegmentLog
from streams.wire import seal
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
kept = 0
with SegmentLog({str(tmp_path)!r}) as log:
    try:
        while True:
            log.append([(seal(1, 0, kept + 1, 0, 0, bytes(60)), bytes(60))])
            kept += 1
    except LogError as error:
        print(kept, log.end, "takes no more events" in str(error))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["10", "10", "True"]
    with SegmentLog(tmp_path) as log:
        assert (log.end, log.cut_bytes) == (10, 0)


def test_ledger_remembers_commits_by_consumer(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "lamp", SCHEMA)
    ledger.commit({"a": 5, "b": 2})
    ledger.commit({"a": 7})
    again = Ledger(tmp_path, "lamp", Schema("lamp", "|u1", 3, n_events=99))
    assert (again.committed("a"), again.committed("b"), again.committed("c"), again.furthest) == (7, 2, 0, 7)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.json"]


def test_a_folder_of_another_stream_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path, "lamp", SCHEMA)
    with pytest.raises(LogError, match="holds stream 'lamp' with 3 features"):
        Ledger(tmp_path, "door", SCHEMA)
    with pytest.raises(LogError, match="choose another folder"):
        Ledger(tmp_path, "lamp", Schema("lamp", "|u1", 4))


def test_a_damaged_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text('{"key": "lamp"')
    with pytest.raises(LogError, match=r"is damaged .*restore it or remove it"):
        Ledger(tmp_path, "lamp", SCHEMA)
    shutil.rmtree(tmp_path)
    with pytest.raises(LogError, match="cannot write"):
        Ledger(tmp_path, "lamp", SCHEMA)
