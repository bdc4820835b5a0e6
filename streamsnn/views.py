"""The head of a generated program: every array under its name, cut out of the core's one block of bytes."""

from collections.abc import Iterator

import numpy as np

from streamsnn.arena import Slot
from streamsnn.network import INPUT
from streamsnn.plan import Plan, variable

RUN = "def run(block, call, learn, own_x, own_target):"


def views(plan: Plan) -> Iterator[str]:
    """Arrays at capacity, found through the layout at the start of the block, and those of the call."""
    dtypes = sorted({"int64", *(np.dtype(slot.dtype).name for slot in plan.slots)})
    yield "layout = borrowed(block, (1,), np.int64)"
    yield "size = layout[0]"
    for dtype in dtypes:
        yield f"block_{dtype} = borrowed(block, (size // {np.dtype(dtype).itemsize},), np.{dtype})"
    for i, slot in enumerate(plan.slots):
        first, end, rows, columns = (f"block_int64[{4 * i + k + 1}]" for k in range(4))
        view = f"block_{np.dtype(slot.dtype).name}[{first}:{end}]"
        if len(slot.dims) == 2:
            view += f".reshape(({rows}, {columns}))"
        yield f"{'all_' if _cut(plan, slot) else ''}{variable(slot)} = {view}"
    if plan.passing:
        i, size = len(plan.slots) - len(plan.passing), np.dtype(plan.passing[0].dtype).itemsize
        yield f"passing = block_int64[block_int64[{4 * i + 1}] * {size} // 8 :]"
    yield "given = borrowed(call, (8,), np.int64)"
    yield "n_samples, n_features, n_classes = given[4], given[5], given[6]"
    yield from _samples(plan.network.readout.targets == "vector")
    yield "scores_out = borrowed(given[2], (n_samples, n_classes), np.float64)"
    yield "record = borrowed(given[3], (given[7], 3), np.int32)"
    for scope, (start, stop) in plan.spans.items():
        yield f"{scope}_const = core_constants[{start}:{stop}]"
    yield "seed = core_seed[0]"
    yield "counts = counters if learn != 0 else core_uncounted"
    yield f"n_input = n_features * {plan.network.encoder.lines}"


def _samples(vector: bool) -> Iterator[str]:
    """Features and targets: at the addresses of the call, or one sample handed over as it is."""
    yield "if given[0] == 0:"
    yield "    if own_x.size != n_features:"
    yield "        return 1"
    yield f"    if own_target{'.size !=' if vector else ' >='} n_classes:"
    yield "        return 2"
    yield "    x = own_x.reshape((1, n_features))"
    if vector:
        yield "    target = own_target.reshape((1, n_classes))"
    else:
        yield "    target = borrowed(given[1], (1,), np.int64)"
        yield "    target[0] = own_target"
    yield "else:"
    yield "    x = borrowed(given[0], (n_samples, n_features), np.float64)"
    if vector:
        yield "    target = borrowed(given[1], (n_samples, n_classes), np.float64)"
    else:
        yield "    target = borrowed(given[1], (n_samples,), np.int64)"


def cuts(plan: Plan) -> Iterator[str]:
    """Of every array that grows, the part in use."""
    for layer in plan.network.layers:
        yield f"n_{layer.name} = {layer.name}_size[0]"  # a rule may have opened units since
    for slot in plan.lasting + plan.passing:
        if _cut(plan, slot):
            yield f"{variable(slot)} = all_{variable(slot)}[:{_cut(plan, slot)}]"


def _cut(plan: Plan, slot: Slot) -> str:
    """Number of elements in use of a one-dimensional array that grows, else an empty string."""
    opening = {f"p{i}" for i, p in enumerate(plan.network.projections) if p.rule and p.rule.opens_units}
    if slot.name.split(".")[0] in opening:
        return ""  # a rule that opens a unit writes one element beyond those in use
    used = {layer.name: f"n_{layer.name}" for layer in plan.network.layers}
    used |= {INPUT: "n_input", "feature": "n_features", "class": "n_classes"}
    return used.get(str(slot.dims[0]), "") if len(slot.dims) == 1 else ""
