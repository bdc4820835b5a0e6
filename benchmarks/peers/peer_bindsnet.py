"""BindsNET: its own Diehl & Cook model, one image at a time."""

import sys
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.inputs import N_PIXELS, SHOWN, TASKS, Stdp, image_rasters
from benchmarks.peers.protocol import Task, cycled, serve

_declared: list[Any] = []  # a library of operators lasts as long as its object


def declare_operators() -> None:
    """Name two operators of torchvision that BindsNET imports but never runs.

    On a CPU build of PyTorch, torchvision's own operators cannot be loaded, and its import fails over them.
    """
    try:
        import_module("torchvision")
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = import_module("torch").library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)


def build(name: str) -> Task | None:
    """A step is one image: `SHOWN` ticks of its spikes, then rest."""
    task = TASKS.get(name)
    if not isinstance(task, Stdp):
        return None
    torch = import_module("torch")
    torch.set_num_threads(1)
    model = import_module("bindsnet.models").DiehlAndCook2015
    net = model(
        n_inpt=N_PIXELS,
        n_neurons=task.n,
        exc=22.5,
        inh=120,
        dt=1.0,
        norm=78.4,
        theta_plus=0.05,
        inpt_shape=(1, 28, 28),
    )
    shown = torch.from_numpy(image_rasters().astype(np.uint8)).view(-1, SHOWN, 1, 1, 28, 28)

    def step(i: int) -> None:
        net.run(inputs={"X": shown[i]}, time=SHOWN)
        net.reset_state_variables()

    return Task(cycled(step, len(shown)))


if __name__ == "__main__":
    declare_operators()
    serve(build, ["torch", "bindsnet.models"])
