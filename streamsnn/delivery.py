"""The lines of the generated text that bring spikes to neurons: delays, delivery, rings."""

from collections.abc import Iterator

from streamsnn.memory.convolution import Convolution, deliver_shared_float, deliver_shared_integer
from streamsnn.memory.counters import DELAY_WORDS_READ, RING_READS, RING_WRITES
from streamsnn.memory.delays import (
    DELAY_BITS,
    count_delays,
    deliver_late_float,
    deliver_late_integer,
    lag,
    take,
)
from streamsnn.memory.graded import (
    deliver_graded_float,
    deliver_graded_integer,
    deliver_graded_lists_float,
    deliver_graded_lists_integer,
)
from streamsnn.memory.graded_convolution import deliver_shared_graded_float, deliver_shared_graded_integer
from streamsnn.memory.lists import (
    deliver_late_lists_float,
    deliver_late_lists_integer,
    deliver_lists_float,
    deliver_lists_integer,
)
from streamsnn.memory.packing import row_words
from streamsnn.memory.synaptic import deliver_float, deliver_integer
from streamsnn.network import INPUT, Layer, Network, Projection
from streamsnn.plan import Plan
from streamsnn.types import Defers, Fuses, Kernel

_DELIVER_SHARED: dict[tuple[bool, bool], Kernel] = {  # (graded, integer layer)
    (False, False): deliver_shared_float,
    (False, True): deliver_shared_integer,
    (True, False): deliver_shared_graded_float,
    (True, True): deliver_shared_graded_integer,
}

# (lists, delays of their own, integer layer)
_DELIVER: dict[tuple[bool, bool, bool], Kernel] = {
    (False, False, False): deliver_float,
    (False, False, True): deliver_integer,
    (False, True, False): deliver_late_float,
    (False, True, True): deliver_late_integer,
    (True, False, False): deliver_lists_float,
    (True, False, True): deliver_lists_integer,
    (True, True, False): deliver_late_lists_float,
    (True, True, True): deliver_late_lists_integer,
}

_DELIVER_GRADED: dict[tuple[bool, bool], Kernel] = {
    (False, False): deliver_graded_float,
    (False, True): deliver_graded_integer,
    (True, False): deliver_graded_lists_float,
    (True, True): deliver_graded_lists_integer,
}


def arrivals(i: int, p: Projection) -> str:
    """Variable that holds the spikes of projection i that arrive in this tick."""
    return f"pre_p{i}" if _lagging(p) else f"pre_{p.pre}"


def payload(p: Projection) -> str:
    """Numbers that the spikes of `arrivals` carry."""
    return f"sent_{INPUT}" if p.pre == INPUT else f"{p.pre}_sent[1 - new, : n_fired_{p.pre}]"


def lagging(plan: Plan) -> Iterator[str]:
    """Spikes that wait, and those that have waited long enough."""
    for i, p in enumerate(plan.network.projections):
        if _lagging(p):
            yield f"pre_p{i} = {plan.call(f'p{i}_lag', lag, {'pre': f'pre_{p.pre}', 'now': 'now'})}"


def deliver(plan: Plan, i: int, p: Projection, ports: dict[str, str]) -> Iterator[str]:
    """Projection i: settle what the rows are owed, add them to the input, count the delay."""
    if (at_once := _in_one_pass(plan, p)) is not None:
        yield plan.call(f"p{i}", at_once, ports)
        return
    if isinstance(p.rule, Defers) and (arrive := p.rule.arrive()) is not None:
        yield plan.call(f"p{i}", arrive, ports)
    if p.rule is not None and (own := p.rule.deliver()) is not None:
        yield plan.call(f"p{i}", own, ports)
    elif isinstance(p.storage, Convolution):
        yield f"rows_p{i} = {_deliver(plan, i, p, ports)}"
    else:
        yield _deliver(plan, i, p, ports)
    if isinstance(p.storage, Convolution) and _lagging(p):
        filters = p.storage.filters
        yield f"counts[{i}, {DELAY_WORDS_READ}] += rows_p{i} * {row_words(filters, DELAY_BITS)}"
        yield f"counts[{i}, {RING_WRITES}] += rows_p{i} * {filters}"
    elif _lagging(p):
        names = {**plan.synapses[f"p{i}"], "n_post": f"n_{p.post}"}
        yield plan.call(f"p{i}", count_delays, ports, names)


def _in_one_pass(plan: Plan, p: Projection) -> Kernel | None:
    """Kernel that settles and delivers, where rows are full and all that they add to is a float's input."""
    plain = p.storage == "dense" and p.longest_delay == 0 and not plan.network.graded(p)
    if plain and isinstance(p.rule, Fuses) and not plan.network.layer(p.post).neuron.integer:
        return p.rule.arrive_and_deliver()
    return None


def _deliver(plan: Plan, i: int, p: Projection, ports: dict[str, str]) -> str:
    names = {**plan.known[p.post], **plan.synapses[f"p{i}"], "now": "now", "const": f"p{i}_const"}
    integer = plan.network.layer(p.post).neuron.integer
    graded = plan.network.graded(p)
    if graded:
        names["payload"] = payload(p)
    if isinstance(p.storage, Convolution):
        default = _DELIVER_SHARED[graded, integer]
    elif graded:
        default = _DELIVER_GRADED[p.storage == "csr", integer]
    else:
        default = _DELIVER[p.storage == "csr", p.own_delays, integer]
    return plan.call(f"p{i}", default, ports, names)


def last_arrival(network: Network, layer: Layer) -> int:
    """Last tick of a sample in which spikes that its input set off reach the layer, the longest way.

    Loops do not count: what they bring may never end. In a continuous network it is the sample's last
    tick, for its spikes arrive during the next sample.
    """
    if network.continuous:
        return network.encoder.ticks - 1
    late = {INPUT: 0}
    for each in network.layers:  # in the order of the data flow
        into = [p for p in network.projections if p.post == each.name and p.pre in late]
        late[each.name] = max((late[p.pre] + int(p.pre != INPUT) + p.longest_delay for p in into), default=0)
    return network.encoder.ticks - 1 + late[layer.name]


def rings(plan: Plan) -> Iterator[str]:
    """Delayed input that is due; a chip reads a ring for one common delay as well."""
    for n, layer in enumerate(plan.network.layers):
        into = [p for p in plan.network.projections if p.post == layer.name]
        count = f"counts[{len(plan.network.projections) + n}]"
        if any(p.own_delays for p in into):
            yield plan.call(layer.name, take, {"count": count}, {"now": "now"})
        elif any(_lagging(p) for p in into):
            yield f"{count[:-1]}, {RING_READS}] += n_{layer.name}"


def _lagging(p: Projection) -> bool:
    """Whether its spikes wait all for the same time."""
    return not p.own_delays and p.longest_delay > 0
