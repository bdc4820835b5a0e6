"""SpikingClassifier in river's evaluator, beside stock models."""

from collections.abc import Callable
from typing import Any

from river import datasets, evaluate, metrics, naive_bayes, tree

from streamsnn import SpikingClassifier

MODELS: list[Callable[[], Any]] = [SpikingClassifier, naive_bayes.GaussianNB, tree.HoeffdingTreeClassifier]
STREAMS: list[Callable[[], Any]] = [datasets.Phishing, datasets.ImageSegments, datasets.Bananas]
SCORE: Callable[[], Any] = metrics.Accuracy

for stream in STREAMS:
    for model in MODELS:
        score = evaluate.progressive_val_score(stream(), model(), SCORE())
        print(f"{stream.__name__:14} {model.__name__:22} {score}")
