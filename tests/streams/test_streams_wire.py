"""Frames byte by byte, every refusal by its reason, and the control messages."""

import hashlib
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import EventDecoder, EventEncoder, Sample, Schema, WireError
from streams.control import (
    Bye,
    Commit,
    Credit,
    End,
    Hello,
    Refused,
    Welcome,
    decode_from_learner,
    decode_from_server,
    encode_control,
)
from streams.sample import key_hash
from streams.wire import MAX_PAYLOAD

SCHEMA = Schema("lamp", "|u1", 3, ("off", "on"))
FLOATS = Schema("scale", "<f4", 2)

# Frames of protocol major version 1, for ever: header and payload of one labelled and one unlabelled event.
GOLDEN_U1 = (
    "5354524d01010300070000000000000040e20100000000002afc15e301f7046b0b00000079bf3ab3",
    "01000000000000000a1400",
)
GOLDEN_F4 = (
    "5354524d010202000100000000000000ffffffffffffffff2192304964447c0e1000000030416fdc",
    "00000000000000000000c03f000020c0",
)


def golden(frames: tuple[str, str]) -> tuple[bytes, bytes]:
    return bytes.fromhex(frames[0]), bytes.fromhex(frames[1])


def lamp() -> Sample:
    return Sample("lamp", 7, 123456, np.array([10, 20, 0], np.uint8), 1)


def header(
    payload: bytes,
    *,
    magic: bytes = b"STRM",
    major: int = 1,
    kind: int = 1,
    flags: int = 3,
    offset: int = 7,
    key: int | None = None,
    length: int | None = None,
) -> bytes:
    """A header packed here by hand, with a right CRC."""
    n = len(payload) if length is None else length
    fields = (magic, major, kind, flags, offset, 123456, key_hash("lamp") if key is None else key, n)
    head = struct.pack("<4sBBHQqQI", *fields)
    return head + struct.pack("<I", zlib.crc32(head + payload))


def test_key_hash_is_blake2b() -> None:
    assert key_hash("lamp").to_bytes(8, "little") == hashlib.blake2b(b"lamp", digest_size=8).digest()


PAYLOAD = struct.pack("<q3B", 1, 10, 20, 0)


def test_header_fields_by_hand() -> None:
    frame, payload = EventEncoder("lamp", SCHEMA)(lamp())
    assert payload == PAYLOAD
    assert frame == header(PAYLOAD)
    assert struct.unpack("<4sBBHQqQI", frame[:36]) == (
        b"STRM", 1, 1, 0b11, 7, 123456, key_hash("lamp"), 11,
    )  # fmt: skip
    assert struct.unpack("<I", frame[36:]) == (zlib.crc32(frame[:36] + payload),)


def test_golden_frames() -> None:
    assert EventEncoder("lamp", SCHEMA)(lamp()) == golden(GOLDEN_U1)
    scale = Sample("scale", 1, -1, np.array([1.5, -2.5], np.float32), None)
    assert EventEncoder("scale", FLOATS)(scale) == golden(GOLDEN_F4)
    back = EventDecoder("scale", FLOATS)(*golden(GOLDEN_F4))
    assert (back.key, back.offset, back.time_ns, back.x.tolist(), back.y) == (
        "scale",
        1,
        -1,
        [1.5, -2.5],
        None,
    )


@given(
    offset=st.integers(1, 2**64 - 1),
    time_ns=st.integers(-(2**63), 2**63 - 1),
    x=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4),
    y=st.none() | st.integers(-(2**63), 2**63 - 1),
)
def test_every_sample_comes_back(offset: int, time_ns: int, x: list[float], y: int | None) -> None:
    schema = Schema("any", "<f8", 4)
    sample = Sample("any", offset, time_ns, np.array(x), y)
    back = EventDecoder("any", schema)(*EventEncoder("any", schema)(sample))
    assert (back.offset, back.time_ns, back.y) == (offset, time_ns, y)
    assert back.x.tobytes() == sample.x.tobytes()


def test_decoded_reading_is_a_readonly_view() -> None:
    frame, payload = EventEncoder("lamp", SCHEMA)(lamp())
    x = EventDecoder("lamp", SCHEMA)(frame, payload).x
    assert not x.flags.writeable
    assert not x.flags.owndata
    assert x.tolist() == [10, 20, 0]


