"""Graded spikes, against plain loops over neurons and synapses."""

from dataclasses import replace

import numpy as np
import pytest

from streamsnn.core import Core
from streamsnn.encoders.latency import Latency
from streamsnn.hardware.cost import cost
from streamsnn.hardware.placing import place
from streamsnn.hardware.profile import Profile
from streamsnn.memory import Fixed
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.initial import Given, RandomDelays
from streamsnn.network import Layer, Network, Projection
from streamsnn.neurons.graded_lif import GradedLIF
from streamsnn.neurons.integrator import LI
from streamsnn.neurons.lif import LIF
from streamsnn.readouts.linear import Linear
from streamsnn.rules.asp import ASP
from tests.core.oracles.integers import dec, wrap
from tests.core.oracles.memory import effective_weight
from tests.core.oracles.neurons import decay12

N_IN, N_HIDDEN, N_OUT, TICKS = 5, 7, 3, 8
LIMIT = 2**23 - 1
NEURON = GradedLIF(tau_syn=0.003, tau_mem=0.01, v_threshold=50.0, bias=2.0)


def network(w: tuple[np.ndarray, np.ndarray, np.ndarray], exponent: int, **synapses: object) -> Network:
    fmt = Fixed(8, exponent=exponent)
    joins = (
        Projection("input", "hidden", Given(w[0]), Fixed(8)),
        Projection("hidden", "out", Given(w[1] * 2.0**exponent), fmt),
        Projection("hidden", "hidden", Given(w[2]), Fixed(8), sparse=True),
    )
    joins = (joins[0], replace(joins[1], **synapses), joins[2])  # type: ignore[arg-type]
    layers = (Layer("hidden", NEURON, N_HIDDEN), Layer("out", LI(), N_OUT))
    return Network(Latency(ticks=TICKS), layers, joins, Linear())


