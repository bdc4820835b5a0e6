"""SpikingClassifier as river sees it: its own estimator checks, pipelines, test-then-train evaluation."""

from collections.abc import Callable
from typing import Any

import pytest
from river import checks, compose, datasets, evaluate, metrics, preprocessing

from streamsnn import PES, Linear, SpikingClassifier, ThreeFactor

Accuracy: Any = metrics.Accuracy  # river leaves these two untyped
ImageSegments: Any = datasets.ImageSegments
VARIANTS = {
    "counting": SpikingClassifier(n_hidden=256, k=16),
    "three_factor": SpikingClassifier(n_hidden=256, k=16, rule=ThreeFactor()),
    "pes": SpikingClassifier(n_hidden=256, k=16, rule=PES(learning_rate=50.0), readout=Linear("squared")),
}
CASES = [
    pytest.param(model, check, id=f"{name}-{check.__name__}-{i}")
    for name, model in VARIANTS.items()
    for i, check in enumerate(checks.yield_checks(model))
]


@pytest.mark.parametrize(("model", "check"), CASES)
def test_river_check(model: SpikingClassifier, check: Callable[[SpikingClassifier], Any]) -> None:
    fresh = model.clone()
    check(fresh)
    assert fresh.clone()._get_params() == model._get_params()


def test_river_has_checks_for_every_variant() -> None:
    # 50 of river 0.26: that the list is not empty is the point, not its exact length.
    assert len(CASES) >= 3 * 50


def test_a_pipeline_learns_phishing_better_than_always_the_larger_class() -> None:
    larger = max(sum(y for _, y in datasets.Phishing()), sum(not y for _, y in datasets.Phishing())) / 1250
    model = compose.Pipeline(preprocessing.StandardScaler(), SpikingClassifier(n_hidden=512, k=20, seed=1))
    accuracy = evaluate.progressive_val_score(datasets.Phishing(), model, Accuracy())
    assert accuracy.get() > larger + 0.2  # 0.562 + 0.2
    assert model["SpikingClassifier"].core.counters["samples"] == 1250


def test_progressive_evaluation_equals_our_own_loop() -> None:
    evaluated, looped = SpikingClassifier(n_hidden=128, k=8), SpikingClassifier(n_hidden=128, k=8)
    score, right = Accuracy(), []
    evaluate.progressive_val_score(ImageSegments().take(300), evaluated, score)
    for x, y in ImageSegments().take(300):
        right.append(looped.predict_one(x) == y)
        looped.learn_one(x, y)
    # river's metric skips the first sample, for which there is no prediction yet
    assert score.get() == sum(right[1:]) / 299
    assert evaluated.core.weights("code->units").tobytes() == looped.core.weights("code->units").tobytes()


def test_a_one_against_rest_choice_of_features_works_in_a_pipeline() -> None:
    model = compose.Select("ip_in_url", "is_popular", "long_url") | SpikingClassifier(n_hidden=64, k=4)
    for x, y in datasets.Phishing().take(100):
        model.learn_one(x, y)
    assert model["SpikingClassifier"].features_.names == ["ip_in_url", "is_popular", "long_url"]
