"""SpikingClassifier in river's evaluator, beside a stock model."""

from river import datasets, evaluate, metrics, naive_bayes

from streamsnn import SpikingClassifier

for model in (SpikingClassifier(), naive_bayes.GaussianNB()):
    score = evaluate.progressive_val_score(datasets.ImageSegments(), model, metrics.Accuracy())
    print(f"{type(model).__name__}: {score}")
