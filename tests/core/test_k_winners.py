"""The competition against sorting."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.memory import COUNTERS
from streamsnn.network import Layer
from streamsnn.neurons.k_winners import KWinners, falling_threshold
from tests.core.oracles.integers import wrap
from tests.core.oracles.neurons import largest, latency_weighted

SMALL = st.lists(st.integers(-3, 3), min_size=1, max_size=12)  # few values: many ties


def compete(neuron: int | KWinners, inputs: np.ndarray) -> tuple[list[list[int]], np.ndarray, dict[str, int]]:
    """Spikes of each tick, final potentials and counters for integer inputs `[ticks, n]`."""
    ticks, n = inputs.shape
    neuron = KWinners(neuron) if isinstance(neuron, int) else neuron
    fields = [np.zeros(n, f.dtype) for f in neuron.fields()]
    v, out = fields[1], np.zeros(n, np.int32)
    count, const = np.zeros(len(COUNTERS), np.int64), np.array(neuron.constants(1e-3))
    spikes = []
    for t in range(ticks + 2):  # two ticks beyond the input
        acc = np.zeros(n, np.int32)
        acc[:] = inputs[t] if t < ticks else 0
        fired = neuron.kernel()(t, ticks - 1, acc, out, count, const, *fields)
        spikes.append(out[:fired].tolist())
        assert not acc.any()
    return spikes, v, {name: int(c) for name, c in zip(COUNTERS, count, strict=True) if c}


@pytest.mark.small
@given(SMALL, st.integers(1, 14))
def test_winners_are_the_sorted_top(potentials: list[int], k: int) -> None:
    spikes, v, count = compete(k, np.array([potentials]))
    assert v.tolist() == potentials
    assert spikes == [largest(potentials, k), [], []]
    assert count.get("spikes", 0) == min(k, sum(1 for v in potentials if v > 0))


@pytest.mark.small
@pytest.mark.parametrize("inputs", [[0, 0, 0], [-5, 0, -1]])
def test_a_layer_that_nothing_drives_stays_silent(inputs: list[int]) -> None:
    spikes, _, count = compete(2, np.array([inputs]))
    assert spikes == [[], [], []]
    assert "spikes" not in count


@pytest.mark.small
@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=12), st.data())
def test_falling_threshold_is_the_kth_largest(potentials: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(potentials)))
    v = np.array(potentials, np.int32)
    assert falling_threshold(v, k) == sorted(potentials, reverse=True)[k - 1]


def test_early_input_counts_once_for_every_tick_left(rng: np.random.Generator) -> None:
    inputs = rng.integers(-500, 500, (8, 60)) * (rng.random((8, 60)) < 0.3)
    spikes, v, count = compete(7, inputs)
    expected = latency_weighted(inputs.tolist())
    assert v.tolist() == expected
    assert spikes == [[]] * 7 + [largest(expected, 7)] + [[], []]
    assert count["neuron_updates_active"] == np.count_nonzero(inputs)
    assert count["neuron_updates_active"] + count["neuron_updates_idle"] == inputs.size
    assert "overflows" not in count


@pytest.mark.small
def test_current_wraps_at_24_bits_and_is_counted() -> None:
    inputs = np.array([[2**23 - 1, 5], [1, 0], [0, 0]])
    spikes, v, count = compete(1, inputs)
    u = [2**23 - 1, wrap(2**23), wrap(2**23)]
    assert v.tolist() == [sum(u), 15]
    assert spikes[2] == [1]
    assert count["overflows"] == 1


@pytest.mark.small
def test_at_least_one_neuron_wins() -> None:
    with pytest.raises(ValueError, match="k=0"):
        KWinners(0)


@pytest.mark.small
@given(
    st.lists(
        st.tuples(st.integers(-3000, 3000), st.integers(-9, 9), st.integers(-(2**20), 2**20)), min_size=1
    ),
    st.integers(1, 9),
    st.integers(0, 12),
)
def test_gain_and_bias_enter_before_the_choice(
    neurons: list[tuple[int, int, int]], k: int, shift: int
) -> None:
    drive, gain, bias = zip(*neurons, strict=True)
    inputs = np.array([[64 * each for each in drive]])
    scores = [math.floor(Fraction(a * g + b, 2**shift)) for a, g, b in neurons]
    spikes, v, count = compete(KWinners(k, bias, gain, shift), inputs)
    assert v.tolist() == inputs[0].tolist(), "readouts see the potential without them"
    assert spikes == [largest(scores, k), [], []]
    assert "overflows" not in count
    shifted = [a + b for a, _, b in neurons]
    assert compete(KWinners(k, bias), inputs)[0][0] == largest(shifted, k)
    assert compete(KWinners(k, gain=(1,)), inputs)[0] == compete(k, inputs)[0]


@pytest.mark.small
def test_scores_saturate_at_32_bits_and_are_counted() -> None:
    inputs = np.array([[2**23 - 1, 2**23 - 1, -(2**23) + 64, 64]])
    spikes, _, count = compete(KWinners(1, (2**31 - 1, 0, 0, 0), (32767, 32767, 32767, 1)), inputs)
    assert spikes[0] == [0], "both are at the limit; the lowest index wins"
    assert count["overflows"] == 3


@pytest.mark.small
def test_of_fewer_given_the_elements_repeat() -> None:
    inputs = 64 * np.array([[5, 5, 5, 5, 4, 5]])
    assert compete(KWinners(2, bias=(0, 0, 3)), inputs)[0][0] == [2, 5]
    with pytest.raises(
        ValueError, match="layer 'code': KWinners has parameters for 3 neurons, of which its s"
    ):
        Layer("code", KWinners(bias=(1, 2, 3)), 7)
    with pytest.raises(ValueError, match="shift=3 without gain or bias shifts nothing"):
        KWinners(shift=3)
    with pytest.raises(ValueError, match="KWinners: 1 gains and 2 biases"):
        KWinners(gain=(1,), bias=(1, 2))
