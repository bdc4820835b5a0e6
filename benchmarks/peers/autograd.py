"""Nets trained by automatic differentiation in PyTorch: one update a tick, state detached between ticks."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.peers.inputs import LEARNING_RATE, N_OUT, TASKS, TICKS, Net, net_raster, net_weights
from benchmarks.peers.protocol import Task, cycled, serve

# Of two linear layers: a tick, from input spikes to scores; and what cuts the graph after it.
Model = tuple[Callable[[Any], Any], Callable[[], None]]


def net(name: str, model: Callable[[Any, Any], Model]) -> Task | None:
    """The task around a library's neurons; None if it is no net."""
    task = TASKS.get(name)
    if not isinstance(task, Net):
        return None
    torch = import_module("torch")
    torch.set_num_threads(1)
    spikes, label = net_raster(task)
    x, wanted = torch.from_numpy(spikes).float()[:, None], torch.from_numpy(label)[:, None]
    sizes = ((task.n_in, task.n_hidden), (task.n_hidden, N_OUT))
    layers = [torch.nn.Linear(*size, bias=False) for size in sizes]
    for layer, weights in zip(layers, net_weights(task), strict=True):
        layer.weight.data.copy_(torch.from_numpy(weights.T))
    forward, detach = model(*layers)
    descent = torch.optim.SGD([layer.weight for layer in layers], lr=LEARNING_RATE, foreach=False)
    cross_entropy = torch.nn.functional.cross_entropy

    def step(i: int) -> None:
        loss = cross_entropy(forward(x[i]), wanted[i])
        descent.zero_grad(set_to_none=True)
        loss.backward()
        descent.step()
        detach()

    return Task(cycled(step, TICKS))


def serve_net(model: Callable[[Any, Any], Model], module: str) -> None:
    """Serve nets made of a library's neurons."""
    serve(lambda name: net(name, model), ["torch", module])
