"""The fixed-point compartment against other emulators' own code, state by state.

`golden/*.json` were made once, in throw-away environments, by the three emulators themselves:

    lava.json          lava-nc 0.10.0, Python 3.10: `LIF` fed by a `RingBuffer`, run with
                       `Loihi2SimCfg(select_tag="fixed_pt")`; u, v and s_out read by `Monitor`
    nengo_loihi.json   nengo-loihi 1.1.0 (nengo 3.2.0), Python 3.8: `CompartmentState` of a `LoihiBlock` with
                       int32 parameters, its `input` set and `update` called tick by tick
    brian2_loihi.json  brian2-loihi 0.5.2 (brian2 2.9.0), Python 3.11: a `LoihiNeuronGroup` driven by a
                       `LoihiSpikeGeneratorGroup` over random mixed weights, in a `LoihiNetwork`; `a` is the
                       current of a second group without memory (decays of 4096)

Each holds 250 or 300 ticks of four neurons for several parameter sets: input `a` (in units of the
compartment), `u`, `v` after the tick, and the indices of the spikes. Inputs are seeded random, in some sets
so large that registers overflow; lava.json also lands exactly on +2^23 and -2^23. `d_u` is the decay
applied, the emulator's fixed offset included; `refractory` counts silent ticks, which is one less than
nengo-loihi's and Brian2Loihi's own parameter. The scripts are in `golden/README.md`.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streamsnn.neurons.lif import LIF, Parity
from tests.core.oracles.neurons import Bench

DT = 1e-3
FOLDER = Path(__file__).parent / "golden"
FILES: dict[str, Parity] = {"lava": "lava", "nengo_loihi": "nengo", "brian2_loihi": "brian2"}
LAST_V = 2**23 - 1


def golden(file: str) -> list[dict[str, Any]]:
    """The parameter sets of one file."""
    cases: list[dict[str, Any]] = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))["cases"]
    return cases


def time_constant(decay: float, unit: int) -> float:
    """The time constant that loses decay / unit in a tick."""
    return math.inf if decay == 0 else 0.0 if decay == unit else -DT / math.log1p(-decay / unit)


def neuron_of(case: dict[str, Any], parity: Parity) -> LIF:
    """Our neuron with the decays of a golden case."""
    unit = 4095 if parity == "nengo" else 4096
    offset = {"chip": 1, "lava": 1, "nengo": 0, "brian2": 0}[parity]  # nengo-loihi takes its own off again
    no_memory = parity != "nengo" and case["d_u"] == 4096  # without, the offset would be on top
    neuron = LIF(
        tau_syn=0.0 if no_memory else time_constant(case["d_u"] - offset, unit),
        tau_mem=time_constant(case["d_v"], unit),
        v_threshold=case["theta"],
        bias=case["bias"],
        refractory=case["refractory"],
        parity=parity,
    )
    assert neuron.constants(DT)[:2] == (case["d_u"], case["d_v"]), "the decays are hit exactly"
    return neuron


def check_equal(case: dict[str, Any], parity: Parity) -> Bench:
    """Run our kernel on the golden input; everything must be equal after every tick."""
    bench = Bench(neuron_of(case, parity), len(case["a"][0]))
    ticks = zip(case["a"], case["u"], case["v"], case["spikes"], strict=True)
    for a, u, v, spikes in ticks:
        assert bench.tick(np.array(a)) == spikes
        assert bench.fields["u"].tolist() == u
        assert bench.fields["v"].tolist() == v
    assert bench["spikes"] == sum(map(len, case["spikes"]))
    return bench


@pytest.mark.parametrize(("file", "parity"), FILES.items())
def test_parity_with_another_emulator(file: str, parity: Parity) -> None:
    own = [case for case in golden(file) if case.get("v_min", 0) == 0]
    benches = [check_equal(case, parity) for case in own]
    assert len(benches) == 4
    assert min(bench["spikes"] for bench in benches) > 0
    overflows = [bench["overflows"] for bench in benches]
    # Brian2Loihi has no registers; the others overflow in the two sets made for it, and only there
    assert [n > 0 for n in overflows] == [False, False, parity != "brian2", parity != "brian2"]


def test_chip_agrees_where_the_emulators_have_no_corner() -> None:
    """Lava below the edge of 24 bits; nengo-loihi with a bound of v below 0 and inputs within 22 bits."""
    for case in golden("lava")[:2]:
        check_equal(case, "chip")
    free = [case for case in golden("nengo_loihi") if case["v_min"] < 0]
    benches = [check_equal(case, "chip") for case in free]
    assert len(benches) == 2
    assert benches[1]["overflows"] > 0  # nengo-loihi wraps the current as the chip does
    assert {abs(v) for case in free for row in case["v"] for v in row} >= {LAST_V}


@pytest.mark.parametrize(("file", "parity"), FILES.items())
def test_every_switch_changes_something(file: str, parity: Parity) -> None:
    """The chip's own form leaves the golden states: the vectors reach each emulator's corner cases."""
    case = next(c for c in reversed(golden(file)) if c.get("v_min", 0) == 0 and c["d_u"] > 0)
    bench = Bench(neuron_of(case, "chip"), len(case["a"][0]))
    states = []
    for a in case["a"]:
        bench.tick(np.array(a))
        states.append(bench.fields["v"].tolist())
    assert states != case["v"]
