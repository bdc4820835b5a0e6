"""Class after class on three rules: what is kept, and what it cost in memory writes."""

from streams import datasets
from streamsnn import PES, Counting, Latency, Linear, SpikingClassifier, ThreeFactor
from streamsnn.continual.class_incremental import ClassIncremental
from streamsnn.continual.split import stratified_split

digits = datasets.load("digits")
assert digits.y is not None
x, y = digits.x.reshape(-1, 64), digits.y
train, test = stratified_split(y, seed=0)
order = train[ClassIncremental("class").experiences(y[train], seed=0).order]

for rule, readout in (
    (Counting(), None),
    (ThreeFactor(), None),
    (PES(learning_rate=50.0), Linear("squared")),
):
    model = SpikingClassifier(Latency(0, 16), rule=rule, readout=readout)
    for i in order:
        model.learn_one(x[i], int(y[i]))
    right = sum(p == t for p, t in zip(model.predict_many(x[test]), y[test].tolist(), strict=True))
    writes = model.core.counters["writes"] / len(order)
    attempts = model.core.counters["write_attempts"] / len(order)
    kept = 100 * right / len(test)
    print(f"{type(rule).__name__:12} {kept:5.1f} % kept, {writes:6.1f} writes, {attempts:8.1f} attempts")
