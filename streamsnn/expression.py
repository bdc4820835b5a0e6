"""Sum-of-products expressions: from text as users of such chips write it to terms and a table of numbers.

expression = [sign] term (sign term)*            sign: + or -
term       = part (* part)*                      in any order, exactly one dependency
part       = integer | 2^integer | x0 | y0 | u<k> | variable | ( variable sign integer )
"""

import re
from dataclasses import dataclass
from typing import NoReturn

VARIABLES = ("x1", "x2", "y1", "y2", "y3", "r0", "r1", "w", "t", "d")
DEPENDENCIES = ("x0", "y0", "u")
MAX_FACTORS = 4  # beside scale and dependency: keeps every product exact below 2^53
MANTISSA = 7  # 4 bits with sign; even ones are smaller ones times a power of two
EXPONENT = 15  # beyond it, a 16-bit accumulator keeps nothing of any product
CONSTANT = 128  # 8 bits, signed: -128 to 127
LAST_PERIOD = 15  # u0 to u15

# Numbers are cut at six digits: far beyond any bound below, and short enough to be read
_TOKEN = re.compile(r"\s*(2\^[+-]?\d{1,6}|\d{1,6}|[A-Za-z]\w*|[-+*()]|\S)", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_PERIODIC = re.compile(r"u\d{1,6}", re.ASCII)
_PARTS = "an integer, 2^n, x0, y0, u0 to u15, x1, x2, y1, y2, y3, r0, r1, w, t, d or '('"


@dataclass(frozen=True)
class Factor:
    """V + C: a variable and an additive constant of 8 bits.

    >>> str(Factor("x1", -3)), str(Factor("w"))
    ('(x1 - 3)', 'w')
    """

    variable: str
    constant: int = 0

    @property
    def bits(self) -> int:
        """Width without sign: 1 for the reward's flag and 7 for a trace alone, else 8."""
        if self.constant != 0:
            return 8
        return 1 if self.variable == "r0" else 7 if self.variable[0] in "xy" else 8

    def __str__(self) -> str:
        sign = "-" if self.constant < 0 else "+"
        return f"({self.variable} {sign} {abs(self.constant)})" if self.constant else self.variable


@dataclass(frozen=True)
class Term:
    """mantissa * 2^exponent * dependency * factors.

    Parameters
    ----------
    mantissa
        Odd, with sign, within 4 bits.
    exponent
        Power of two.
    dependency
        `"x0"` (the pre neuron spiked in this epoch), `"y0"` (the post neuron did) or `"u"` (periodic).
    period
        k of u_k: every 2^k epochs.
    factors
        What is multiplied.

    >>> str(Term(-3, -4, "u", 2, (Factor("t"),)))
    '-3*2^-4*u2*t'
    """

    mantissa: int
    exponent: int
    dependency: str
    period: int = 0
    factors: tuple[Factor, ...] = ()

    @property
    def gates(self) -> tuple[str, ...]:
        """Bare x traces: where one of them is 0, the term is 0 whatever the post side does."""
        return tuple(f.variable for f in self.factors if f.variable[0] == "x" and f.constant == 0)

    def __str__(self) -> str:
        size = [str(abs(self.mantissa))] if abs(self.mantissa) != 1 else []
        power = [f"2^{self.exponent}"] if self.exponent else []
        when = f"u{self.period}" if self.dependency == "u" else self.dependency
        return ("-" if self.mantissa < 0 else "") + "*".join([*size, *power, when, *map(str, self.factors)])


@dataclass(frozen=True)
class Expression:
    """A sum of terms; no terms for an empty text.

    >>> parse("x1*y0*2^-2 - y1*x0").terms[1]
    Term(mantissa=-1, exponent=0, dependency='x0', period=0, factors=(Factor(variable='y1', constant=0),))
    """

    terms: tuple[Term, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """Names of all variables."""
        return frozenset(f.variable for term in self.terms for f in term.factors)

    def __str__(self) -> str:
        first, *rest = map(str, self.terms or ("",))
        return first + "".join(f" - {term[1:]}" if term[0] == "-" else f" + {term}" for term in rest)


@dataclass(frozen=True)
class Preview:
    """What a rule touches per learning epoch, on the average of many.

    Parameters
    ----------
    rows
        Rows read by learning.
    words, tag_words, delay_words
        64-bit words of weights, of tags and of delays read.
    synapses
        Synapses visited.
    attempts
        Changes of weights asked for, one per synapse.

    >>> Preview(rows=2.0, words=4.0, tag_words=0.0, synapses=20.0, attempts=20.0).words
    4.0
    """

    rows: float
    words: float
    tag_words: float
    synapses: float
    attempts: float
    delay_words: float = 0.0


def parse(text: str) -> Expression:
    """The expression that `text` spells.

    Raises
    ------
    ValueError
        One sentence: the expression, what was expected and where (counted from 1), what was found.

    >>> str(parse("2^-2*x1*y0 - 2^-3*y1*x0")), str(parse("2^-7*(x1 - 3)*y0"))
    ('2^-2*y0*x1 - 2^-3*x0*y1', '2^-7*y0*(x1 - 3)')
    """
    return _Reader(text).expression() if text.strip() else Expression()


def table(expression: Expression) -> list[tuple[float, ...]]:
    """One row of numbers per term, of one length: what `streamsnn.memory.products` interprets.

    >>> table(parse("-3*2^-4*u2*t"))[0][:6]
    (2.0, 4.0, -3.0, 1.0, 8.0, 0.0625)
    """
    rows = []
    for term in expression.terms:
        out = max(0, sum(f.bits for f in term.factors) + 4 - 15)  # bits of the product beyond 15
        factors = [(float(VARIABLES.index(f.variable)), float(f.constant)) for f in term.factors]
        factors += [(-1.0, 0.0)] * (MAX_FACTORS - len(factors))
        when = (float(DEPENDENCIES.index(term.dependency)), 2.0**term.period)
        scale = (float(term.mantissa), 2.0**-out, 2.0 ** (term.exponent + 7 + out), 2.0**term.exponent)
        rows.append((*when, *scale, *(x for f in factors for x in f)))
    return rows


def visits(terms: tuple[Term, ...], n_pre: int, active: int, traced: int, by_post: int) -> float:
    """Mean number of rows that an epoch visits for `terms`.

    `active` rows spiked, `traced` rows had bare x traces at a post spike, and a y0 term without bare x
    traces visits `by_post` rows; `active` are among `traced` where there was a post spike.

    >>> visits(parse("x1*y0 - y1*x0 - 2^-4*u2*w").terms, 100, 5, 20, 100)
    40.0
    """
    rows = 0
    for term in terms:
        if term.dependency == "x0":
            rows = max(rows, active)
        elif term.dependency == "y0":
            rows = max(rows, traced if term.gates else by_post)
    share = max((2.0**-term.period for term in terms if term.dependency == "u"), default=0.0)
    return share * n_pre + (1.0 - share) * rows


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [(m.group(1), m.start(1)) for m in _TOKEN.finditer(text) if m.group(1)]
        self.tokens = [*found, ("", len(text.rstrip()))]
        self.at = 0

    @property
    def token(self) -> str:
        return self.tokens[self.at][0]

    def fail(self, expected: str, at: int) -> NoReturn:
        token, place = self.tokens[at]
        found = repr(token) if token else "the end"
        one_line = re.sub(r"\s", " ", self.text)
        raise ValueError(
            f"expression {self.text!r}: expected {expected} at position {place + 1}, found {found}\n"
            f"    {one_line}\n    {' ' * place}^"
        )

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][0]

    def sign(self) -> int:
        return -1 if self.token in ("+", "-") and self.take() == "-" else 1

    def expression(self) -> Expression:
        terms = [self.term(self.sign())]
        while self.token:
            terms.append(self.term(self.sign()))
        return Expression(tuple(terms))

    def term(self, sign: int) -> Term:
        start, scale, power = self.at, sign, 0
        when: tuple[str, int] | None = None
        factors: list[Factor] = []
        while True:
            here, token = self.at, self.token
            if _NUMBER.fullmatch(token):
                scale *= self.number(1 << EXPONENT, "a scaling constant", least=1)
            elif token.startswith("2^"):
                power += self.power()
            elif token in ("x0", "y0") or _PERIODIC.fullmatch(token):
                if when is not None:
                    self.fail("one dependency (x0, y0 or u_k) in a term", here)
                when = self.dependency()
            else:
                factors.append(self.factor())
                if len(factors) > MAX_FACTORS:
                    self.fail(f"at most {MAX_FACTORS} variables in a term", here)
            if self.token != "*":
                break
            self.take()
        if self.token not in ("", "+", "-"):
            self.fail("'*', '+', '-' or the end", self.at)
        if when is None:
            self.fail("a term with a dependency (x0, y0 or u_k)", start)
        return Term(*self.normal(scale, power, start), *when, tuple(factors))

    def normal(self, scale: int, power: int, start: int) -> tuple[int, int]:
        """An odd mantissa and its power of two, within the chip's bits."""
        twos = (scale & -scale).bit_length() - 1
        mantissa, power = scale >> twos, power + twos
        if abs(mantissa) > MANTISSA:
            self.fail("a scale of 4 bits times a power of two (odd part 1, 3, 5 or 7)", start)
        if abs(power) > EXPONENT:
            self.fail(f"a scale between 2^-{EXPONENT} and 2^{EXPONENT}", start)
        return mantissa, power

    def number(self, most: int, what: str, least: int = 0) -> int:
        if not _NUMBER.fullmatch(self.token) or not least <= int(self.token) <= most:
            self.fail(f"{what} from {least} to {most}", self.at)
        return int(self.take())

    def power(self) -> int:
        power = int(self.token[2:])
        if abs(power) > EXPONENT:
            self.fail(f"a power from 2^-{EXPONENT} to 2^{EXPONENT}", self.at)
        self.take()
        return power

    def dependency(self) -> tuple[str, int]:
        """Kind and period."""
        period = int(self.token[1:]) if self.token[0] == "u" else 0
        if period > LAST_PERIOD:
            self.fail(f"u0 to u{LAST_PERIOD}", self.at)
        token = self.take()
        return ("u" if token[0] == "u" else token), period

    def factor(self) -> Factor:
        if self.token in VARIABLES:
            return Factor(self.take())
        if self.token != "(":
            self.fail(_PARTS, self.at)
        self.take()
        if self.token not in VARIABLES:
            self.fail(f"one of {', '.join(VARIABLES)}", self.at)
        variable, constant = self.take(), 0
        if self.token in ("+", "-"):
            sign = self.sign()
            constant = sign * self.number(CONSTANT - (sign > 0), "a constant of 8 bits")
        if self.token != ")":
            self.fail("'+', '-' or ')'" if constant == 0 else "')'", self.at)
        self.take()
        return Factor(variable, constant)
