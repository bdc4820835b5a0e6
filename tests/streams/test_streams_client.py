"""The subscription against a scripted server that duplicates, skips, damages, reorders and falls silent."""

import threading
import time

import pytest

from streams import Subscription, WireError
from streams.control import PROTOCOL, Commit, Credit, End, Hello, Welcome
from streams.testing import ScriptedServer, scripted


def test_duplicates_are_dropped_and_never_credited() -> None:
    # A learner that paid back duplicates would be sent more and more of them.
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1, 2, 3, 1, 2, 3, 3, 2, 1, 3, 4)
        server.events(*[4] * 50)
        server.say(End(4))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp", credit=2) as subscription:
        samples = list(subscription)
        assert [(s.offset, s.x.tolist(), s.y) for s in samples] == [(i, [i, 0], i) for i in (1, 2, 3, 4)]
        assert subscription.duplicates == 57
    paid = [message.n for message in script.heard if isinstance(message, Credit)]
    assert sum(paid) <= 4
    assert all(n <= 2 for n in paid)


@pytest.mark.parametrize("credit", [1, 2, 8, 9])
def test_credit_is_paid_by_half_for_applied_events(credit: int) -> None:
    def play(server: ScriptedServer) -> None:
        assert server.welcome().credit == credit
        server.events(*range(1, 41))
        server.say(End(40))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp", credit=credit) as subscription:
        assert len(list(subscription)) == 40
    half = max(1, credit // 2)
    paid = [message.n for message in script.heard if isinstance(message, Credit)]
    assert paid == [half] * (40 // half)


def test_the_event_in_hand_is_not_yet_applied() -> None:
    asked = threading.Event()

    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1, 2)
        assert asked.wait(3)
        assert not server.socket.poll(50)
        server.expect(Credit)
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp", credit=4) as subscription:
        samples = iter(subscription)
        assert [next(samples).offset, next(samples).offset] == [1, 2]
        asked.set()
        time.sleep(0.1)  # longer than the script listens
        threading.Timer(0.1, lambda: script.events(3)).start()
        assert next(samples).offset == 3


def test_a_gap_is_asked_for_once() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1, 2, 5, 6, 7, 8)  # 3 and 4 are lost, the rest was already under way
        again = server.expect(Hello)
        assert isinstance(again, Hello)
        assert again.last_offset == 2
        server.say(Welcome(server.schema, 100))
        server.events(3, 4, 5)
        server.say(End(5))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert [sample.offset for sample in subscription] == [1, 2, 3, 4, 5]
        assert subscription.gaps == 1
    assert [m.last_offset for m in script.heard if isinstance(m, Hello)] == [0, 2]


def test_a_reordered_pair_is_put_right() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1, 3, 2)
        server.expect(Hello)
        server.say(Welcome(server.schema, 100))
        server.events(2, 3, 4)
        server.say(End(4))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert [sample.offset for sample in subscription] == [1, 2, 3, 4]


def test_an_end_that_overtakes_events_is_a_gap() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1)
        server.say(End(2))
        server.welcome()
        server.events(2)
        server.say(End(2))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert [sample.offset for sample in subscription] == [1, 2]
        assert (subscription.gaps, subscription.end) == (1, 2)


def test_silence_is_answered_with_hello() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1)
        start = time.monotonic()
        server.welcome()
        assert 0.4 < time.monotonic() - start < 1.0
        server.events(2)
        server.say(End(2))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert [sample.offset for sample in subscription] == [1, 2]
    assert [m.last_offset for m in script.heard if isinstance(m, Hello)] == [0, 1]


def test_a_damaged_event_is_asked_for_again() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.damaged(1)
        server.welcome()
        server.events(1)
        server.say(End(1))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert [sample.offset for sample in subscription] == [1]
        assert subscription.refusals == {"crc": 1}


def test_a_stream_that_stays_damaged_is_an_error() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        for _ in range(3):
            server.damaged(1)
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        with pytest.raises(WireError) as refusal:
            list(subscription)
        assert refusal.value.reason == "crc"


def test_resuming_says_what_is_applied_and_made_for() -> None:
    def play(server: ScriptedServer) -> None:
        hello = server.welcome()
        assert (hello.last_offset, hello.schema_hash, hello.protocol) == (7, server.schema.hash, PROTOCOL)
        server.events(8)
        assert server.expect(Commit) == Commit(8)
        server.until_bye()

    with (
        scripted(play) as script,
        Subscription(script.endpoint, "lamp", last_offset=7, schema=script.schema) as subscription,
    ):
        assert next(iter(subscription)).offset == 8
        subscription.commit(subscription.last_offset)
        assert subscription.schema == script.schema


def test_iterating_again_goes_on() -> None:
    def play(server: ScriptedServer) -> None:
        server.welcome()
        server.events(1, 2, 3)
        server.say(End(3))
        server.until_bye()

    with scripted(play) as script, Subscription(script.endpoint, "lamp") as subscription:
        assert next(iter(subscription)).offset == 1
        assert [sample.offset for sample in subscription] == [2, 3]
        assert list(subscription) == []
