"""How a run gets its events: from a source process over ZeroMQ, or straight from the replay."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from streams import Sample, Subscription
from streams.endpoint import bindable
from streamsnn.run.scenario import Task
from streamsnn.run.source import SourceReply, SourceRequest

PARTING_S = 2.0  # what the source process gets to hear the goodbye and close its log

# Events, and what to call with the offset of every durable checkpoint.
Feeding = tuple[Iterator[Sample], Callable[[int], None]]


def check_endpoint(endpoint: str) -> None:
    """Refuse an endpoint that the source process could not serve at, before anything is written.

    Raises
    ------
    ValueError
        If it is no endpoint, or open to other machines.
    OSError
        If it is in use.
    """
    address = bindable(endpoint)
    if address.startswith("ipc:") or address.endswith(":*"):  # always free, or only seen by taking it away
        return
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    with socket.socket(socket.AF_INET6 if "[" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as ZeroMQ binds
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OverflowError as error:
            raise ValueError(f"{endpoint}: there is no port {port}, give one up to 65535") from error
        except OSError as error:
            raise OSError(
                f"{endpoint} cannot be served at ({error.strerror}): choose another endpoint"
            ) from error


@contextmanager
def in_process(task: Task, repeat: int, offset: int) -> Iterator[Feeding]:
    """Events after `offset` without sockets; nothing needs to be told of checkpoints."""
    source = task.source(repeat)
    source.seek(offset)
    yield source.samples(), lambda _: None


@contextmanager
def from_process(task: Task, repeat: int, offset: int, *, log: Path, endpoint: str) -> Iterator[Feeding]:
    """Events after `offset` from a source process of our own, through its durable log.

    Raises
    ------
    OSError
        If the source process cannot serve: the endpoint is in use, the log cannot be opened.
    """
    request = SourceRequest(
        task.scenario.name, task.order, task.seed, repeat, str(log), endpoint, parent_pid=os.getpid()
    )
    command = [sys.executable, "-P", "-m", "streamsnn.run.source", msgspec.json.encode(request).decode()]
    # The source process sees the modules that we see, and none that lie about in the user's folder.
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
    )
    try:
        source = task.source(repeat)
        with Subscription(_endpoint(process), source.key, offset, schema=task.schema) as subscription:
            yield iter(subscription), subscription.commit
        with suppress(subprocess.TimeoutExpired):  # every event is applied and saved: nothing is lost
            process.wait(timeout=PARTING_S)
    finally:
        process.kill()  # it ends by itself after BYE; this is for when we fail, or it did not hear us
        process.wait()
        if process.stdout:
            process.stdout.close()


def _endpoint(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise OSError(f"the source process ended with exit code {process.wait()} before it served anything")
    reply = msgspec.json.decode(line, type=SourceReply)
    if reply.error:
        raise OSError(reply.error)
    return reply.endpoint
