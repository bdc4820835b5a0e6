"""Nengo's reference simulator, with its optimiser, in double precision: its defaults."""

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.inputs import TASKS, Pes, pes_signal
from benchmarks.peers.protocol import Task, serve


def network(nengo: Any, task: Pes) -> Any:
    """The model as a user of Nengo writes it."""
    x, y = pes_signal()
    n = len(x)
    with nengo.Network(seed=0) as model:
        source = nengo.Node(lambda t: x[int(t * 1000 + 0.5) % n], size_out=4)
        target = nengo.Node(lambda t: y[int(t * 1000 + 0.5) % n], size_out=2)
        neurons = nengo.Ensemble(task.n, 4)
        output, error = nengo.Node(size_in=2), nengo.Node(size_in=2)
        nengo.Connection(source, neurons, synapse=None)
        learned = nengo.Connection(
            neurons,
            output,
            function=lambda _: [0, 0],  # learning starts from zero: there is nothing to solve
            solver=nengo.solvers.NoSolver(np.zeros((task.n, 2))),
            learning_rule_type=nengo.PES(learning_rate=1e-4),
        )
        nengo.Connection(output, error)
        nengo.Connection(target, error, transform=-1, synapse=None)
        nengo.Connection(error, learned.learning_rule)
    return model


def build(name: str) -> Task | None:
    """PES; a step by `run_steps` costs what `step` costs, so that one figure stands for both."""
    task = TASKS.get(name)
    if not isinstance(task, Pes):
        return None
    nengo = import_module("nengo")
    simulator = nengo.Simulator(network(nengo, task), progress_bar=False)

    def run(steps: int) -> int:
        simulator.run_steps(steps, progress_bar=False)
        return steps

    return Task(run)


if __name__ == "__main__":
    serve(build, ["nengo"])
