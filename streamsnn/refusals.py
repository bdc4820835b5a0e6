"""What a projection and the leaves beside it must agree on; each refusal is one sentence."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from streamsnn.jit import reached
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.delays import LONGEST
from streamsnn.memory.initial import Zeros
from streamsnn.memory.synaptic import add_row
from streamsnn.types import Defers, Floats, Kernel, Periodic, Rule

if TYPE_CHECKING:
    from streamsnn.network import Layer, Projection


def check_synapses(p: "Projection") -> None:
    """Refuse a delay, mask or storage that cannot be."""
    shared = isinstance(p.storage, Convolution)
    if not shared and p.storage not in ("dense", "csr"):
        raise ValueError(
            f"projection {p.name}: storage={p.storage!r}: choose 'dense', 'csr' or a Convolution"
        )
    if shared and (p.rule is not None or p.sparse or not isinstance(p.delay, int)):
        raise ValueError(
            f"projection {p.name}: rows that neurons share are full, with one delay, and do not learn; "
            f"use storage='csr' with the convolution's weights"
        )
    if p.mask is not None and p.storage != "csr":
        raise ValueError(f"projection {p.name}: full arrays hold every synapse; a mask needs storage='csr'")
    if not isinstance(p.delay, int) and not (hasattr(p.delay, "rows") and hasattr(p.delay, "longest")):
        raise ValueError(
            f"projection {p.name}: delay={p.delay!r}: give whole ticks, RandomDelays or Given an array"
        )
    if not 0 <= p.longest_delay <= LONGEST:
        raise ValueError(f"projection {p.name}: delay of {p.longest_delay} ticks: give 0 to {LONGEST}")


def check_rule(p: "Projection", post: "Layer") -> None:
    """Refuse weights, or a rule, that the layer, the rows or the delays do not allow."""
    if post.size == 0:
        _check_growing(p)
    if p.rule is None:
        return
    rule, name = p.rule, type(p.rule).__name__
    if rule.opens_units and post.size:
        raise ValueError(f"projection {p.name}: a rule that opens units needs a post layer of size 0")
    if p.storage == "csr" and (why := _needs_full_rows(rule)):
        raise ValueError(f"projection {p.name}: {name} {why}, which lists lack; use storage='dense'")
    if p.sparse and p.storage == "dense":
        raise ValueError(
            f"projection {p.name}: {name} would write synapses that a list lacks; use storage='csr'"
        )
    deliver = rule.deliver()
    if deliver is None:
        return
    if p.format != rule.format:
        raise ValueError(f"projection {p.name}: {name} reads its own format, {rule.format}, not {p.format}")
    if not isinstance(p.delay, int):
        raise ValueError(
            f"projection {p.name}: {name} delivers spikes in its own way; give one delay for all synapses"
        )
    # An integer layer would cut real values without a word.
    acc = inspect.signature(_python(deliver)).parameters["acc"].annotation
    if acc == Floats and post.neuron.integer:
        raise ValueError(
            f"projection {p.name}: {name} delivers real values; give layer {p.post!r} a float neuron"
        )


def check_payload(p: "Projection") -> None:
    """Refuse graded spikes where the number they carry would be lost."""
    if p.longest_delay:
        raise ValueError(
            f"projection {p.name}: graded spikes wait in no ring; give them no delay, "
            f"not {p.longest_delay} ticks"
        )
    deliver = p.rule.deliver() if p.rule is not None else None
    if deliver is not None and "payload" not in inspect.signature(_python(deliver)).parameters:
        raise ValueError(
            f"projection {p.name}: {type(p.rule).__name__} delivers spikes in its own way, without their "
            f"numbers; give layer {p.pre!r} a neuron with plain spikes"
        )


def check_parameters(layer: "Layer") -> None:
    """Refuse parameters of single neurons, or channels, that do not fill the layer."""
    period = layer.neuron.period if isinstance(layer.neuron, Periodic) else 1
    if period > 1 and (layer.size == 0 or layer.size % period):
        raise ValueError(
            f"layer {layer.name!r}: {type(layer.neuron).__name__} has parameters for {period} neurons, of "
            f"which its size, {layer.size or 'not fixed'}, is no multiple; give as many as there are neurons"
        )


def check_shape(p: "Projection", n_pre: int, n_post: int) -> None:
    """Refuse a convolution that does not fit its layers; the number of inputs (0) is not known yet."""
    c = p.storage
    if isinstance(c, Convolution) and (n_post != c.n_post or n_pre not in (0, c.n_pre)):
        raise ValueError(
            f"projection {p.name}: a convolution of {c.n_pre} neurons onto {c.n_post} does not fit layers of "
            f"{n_pre or 'any number'} and {n_post}; change the layers' sizes"
        )


def check_feedback(layer: "Layer", forward: Sequence["Projection"]) -> None:
    """Refuse a feedback that reads forward weights one by one where they are lists."""
    if layer.feedback is None or all(p.storage == "dense" for p in forward):
        return
    if "w" in inspect.signature(_python(layer.feedback.kernel())).parameters:
        raise ValueError(
            f"layer {layer.name!r}: {type(layer.feedback).__name__} reads single weights of "
            f"{forward[0].name}, which only full arrays have; give that projection storage='dense'"
        )


def _check_growing(p: "Projection") -> None:
    if not isinstance(p.weights, Zeros):
        raise ValueError(f"projection {p.name}: synapses onto a layer that grows start from Zeros()")
    if p.rule is None:
        raise ValueError(f"projection {p.name}: weights onto a layer that grows need a learning rule")
    if p.storage == "csr" or not isinstance(p.delay, int):
        raise ValueError(
            f"projection {p.name}: lists and delays of single synapses are made at the start, "
            f"but layer {p.post!r} grows; give it a size"
        )


def _needs_full_rows(rule: Rule) -> str:
    """What the rule does that only full rows allow; empty if it writes whole rows only."""
    if any(f.dims == ("pre", "post") for f in rule.fields()):
        return "keeps a number for every pair of neurons"
    kernels: list[Kernel | None] = [rule.kernel(), rule.deliver()]
    kernels += [rule.arrive(), rule.settle()] if isinstance(rule, Defers) else []
    below = set(reached([add_row]))  # it takes full rows and lists
    for function in reached([k for k in kernels if k is not None]):
        if function not in below and _indexes_weights(function):
            return "reads or writes single weights"
    return "delivers spikes in its own way" if rule.deliver() is not None else ""


def _indexes_weights(function: FunctionType) -> bool:
    """Whether `w[...]` stands in the function's text; without text (typed at a prompt) nobody knows."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except OSError:
        return False
    found = (n.value for n in ast.walk(tree) if isinstance(n, ast.Subscript))
    return any(isinstance(value, ast.Name) and value.id == "w" for value in found)


def _python(kernel: Kernel) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(kernel, "py_func", kernel)
    return found