REFUSED = {
    "size": (b"short", PAYLOAD),
    "magic": (header(PAYLOAD, magic=b"HTTP"), PAYLOAD),
    "version": (header(PAYLOAD, major=2), PAYLOAD),
    "kind": (header(PAYLOAD, kind=3), PAYLOAD),
    "flags": (header(PAYLOAD, flags=0b111), PAYLOAD),
    "key": (header(PAYLOAD, key=key_hash("other")), PAYLOAD),
    "length": (header(PAYLOAD), PAYLOAD + b"\0"),
    "shape": (header(PAYLOAD + b"\0"), PAYLOAD + b"\0"),
    "crc": (header(PAYLOAD), PAYLOAD[:-1] + b"\1"),
    "label": (header(struct.pack("<q3B", 2, 0, 0, 0)), struct.pack("<q3B", 2, 0, 0, 0)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_each_bad_frame_is_refused_by_its_reason(reason: str) -> None:
    with pytest.raises(WireError) as refusal:
        EventDecoder("lamp", SCHEMA)(*REFUSED[reason])
    assert refusal.value.reason == reason
    assert "\n" not in str(refusal.value)


def test_the_first_failing_check_names_the_reason() -> None:
    order = {"magic": b"HTTP", "major": 9, "kind": 9, "flags": 0x80, "key": 5, "length": 99}
    good = {"magic": b"STRM", "major": 1, "kind": 1, "flags": 3, "key": key_hash("lamp"), "length": 12}
    payload = PAYLOAD + b"\0"
    seen = []
    for repaired in range(len(order) + 1):
        fields = {name: (good if i < repaired else order)[name] for i, name in enumerate(order)}
        with pytest.raises(WireError) as refusal:
            EventDecoder("lamp", SCHEMA)(header(payload, **fields), payload)  # type: ignore[arg-type]
        seen.append(refusal.value.reason)
    assert seen == ["magic", "version", "kind", "flags", "key", "length", "shape"]


def test_oversized_payload_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError) as refusal:
        EventDecoder("lamp", SCHEMA)(header(PAYLOAD), bytes(MAX_PAYLOAD + 1))
    assert refusal.value.reason == "size"


def test_infinite_reading_with_a_right_crc_is_refused() -> None:
    payload = struct.pack("<q2f", 0, 1.0, float("inf"))
    head = header(payload, kind=2, flags=2, key=key_hash("scale"))
    with pytest.raises(WireError) as refusal:
        EventDecoder("scale", FLOATS)(head, payload)
    assert refusal.value.reason == "finite"


def test_unknown_optional_flags_are_ignored() -> None:
    sample = EventDecoder("lamp", SCHEMA)(header(PAYLOAD, flags=0xFF03), PAYLOAD)
    assert (sample.offset, sample.y) == (7, 1)


def test_crc_is_checked_only_where_the_flag_says_so() -> None:
    without = header(PAYLOAD, flags=1)[:36] + b"\0\0\0\0"
    assert EventDecoder("lamp", SCHEMA)(without, PAYLOAD).x.tolist() == [10, 20, 0]


def test_every_bit_flip_of_a_frame_is_refused() -> None:
    frame, payload = EventEncoder("lamp", SCHEMA)(lamp())
    whole = frame + payload
    decode = EventDecoder("lamp", SCHEMA)
    passed = []
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            decode(bytes(damaged[:40]), bytes(damaged[40:]))
        except WireError:
            continue
        passed.append(bit)
    # Only clearing the flag that asks for the CRC can pass unseen; the log does not allow that flip.
    assert passed == [6 * 8 + 1]


@pytest.mark.parametrize(
    ("x", "y", "reason", "words"),
    [
        ([1, 2], 0, "shape", "send 3 numbers"),
        ([[1, 2, 3]], 0, "shape", "send 3 numbers"),
        ([1, 2, 256], 0, "type", "feature 2 is 256"),
        ([1, 2.5, 3], 0, "type", "feature 1 is 2.5"),
        ([1, float("nan"), 3], 0, "type", "feature 1 is nan"),
        (["a", "b", "c"], 0, "type", "not numeric"),
        ([[1], [2, 3], []], 0, "type", "no flat row"),
        ([1, 2, 3], "on", "label", "label 'on'"),
        ([1, 2, 3], 1.0, "label", "label 1.0"),
        ([1, 2, 3], 2, "label", "classes 0 to 1"),
    ],
)
def test_encoder_refuses_what_does_not_fit(x: list[object], y: object, reason: str, words: str) -> None:
    encode = EventEncoder("lamp", SCHEMA)
    with pytest.raises(WireError, match=words) as refusal:
        encode(Sample("lamp", 1, 0, x, y))  # type: ignore[arg-type]
    assert refusal.value.reason == reason


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_encoder_refuses_values_that_are_not_finite(value: float) -> None:
    with pytest.raises(WireError, match="feature 1 of the reading is") as refusal:
        EventEncoder("scale", FLOATS).reading([0.0, value])
    assert refusal.value.reason == "finite"


def test_encoder_takes_other_numeric_types() -> None:
    encode = EventEncoder("lamp", SCHEMA)
    assert encode.reading(np.array([1.0, 2.0, 255.0])).tolist() == [1, 2, 255]
    assert encode.reading([True, False, True]).dtype == np.uint8
    assert encode.label(np.int64(1)) == 1


def test_schema_hash_depends_on_what_a_learner_depends_on() -> None:
    base = Schema("lamp", "|u1", 3, ("off", "on"), 0.0, 16.0)
    assert Schema("lamp", "|u1", 3, ("off", "on"), 0, 16, n_events=5).hash == base.hash
    others = [
        Schema("lamp2", "|u1", 3, ("off", "on"), 0.0, 16.0),
        Schema("lamp", "<f4", 3, ("off", "on"), 0.0, 16.0),
        Schema("lamp", "|u1", 4, ("off", "on"), 0.0, 16.0),
        Schema("lamp", "|u1", 3, ("off",), 0.0, 16.0),
        Schema("lamp", "|u1", 3, ("off", "on"), None, 16.0),
    ]
    assert len({base.hash, *(other.hash for other in others)}) == 6


@pytest.mark.parametrize(("dtype", "n"), [("<i4", 3), (">f4", 3), ("|u1", 0)])
def test_schema_refuses_what_cannot_travel(dtype: str, n: int) -> None:
    with pytest.raises(ValueError, match=r"use one of|needs at least one"):
        Schema("lamp", dtype, n)


def test_golden_control_frames() -> None:
    hello = Hello("lamp", 3, 256, schema_hash=9, consumer="a")
    assert encode_control(hello).hex() == "97a568656c6c6fa46c616d7003cd01000109a161"
    assert encode_control(Credit(128)).hex() == "92a6637265646974cc80"
    assert encode_control(Commit(5)).hex() == "92a6636f6d6d697405"
    assert encode_control(Bye()).hex() == "91a3627965"
    assert encode_control(End(9)).hex() == "92a3656e6409"
    assert encode_control(Refused("no")).hex() == "92a772656675736564a26e6f"


def test_control_messages_come_back() -> None:
    for asked in (Hello("lamp", 3, 256, consumer="a"), Credit(1), Commit(0), Bye()):
        assert decode_from_learner(encode_control(asked)) == asked
    for said in (Welcome(SCHEMA, 3, 2), End(3), Refused("no")):
        assert decode_from_server(encode_control(said)) == said


def test_control_of_a_newer_peer_is_understood() -> None:
    # one field more at the end than this version knows
    assert decode_from_learner(bytes.fromhex("93a6637265646974cc80c3")) == Credit(128)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        encode_control(End(3)),
        bytes.fromhex("92a663726564697400"),
        b"\x92\xa6credit\xd9",
        b"\xa3\xff",
    ],
)
def test_bad_control_frames_are_refused(frame: bytes) -> None:
    with pytest.raises(WireError) as refusal:
        decode_from_learner(frame)
    assert refusal.value.reason == "control"


def test_oversized_control_frame_is_refused() -> None:
    with pytest.raises(WireError) as refusal:
        decode_from_learner(bytes(1 << 17))
    assert refusal.value.reason == "size"
