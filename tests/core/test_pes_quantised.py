"""On-chip PES: every stored integer against exact fractions, saturation, epochs, and what it learns."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from streamsnn.memory import Float32
from streamsnn.rules.pes import PES
from streamsnn.rules.pes_quantised import KEEP, PESQuantised
from tests.core.oracles.pes import IntegerPES
from tests.core.oracles.pes_bench import DT, Bench, classes, follow_classes, rms

N_PRE, N_POST = 12, 3
RULE = PESQuantised(learning_rate=1e-3, exponent=-14)  # an impulse of 1.3 for 12 neurons


def impulse(rule: PESQuantised, n_pre: int) -> float:
    """4 x 2^7 kappa (dt / n) rise / (100 lsb), for tau of five ticks."""
    rise = (1 - math.exp(-1 / 5)) / DT
    return 512 * rule.learning_rate * DT / n_pre * rise / (100 * 2.0**rule.exponent)


def oracle_of(rule: PESQuantised, bench: Bench) -> IntegerPES:
    keep = round(4096 * math.exp(-2 / 5))
    return IntegerPES(keep, round(256 * impulse(rule, N_PRE)), rule.average, bench.w.tolist(), rule.paired)


@pytest.mark.parametrize("paired", [False, True], ids=["single", "on and off"])
@pytest.mark.parametrize("average", [True, False])
def test_every_integer_equals_the_oracle(average: bool, paired: bool, rng: np.random.Generator) -> None:
    rule = replace(RULE, average=average, paired=paired)  # three post neurons: a pair and an odd one
    bench = Bench(rule, rng.normal(0, 30, (N_PRE, N_POST)) * 2.0**rule.exponent)
    oracle = oracle_of(rule, bench)
    for t in range(400):
        spikes = np.flatnonzero(rng.random(N_PRE) < 0.3).tolist()
        # eighths add without rounding; a few are beyond the error's range of 1.27
        error = (np.round(8 * rng.normal(0, 1.2, N_POST)) / 8).tolist()
        ending = t % 37 == 36  # samples that end within an epoch: 37 = 9 x 4 + 1
        bench.tick(spikes, error, key=1000 + t, ending=int(ending))
        oracle.tick(spikes, error, 1000 + t, ending)
        assert bench.arrays["x_pre"].tolist() == oracle.x
        assert bench.w.tolist() == oracle.w
    assert bench.counted["overflows"] == oracle.overflows > 0
    assert bench.counted["epochs"] == 400 // 37 * 10 + 7
    assert bench.counted["writes"] > 100


@pytest.mark.small
def test_the_error_saturates_at_127_and_is_counted() -> None:
    steps = []
    for error in (1.27, 1.28, 50.0, -50.0):
        bench = Bench(RULE, np.zeros((1, 1)), Float32())
        bench.arrays["x_pre"][:] = 10
        for _ in range(4):
            bench.tick([], [error])
        steps.append((float(bench.w[0, 0]) > 0, bench.counted["overflows"], abs(float(bench.w[0, 0]))))
    # the trace of 10 has decayed twice by rounding with the same key, so all four steps are equal
    assert [s[:2] for s in steps] == [(False, 0), (False, 1), (False, 1), (True, 1)]
    assert len({s[2] for s in steps}) == 1


@pytest.mark.small
def test_a_trace_saturates_at_127_and_is_counted() -> None:
    bench = Bench(replace(RULE, exponent=-18), np.zeros((2, 1)))
    bench.tick([0], [0.0])
    assert bench.counted["overflows"] == 0
    bench.tick([0], [0.0])
    assert bench.arrays["x_pre"].tolist() == [127, 0]
    assert bench.counted == Counter(
        overflows=1,
        rng_draws=1,
        state_reads=2 + 2 + 2,  # spikes, errors, traces
        state_writes=2 + 2 + 2,
    )


@pytest.mark.small
def test_one_epoch_is_counted_exactly() -> None:
    bench = Bench(RULE, np.zeros((N_PRE, N_POST)))
    bench.arrays["x_pre"][[2, 5]] = 100
    for _ in range(4):
        bench.tick([], [1.0, 0.0, -1.0])
    assert bench.counted == Counter(
        state_reads=4 * N_POST + 2 * N_PRE,
        state_writes=4 * N_POST + 2 * N_PRE,
        rng_draws=2 * 2 + 2 * N_POST,  # two traces twice, then two rows
        epochs=1,
        lrn_rows_read=2,
        lrn_words_read=2,
        lrn_synapses_visited=2 * N_POST,
        write_attempts=2 * N_POST,
        writes=2 * 2,  # about 45 x 100 / 128 = 35 steps up and down; no error, no change
        lrn_words_written=2,
    )


@pytest.mark.small
def test_two_bits_of_the_product_are_lost_toward_zero() -> None:
    steps = {}
    for x, error in ((3, 0.01), (3, -0.01), (4, 0.01), (5, -0.01), (127, 1.27)):
        bench = Bench(RULE, np.zeros((1, 1)), Float32())
        bench.arrays["x_pre"][:] = x
        bench.arrays["const"][KEEP] = 4096.0  # a trace that does not decay
        for _ in range(4):
            bench.tick([], [error])
        steps[x, error] = -float(bench.w[0, 0]) * 2.0 ** (7 - RULE.exponent)
    # x E: 3 and -3 lose all, 4 stays, -5 leaves -4, and 127 * 127 = 16129 leaves 16128
    assert list(steps.values()) == [0.0, 0.0, 4.0, -4.0, 16128.0]


@pytest.mark.small
def test_a_pair_moves_in_opposite_directions() -> None:
    bench = Bench(replace(RULE, paired=True), np.zeros((1, 4)), Float32())
    bench.arrays["x_pre"][:] = 100
    for _ in range(4):
        bench.tick([], [0.6, -0.2, 0.3, 0.3])  # errors 0.4 and, as a pair cannot both be too high, 0
    on, off, *rest = bench.w[0].tolist()
    assert on == -off < 0
    assert rest == [0.0, 0.0]


@pytest.mark.small
@pytest.mark.parametrize("average", [True, False])
def test_the_mean_error_counts_unless_switched_off(average: bool) -> None:
    bench = Bench(replace(RULE, average=average), np.zeros((1, 1)))
    bench.arrays["x_pre"][:] = 127
    for error in (1.0, -1.0, 1.0, -1.0):
        bench.tick([], [error])
    assert (bench.w[0, 0] == 0) is np.bool_(average), "a ringing error has no mean but a last value"


@pytest.mark.small
def test_a_non_finite_error_counts_as_none() -> None:
    bench = Bench(RULE, np.zeros((N_PRE, N_POST)))
    bench.arrays["x_pre"][:] = 100
    for _ in range(8):
        bench.tick([0], [math.nan, 1.0, 1.0])
    assert not bench.w.any()
    assert (bench.counted["refused"], bench.counted["write_attempts"]) == (8, 0)


class Pair(Bench):
    """An on neuron that is followed, with an off neuron beside it that has the opposite error."""

    def tick(self, spikes: Sequence[int], error: Sequence[float], key: int = 77, ending: int = 0) -> None:
        super().tick(spikes, [error[0], -error[0]], key, ending)


@pytest.mark.parametrize("order", ["iid", "class-ordered"])
def test_an_off_neuron_mirrors_its_on_neuron(order: str, seed: int) -> None:
    label, wanted = classes(order, np.random.default_rng(seed), blocks=60), (0.5, -0.5, 0.2, -0.2)
    rule = PESQuantised(learning_rate=2e-3, exponent=-17, paired=True)
    pair, alone = Pair(rule, np.zeros((60, 2))), Bench(replace(rule, paired=False), np.zeros((60, 1)))
    errors = [rms(follow_classes(b, label, lambda t, c: wanted[c], seed)) for b in (pair, alone)]
    # the on neuron learns what it would alone: the same errors, the same draws of its column
    assert errors[0] == pytest.approx(errors[1], rel=1e-12)
    on, off = pair.w.astype(int).T
    assert np.abs(on).max() > 10
    # mirrored but for rounding: 1,500 roundings of a step each, independent, are sqrt(1500 / 6) = 16 apart,
    # if none is pulled back by the error; 60 synapses stay below four of those
    assert np.abs(on + off).max() < 64


@pytest.mark.parametrize("order", ["iid", "class-ordered"])
def test_it_learns_in_any_order_about_as_well_as_the_real_form(order: str, seed: int) -> None:
    label, wanted = classes(order, np.random.default_rng(seed), blocks=60), (0.5, -0.5, 0.2, -0.2)
    forms = (PESQuantised(learning_rate=2e-3, exponent=-17), PES(learning_rate=2e-3))
    errors = [
        follow_classes(Bench(form, np.zeros((60, 1))), label, lambda t, c: wanted[c], seed) for form in forms
    ]
    guess = rms(np.array(wanted)[label])  # of an output that stays at zero
    # measured 0.49 and 0.46 of the guess, 0.98 and 0.99 of the real form; another draw of spikes moves
    # either by a few hundredths
    assert rms(errors[0]) < 0.7 * guess
    assert rms(errors[0]) < 1.1 * rms(errors[1])


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PESQuantised(learning_rate=-1.0), r"learning_rate=-1\.0"),
        (lambda: PESQuantised(tau_pre=math.inf), "tau_pre=inf s"),
        (lambda: PESQuantised(exponent=8), "exponent=8"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
