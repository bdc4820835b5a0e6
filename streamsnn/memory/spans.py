"""Exact deferral of rules that keep eligibilities per synapse: spans of ticks, composed instead of replayed.

From one tick to the next, a synapse's trace x_i, adaptation eps_ij, eligibility f_ij and pending change
D_ij follow a linear map whose coefficients belong to the post neuron alone (`rules.eprop`),

    x' = alpha x        eps' = R_j eps + Q_j x        f' = kappa f + U_j eps + V_j x
    D' = D + A_j f + B_j eps + C_j x

in one tick: R = rho - beta psi, Q = psi, U = -(1 - kappa) beta psi, V = (1 - kappa) psi, A = L kappa,
B = L U, C = L V. Maps of that form are closed under composition. Those of all spans of 1, 2, 4, ... ticks
that start at a multiple of their length are kept in a ring (neuron memory), so that an interval of n ticks
is brought up to date by at most 2 log2 n maps, n pre neurons sharing them, and nothing is ever divided: a
product of the R_j may pass through zero. Without adaptation (beta = 0), V, A and C are all there is.

Closed forms of the interval as differences of prefix sums exist too, but with adaptation they divide by
the product of the R_j, which is lost where rho = beta psi, and without it by (alpha / kappa)^n.
"""

from streamsnn.jit import kernel
from streamsnn.memory.counters import STATE_READS, STATE_WRITES
from streamsnn.types import Floats, Ints

PLAIN, ADAPTIVE = 3, 7  # coefficients of a map without and with adaptation
V, A, C, R, Q, U, B = range(ADAPTIVE)


def span_rows(history: int, adaptive: bool) -> int:
    """Rows of the ring that holds the spans of `history` ticks.

    >>> span_rows(256, adaptive=False)
    1536
    """
    return 2 * history * (ADAPTIVE if adaptive else PLAIN)


@kernel
def _first_row(t: int, level: int, history: int, width: int) -> int:
    """Row of the span of 2^level ticks that starts at tick t: each level has a ring of its own."""
    ring = history >> level
    return (2 * (history - ring) + ((t >> level) & (ring - 1))) * width


@kernel
def note_span(
    spans: Floats,
    now: int,
    psi: Floats,
    signal: Floats,
    alpha: float,
    kappa: float,
    rho: float,
    beta: float,
    count: Ints,
) -> None:
    """Add the map of tick `now`, and those of all longer spans that it completes."""
    n = psi.size
    width = ADAPTIVE if beta != 0.0 else PLAIN
    history = spans.shape[0] // (2 * width)
    new = spans[_first_row(now, 0, history, width) :]
    for j in range(n):
        new[V, j] = (1.0 - kappa) * psi[j]
        new[A, j] = signal[j] * kappa
        new[C, j] = signal[j] * new[V, j]
    if width == ADAPTIVE:
        for j in range(n):
            new[R, j] = rho - beta * psi[j]
            new[Q, j] = psi[j]
            new[U, j] = -beta * new[V, j]
            new[B, j] = signal[j] * new[U, j]
    level = 0
    while history >> level > 2 and (now + 1) & ((2 << level) - 1) == 0:
        middle = now + 1 - (1 << level)
        first = spans[_first_row(middle - (1 << level), level, history, width) :]
        then = spans[_first_row(middle, level, history, width) :]
        both = spans[_first_row(middle - (1 << level), level + 1, history, width) :]
        _compose(both, first, then, n, alpha ** (1 << level), kappa ** (1 << level), width == ADAPTIVE)
        level += 1
    count[STATE_READS] += 2 * level * width * n
    count[STATE_WRITES] += (1 + level) * width * n


@kernel
def _compose(
    both: Floats, first: Floats, then: Floats, n: int, x: float, keep: float, adaptive: bool
) -> None:
    """The map of two spans of equal length; `x` and `keep` are alpha and kappa over one of them."""
    if not adaptive:
        for j in range(n):
            both[V, j] = keep * first[V, j] + x * then[V, j]
            both[A, j] = first[A, j] + keep * then[A, j]
            both[C, j] = first[C, j] + then[A, j] * first[V, j] + x * then[C, j]
        return
    for j in range(n):
        both[V, j] = keep * first[V, j] + then[U, j] * first[Q, j] + x * then[V, j]
        both[A, j] = first[A, j] + keep * then[A, j]
        both[C, j] = first[C, j] + then[A, j] * first[V, j] + then[B, j] * first[Q, j] + x * then[C, j]
        both[R, j] = then[R, j] * first[R, j]
        both[Q, j] = then[R, j] * first[Q, j] + x * then[Q, j]
        both[U, j] = keep * first[U, j] + then[U, j] * first[R, j]
        both[B, j] = first[B, j] + then[A, j] * first[U, j] + then[B, j] * first[R, j]


@kernel
def cross_spans(
    eps: Floats,
    f: Floats,
    delta: Floats,
    x: float,
    spans: Floats,
    start: int,
    stop: int,
    alpha: float,
    kappa: float,
    beta: float,
    count: Ints,
) -> float:
    """Bring a row of synapses from tick `start` to `stop`; delta gains D, and x at `stop` is returned."""
    n = delta.size
    width = ADAPTIVE if beta != 0.0 else PLAIN
    history = spans.shape[0] // (2 * width)
    t = start
    while t < stop:
        level = 0
        while history >> level > 2 and t & ((2 << level) - 1) == 0 and t + (2 << level) <= stop:
            level += 1
        m = spans[_first_row(t, level, history, width) :]
        keep = kappa ** (1 << level)
        if width == PLAIN:
            for j in range(n):
                delta[j] += m[A, j] * f[j] + m[C, j] * x
                f[j] = keep * f[j] + m[V, j] * x
        else:
            for j in range(n):
                delta[j] += m[A, j] * f[j] + m[B, j] * eps[j] + m[C, j] * x
                f[j] = keep * f[j] + m[U, j] * eps[j] + m[V, j] * x
                eps[j] = m[R, j] * eps[j] + m[Q, j] * x
        x *= alpha ** (1 << level)
        count[STATE_READS] += width * n
        t += 1 << level
    return x
