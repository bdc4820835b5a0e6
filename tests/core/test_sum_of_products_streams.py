"""Sum-of-products rules on streams, with reward channels, and of delays."""

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.spikes import Spikes
from streamsnn.memory import Float64
from streamsnn.memory.initial import Given
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.integrator import LI
from streamsnn.readouts.tracking import Tracking
from streamsnn.rules.sum_of_products import SumOfProducts, preview
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, rule_host, samples
from tests.core.oracles.rule_bench import KEY
from tests.core.oracles.sum_of_products import Product
from tests.core.test_sum_of_products import FIXED8, Case, check_ticks, quiet

# reward-modulated STDP by the reward channels, with the flag as a gate
CHANNELS: Case = (
    SumOfProducts(
        dw="2^-7*u1*t*r1 + 2^-2*x0*(r1 - 3)*r0 - 2^-4*y0*r1*x1 + 2^-9*u0*r0*(w - 5)*y2",
        dt="2^-1*y0*x1 - 2^-4*u0*t",
        epoch=2,
        tau_r1=0.005,
        reward_scale=30.0,
    ),
    [
        (1, -7, 1, (("t", 0), ("r1", 0))),
        (1, -2, "x0", (("r1", -3), ("r0", 0))),
        (-1, -4, "y0", (("r1", 0), ("x1", 0))),
        (1, -9, 0, (("r0", 0), ("w", -5), ("y2", 0))),
    ],
    [(1, -1, "y0", (("x1", 0),)), (-1, -4, 0, (("t", 0),))],
)


# delays that grow with every spike, shrink where the post neuron follows soon, and shift a tag and a weight
LATE: Case = (
    SumOfProducts(
        dw="2^-4*x0*(d - 7)",
        dt="2^-2*y0*d*x1 - 2^-5*u0*t",
        dd="x0 - 2^-3*y0*x1 + 2^-6*u1*(t + 2)*(d - 40)",
        epoch=2,
    ),
    [(1, -4, "x0", (("d", -7),))],
    [(1, -2, "y0", (("d", 0), ("x1", 0))), (-1, -5, 0, (("t", 0),))],
)
LATE_DD: list[Product] = [
    (1, 0, "x0", ()),
    (-1, -3, "y0", (("x1", 0),)),
    (1, -6, 1, (("t", 2), ("d", -40))),
]


def test_learned_delays_equal_integers_exactly(rng: np.random.Generator) -> None:
    counted = check_ticks(LATE, FIXED8, rng, ticks=200, dd=LATE_DD)
    assert counted["writes"] > 100
    assert counted["delay_words_read"] >= counted["delay_words_written"] > 100


@pytest.mark.small
def test_preview_tells_the_words_of_delays() -> None:
    rule = SumOfProducts(dw="", dd="2^-3*x0*d")
    bench = quiet(rule, n_pre=11, n_post=40)
    bench.ports |= {"delay": np.full((11, 40), 8, np.int8), "ring": np.zeros((16, 40))}
    bench.learn([2, 5, 7], [])
    told = preview(rule, 11, 40, 3, 0)
    assert bench.counted["delay_words_read"] == told.delay_words == 3 * 4  # 40 x 6 + 10 bits: 4 words
    assert bench.counted["delay_words_written"] == 3 * 4  # ten delays a word, all grown by one
    assert (bench.ports["delay"][[2, 5, 7]] == 9).all()
    assert bench.counted["write_attempts"] == told.attempts == 0


def test_a_delay_that_grows_makes_later_spikes_later() -> None:
    """Every spike lengthens its synapses' delays by a tick, up to what the layer's ring holds."""
    network = Network(
        encoder=Spikes(),
        layers=(Layer("out", LI(1e-4, "float"), 2),),
        projections=(
            Projection(
                "input",
                "out",
                Given(np.ones((1, 2))),
                Float64(),
                SumOfProducts(dw="", dd="x0"),
                delay=Given(np.array([[0.0, 5.0]])),
            ),
        ),
        readout=Tracking(),
        continuous=True,
    )
    core = Core(network, n_features=1, n_classes=2)
    x = np.zeros((40, 1))
    x[::10] = 1.0
    y = core.run(x, np.full((40, 2), np.nan), learn=True)
    arrived = [np.flatnonzero(y[:, j] > 0.5).tolist() for j in range(2)]
    # spikes of ticks 0, 10, 20, 30 wait 0, 1, 2, 3 ticks, and 5, 6, 7, 7: five ticks need a ring of eight
    assert arrived == [[0, 11, 22, 33], [5, 16, 27, 37]]
    assert core.arrays()["p0.delay"].tolist() == [[4, 7]]
    assert core.counters["writes"] == 0


def test_delays_need_synapses_that_have_them() -> None:
    with pytest.raises(ValueError, match="asks for 'delay'"):
        Core(rule_host(SumOfProducts(dd="x0")), n_features=N_FEATURES, n_classes=N_CLASSES)


def test_reward_channels_equal_integers_exactly(rng: np.random.Generator) -> None:
    counted = check_ticks(CHANNELS, FIXED8, rng, ticks=200)
    assert counted["writes"] > 100
    assert counted["tag_words_written"] > 0


@pytest.mark.small
def test_a_reward_that_stays_away_costs_no_visit() -> None:
    """Eligibility decays every fourth epoch; weights are visited only where a reward came."""
    bench = quiet(SumOfProducts(dw="2^-4*u0*t*r1", dt="y0*x1 - 2^-4*u2*t", reward_scale=10.0, tau_r1=1e-4))
    bench.ports["tag"][:] = 64
    for t in range(12):
        bench.learn([], [], [0.0, 0.0, 1.0] if t == 5 else [0.0] * 3, key=KEY + t)
    # three decays of tags on 4 rows; the reward of tick 5 lasts for that tick: 4 rows more
    assert bench.counted["lrn_rows_read"] == 3 * 4 + 4
    assert bench.counted["write_attempts"] == 4 * 3
    # 64 less one decay of 1/16 makes 60; of the product 600, 8 + 8 + 4 - 15 = 5 bits do not fit, and 2^-4 of
    # the 576 left is 36, at the rewarded neuron alone
    assert set(bench.w[:, 2].tolist()) == {36}
    assert not bench.w[:, :2].any()


def core_of(rule: SumOfProducts) -> Core:
    return Core(rule_host(rule), n_features=N_FEATURES, n_classes=N_CLASSES, seed=4)


def recall(ordered: bool, rng: np.random.Generator) -> list[float]:
    """Share of each class that is recognised after 400 samples of a delta rule written as text."""
    core = core_of(SumOfProducts(dw="-2^-3*u0*x1*y3", third_to="y3", tau_x1=0.01))
    x, target = samples(rng, 400)
    if ordered:
        order = np.argsort(target, kind="stable")
        x, target = x[order], target[order]
    core.run(x, target, learn=True)
    assert core.counters["writes"] > 0
    x, target = samples(rng, 600)
    best = core.run(x, target, learn=False).argmax(axis=1)
    return [float(np.mean(best[target == c] == c)) for c in range(N_CLASSES)]


def test_an_error_written_into_a_trace_teaches_an_iid_stream(rng: np.random.Generator) -> None:
    assert np.mean(recall(False, rng)) > 0.7  # five other seeds gave 0.77 to 0.95; chance is 1/3


def test_a_delta_rule_forgets_a_class_ordered_stream(rng: np.random.Generator) -> None:
    """What is expected of a rule driven by errors alone: only the last class stays."""
    by_class = recall(True, rng)
    assert by_class[-1] > 0.9
    assert np.mean(by_class[:-1]) < 0.5
