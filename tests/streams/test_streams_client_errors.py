"""What a subscription says when it cannot go on."""

import struct
import time

import pytest

from streams import Schema, StreamError, Subscription, WireError
from streams.control import End, Hello, Refused, Welcome
from streams.testing import ScriptedServer, scripted


def test_a_refusal_is_an_error_in_one_sentence() -> None:
    def play(server: ScriptedServer) -> None:
        server.expect(Hello)
        server.say(Refused("key 'lamp' is not served here; ask for 'door'"))

    with scripted(play) as script, pytest.raises(StreamError, match="ask for 'door'"):
        Subscription(script.endpoint, "lamp")


def test_a_stream_that_ends_before_what_is_applied_is_another_stream() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.say(End(5))
        server.until_bye()

    with (
        scripted(play) as script,
        Subscription(script.endpoint, "lamp", last_offset=9) as subscription,
        pytest.raises(StreamError, match=r"ends at event 5, this learner has applied 9"),
    ):
        list(subscription)


def test_a_server_that_changes_its_schema_is_refused() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.say(Welcome(Schema("lamp", "|u1", 3), 100))
        server.until_bye()

    with (
        scripted(play) as script,
        Subscription(script.endpoint, "lamp") as subscription,
        pytest.raises(StreamError, match="another schema"),
    ):
        list(subscription)


def test_events_before_welcome_are_no_log_server() -> None:
    def play(server: ScriptedServer) -> None:
        server.expect(Hello)
        server.events(1)

    with scripted(play) as script, pytest.raises(WireError, match="before its Welcome"):
        Subscription(script.endpoint, "lamp")


def test_nobody_there_is_a_timeout_in_one_sentence() -> None:
    start = time.monotonic()
    with pytest.raises(
        TimeoutError, match=r"no word from tcp://127\.0\.0\.1:9 for 0\.2 s; is 'lamp' served there\?"
    ):
        Subscription("tcp://127.0.0.1:9", "lamp", timeout_s=0.2)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("credit", [0, -1, 5000])
def test_credit_out_of_range(credit: int) -> None:
    with pytest.raises(ValueError, match=f"credit {credit} is out of range"):
        Subscription("tcp://127.0.0.1:9", "lamp", credit=credit)


@pytest.mark.parametrize(
    "endpoint", ["", "nowhere", "tcp://127.0.0.1", "tcp://127.0.0.1:*", "udp://127.0.0.1:5"]
)
def test_endpoint_that_is_none(endpoint: str) -> None:
    with pytest.raises(ValueError, match="is no address to fetch from"):
        Subscription(endpoint, "lamp")


def test_a_reading_is_read_in_place() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1)
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        x = next(iter(subscription)).x
        assert not x.flags.owndata
        assert x.tobytes() == struct.pack("<2B", 1, 0)
        assert script.heard != []
