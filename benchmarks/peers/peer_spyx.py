"""spyx: its neurons under one jitted gradient step a tick, state carried without a gradient."""

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.inputs import KEEP, LEARNING_RATE, N_OUT, TASKS, TICKS, Net, net_raster, net_weights
from benchmarks.peers.protocol import Task, cycled, serve


def update(task: Net, x: Any, label: Any) -> tuple[Any, Any]:
    """The jitted step from weights and state to both, and the first state."""
    jax, optax, nnx = import_module("jax"), import_module("optax"), import_module("flax.nnx")
    spyx = import_module("spyx.nn")
    hidden = spyx.LIF((task.n_hidden,), beta=KEEP, rngs=nnx.Rngs(0))
    output = spyx.LI((N_OUT,), beta=KEEP, rngs=nnx.Rngs(0))
    hidden_parts, output_parts = nnx.split(hidden), nnx.split(output)

    def loss(weights: Any, state: Any, i: Any) -> tuple[Any, Any]:
        neurons = nnx.merge(*hidden_parts)
        _, v = neurons(x[i] @ weights[0], state[0])
        # spyx's neurons spike by the potential they had before the input: in one tick its gradient would
        # never reach the first weights. A second look at the potentials, which costs little, makes it.
        fired, _ = neurons(jax.numpy.zeros_like(v), v)
        scores, out = nnx.merge(*output_parts)(fired @ weights[1], state[1])
        return optax.softmax_cross_entropy_with_integer_labels(scores, label[i]).mean(), (v, out)

    def step(weights: Any, state: Any, i: Any) -> tuple[Any, Any]:
        (_, state), slope = jax.value_and_grad(loss, has_aux=True)(weights, state, i)
        return jax.tree.map(lambda w, g: w - LEARNING_RATE * g, weights, slope), state

    return jax.jit(step, donate_argnums=(0, 1)), (hidden.initial_state(1), output.initial_state(1))


def build(name: str) -> Task | None:
    """Nets."""
    task = TASKS.get(name)
    if not isinstance(task, Net):
        return None
    jax = import_module("jax")
    spikes, label = net_raster(task)
    x, wanted = jax.numpy.asarray(spikes.astype(np.float32))[:, None], jax.numpy.asarray(label)[:, None]
    one, state = update(task, x, wanted)
    weights: Any = tuple(jax.numpy.asarray(w) for w in net_weights(task))

    def step(i: int) -> None:
        nonlocal weights, state
        weights, state = one(weights, state, i)

    steps = cycled(step, TICKS)

    def run(n: int) -> int:
        done = steps(n)
        jax.block_until_ready(weights)
        return done

    return Task(run)


if __name__ == "__main__":
    serve(build, ["jax", "spyx", "optax", "flax"])
