"""Norse: its leanest neurons, the gradient of the current tick."""

from importlib import import_module
from typing import Any

from benchmarks.peers.autograd import Model, serve_net


def model(first: Any, second: Any) -> Model:
    """`LIFBoxCell` and `LICell`; their membrane keeps 0.9 a tick, and an input is scaled by the rest."""
    torch, norse = import_module("torch"), import_module("norse.torch")
    hidden = norse.LIFBoxCell(norse.LIFBoxParameters(tau_mem_inv=torch.as_tensor(100.0)))
    output = norse.LICell()
    state: Any = None
    last: Any = None

    def forward(x: Any) -> Any:
        nonlocal state, last
        spikes, state = hidden(first(x) * 10, state)
        scores, last = output(second(spikes), last)
        return scores

    def detach() -> None:
        nonlocal state, last
        state, last = (type(s)(*[part.detach() for part in s]) for s in (state, last))

    return forward, detach


if __name__ == "__main__":
    serve_net(model, "norse.torch")
