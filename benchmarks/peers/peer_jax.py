"""The three-factor rule jitted by JAX: `step`, one call a tick, or `scan`, one call a block of ticks."""

import sys
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.inputs import KEEP, LEARNING_RATE, N_OUT, TASKS, TICKS, Net, net_raster, net_weights
from benchmarks.peers.protocol import Task, cycled, serve

LARGE = 2_000_000  # synapses from which a block of ticks would take seconds


def tick(jax: Any, state: Any, sample: Any) -> tuple[Any, Any]:
    """One tick with learning: the new state, and a score to wait for."""
    jnp = jax.numpy
    v, out, trace_in, trace_hidden, first, second = state
    x, wanted = sample
    v = KEEP * v + x @ first
    fired = (v > 1).astype(jnp.float32)
    slope = (1 + 2 * jnp.abs(v - 1)) ** -2
    v = v - fired
    out = KEEP * out + fired @ second
    error = jax.nn.softmax(out) - wanted
    trace_in, trace_hidden = KEEP * trace_in + x, KEEP * trace_hidden + fired
    hidden_error = (second @ error) * slope
    second = second - LEARNING_RATE * trace_hidden[:, None] * error
    first = first - LEARNING_RATE * trace_in[:, None] * hidden_error
    return (v, out, trace_in, trace_hidden, first, second), out[0]


def build(name: str) -> Task | None:
    """Nets, in the form that the first argument names."""
    task = TASKS.get(name)
    if not isinstance(task, Net):
        return None
    jax = import_module("jax")
    jnp = jax.numpy
    spikes, label = net_raster(task)
    x, wanted = jnp.asarray(spikes.astype(np.float32)), jnp.eye(N_OUT)[label]
    zeros = (jnp.zeros(n) for n in (task.n_hidden, N_OUT, task.n_in, task.n_hidden))
    state: Any = (*zeros, *(jnp.asarray(w) for w in net_weights(task)))
    if sys.argv[1] == "scan":
        return scan(jax, state, x, wanted, TICKS if task.n_in * task.n_hidden < LARGE else TICKS // 10)
    one = jax.jit(lambda s, i: tick(jax, s, (x[i], wanted[i]))[0], donate_argnums=0)

    def step(i: int) -> None:
        nonlocal state
        state = one(state, i)

    steps = cycled(step, TICKS)

    def run(n: int) -> int:
        done = steps(n)
        jax.block_until_ready(state)
        return done

    return Task(run)


def scan(jax: Any, state: Any, x: Any, wanted: Any, block: int) -> Task:
    """Blocks of ticks: the same first ticks of the raster every time, which costs what others would."""
    whole = jax.jit(
        lambda s, xs, ys: jax.lax.scan(lambda c, one: tick(jax, c, one), s, (xs, ys)), donate_argnums=0
    )
    xs, ys = x[:block], wanted[:block]

    def run(n: int) -> int:
        nonlocal state
        blocks = -(-n // block)
        for _ in range(blocks):
            state, scores = whole(state, xs, ys)
        jax.block_until_ready(scores)
        return blocks * block

    return Task(run)


if __name__ == "__main__":
    serve(build, ["jax"])
