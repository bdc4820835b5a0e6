"""Three-factor and PES against outer products, tick by tick."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.memory import COUNTERS, Fixed, Float32, Format
from streamsnn.rules.pes import PES
from streamsnn.rules.three_factor import ThreeFactor
from tests.core.oracles import memory
from tests.core.oracles.error_rules import DecoderPES, DenseThreeFactor, Synapses

DT, KEY = 1e-3, 77
N_PRE, N_POST = 12, 10
FIXED8 = Fixed(8, exponent=-7)
FORMATS = pytest.mark.parametrize("number_format", [Float32(), FIXED8], ids=repr)


class Bench:
    """A rule alone, with the arrays that a core would give it."""

    def __init__(
        self, rule: ThreeFactor | PES, number_format: Format, rng: np.random.Generator, dt: float = DT
    ) -> None:
        self.w: np.ndarray = number_format.quantise(rng.normal(0, 0.3, (N_PRE, N_POST)))
        self.nnz = np.count_nonzero(self.w, axis=1).astype(np.int32)
        self.count = np.zeros(len(COUNTERS), np.int64)
        self.trace = np.zeros(N_PRE)
        self.delta = np.zeros(N_POST)
        self.const = np.array([*number_format.constants(), 0.0, number_format.bits, 0.0, *rule.constants(dt)])
        self.kernel = rule.kernel()
        self.three_factor = isinstance(rule, ThreeFactor)

    def tick(self, spikes: list[int], v: np.ndarray, error: np.ndarray, key: int = KEY) -> None:
        shared = (self.w, self.nnz, self.count, key, np.array(spikes, np.int32))
        if self.three_factor:
            silent = np.zeros(0, np.int32)  # post spikes
            own = (self.trace, np.zeros(N_PRE), self.delta)
            self.kernel(*shared, silent, error, v, *own, self.const)
        else:
            self.kernel(*shared, error, self.trace, self.delta, self.const)

    @property
    def counted(self) -> Counter[str]:
        return Counter({name: int(n) for name, n in zip(COUNTERS, self.count, strict=True) if n})


def synapses(bench: Bench, number_format: Format, key: int) -> Synapses:
    """The oracle's copy of a bench's weights, rounding with the draws of `key`."""
    lsb, low, high, _, per_word = number_format.constants()
    store: memory.Rounding = memory.float_rounding
    if isinstance(number_format, Fixed):
        store = memory.fixed_rounding(lsb, int(low), int(high), key)
    return Synapses(bench.w.tolist(), store, int(per_word), number_format.bits)


def errors(rng: np.random.Generator, ticks: int) -> np.ndarray:
    """Errors of which a third is zero, in two thirds of the ticks."""
    e = rng.normal(size=(ticks, N_POST)) * (rng.random((ticks, N_POST)) < 0.67)
    return e * (rng.random((ticks, 1)) < 0.67)


def check_ticks(rule: ThreeFactor | PES, number_format: Format, rng: np.random.Generator, ticks: int) -> None:
    """Random ticks on kernel and oracle: weights, non-zeros and counters exactly equal after each."""
    bench, expected = Bench(rule, number_format, rng), Counter[str]()
    own = synapses(bench, number_format, KEY)
    oracle: DenseThreeFactor | DecoderPES
    if isinstance(rule, ThreeFactor):
        oracle = DenseThreeFactor(rule.learning_rate, rule.tau_pre, DT, rule.width, rule.centre, own)
        oracle.trace = [0.0] * N_PRE
    else:
        oracle = DecoderPES(rule.learning_rate, rule.tau_pre, DT, own, [0.0] * N_PRE)
    for t, error in enumerate(errors(rng, ticks)):
        spikes = np.flatnonzero(rng.random(N_PRE) < 0.2).tolist()
        v = rng.normal(size=N_POST)
        own.store = synapses(bench, number_format, KEY + t).store
        bench.tick(spikes, v, error, KEY + t)
        if isinstance(oracle, DenseThreeFactor):
            cost = oracle.tick(spikes, v.tolist(), error.tolist())
        else:
            cost = oracle.tick(spikes, error.tolist())
        if isinstance(number_format, Fixed):
            cost["rng_draws"] = cost["write_attempts"]
        expected += cost
        assert bench.counted == +expected
    # the last bit may differ where the factors are multiplied in another order: 2^-23 of a float32, once
    # a tick; a chip's integer changes only if a sum falls within 1e-15 of a rounding edge
    tolerance = ticks * 2.0**-23 if isinstance(number_format, Float32) else 0.0
    assert bench.w == pytest.approx(np.array(own.w), rel=tolerance, abs=tolerance)
    assert bench.nnz.tolist() == np.count_nonzero(bench.w, axis=1).tolist()
    assert expected["writes"] > 0


@FORMATS
@pytest.mark.parametrize("box", [math.inf, 0.8])
def test_three_factor_is_an_outer_product(
    number_format: Format, box: float, rng: np.random.Generator
) -> None:
    rule = ThreeFactor(learning_rate=0.05, tau_pre=0.01, width=box, centre=0.2)
    check_ticks(rule, number_format, rng, ticks=60)


@FORMATS
def test_pes_is_an_outer_product(number_format: Format, rng: np.random.Generator) -> None:
    check_ticks(PES(learning_rate=0.5), number_format, rng, ticks=60)


@pytest.mark.small
@pytest.mark.parametrize("rule", [ThreeFactor(learning_rate=0.05, width=0.8), PES(learning_rate=0.5)])
def test_a_few_ticks(rule: ThreeFactor | PES, rng: np.random.Generator) -> None:
    check_ticks(rule, Float32(), rng, ticks=5)
    check_ticks(rule, FIXED8, rng, ticks=5)


@pytest.mark.small
def test_three_factor_attempts_every_synapse(rng: np.random.Generator) -> None:
    bench = Bench(ThreeFactor(), Float32(), rng)
    error = np.zeros(N_POST)
    error[3] = 0.5  # one error is enough
    bench.tick([0], np.zeros(N_POST), error)
    assert bench.counted["write_attempts"] == N_PRE * N_POST
    assert bench.counted["lrn_synapses_visited"] == N_PRE * N_POST
    assert bench.counted["lrn_rows_read"] == N_PRE
    assert bench.counted["writes"] == 1, "only the spiking row has a trace"
    bench.tick([1], np.zeros(N_POST), np.zeros(N_POST))
    assert bench.counted["write_attempts"] == N_PRE * N_POST, "no error, no attempt"


@pytest.mark.small
def test_pes_attempts_active_rows(rng: np.random.Generator) -> None:
    bench = Bench(PES(), Float32(), rng)
    bench.tick([2, 5, 7], np.zeros(N_POST), np.ones(N_POST))
    assert bench.counted["write_attempts"] == 3 * N_POST
    assert bench.counted["lrn_rows_read"] == 3


@pytest.mark.small
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("rule", [ThreeFactor(), PES()], ids=["three-factor", "PES"])
def test_a_non_finite_third_factor_is_refused(
    rule: ThreeFactor | PES, bad: float, rng: np.random.Generator
) -> None:
    bench = Bench(rule, Float32(), rng)
    before = bench.w.tobytes()
    error = np.ones(N_POST)
    error[-1] = bad
    for _ in range(3):
        bench.tick([0, 1], np.zeros(N_POST), error)
    assert bench.w.tobytes() == before
    assert bench.counted["refused"] == 3
    assert bench.counted["write_attempts"] == bench.counted["lrn_rows_read"] == 0


@pytest.mark.small
def test_box_surrogate_is_open_at_its_edge(rng: np.random.Generator) -> None:
    bench = Bench(ThreeFactor(learning_rate=1.0, width=0.5, centre=1.0), Float32(), rng)
    before = bench.w.copy()
    v = np.full(N_POST, 9.0)
    v[:4] = [1.0, 1.5, 0.5, 1.25]
    bench.tick([0], v, np.ones(N_POST))
    assert np.flatnonzero(bench.w[0] != before[0]).tolist() == [0, 3]


def test_pes_converges_by_the_closed_form(rng: np.random.Generator) -> None:
    """For a constant activity the error shrinks by 1 - kappa dt |a|^2 / n every tick."""
    rule = PES(learning_rate=1e-3, tau_pre=math.inf)  # a filter that never forgets: the activity is constant
    bench = Bench(rule, Float32(), rng)
    bench.trace[:] = rng.uniform(50, 150, N_PRE)
    activity, target = bench.trace.copy(), rng.normal(0, 10, N_POST)
    factor = 1 - 1e-3 * DT * activity @ activity / N_PRE
    first = activity @ bench.w - target
    for t in range(1, 200):
        bench.tick([], np.zeros(N_POST), activity @ bench.w - target)
        # float32 weights: 12 terms of about 0.5 * 100, rounded t times to 2^-24, add up as a random walk
        slack = 4 * 50 * math.sqrt(12 * t) * 2.0**-24
        assert activity @ bench.w - target == pytest.approx(first * factor**t, rel=1e-4, abs=slack)
    assert 0.98 < factor < 0.995
    assert factor**199 < 0.2, "it has visibly converged"


def test_pes_is_stable_below_two_only(rng: np.random.Generator) -> None:
    for gain, grows in [(1.9, False), (2.1, True)]:
        activity = np.full(N_PRE, 100.0)
        rate = gain * N_PRE / (DT * (activity @ activity))
        bench = Bench(PES(learning_rate=rate, tau_pre=math.inf), Float32(), rng)
        bench.trace[:] = activity
        first = np.abs(activity @ bench.w - 1).max()
        for _ in range(40):
            bench.tick([], np.zeros(N_POST), activity @ bench.w - 1)
        assert (np.abs(activity @ bench.w - 1).max() > first) == grows


@pytest.mark.small
def test_pes_does_not_depend_on_the_time_step() -> None:
    """Ten milliseconds of constant error change the decoders by the same amount at any dt."""
    changes = []
    for dt in (1e-3, 5e-4):
        bench = Bench(PES(tau_pre=math.inf), Float32(), np.random.default_rng(1), dt)
        bench.trace[:] = 80.0
        bench.w[:] = 0.0
        for _ in range(round(0.01 / dt)):
            bench.tick([], np.zeros(N_POST), np.ones(N_POST))
        changes.append(bench.w)
    # 10 and 20 roundings to 2^-24 of the value
    assert changes[0] == pytest.approx(changes[1], rel=20 * 2.0**-24)
    assert changes[0] == pytest.approx(-1e-4 * 80 * 0.01 / N_PRE, rel=20 * 2.0**-24)


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ThreeFactor(learning_rate=-1.0), r"learning_rate=-1\.0"),
        (lambda: ThreeFactor(tau_pre=0.0), r"tau_pre=0\.0 s"),
        (lambda: ThreeFactor(width=0.0), r"width=0\.0"),
        (lambda: PES(learning_rate=-1.0), r"learning_rate=-1\.0"),
        (lambda: PES(tau_pre=0.0), r"tau_pre=0\.0 s"),
    ],
)
def test_wrong_parameters_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
