"""A careful loop over NumPy arrays, written by hand: what needs no library at all."""

import numpy as np

from benchmarks.peers.inputs import (
    KEEP,
    LEARNING_RATE,
    TASKS,
    TICKS,
    Net,
    Pes,
    net_raster,
    net_weights,
    pes_signal,
    pes_tuning,
)
from benchmarks.peers.protocol import Task, cycled, serve

F = np.float32


def pes(task: Pes) -> Task:
    """Nengo's LIF neurons and PES: the activity filtered with 5 ms, decoders changed in every tick."""
    x, y = pes_signal()
    tuning, bias = pes_tuning(task.n)
    n = task.n
    v, rest, activity, current = (np.zeros(n, F) for _ in range(4))
    decoders, out = np.zeros((2, n), F), np.zeros(2, F)
    leak, kept = F(-np.expm1(-1e-3 / 0.02)), F(np.exp(-0.2))
    kappa, gained = F(1e-4 * 1e-3 / n), F((1 - np.exp(-0.2)) * 1000)

    def step(i: int) -> None:
        np.dot(x[i], tuning, out=current)
        np.add(current, bias, out=current)
        np.subtract(current, v, out=current)
        np.multiply(current, leak, out=current)
        np.add(v, current, out=v)
        v[rest > 0] = 0
        np.maximum(v, 0, out=v)
        spikes = v > 1
        v[spikes] = 0
        np.subtract(rest, F(1e-3), out=rest)
        rest[spikes] = F(0.002)
        rise = np.multiply(spikes, gained, dtype=F)
        np.multiply(activity, kept, out=activity)
        np.add(activity, rise, out=activity)
        np.multiply(out, kept, out=out)
        np.add(out, decoders @ rise, out=out)
        np.subtract(decoders, np.outer(kappa * (out - y[i]), activity), out=decoders)

    return Task(cycled(step, len(x)), report=lambda: {"output": out.tolist()})


def net(task: Net) -> Task:
    """The three-factor rule on dense arrays, as every peer of this task computes it."""
    spikes, label = net_raster(task)
    first, second = net_weights(task)
    x = spikes.astype(F)
    v, out, trace_in, trace_hidden = (np.zeros(m, F) for m in (task.n_hidden, 10, task.n_in, task.n_hidden))
    change = np.empty_like(first)
    loss = np.zeros(TICKS)

    def step(i: int) -> None:
        np.multiply(v, F(KEEP), out=v)
        np.add(v, x[i] @ first, out=v)
        fired = (v > 1).astype(F)
        slope = 1 / (1 + 2 * abs(v - 1)) ** 2
        np.subtract(v, fired, out=v)
        np.multiply(out, F(KEEP), out=out)
        np.add(out, fired @ second, out=out)
        error = np.exp(out - out.max())
        error /= error.sum()
        loss[i] = -np.log(error[label[i]])
        error[label[i]] -= 1
        np.multiply(trace_in, F(KEEP), out=trace_in)
        np.add(trace_in, x[i], out=trace_in)
        np.multiply(trace_hidden, F(KEEP), out=trace_hidden)
        np.add(trace_hidden, fired, out=trace_hidden)
        hidden_error = (second @ error) * slope * F(LEARNING_RATE)
        np.subtract(second, np.outer(trace_hidden, F(LEARNING_RATE) * error), out=second)
        np.multiply(trace_in[:, None], hidden_error, out=change)
        np.subtract(first, change, out=first)

    return Task(cycled(step, TICKS), report=lambda: {"loss": float(loss.mean())})


def build(name: str) -> Task | None:
    """PES and nets."""
    task = TASKS.get(name)
    if isinstance(task, Pes):
        return pes(task)
    return net(task) if isinstance(task, Net) else None


if __name__ == "__main__":
    serve(build, ["numpy"])
