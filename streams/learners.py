"""Who is being served, and what they may be sent: the conversation without the sockets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from streams.control import (
    MAX_CREDIT,
    PROTOCOL,
    Bye,
    Commit,
    Credit,
    FromServer,
    Hello,
    Refused,
    Welcome,
    decode_from_learner,
)
from streams.ledger import Ledger
from streams.log import SegmentLog
from streams.sample import Schema
from streams.source import Source
from streams.wire import WireError

__all__ = ["Learner", "Learners"]

Replies = list[tuple[bytes, FromServer]]


@dataclass(slots=True)
class Learner:
    """One connected learner."""

    consumer: str
    next: int  # offset that is sent next
    credit: int = 0  # events that may still be sent
    ended: bool = False  # End has been said


class Learners:
    """Table of the connected learners, by the identity the socket knows them by.

    Parameters
    ----------
    log, schema, source
        The stream being served.

    Raises
    ------
    LogError
        If the log folder holds another stream.

    Examples
    --------
    >>> import tempfile
    >>> from streams import ReplaySource
    >>> from streams.control import encode_control
    >>> source = ReplaySource([[1.0]], [0], key="lamp")
    >>> learners = Learners(SegmentLog(tempfile.mkdtemp()), Schema("lamp", "<f8", 1), source)
    >>> learners.hear([b"a", encode_control(Hello("lamp", 0, 256))])[0][1].end
    0
    >>> learners.table[b"a"].credit
    256
    """

    def __init__(self, log: SegmentLog, schema: Schema, source: Source) -> None:
        self._log = log
        self._schema = schema
        self._source = source
        self._ledger = Ledger(log.path, source.key, schema)
        self._commits: dict[str, int] = {}
        self.table: dict[bytes, Learner] = {}
        self.refusals: Counter[str] = Counter()
        self.asked = self.delivered = self._ledger.furthest
        self.said_bye = False

    def hear(self, frames: list[bytes]) -> Replies:
        """Take in one message, identity first, and return what must be answered to whom."""
        identity = frames[0]
        try:
            if len(frames) != 2:
                raise WireError("control", f"a learner's message has one frame, this has {len(frames) - 1}")
            message = decode_from_learner(frames[1])
        except WireError as error:
            return self._refuse(identity, error.reason, str(error))
        if isinstance(message, Hello):
            return self._on_hello(identity, message)
        if isinstance(message, Bye):  # counts also after its connection was found dead, with this on the way
            self.table.pop(identity, None)
            self.said_bye = True
            return []
        learner = self.table.get(identity)
        if learner is None:
            return []  # crossed a restart of the server; the learner's silence timer says HELLO again
        if isinstance(message, Credit):
            self._grant(learner, message.n)
        elif isinstance(message, Commit):
            return self._on_commit(identity, learner, message.offset)
        return []

    def write_commits(self) -> None:
        """Make the commits heard since the last call durable, as one step."""
        if self._commits:
            self._ledger.commit(self._commits)
            self._commits = {}

    def sent(self, learner: Learner, first: int) -> None:
        """Account for the events from `first` up to the one before `learner.next`, which have left."""
        learner.credit -= learner.next - first
        self.delivered = max(self.delivered, learner.next - 1)

    def welcome(self, learner: Learner) -> Welcome:
        """Return the greeting of a learner; it also serves as a sign of life."""
        return Welcome(self._schema, self._log.end, self._ledger.committed(learner.consumer))

    def _on_hello(self, identity: bytes, hello: Hello) -> Replies:
        self.table.pop(identity, None)
        self.write_commits()  # so that the greeting tells of them
        objection = self._objection(hello)
        if objection is not None:
            return self._refuse(identity, *objection)
        replies: Replies = []
        for other in [i for i, each in self.table.items() if each.consumer == hello.consumer]:
            del self.table[other]
            why = f"another learner named {hello.consumer!r} has come; give each its own consumer name"
            replies += self._refuse(other, "replaced", why)
        learner = self.table[identity] = Learner(hello.consumer, hello.last_offset + 1)
        self._grant(learner, hello.credit)
        self.delivered = max(self.delivered, min(hello.last_offset, self._log.end))
        self.said_bye = False
        return [*replies, (identity, self.welcome(learner))]

    def _objection(self, hello: Hello) -> tuple[str, str] | None:
        key, first, end = self._source.key, self._log.first, self._log.end
        next_offset = hello.last_offset + 1
        if hello.protocol != PROTOCOL:
            return (
                "protocol",
                f"protocol {hello.protocol} is not spoken here, only {PROTOCOL}; update one side",
            )
        if hello.key != key:
            return "key", f"key {hello.key!r} is not served here; ask for {key!r}"
        if hello.schema_hash not in (0, self._schema.hash):
            return "schema", f"the learner was made for another schema than {self._schema.id!r} of {key!r}"
        if not 1 <= hello.credit <= MAX_CREDIT:
            return "credit", f"credit {hello.credit} is out of range; ask for 1 to {MAX_CREDIT} events"
        if next_offset < first:
            return "expired", f"event {next_offset} of {key!r} is gone; the log begins at event {first}"
        if next_offset > end + 1 and not self._source.replayable:
            return "ahead", f"event {hello.last_offset} of {key!r} is not in this log, which ends at {end}"
        return None

    def _grant(self, learner: Learner, n: int) -> None:
        learner.credit = min(learner.credit + n, MAX_CREDIT)
        self.asked = max(self.asked, learner.next - 1 + learner.credit)

    def _on_commit(self, identity: bytes, learner: Learner, offset: int) -> Replies:
        if offset >= learner.next:
            return self._refuse(identity, "commit", f"event {offset} was never sent to this learner")
        self._commits[learner.consumer] = offset
        return []

    def _refuse(self, identity: bytes, reason: str, sentence: str) -> Replies:
        self.refusals[reason] += 1
        return [(identity, Refused(sentence))]
