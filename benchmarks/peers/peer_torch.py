"""The three-factor rule written by hand in PyTorch, in place and without automatic differentiation."""

from importlib import import_module

from benchmarks.peers.inputs import KEEP, LEARNING_RATE, N_OUT, TASKS, TICKS, Net, net_raster, net_weights
from benchmarks.peers.protocol import Task, cycled, serve


def build(name: str) -> Task | None:
    """Nets: two rank-one updates a tick, dense."""
    task = TASKS.get(name)
    if not isinstance(task, Net):
        return None
    torch = import_module("torch")
    torch.set_num_threads(1)
    spikes, label = net_raster(task)
    first, second = (torch.from_numpy(w) for w in net_weights(task))
    second = second.T.contiguous()
    x, wanted = torch.from_numpy(spikes).float(), torch.eye(N_OUT)[torch.from_numpy(label)]
    v, trace_hidden = torch.zeros(task.n_hidden), torch.zeros(task.n_hidden)
    out, trace_in = torch.zeros(N_OUT), torch.zeros(task.n_in)

    def step(i: int) -> None:
        v.mul_(KEEP).add_(x[i] @ first)
        fired = (v > 1).float()
        slope = (1 + 2 * (v - 1).abs()).pow(-2)
        v.sub_(fired)
        out.mul_(KEEP).add_(second @ fired)
        error = torch.softmax(out, 0) - wanted[i]
        trace_in.mul_(KEEP).add_(x[i])
        trace_hidden.mul_(KEEP).add_(fired)
        hidden_error = (error @ second) * slope
        second.addr_(error, trace_hidden, alpha=-LEARNING_RATE)
        first.addr_(trace_in, hidden_error, alpha=-LEARNING_RATE)

    steps = cycled(step, TICKS)

    def run(n: int) -> int:
        with torch.inference_mode():
            return steps(n)

    return Task(run)


if __name__ == "__main__":
    serve(build, ["torch"])
