"""SpikingJelly: online training through time (OTTT) with its own layers and neurons."""

from importlib import import_module
from typing import Any

from benchmarks.peers.autograd import Model, serve_net


def model(first: Any, second: Any) -> Model:
    """`OTTTSequential` carries spikes and their traces from layer to layer."""
    layer = import_module("spikingjelly.activation_based.layer")
    neuron = import_module("spikingjelly.activation_based.neuron")
    detach_net = import_module("spikingjelly.activation_based.functional.net_config").detach_net
    net = layer.OTTTSequential(first, neuron.OTTTLIFNode(tau=10.0), second, neuron.OTTTLIFNode(tau=10.0))
    net.train()

    def forward(x: Any) -> Any:
        scores = net(x)
        return scores[0] if isinstance(scores, list | tuple) else scores

    return forward, lambda: detach_net(net)


if __name__ == "__main__":
    serve_net(model, "spikingjelly.activation_based")
