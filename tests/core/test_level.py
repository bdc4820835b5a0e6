"""The quantised rectifier, against its equation in fractions."""

import inspect
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn import Layer, Level
from streamsnn.memory import COUNTERS
from tests.core.oracles.integers import wrap
from tests.core.oracles.neurons import latency_weighted


def rectified(v: int, neuron: Level, j: int) -> int:
    """Level of neuron j at potential v."""
    c = j % len(neuron.gain)
    bias = neuron.bias[c] if neuron.bias else 0
    exact = Fraction(math.floor(Fraction(v, 64)) * neuron.gain[c] + bias, 2**neuron.shift)
    return min(max(math.floor(exact + Fraction(1, 2)), 0), neuron.levels)


def run(neuron: Level, inputs: np.ndarray) -> tuple[list[dict[int, int]], np.ndarray, dict[str, int]]:
    """Payload by neuron of each tick, final potentials and counters for integer inputs `[ticks, n]`."""
    ticks, n = inputs.shape
    fields = {f.name: np.zeros(n, f.dtype) for f in neuron.fields()}
    out, payload, acc = np.zeros((3, n), np.int32)
    count = np.zeros(len(COUNTERS), np.int64)
    ports = {"last": ticks - 1, "acc": acc, "out": out, "payload": payload, "count": count}
    kernel = neuron.kernel()
    names = inspect.signature(getattr(kernel, "py_func", kernel)).parameters
    sent = []
    for t in range(ticks + 2):  # two ticks beyond the input
        acc[:] = inputs[t] if t < ticks else 0
        known = {**ports, **fields, "t": t, "const": np.array(neuron.constants(1e-3))}
        n_spikes = kernel(*(known[name] for name in names))
        sent.append(dict(zip(out[:n_spikes].tolist(), payload[:n_spikes].tolist(), strict=True)))
        assert not acc.any()
    return sent, fields["v"], {name: int(c) for name, c in zip(COUNTERS, count, strict=True) if c}


CHANNELS = st.lists(
    st.tuples(st.integers(-32767, 32767), st.integers(-(2**31) + 1, 2**31 - 1)), min_size=1, max_size=4
)


@pytest.mark.small
@given(CHANNELS, st.integers(0, 31), st.integers(1, 65535), st.data())
def test_a_level_is_the_rounded_and_clipped_product(
    channels: list[tuple[int, int]], shift: int, levels: int, data: st.DataObject
) -> None:
    gain, bias = zip(*channels, strict=True)
    neuron = Level(levels, shift, gain, bias)
    n = len(gain) * data.draw(st.integers(1, 3))
    v = data.draw(st.lists(st.integers(-(2**17) + 1, 2**17 - 1), min_size=n, max_size=n))
    sent, potential, count = run(neuron, 64 * np.array([v]))
    assert potential.tolist() == [64 * each for each in v]
    expected = {j: q for j, each in enumerate(v) if (q := rectified(64 * each, neuron, j)) > 0}
    assert sent == [expected, {}, {}]
    assert count.get("spikes", 0) == len(expected)


@pytest.mark.small
def test_halves_round_up_and_the_floor_is_towards_minus_infinity() -> None:
    neuron = Level(levels=3, shift=2, gain=(1,), bias=(0,))
    v = 64 * np.array([[-2, 1, 2, 5, 6, 13, 14, 1000]])
    # v / 4 = -0.5, 0.25, 0.5, 1.25, 1.5, 3.25, 3.5, 250
    assert run(neuron, v)[0][0] == {2: 1, 3: 1, 4: 2, 5: 3, 6: 3, 7: 3}
    # an input that saturated at 2^23 - 1 is no multiple of 2^6: it counts as 131071
    assert run(Level(levels=65535, shift=2), np.array([[2**23 - 1]]))[0][0] == {0: 32768}


def test_early_input_counts_once_for_every_tick_left(rng: np.random.Generator) -> None:
    neuron = Level(15, 6, (3, -2, 5), (40, 0, -10))
    inputs = 64 * rng.integers(-50, 60, (8, 60)) * (rng.random((8, 60)) < 0.3)
    sent, v, count = run(neuron, inputs)
    assert v.tolist() == latency_weighted(inputs.tolist())
    expected = {j: q for j in range(60) if (q := rectified(int(v[j]), neuron, j)) > 0}
    assert sent == [{}] * 7 + [expected] + [{}, {}]
    assert {0, 1, 15} < {0, *expected.values()}, "some are silent, some saturate"
    assert count["neuron_updates_active"] == np.count_nonzero(inputs)
    assert count["neuron_updates_active"] + count["neuron_updates_idle"] == inputs.size
    assert "overflows" not in count


@pytest.mark.small
def test_a_current_beyond_24_bits_wraps_and_is_counted() -> None:
    _, v, count = run(Level(), np.array([[2**23 - 1, 64], [1, 0], [0, 0]]))
    assert v.tolist() == [2**23 - 1 + 2 * wrap(2**23), 3 * 64]
    assert count["overflows"] == 1


def wrong_levels() -> Sequence[tuple[dict[str, object], str]]:
    return (
        ({"levels": 0}, "levels=0: give a whole number from 1 to 65535"),
        ({"levels": 1.5}, r"levels=1\.5"),
        ({"shift": 32}, "Level: shift=32: give a whole number from 0 to 31"),
        ({"gain": ()}, r"gain=\(\): give one integer per channel"),
        ({"gain": [1]}, "gain is a list; give a tuple of integers"),
        ({"gain": (1, 40000)}, r"gain 40000: give integers of at most \+-32767"),
        ({"gain": (1,), "bias": (2**31,)}, r"bias 2147483648: give integers of at most \+-2147483647"),
        ({"gain": (0.5,)}, r"gain 0\.5"),
        ({"gain": (1, 2), "bias": (1,)}, "2 gains and 1 biases; give as many of both"),
    )


@pytest.mark.small
@pytest.mark.parametrize(("wrong", "part"), wrong_levels())
def test_bad_parameters_are_named(wrong: dict[str, object], part: str) -> None:
    with pytest.raises(ValueError, match=part) as refused:
        Level(**wrong)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@pytest.mark.small
def test_channels_fill_the_layer() -> None:
    assert Layer("maps", Level(gain=(1, 2, 3)), 12).size == 12
    with pytest.raises(ValueError, match="layer 'maps': Level has parameters for 3 neurons, of which its s"):
        Layer("maps", Level(gain=(1, 2, 3)), 13)
    with pytest.raises(ValueError, match="its size, not fixed, is no multiple"):
        Layer("maps", Level(gain=(1, 2, 3)), per_class=True)
    assert Layer("units", Level(), per_class=True).size == 0
