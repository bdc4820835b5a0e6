"""Sum-of-products rules against an engine in Python integers, by hand, and on streams."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from streamsnn.assembly import assemble
from streamsnn.memory import Fixed, Float64
from streamsnn.rules.sum_of_products import SumOfProducts, preview
from tests.core.oracles.hosts import rule_host
from tests.core.oracles.rule_bench import KEY, RuleBench
from tests.core.oracles.sum_of_products import Engine, Product, Trace

DT = 1e-3
LONGEST = 15  # ticks that the ring of a bench holds
N_PRE, N_POST = 9, 20  # 20 posts: three words of weights and of tags
Case = tuple[SumOfProducts, list[Product], list[Product]]

STDP: Case = (
    SumOfProducts(dw="2^-2*x1*y0 - 2^-3*y1*x0", epoch=4),
    [(1, -2, "y0", (("x1", 0),)), (-1, -3, "x0", (("y1", 0),))],
    [],
)
# products of up to four factors, constants, three periods, every trace and the largest scales
WILD: Case = (
    SumOfProducts(
        dw="3*2^-9*x0*y2*w - 2^-8*y0*(x1 - 3)*(w + 100) + 7*2^-12*u1*x1*y3*t - 2^6*u3*w*(y1 - 9)"
        " + 2^-6*y0*x1*x2",
        dt="-5*2^-5*x0*(y2 + 2)*x1 + 2^-4*y0*x2*y1 - 2^-6*u0*t + 2^-15*y0*(t - 100)*(t + 100)*t*w",
        epoch=3,
        impulse_x1=127,
        impulse_y2=90,
        tau_x2=float("inf"),
    ),
    [
        (3, -9, "x0", (("y2", 0), ("w", 0))),
        (-1, -8, "y0", (("x1", -3), ("w", 100))),
        (7, -12, 1, (("x1", 0), ("y3", 0), ("t", 0))),
        (-1, 6, 3, (("w", 0), ("y1", -9))),
        (1, -6, "y0", (("x1", 0), ("x2", 0))),
    ],
    [
        (-5, -5, "x0", (("y2", 2), ("x1", 0))),
        (1, -4, "y0", (("x2", 0), ("y1", 0))),
        (-1, -6, 0, (("t", 0),)),
        (1, -15, "y0", (("t", -100), ("t", 100), ("t", 0), ("w", 0))),
    ],
)
# reward-modulated STDP as in Lava's examples: eligibility in the tag, reward in a post trace
REWARDED: Case = (
    SumOfProducts(
        dw="2^-7*u2*t*y2", dt="2^-1*y0*x1 - 2^-1*x0*y1 - 2^-4*u0*t", third_to="y2", third_scale=30.0
    ),
    [(1, -7, 2, (("t", 0), ("y2", 0)))],
    [(1, -1, "y0", (("x1", 0),)), (-1, -1, "x0", (("y1", 0),)), (-1, -4, 0, (("t", 0),))],
)
CASES = pytest.mark.parametrize("case", [STDP, WILD, REWARDED], ids=["stdp", "wild", "rewarded"])
FIXED8, FIXED5 = Fixed(8), Fixed(5, exponent=-3)


def engine(case: Case, bench: RuleBench, dd: list[Product]) -> Engine:
    rule, dw, dt = case
    assert isinstance(bench.format, Fixed)
    traces = []
    for name in sorted({v for *_, fs in dw + dt + dd for v, _ in fs if v[0] in "xy"} - {rule.third_to}):
        tau, impulse = getattr(rule, f"tau_{name}"), getattr(rule, f"impulse_{name}")
        decay = round(4096 * (1 - np.exp(-DT / tau)))
        traces.append(Trace(name, [0] * (N_PRE if name[0] == "x" else N_POST), decay, impulse))
    bits, high = bench.format.bits, bench.format.high
    w, scale = bench.w.tolist(), rule.third_scale
    fading = round(4096 * (1 - np.exp(-DT / rule.tau_r1)))
    return Engine(
        w, dw, dt, traces, rule.epoch, bits, high, rule.third_to, scale, fading, rule.reward_scale, dd,
        delays=[[(3 * i + j) % (LONGEST + 1) for j in range(N_POST)] for i in range(N_PRE)],
        longest=LONGEST,
    )  # fmt: skip


def check_ticks(
    case: Case, number_format: Fixed, rng: np.random.Generator, ticks: int, dd: list[Product] | None = None
) -> Counter[str]:
    """Random spikes and errors: weights, tags, delays and every counter exactly equal after each tick."""
    lsb = 2.0**number_format.exponent
    bench = RuleBench(case[0], number_format, rng.integers(-15, 16, (N_PRE, N_POST)) * lsb, DT)
    oracle, expected = engine(case, bench, dd or []), Counter[str]()
    bench.ports |= {"delay": np.array(oracle.delays, np.int8), "ring": np.zeros((LONGEST + 1, N_POST))}
    for t in range(ticks):
        busy = rng.random() < 0.6  # silent ticks too, so that epochs without pre or post spikes occur
        pre = np.flatnonzero(rng.random(N_PRE) < 0.15 * busy).tolist()
        post = np.flatnonzero(rng.random(N_POST) < 0.1 * (rng.random() < 0.5)).tolist()
        error = rng.normal(size=N_POST) * 4.0 * (rng.random() < 0.7)
        ending = bool(rng.random() < 0.05)
        bench.learn(pre, post, error, KEY + t, int(ending))
        expected += oracle.tick(
            pre, post, KEY + t, error.tolist() if case[0].third == "error" else [], ending
        )
        assert bench.w.tolist() == oracle.w
        assert not oracle.tagged or bench.ports["tag"].tolist() == oracle.tags
        assert bench.ports["delay"].tolist() == oracle.delays
        assert bench.counted == +expected
    assert bench.ports["nnz"].tolist() == np.count_nonzero(bench.w, axis=1).tolist()
    return expected


@pytest.mark.parametrize("number_format", [FIXED8, FIXED5], ids=["8 bits", "5 bits"])
@CASES
def test_engine_equals_integers_exactly(case: Case, number_format: Fixed, rng: np.random.Generator) -> None:
    counted = check_ticks(case, number_format, rng, ticks=200)
    assert counted["writes"] > 100
    assert (counted["tag_words_written"] > 0) == bool(case[2])


@pytest.mark.small
@CASES
def test_a_few_ticks(case: Case, rng: np.random.Generator) -> None:
    check_ticks(case, FIXED8, rng, ticks=12)


def quiet(rule: SumOfProducts, n_pre: int = 4, n_post: int = 3) -> RuleBench:
    """A bench with zero weights."""
    return RuleBench(rule, FIXED8, np.zeros((n_pre, n_post)), DT)


@pytest.mark.small
def test_counts_by_hand() -> None:
    bench = quiet(SumOfProducts(dw="x1*y0 - x0", dt="u1*t + x0", epoch=2))
    bench.learn([1], [])
    assert bench.counted == Counter(state_reads=4, state_writes=4), "4 x traces; the epoch goes on"
    bench.learn([], [2])
    # row 1 alone: it spiked, and it alone has a trace; 3 weights in 1 word, 3 tags of 9 bits in 1 word
    assert bench.counted == Counter(
        state_reads=8,
        state_writes=8,
        epochs=1,
        rng_draws=1 + 3 + 3,  # one trace decayed, three weights and three tags rounded
        lrn_rows_read=1,
        lrn_words_read=1,
        lrn_synapses_visited=3,
        write_attempts=3,
        writes=3,
        lrn_words_written=1,
        tag_words_read=1,
        tag_words_written=1,
    )
    assert bench.w[1, :2].tolist() == [-1, -1]
    assert bench.w[1, 2] in (14, 15), "16, or 15 by rounding of the decay, less 1"
    bench.learn([], [])
    bench.learn([], [])
    assert bench.counted["lrn_rows_read"] == 1 + 4, "u1 visits all rows in the second epoch"


@pytest.mark.small
def test_accumulator_saturates_at_16_bits() -> None:
    bench = quiet(SumOfProducts(dw="2^15*x0 - 2^7*x0"))
    bench.learn([0], [])
    # sat16(2^22) = 32767, less 2^14: 16383 / 128 = 127.99, of which 127 fit the weight
    assert bench.w[0].tolist() == [127] * 3
    lower = quiet(SumOfProducts(dw="2^15*x0 - 2^7*x0 - 2^7*x0"))
    lower.learn([0], [])
    # without saturation 2^22 would outweigh both; with it -1 / 128 is left of a weight
    assert set(lower.w[0].tolist()) <= {-1, 0}


@pytest.mark.small
def test_of_several_spikes_the_last_counts() -> None:
    bench = quiet(SumOfProducts(dw="x1*y0", epoch=5, tau_x1=float("inf")))
    for pre, post in [([0], [1]), ([0], []), ([0], [1]), ([0], []), ([], [])]:
        bench.learn(pre, post)
    assert bench.w[0].tolist() == [0, 48, 0], "three impulses had come when the post neuron last spiked"


@pytest.mark.small
def test_causal_pairs_potentiate_and_anti_causal_pairs_depress() -> None:
    change: dict[int, float] = {}
    for lag in (-20, -5, -1, 0, 1, 5, 20):
        bench = quiet(SumOfProducts(), n_post=1)
        for pair in range(50):
            for t in range(200):  # ten time constants: pairs do not see each other
                pre = [pair % 4] if t == 50 else []
                post = [0] if t == 50 + lag else []
                bench.learn(pre, post, key=KEY + 200 * pair + t)
        change[lag] = float(bench.w.mean())
    # a post spike of the same tick is caused by the pre spike
    assert change[0] > 0 and change[1] > 0 and change[5] > 0
    assert change[-1] < 0 and change[-5] < 0
    assert change[1] > change[20] >= 0 >= change[-20] > change[-1]


@pytest.mark.small
def test_decay_is_unbiased() -> None:
    """Rounding by chance: the mean of many 7-bit traces follows the exponential."""
    n = 4000
    bench = quiet(SumOfProducts(dw="2^-15*u15*x1", tau_x1=0.01), n_pre=n)
    bench.learn(list(range(n)), [])
    for t in range(1, 11):
        bench.learn([], [], key=KEY + t)
    mean = bench.ports["x_trace"][0].mean()
    # 16 / e after one time constant; ten roundings, each of variance below 1/4, over n neurons: 4 sigma;
    # the 12-bit decay is off by at most 2^-13 a tick
    assert mean == pytest.approx(16 * np.exp(-1), abs=4 * np.sqrt(10 / 4 / n) + 16 * 10 * 2.0**-13)


@pytest.mark.small
def test_float_weights_take_the_exact_sum() -> None:
    rule = SumOfProducts(dw="2^-3*x1*y0 - 3*2^-10*x0*w", tau_x1=float("inf"))
    bench = RuleBench(rule, Float64(), np.full((4, 3), 0.5), DT)
    bench.learn([2], [1])
    depressed = 0.5 - 3 * 2.0**-10 * 0.5
    assert bench.w[2].tolist() == [depressed, depressed + 2.0, depressed]
    assert (bench.w[[0, 1, 3]] == 0.5).all()


@pytest.mark.small
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_non_finite_third_factor_is_refused(bad: float) -> None:
    bench = quiet(SumOfProducts(dw="x0*y3", third_to="y3"))
    bench.learn([0], [], [0.1, bad, 0.1])
    assert bench.counted["refused"] == 1
    assert bench.counted["writes"] == 0
    bench.learn([0], [], [0.1, -0.2, 3.0])
    assert bench.w[0].tolist() == [10, -20, 127]


PREVIEWED = ["x0*y1", "2^-4*y0*x1 - x0*y1", "y0*(x1 - 3)", "2^-5*u0*w", "u2*w + x0 - u3*x1", "u1*t*y2"]


@pytest.mark.small
@pytest.mark.parametrize("active_post", [0, 2])
@pytest.mark.parametrize("dt", ["", "2^-2*y0*x1*x2 - 2^-4*u1*t", "x0"])
@pytest.mark.parametrize("dw", PREVIEWED)
def test_preview_equals_a_run(dw: str, dt: str, active_post: int) -> None:
    """The activity: the same two rows and posts in each of 8 epochs, after a third row left its trace."""
    inf = float("inf")
    rule = SumOfProducts(dw=dw, dt=dt, epoch=2, tau_x1=inf, tau_x2=inf)
    bench = quiet(rule, n_pre=11, n_post=N_POST)
    bench.ports["x_trace"][:, [0, 4, 7]] = 5
    for t in range(16):
        bench.learn([0, 4] if t % 2 else [], list(range(active_post)) if t % 2 else [], key=KEY + t)
    told = preview(rule, 11, N_POST, 2, active_post, traced_pre=3)
    counted = bench.counted
    assert counted["epochs"] == 8
    assert counted["lrn_rows_read"] == 8 * told.rows
    assert counted["lrn_words_read"] == 8 * told.words
    assert counted["tag_words_read"] == 8 * told.tag_words
    assert counted["lrn_synapses_visited"] == 8 * told.synapses
    assert counted["write_attempts"] == 8 * told.attempts


@pytest.mark.small
def test_a_new_expression_compiles_nothing() -> None:
    sources = [
        assemble(rule_host(SumOfProducts(dw=dw, dt=dt, epoch=epoch))).source
        for dw, dt, epoch in [("x0*y1", "", 1), ("u2*w*t - y0*(x1 + 3)", "x0", 9)]
    ]
    assert sources[0] == sources[1]


@pytest.mark.small
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SumOfProducts(dw="x1*z0"), r"expression 'x1\*z0': expected .* at position 4, found 'z0'"),
        (lambda: SumOfProducts(dt="w"), r"expression 'w': expected a term with a dependency"),
        (lambda: SumOfProducts(dd="x0*y1 -"), r"expression 'x0\*y1 -': expected .* at position 8"),
        (lambda: SumOfProducts(dw=""), r"dw='', dt='', dd='': give 1 to 16 terms"),
        (lambda: SumOfProducts(dw="+".join(["x0"] * 17)), r"give 1 to 16 terms"),
        (lambda: SumOfProducts(epoch=0), r"epoch=0"),
        (lambda: SumOfProducts(epoch=64), r"epoch=64"),
        (lambda: SumOfProducts(tau_y1=0.0), r"tau_y1=0\.0 s"),
        (lambda: SumOfProducts(impulse_x2=128), r"impulse_x2=128"),
        (lambda: SumOfProducts(dw="x0*y1", third_to="y3"), r"third_to='y3'"),
        (lambda: SumOfProducts(third_scale=float("nan")), r"third_scale=nan"),
        (lambda: SumOfProducts(reward_scale=float("inf")), r"reward_scale=inf"),
        (lambda: SumOfProducts(tau_r1=0.0), r"tau_r1=0\.0 s"),
        (lambda: preview(SumOfProducts(), 10, 5, 11, 0), r"11 active and 11 traced of 10 rows"),
        (lambda: preview(SumOfProducts(), 10, 5, 3, 6), r"6 active of 5"),
    ],
)
def test_wrong_rules_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
