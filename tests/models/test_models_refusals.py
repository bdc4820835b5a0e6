"""What a classifier cannot use is refused in one sentence that names it, and nothing changes."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from streamsnn import Latency, SignedRandom, SpikingClassifier
from streamsnn.models.front import TRUNK_EXPONENT


def trained() -> SpikingClassifier:
    model = SpikingClassifier(n_hidden=64, k=4)
    for i in range(12):
        model.learn_one({"a": float(i % 5), "b": 2.0 - i % 3}, i % 2)
    return model


def state(model: SpikingClassifier) -> dict[str, bytes]:
    arrays = {name: a.tobytes() for name, a in model.core.arrays().items()}
    sizes = (model.core.n_features, model.core.n_classes)
    names = repr((model.features_.names, model.classes_.labels, sizes)).encode()
    return {**arrays, "names": names, "indices": repr((model.features_._index, len(model.classes_))).encode()}


def assert_one_sentence(error: BaseException) -> None:
    sentence = str(error)
    assert "\n" not in sentence and ". " not in sentence and 10 < len(sentence) < 250


NOT_A_NUMBER: list[tuple[Any, type[Exception], str]] = [
    (float("nan"), ValueError, "'b' is nan"),
    (float("inf"), ValueError, "'b' is inf"),
    (-float("inf"), ValueError, "'b' is -inf"),
    (np.float32("nan"), ValueError, "'b' is nan"),
    (10**400, ValueError, "'b' is inf"),
    ("tall", TypeError, "'b' is 'tall'"),
    (np.str_("3"), TypeError, "'b' is np.str_('3')"),
    (b"1", TypeError, "'b' is b'1'"),
    (None, TypeError, "'b' is None"),
    (1j, TypeError, "'b' is 1j"),
    (np.complex128(2), TypeError, "'b' is np.complex128(2+0j)"),
    ([1.0], TypeError, "'b' is [1.0]"),
    (np.array([1.0]), TypeError, "'b' is array([1.])"),
    (np.zeros((5, 5)), TypeError, "'b' is array([[0., 0., 0., 0., 0.], [0., 0., 0., 0."),
    (np.ma.masked, TypeError, "'b' is masked"),
    ("tall " * 1000, TypeError, "'b' is 'tall tall tall"),
    (np.bytes_(b"1"), TypeError, "'b' is np.bytes_(b'1')"),
    (np.datetime64("2026-11-22"), TypeError, "'b' is np.datetime64('2026-11-22')"),
    (np.timedelta64(3, "ns"), TypeError, "'b' is np.timedelta64(3,'ns')"),
    (Decimal("sNaN"), TypeError, "'b' is Decimal('sNaN')"),
    (Decimal("NaN"), ValueError, "'b' is nan"),
]


@pytest.mark.parametrize(("value", "kind", "said"), NOT_A_NUMBER)
@pytest.mark.parametrize("extra", [{}, {"new": 1.0}], ids=["known", "with a new feature"])
def test_a_feature_that_is_no_finite_number(
    value: Any, kind: type[Exception], said: str, extra: dict[str, float]
) -> None:
    model = trained()
    before = state(model)
    x = {**extra, "a": 1.0, "b": value}
    uses: list[Callable[[], Any]] = [
        lambda: model.learn_one(x, 7),
        lambda: model.predict_one(x),
        lambda: model.prequential_one(x, 7),
    ]
    for use in uses:
        with pytest.raises(kind, match=re.escape(said)) as caught:
            use()
        assert_one_sentence(caught.value)
        assert state(model) == before


NO_VECTOR: list[tuple[Any, type[Exception], str]] = [
    (np.array([1.0, np.nan]), ValueError, "feature 1 is nan"),
    (np.array([-np.inf, np.nan]), ValueError, "feature 0 is -inf"),
    (np.zeros(3), ValueError, "length 3 after vectors of length 2"),
    (np.zeros(1), ValueError, "length 1 after vectors of length 2"),
    (np.zeros(0), ValueError, "length 0 after vectors of length 2"),
    (np.zeros((1, 2)), TypeError, "float64 (1, 2)"),
    (np.array(3.0), TypeError, "float64 ()"),
    (np.array(["1", "2"]), TypeError, "<U1 (2,)"),
    (np.array([1, None]), TypeError, "object (2,)"),
    (np.array([1j, 2]), TypeError, "complex128 (2,)"),
    (np.ma.array([1.0, 2.0], mask=[False, True]), ValueError, "feature 1 is nan"),
    ([1.0] * 1000, TypeError, "features [1.0, 1.0, "),
    ([1.0, 2.0], TypeError, "[1.0, 2.0]"),
    ("ab", TypeError, "'ab'"),
    (None, TypeError, "None"),
    (3, TypeError, "features 3"),
]


@pytest.mark.parametrize(("x", "kind", "said"), NO_VECTOR)
def test_features_that_are_no_vector_of_this_stream(x: Any, kind: type[Exception], said: str) -> None:
    model = trained()
    before = state(model)
    uses: list[Callable[[], Any]] = [lambda: model.learn_one(x, 7), lambda: model.predict_proba_one(x)]
    for use in uses:
        with pytest.raises(kind, match=re.escape(said)) as caught:
            use()
        assert_one_sentence(caught.value)
        assert state(model) == before


NO_MATRIX: list[tuple[Any, type[Exception], str]] = [
    (np.zeros(2), TypeError, "float64 (2,)"),
    (np.zeros((1, 2, 2)), TypeError, "float64 (1, 2, 2)"),
    (np.zeros((4, 3)), ValueError, "length 3 after vectors of length 2"),
    (np.array([[0.0, 1.0], [np.inf, 2.0]]), ValueError, "feature 0 of row 1 is inf"),
    (np.array([["1", "2"]]), TypeError, "<U1 (1, 2)"),
    ([[1.0, 2.0]], TypeError, "[[1.0, 2.0]]"),
    (np.ma.array([[0.0, 1.0]], mask=[[True, False]]), ValueError, "feature 0 of row 0 is nan"),
]


@pytest.mark.parametrize(("x", "kind", "said"), NO_MATRIX)
def test_rows_that_cannot_be_predicted(x: Any, kind: type[Exception], said: str) -> None:
    model = trained()
    before = state(model)
    with pytest.raises(kind, match=re.escape(said)) as caught:
        model.predict_many(x)
    assert_one_sentence(caught.value)
    assert state(model) == before


NO_LABEL: list[tuple[Any, str]] = [
    ("x", "label 'x' is a str after labels like 0: keep labels of type int"),
    (True, "label True is a bool after labels like 0: keep labels of type int"),
    (np.bool_(True), "label True is a bool after labels like 0"),
    (1.0, "label 1.0 is a float"),
    (np.float32(1.5), "label 1.5 is a float"),
    ((1,), "label (1,) is a tuple"),
    ([1], "label [1] is a list"),
    (b"a", "label b'a' is a bytes"),
    (np.array(1), "label array(1) is a ndarray"),
    (np.zeros((60, 60)), "label array([[0., 0., 0., ..., 0., 0., 0.], [0."),
    ("x" * 5000, "x' is a str after labels like 0"),
    (float("nan"), "label nan is a float"),
]


@pytest.mark.parametrize(("label", "said"), NO_LABEL)
def test_a_label_of_another_type(label: Any, said: str) -> None:
    model = trained()
    before = state(model)
    for x in ({"a": 1.0}, {"a": 1.0, "new": 2.0}, np.ones(2)):
        with pytest.raises(TypeError, match=re.escape(said)) as caught:
            model.learn_one(x, label)
        assert_one_sentence(caught.value)
        assert state(model) == before


@pytest.mark.parametrize("label", [1.5, (1,), b"a", object()])
def test_a_first_label_of_no_plain_type_leaves_a_fresh_model_fresh(label: Any) -> None:
    model = SpikingClassifier(n_hidden=64, k=4)
    before = state(model)
    with pytest.raises(TypeError, match="give bool, int or str, and None for a sample without label"):
        model.learn_one({"a": 1.0}, label)
    assert state(model) == before
    model.learn_one({"a": 1.0}, "now")
    assert model.classes_.labels == ["now"]


def test_a_trunk_for_images_refuses_a_first_vector_of_another_length() -> None:
    trunk = SignedRandom(amplitude=2.0**TRUNK_EXPONENT, image=(8, 8), patch=6)
    model, other = (SpikingClassifier(Latency(0, 16), trunk=trunk) for _ in range(2))
    before = state(model)
    with pytest.raises(ValueError, match="10 inputs are no image of 8 x 8 pixels"):
        model.learn_one(np.zeros(10), 1)
    assert state(model) == before
    model.learn_one(np.arange(64) % 17, 1)
    other.learn_one(np.arange(64) % 17, 1)
    assert state(model) == state(other)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"k": 0}, "k=0 winners of n_hidden=2048"),
        ({"k": -3}, "k=-3"),
        ({"n_hidden": 10, "k": 11}, "k=11 winners of n_hidden=10"),
        ({"n_hidden": 0}, "n_hidden=0"),
        ({"seed": -1}, "seed -1: give a number from 0"),
    ],
)
def test_parameters_that_make_no_model(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        SpikingClassifier(**parameters)
    assert_one_sentence(caught.value)
