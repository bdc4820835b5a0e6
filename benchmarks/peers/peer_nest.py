"""NEST: the network of the STDP task, without adaptive thresholds (in its favour: this model has none)."""

from importlib import import_module
from typing import Any

from benchmarks.peers.inputs import N_PIXELS, SHOWN, TASKS, Stdp, images
from benchmarks.peers.protocol import Task, cycled, serve


def build(name: str) -> Task | None:
    """A step is one image of `SHOWN` ms; weights are not normalised between images (in its favour)."""
    task = TASKS.get(name)
    if not isinstance(task, Stdp):
        return None
    nest: Any = import_module("nest")
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.resolution = 1.0
    nest.local_num_threads = 1
    rates = images() * 1000
    source = nest.Create("poisson_generator", N_PIXELS, params={"rate": list(rates[0])})
    relay = nest.Create("parrot_neuron", N_PIXELS)
    neuron = {"tau_m": 100.0, "V_th": -57.0, "E_L": -70.0, "V_reset": -70.0, "t_ref": 5.0, "tau_minus": 20.0}
    excited = nest.Create("iaf_psc_delta", task.n, params=neuron)
    nest.Connect(source, relay, "one_to_one", {"delay": 1.0})
    rule = {"lambda": 1e-2, "alpha": 0.01, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 1.0, "tau_plus": 20.0}
    nest.SetDefaults("stdp_synapse_hom", rule)
    weight = nest.random.uniform(0, 0.3)
    learned = {"synapse_model": "stdp_synapse_hom", "weight": weight, "delay": 1.0}
    nest.Connect(relay, excited, "all_to_all", learned)
    others = {"rule": "all_to_all", "allow_autapses": False}
    nest.Connect(excited, excited, others, {"weight": -12.0, "delay": 1.0})

    def step(i: int) -> None:
        source.rate = list(rates[i])
        nest.Simulate(float(SHOWN))

    return Task(cycled(step, len(rates)))


if __name__ == "__main__":
    serve(build, ["nest"])
