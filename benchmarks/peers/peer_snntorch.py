"""snnTorch: its leaky neurons, the gradient of the current tick."""

from importlib import import_module
from typing import Any

from benchmarks.peers.autograd import Model, serve_net
from benchmarks.peers.inputs import KEEP


def model(first: Any, second: Any) -> Model:
    """Two layers of `snntorch.Leaky`; the second one's potentials are the scores."""
    snntorch = import_module("snntorch")
    hidden, output = snntorch.Leaky(beta=KEEP), snntorch.Leaky(beta=KEEP)
    v, scores = hidden.init_leaky(), output.init_leaky()

    def forward(x: Any) -> Any:
        nonlocal v, scores
        spikes, v = hidden(first(x), v)
        _, scores = output(second(spikes), scores)
        return scores

    def detach() -> None:
        nonlocal v, scores
        v, scores = v.detach(), scores.detach()

    return forward, detach


if __name__ == "__main__":
    serve_net(model, "snntorch")
