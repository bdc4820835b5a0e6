"""Brian2 as a compiled C++ program: a stream of images is part of the program, whose own run time counts.

Weights are not normalised between images (in its favour). Compiling it takes tens of seconds and counts as
the first step.
"""

import subprocess
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.inputs import N_PIXELS, SHOWN, TASKS, Stdp, images
from benchmarks.peers.protocol import Task, serve

NEURON = "dv/dt = -v/(100*ms) : 1 (unless refractory)\ndtheta/dt = -theta/(1e7*ms) : 1"
SYNAPSE = """w : 1
dpre/dt = -pre/(20*ms) : 1 (event-driven)
dpost/dt = -post/(20*ms) : 1 (event-driven)"""


def network(brian: Any, task: Stdp, n_images: int) -> tuple[Any, dict[str, Any]]:
    """The network, and the rates that its input looks up."""
    rates = images()
    stream = np.vstack([rates[i % len(rates)] for i in range(n_images)])
    shown = brian.TimedArray(stream * 1000 * brian.Hz, dt=SHOWN * brian.ms, name="shown")
    source = brian.PoissonGroup(N_PIXELS, rates="shown(t, i)")
    excited = brian.NeuronGroup(
        task.n,
        NEURON,
        threshold="v > 13 + theta",
        reset="v = 0; theta += 0.05",
        refractory=5 * brian.ms,
        method="exact",
    )
    learned = brian.Synapses(
        source,
        excited,
        SYNAPSE,
        on_pre="v_post += w; pre += 1; w = clip(w - 1e-4*post, 0, 1)",
        on_post="post = 1; w = clip(w + 1e-2*pre, 0, 1)",
    )
    learned.connect()
    learned.w = "rand()*0.3"
    inhibition = brian.Synapses(excited, excited, on_pre="v_post -= 12")
    inhibition.connect(condition="i != j")
    return brian.Network(source, excited, learned, inhibition), {"shown": shown}


def build(name: str) -> Task | None:
    """A step is one image; a run is the whole program, which shows a handful."""
    task = TASKS.get(name)
    if not isinstance(task, Stdp):
        return None
    brian = import_module("brian2")
    brian.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-ffast-math", "-march=native"]
    brian.set_device("cpp_standalone", build_on_run=False)
    brian.defaultclock.dt = 1 * brian.ms
    n_images = max(4, 4000 // task.n)
    net, names = network(brian, task, n_images)
    net.run(n_images * SHOWN * brian.ms, namespace=names)
    kept = tempfile.TemporaryDirectory(prefix="brian2-")
    folder = Path(kept.name)
    brian.device.build(directory=kept.name, compile=True, run=False, debug=False)
    (folder / "results").mkdir(exist_ok=True)

    def run(steps: int) -> int:
        times = -(-steps // n_images)
        own = 0.0
        for _ in range(times):
            subprocess.run([folder / "main"], cwd=kept.name, stdout=subprocess.DEVNULL, check=True)
            (written,) = (folder / "results").glob("last_run_info*")
            own += float(written.read_text().split()[0])
        seconds.append(own)
        return times * n_images

    seconds: list[float] = []
    return Task(run, own_s=lambda: seconds[-1])


if __name__ == "__main__":
    serve(build, ["brian2"])
