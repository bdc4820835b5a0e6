"""Our side of the speed benchmark, in a process of its own that speaks the peers' protocol.

Started as `python -m benchmarks.speed_ours`; a task is the name of one of `benchmarks.speed_tasks.TIMINGS`,
or `row_update_cached`, `row_update_uncached`.
"""

import tracemalloc
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, cast

import numpy as np

from benchmarks import speed_networks, speed_rows
from benchmarks.peers.inputs import N_OUT, TASKS, Pes, Stdp, images, net_raster, pes_signal
from benchmarks.peers.protocol import Task, serve
from benchmarks.speed_tasks import TIMING, Timing
from streamsnn.core import Core
from streamsnn.types import Floats

BLOCK = 1000  # ticks a call, at most


def prepare(timing: Timing) -> tuple[Core, Floats, Any]:
    """A core that has learned nothing, its stream and its targets."""
    task = TASKS[timing.task]
    if isinstance(task, Stdp):
        x = images()
        core = Core(speed_networks.stdp(task), n_features=x.shape[1], n_classes=task.n)
        return core, x, np.full(len(x), -1)
    if isinstance(task, Pes):
        network = speed_networks.pes(task, cast(speed_networks.PesMode, timing.mode))
        x, y = (signal.astype(np.float64) for signal in pes_signal())  # as a core takes them
    else:
        network = speed_networks.net(task, cast(speed_networks.NetMode, timing.mode))
        x, y = net_raster(task)
    n_classes = y.shape[1] if y.ndim == 2 else N_OUT
    return Core(network, n_features=x.shape[1], n_classes=n_classes), x.astype(np.float64), y


def in_blocks(core: Core, x: Floats, y: Any) -> Callable[[int], int]:
    """Runs steps in blocks, going on in the stream where it stopped."""
    at = 0

    def run(steps: int) -> int:
        nonlocal at
        done = 0
        while done < steps:
            stop = min(at + BLOCK, at + steps - done, len(x))
            core.run(x[at:stop], y[at:stop], learn=True)
            done += stop - at
            at = stop % len(x)
        return done

    return run


def by_calls(core: Core, x: Floats, y: Any) -> Callable[[int], int]:
    """Runs one step a call, each with arrays of its own, as they come from a live stream."""
    samples = list(zip(x, y if y.ndim == 2 else y.tolist(), strict=True))
    at = 0

    def run(steps: int) -> int:
        nonlocal at
        one = core.step  # 0.1 us of Python loop a step: a lean one, as its overhead is what is measured
        done = 0
        while done < steps:
            part = samples[at : at + steps - done]
            for sample, target in part:
                one(sample, target)
            done += len(part)
            at = (at + len(part)) % len(samples)
        return done

    return run


def allocated_bytes(run: Callable[[int], int], steps: int = 1000) -> float:
    """Bytes a step by which the memory that Python knows of has grown after `steps`.

    What the measurement itself leaves behind is the same for no step and cancels, and whole passes over a
    stream end where they began.
    """

    def grown(n: int) -> int:
        before = tracemalloc.get_traced_memory()[0]
        run(n)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    run(steps)  # what is made once, made
    grew = grown(steps) - grown(0)
    tracemalloc.stop()
    return grew / steps


def digest(core: Core) -> str:
    """Digest of everything that is learned, counters and their upkeep left out."""
    h = blake2b(digest_size=16)
    for name, array in sorted(core.arrays().items()):
        if name != "counters" and not name.endswith(".nnz"):
            h.update(name.encode() + b"\0" + array.tobytes())
    return h.hexdigest()


def build(name: str) -> Task | None:
    """A timing, or row updates alone."""
    if name in speed_rows.ROWS:
        return speed_rows.build(name)
    if name not in TIMING:
        return None
    timing = TIMING[name]
    core, x, y = prepare(timing)
    run = by_calls(core, x, y) if timing.form == "call" else in_blocks(core, x, y)

    def report() -> dict[str, Any]:
        counted = core.counters
        ticks = max(1, counted["ticks"])
        found = {
            "nbytes": core.nbytes,
            "synapses": sum(core.weights(p.name).size for p in core.network.projections),
            "digest": digest(core),
            "counted": int(core.totals.sum()),
            "writes_per_step": counted["writes"] / ticks,
        }
        if timing.form == "call":
            found["allocated_bytes_per_step"] = allocated_bytes(run, -(-1000 // len(x)) * len(x))
        return found

    return Task(run, report=report)


if __name__ == "__main__":
    serve(build, ["numpy", "numba"])