class Oracle:
    """One sample after the other, in Python integers."""

    def __init__(self, w: tuple[np.ndarray, np.ndarray, np.ndarray], exponent: int) -> None:
        self.w_in, self.w_out, self.w_loop = (a.astype(int).tolist() for a in w)
        self.exponent = exponent
        self.overflows = self.sent = 0

    def add(self, acc: list[int], sent: list[tuple[int, int]], w: list[list[int]], exponent: int) -> None:
        for i, number in sent:
            for j in range(len(acc)):
                exact = acc[j] + effective_weight(w[i][j], exponent) * number
                acc[j] = min(max(exact, -LIMIT), LIMIT)
                self.overflows += acc[j] != exact

    def run(self, spikes: list[list[int]]) -> list[int]:
        d_u, d_v = decay12(NEURON.tau_syn, 1e-3) + 1, decay12(NEURON.tau_mem, 1e-3)
        u, v, out = [0] * N_HIDDEN, [0] * N_HIDDEN, [0] * N_OUT
        sent: list[tuple[int, int]] = []
        for t in range(TICKS + 1):
            hidden, last = [0] * N_HIDDEN, [0] * N_OUT
            for i in spikes[t] if t < TICKS else []:
                for j in range(N_HIDDEN):
                    hidden[j] += 64 * self.w_in[i][j]
            self.add(last, sent, self.w_out, self.exponent)
            self.add(hidden, sent, self.w_loop, 0)
            self.sent += len(sent)
            sent = []
            for j in range(N_HIDDEN):
                u[j] = wrap(dec(u[j], d_u) + hidden[j])
                v[j] = min(max(dec(v[j], d_v) + u[j] + 64 * 2, -LIMIT), LIMIT)
                if v[j] > 64 * 50:
                    sent.append((j, -(-(v[j] - 64 * 50) // 64)))
                    v[j] = 0
            out = [min(max(a + b, -LIMIT), LIMIT) for a, b in zip(out, last, strict=True)]
        return out


@pytest.mark.small
@pytest.mark.parametrize("exponent", [0, -3, 7])
def test_a_synapse_delivers_weight_times_payload(exponent: int, rng: np.random.Generator) -> None:
    w = (
        rng.integers(-20, 120, (N_IN, N_HIDDEN)).astype(float),
        rng.integers(-120, 121, (N_HIDDEN, N_OUT)).astype(float),
        rng.integers(-1, 1, (N_HIDDEN, N_HIDDEN)).astype(float),
    )
    core = Core(network(w, exponent), n_features=N_IN, n_classes=N_OUT)
    oracle = Oracle(w, exponent)
    x = rng.random((6, N_IN))
    level = np.rint(TICKS * x).astype(int)
    scores = core.run(x, np.full(6, -1), learn=True)
    for row, found in zip(level, scores, strict=True):
        spikes = [[i for i in range(N_IN) if row[i] > 0 and TICKS - row[i] == t] for t in range(TICKS)]
        assert found.tolist() == oracle.run(spikes)
    count = core.counters.of("hidden->out")
    assert count["payload_words"] == count["messages"] == oracle.sent > 6
    assert core.counters.of("hidden->hidden")["payload_words"] == oracle.sent
    assert core.counters.of("input->hidden")["payload_words"] == 0
    of_input = count["overflows"] + core.counters.of("hidden->hidden")["overflows"]
    assert of_input == oracle.overflows
    assert (oracle.overflows > 0) == (exponent == 7), "only the largest exponent leaves 24 bits here"


def test_lists_deliver_payloads_as_full_rows_do(rng: np.random.Generator) -> None:
    w = (
        rng.integers(0, 120, (N_IN, N_HIDDEN)).astype(float),
        rng.integers(-120, 121, (N_HIDDEN, N_OUT)) * (rng.random((N_HIDDEN, N_OUT)) < 0.5),
        np.zeros((N_HIDDEN, N_HIDDEN)),
    )
    x = rng.random((6, N_IN))
    for last in (LI(), LI(arithmetic="float")):
        found = []
        for storage in ("dense", "csr"):
            net = network(w, 5, storage=storage, sparse=True)
            core = Core(
                replace(net, layers=(net.layers[0], Layer("out", last, N_OUT))),
                n_features=N_IN,
                n_classes=N_OUT,
            )
            scores = core.run(x, np.full(6, -1), learn=True)
            found.append((scores.tolist(), core.counters.rows.tolist()))
        assert found[0] == found[1]
        assert np.any(np.array(found[0][0]) != 0)


def test_a_payload_waits_nowhere_and_no_rule_drops_it() -> None:
    w = (np.ones((N_IN, N_HIDDEN)), np.ones((N_HIDDEN, N_OUT)), np.ones((N_HIDDEN, N_HIDDEN)))
    shared = Convolution(shape=(N_HIDDEN, 1), kernel=(5, 1))
    for storage, delay, n in (("dense", 1, 1), ("csr", RandomDelays(3), 3), (shared, 2, 2)):
        with pytest.raises(
            ValueError, match=f"hidden->out: graded spikes wait in no ring; .*, not {n} ticks"
        ):
            network(w, 0, delay=delay, storage=storage)
    rule = ASP(leak="gain")
    net = network(w, 0)
    learning = replace(net.projections[1], rule=rule, format=rule.format)
    layers = (net.layers[0], Layer("out", LIF(arithmetic="float"), N_OUT))
    with pytest.raises(ValueError, match="ASP delivers spikes in its own way, without their numbers"):
        replace(net, layers=layers, projections=(net.projections[0], learning, net.projections[2]))


def test_only_chips_with_graded_spikes_can_host_them(rng: np.random.Generator) -> None:
    w = (np.ones((N_IN, N_HIDDEN)), np.ones((N_HIDDEN, N_OUT)), np.ones((N_HIDDEN, N_HIDDEN)))
    core = Core(network(w, 0), n_features=N_IN, n_classes=N_OUT)
    loihi2 = Profile.load("loihi2-estimate")
    assert place(loihi2, core).cores == 2
    with pytest.raises(
        ValueError, match="'hidden' carry numbers of 18 bits, but those of loihi1 carry no num"
    ):
        place(Profile.load("loihi1"), core)
    core.run(rng.random((2, N_IN)), np.full(2, -1), learn=True)
    assert cost(loihi2, core.counters, cores=2).energy_nj.mid > 0.0


@pytest.mark.small
def test_bad_parameters_are_named() -> None:
    with pytest.raises(ValueError, match=r"v_threshold=200000\.0: there are 17 bits"):
        GradedLIF(v_threshold=200000.0)
    with pytest.raises(ValueError, match=r"tau_mem=-1.0 s"):
        GradedLIF(tau_mem=-1.0)
