"""Save a model with its place in the stream, and go on bit for bit."""

import numpy as np

import streamsnn
from streams import ReplaySource

rng = np.random.default_rng(0)
y = np.arange(300) % 3
x = rng.normal(y[:, None], 0.3, (300, 4))
source = ReplaySource(x, y)

model = streamsnn.SpikingClassifier(seed=7)
for sample in source.samples():
    model.learn_one(sample.x, sample.y)
    if sample.offset == 150:
        streamsnn.save("half.safetensors", streamsnn.Checkpoint(model, offset=sample.offset))

saved = streamsnn.load("half.safetensors")
source.seek(saved.offset)
for sample in source.samples():
    saved.model.learn_one(sample.x, sample.y)

stored = "input->exemplars"
same = np.array_equal(saved.model.core.weights(stored), model.core.weights(stored))
print(f"resumed at event {saved.offset}; weights equal to the undisturbed run: {same}")
assert same
