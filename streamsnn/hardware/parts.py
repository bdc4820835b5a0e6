"""The sections of a hardware profile; what a chip does not have, or nobody knows, is absent."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from streamsnn.hardware.entry import Energy, Limit, Rate, Text, Time


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one event costs; an absent energy or time is not charged, and the cost report says so."""

    energy: Energy | None = None
    time: Time | None = None


class Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every kind of event that the cost model charges.

    A figure that is zero because another one contains it is given as zero, with that source; a figure
    that is unknown is absent.
    """

    synop: Event = Event()
    plastic_visit: Event = Event()
    neuron_active: Event = Event()
    neuron_idle: Event = Event()
    spike: Event = Event()
    message: Event = Event()
    lookup: Event = Event()  # a message that arrives at a core and finds its synapse list
    hop_ew: Event = Event()
    hop_ns: Event = Event()


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a core and a chip hold, and how synaptic memory is laid out."""

    cores_per_chip: Limit
    chips: Limit | None = None  # that can be joined
    cores_per_tile: Limit | None = None  # absent: barriers do not depend on the cores in use
    compartments: Limit | None = None
    synaptic_words: Limit | None = None
    in_axons: Limit | None = None
    out_axons: Limit | None = None
    neuron_sets: Limit | None = None  # different parameter sets of neurons
    threshold_sets: Limit | None = None
    synapse_formats: Limit | None = None
    trace_sets: Limit | None = None  # different parameter sets of presynaptic traces
    delay: Limit | None = None  # longest delay of a synapse in ticks; absent: no delays
    delay_slots: Limit | None = None  # accumulators of a core for input that waits
    shared_rows: Text | None = None  # who says that inputs can share a synapse list; absent: they cannot
    payload_bits: Limit | None = None  # of the number that a spike carries; absent: none
    word_bits: Limit | None = None
    group: Limit | None = None  # absent: a row is one group
    header_bits: Limit | None = None


class Barrier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Time of the barrier that ends a tick when `tiles` tiles are in use."""

    tiles: Annotated[int, Meta(ge=1)]
    time: Time


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The least time of a tick or of a sample, however little there is to do."""

    tick: Time | None = None
    sample: Time | None = None


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One direction of a link between neighbouring chips.

    `fan_out` says where a spike for several cores of another chip is multiplied: at its source (one
    message per core crosses) or at its destination (one message per chip crosses).
    """

    fan_out: Literal["source", "destination"]
    energy: Energy | None = None  # of one message over one link
    rate: Rate | None = None
