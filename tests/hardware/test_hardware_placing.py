"""A whole network on a chip, from a core that runs it."""

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.hardware.links import link_traffic
from streamsnn.hardware.placing import flows, place, populations, row_tables
from streamsnn.hardware.profile import Profile
from streamsnn.memory import Fixed
from streamsnn.memory.initial import SignedRandom
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear

LOIHI = Profile.load("loihi1")
N_FEATURES, N_HIDDEN, N_CLASSES = 6, 2000, 10


def core() -> Core:
    trunk = SignedRandom(fan_in=4, amplitude=64.0, seed=3)
    network = Network(
        encoder=Latency(),
        layers=(Layer("hidden", LIF(v_threshold=100.0), N_HIDDEN), Layer("out", LIF(), N_CLASSES)),
        projections=(
            Projection("input", "hidden", trunk, Fixed(2, exponent=6), sparse=True),
            Projection("hidden", "out", format=Fixed(8)),
        ),
        readout=Linear(),
    )
    return Core(network, n_features=N_FEATURES, n_classes=N_CLASSES, seed=1)


def test_rows_by_hand() -> None:
    network = core()
    lines = N_FEATURES * network.network.encoder.lines
    trunk, top = row_tables(LOIHI, network)
    # 2000 neurons with 4 inputs each over the encoder's lines; 2-bit weights and 11-bit indices
    stored = int(np.count_nonzero(network.weights("input->hidden")))
    assert stored == N_HIDDEN * 4
    mean = -(-stored // lines)
    groups, rest = divmod(mean, 64)
    words = groups * -(-(64 * 13 + 10) // 64) + (-(-(rest * 13 + 10) // 64) if rest else 0)
    assert (trunk.rows, trunk.words_per_row) == (lines, words)
    assert (top.rows, top.words_per_row) == (2000, 2)  # 10 x 8 + 10 = 90 bits
    assert [p.size for p in populations(network)] == [2000, 10]


def test_the_binding_limits_of_a_network() -> None:
    plan = place(LOIHI, core())
    assert [(p.cores, p.binding) for p in plan.placements] == [(2, "compartments"), (1, "in_axons")]
    assert dict(plan.placements[1].use)["in_axons"] == pytest.approx(2000 / 4096)
    assert dict(plan.placements[1].use)["synaptic_words"] == pytest.approx(4000 / 16384)


@pytest.mark.parametrize(
    ("chip", "part"),
    [
        ("truenorth", "layer 'out' does not fit truenorth.* 2000 of "),
        ("reckon", "layer 'hidden' does not fit reckon.*2010 of compartments, of which a core has 272"),
        ("brainscales2", "layer 'hidden' does not fit brainscales2.*2010 of compartments.*has 512"),
    ],
)
def test_a_network_that_fits_no_chip_says_which_limit(chip: str, part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        place(Profile.load(chip), core())
    assert "\n" not in str(refused.value)


def test_flows_are_the_spikes_that_were_delivered() -> None:
    network = core()
    assert flows(network) == ()
    x = np.random.default_rng(0).random((1, N_FEATURES))
    network.run(x, np.array([3]), learn=True, record=True)  # looking without learning is not counted
    raster, ticks = network.raster(), network.network.ticks
    hidden = raster.names.index("hidden")
    # spikes of the last tick have no tick to arrive in
    arrived = int(np.sum((raster.layers == hidden) & (raster.ticks < ticks - 1)))
    found = {(f.pre, f.post): f.spikes for f in flows(network)}
    assert arrived > 0
    assert found["hidden", "out"] == pytest.approx(arrived / ticks)
    assert link_traffic(LOIHI, place(LOIHI, network), flows(network)).loads == ()  # three cores, one chip
