"""Digests of everything a few trained cores hold: run as a program, with or without JIT, they must agree."""

import json
from hashlib import blake2b

import numpy as np

from streamsnn.core import Core
from streamsnn.encoders.latency import AdaptivePopulation
from streamsnn.neurons.lif import LIF
from streamsnn.rules.counting import Counting
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles.hosts import N_CLASSES, N_FEATURES, neuron_host, rule_host, samples

HOSTS = {
    "counting": rule_host(Counting(max_units=4), AdaptivePopulation(n_calibrate=8)),
    "three-factor": rule_host(ThreeFactor()),
    "three-factor, 8 bits": neuron_host(LIF(tau_syn=0.004, tau_mem=0.01)),
    "PES": rule_host(PES(learning_rate=0.02)),
}


def of_all() -> tuple[dict[str, dict[str, str]], dict[str, list[list[float]]]]:
    """Digest of every lasting array and counter, and the scores, by host."""
    digests, scores = {}, {}
    for name, host in HOSTS.items():
        x, target = samples(np.random.default_rng(8), 30)
        core = Core(host, n_features=N_FEATURES, n_classes=N_CLASSES, seed=12)
        scores[name] = core.run(x, target, learn=True).tolist()
        lasting = core.arrays().items()
        digests[name] = {k: blake2b(a.tobytes(), digest_size=8).hexdigest() for k, a in lasting}
    return digests, scores


if __name__ == "__main__":
    print(json.dumps(of_all()))
