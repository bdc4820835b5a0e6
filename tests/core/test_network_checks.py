"""What a network refuses before anything runs."""

import pytest

from streamsnn.encoders.latency import Latency
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.asp import ASP
from streamsnn.rules.pes_event import PESEvent
from streamsnn.types import Rule


@pytest.mark.parametrize("rule", [ASP(leak="gain"), PESEvent()], ids=["ASP", "PESEvent"])
def test_a_rule_that_delivers_real_values_needs_a_float_layer(rule: Rule) -> None:
    def network(neuron: LIF) -> Network:
        return Network(
            encoder=Latency(),
            layers=(Layer("out", neuron, 4),),
            projections=(Projection("input", "out", format=rule.format, rule=rule),),
            readout=Linear(),
        )

    with pytest.raises(ValueError, match="delivers real values; give layer 'out' a float neuron"):
        network(LIF())
    assert network(LIF(arithmetic="float")).layers[0].size == 4
