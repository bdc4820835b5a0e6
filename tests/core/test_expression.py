"""The parser of sum-of-products expressions: meaning, round trip, and the position of every fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamsnn.expression import Expression, Factor, Preview, Term, parse, table, visits

pytestmark = pytest.mark.small

FACTORS = st.builds(
    Factor, st.sampled_from(["x1", "x2", "y1", "y2", "y3", "w", "t", "d"]), st.integers(-128, 127)
)
WHEN = st.one_of(st.sampled_from([("x0", 0), ("y0", 0)]), st.integers(0, 15).map(lambda k: ("u", k)))
TERMS = st.builds(
    lambda mantissa, exponent, when, factors: Term(mantissa, exponent, when[0], when[1], tuple(factors)),
    st.sampled_from([-7, -5, -3, -1, 1, 3, 5, 7]),
    st.integers(-15, 15),
    WHEN,
    st.lists(FACTORS, max_size=4),
)
EXPRESSIONS = st.lists(TERMS, max_size=5).map(lambda terms: Expression(tuple(terms)))


def fault(text: str) -> str:
    with pytest.raises(ValueError, match="expression") as refused:
        parse(text)
    return str(refused.value)


def check_position(text: str, expected: str, position: int) -> None:
    """The message names the expression, what was expected and the place, and points at it below."""
    sentence, shown, caret = fault(text).split("\n")
    assert sentence.startswith(f"expression {text!r}: expected {expected}")
    assert f"at position {position}, found" in sentence
    assert shown.removeprefix("    ") == text
    assert caret == "    " + " " * (position - 1) + "^"


@given(EXPRESSIONS)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(str(expression)) == expression


@given(EXPRESSIONS, st.data())
def test_spaces_do_not_matter(expression: Expression, data: st.DataObject) -> None:
    spaced = "".join(
        c + data.draw(st.sampled_from(["", " ", "  "])) if c in "*()" else c for c in str(expression)
    )
    assert parse(f" {spaced} ") == expression


@given(TERMS, st.sampled_from("$%/&q=["), st.data())
def test_a_strange_sign_is_found_where_it_stands(term: Term, sign: str, data: st.DataObject) -> None:
    parts = str(term).split("*")
    at = data.draw(st.integers(0, len(parts)))
    text = "*".join([*parts[:at], sign, *parts[at:]])
    place = len("*".join(parts[:at])) + (at > 0)
    assert f"at position {place + 1}, found {sign!r}" in fault(text).splitlines()[0]


@given(TERMS, st.integers(0, 20))
def test_a_missing_part_is_found_at_the_end(term: Term, spaces: int) -> None:
    text = f"{term} -" + " " * spaces
    assert f"at position {len(str(term)) + 3}, found the end" in fault(text).splitlines()[0]


@given(st.text(alphabet="xyuwtd0123^*+-() ", max_size=20))
def test_any_text_is_an_expression_or_a_sentence(text: str) -> None:
    try:
        parsed = parse(text)
    except ValueError as refused:
        assert str(refused).startswith(f"expression {text!r}: expected ")
        position = int(str(refused).split("at position ")[1].split(",")[0])
        assert 1 <= position <= len(text) + 1
    else:
        assert parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("x0", (Term(1, 0, "x0"),)),
        ("-x0", (Term(-1, 0, "x0"),)),
        ("12*u3*2^-4*w", (Term(3, -2, "u", 3, (Factor("w"),)),)),  # 12 = 3 * 2^2
        ("2^-7*(x1 - 3)*y0", (Term(1, -7, "y0", 0, (Factor("x1", -3),)),)),
        ("+y0*(w+127) + x0", (Term(1, 0, "y0", 0, (Factor("w", 127),)), Term(1, 0, "x0"))),
    ],
)
def test_meaning(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == Expression(terms)


@pytest.mark.parametrize(
    ("text", "expected", "position"),
    [
        ("x1*y9", "an integer, 2^n, x0, y0", 4),
        ("2^-2*x1*y0 +", "an integer, 2^n, x0, y0", 13),
        ("x0 y1", "'*', '+', '-' or the end", 4),
        ("y1*x1", "a term with a dependency", 1),
        ("x0 - y1*x1", "a term with a dependency", 6),
        ("x0*y0", "one dependency (x0, y0 or u_k) in a term", 4),
        ("9*x0", "a scale of 4 bits times a power of two", 1),
        ("0*x0", "a scaling constant from 1 to 32768", 1),
        ("x0*2^16", "a power from 2^-15 to 2^15", 4),
        ("2^-9*2^-9*x0", "a scale between 2^-15 and 2^15", 1),
        ("x0*(y1+128)", "a constant of 8 bits from 0 to 127", 8),
        ("x0*(y1 - 129)", "a constant of 8 bits from 0 to 128", 10),
        ("x0*(3 - y1)", "one of x1, x2, y1", 5),
        ("x0*(y1*y2)", "'+', '-' or ')'", 7),
        ("x0*(y1 + 3", "')'", 11),
        ("x0*(y1 + 3*w)", "')'", 11),
        ("u16*w", "u0 to u15", 1),
        ("x0*w*w*w*w*w", "at most 4 variables in a term", 12),
        ("2^*x0", "'*', '+', '-' or the end", 2),
        ("x0**w", "an integer, 2^n, x0, y0", 4),
        ("99999999*x0", "a scaling constant from 1 to 32768", 1),
    ],
)
def test_faults_are_named_with_their_position(text: str, expected: str, position: int) -> None:
    check_position(text, expected, position)


def test_rules_as_users_of_other_tools_write_them() -> None:
    """STDP and reward-modulated STDP with the eligibility in the tag, as in public tutorials."""
    for text, n_terms in [
        ("2^-4 * x1 * y0 - 2^-4 * y1 * x0", 2),
        ("-2*2^-4*x0*y1 + 2*2^-4*y0*x1 - u0*t*2^-6", 3),
        ("u0*t*y2*2^-2", 1),
        ("2^-7*x0*(y1 + 127)*2^3 - 2^-4*u2*w", 2),
    ]:
        assert len(parse(text).terms) == n_terms


def test_table_holds_the_shifts_of_the_pipeline() -> None:
    # 7 + 8 + 4 - 15 = 4 bits are shifted out, and come back with 7 bits of accumulator
    assert table(parse("-3*2^-2*x0*y1*w")) == [
        (0.0, 1.0, -3.0, 2.0**-4, 2.0 ** (-2 + 7 + 4), 0.25, 2.0, 0.0, 7.0, 0.0, -1.0, 0.0, -1.0, 0.0)
    ]
    assert {len(row) for row in table(parse("x0 + y0*(x1-3)*w*t*t + u4*d"))} == {14}


def test_rows_of_each_dependency() -> None:
    def rows(text: str) -> float:
        return visits(parse(text).terms, 100, 5, 20, 90)

    assert rows("x0*y1") == 5
    assert rows("y0*x1") == rows("y0*x1 - x0*y1") == 20
    assert rows("y0*(x1 - 3)") == rows("y0") == 90, "a constant moves rows without a trace too"
    assert rows("u0*w") == 100
    assert rows("u3*w + x0") == 100 / 8 + 7 / 8 * 5
    assert rows("") == 0
    assert Preview(1.0, 2.0, 3.0, 4.0, 5.0).tag_words == 3.0
