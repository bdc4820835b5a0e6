"""A sensor in one process, a learner in another; the log between them survives both."""

import math
import multiprocessing
import random

from streams import Feed, Subscription
from streamsnn import SpikingClassifier

KEY, N_EVENTS = "vibration", 600


def sensor(endpoint: str) -> None:
    """Stand-in for your hardware: three vibration bands of a machine that is idle, runs, or rattles."""
    rng = random.Random(0)
    with Feed(endpoint, key=KEY, n_features=3, log="vibration-log") as feed:
        for i in range(N_EVENTS):
            state = i // (N_EVENTS // 3)  # the states come one after another, as they would in life
            bands = [(0.1, 0.1, 0.1), (1.0, 0.2, 0.1), (1.0, 0.8, 1.5)][state]
            feed.send([rng.gauss(band, 0.1) for band in bands], y=state)


def main() -> None:
    """Follow the stream: predict each event, then learn it."""
    endpoint = "tcp://127.0.0.1:5556"
    process = multiprocessing.get_context("spawn").Process(target=sensor, args=(endpoint,))
    process.start()
    model, right = SpikingClassifier(), 0
    with Subscription(endpoint, key=KEY) as events:
        for event in events:
            right += model.prequential_one(event.x, event.y) == event.y
    process.join()
    writes = model.core.counters["writes"] / N_EVENTS
    print(f"{100 * right / N_EVENTS:.1f} % right before learning, {writes:.1f} synaptic writes an event")
    states = [model.predict_one(dict(enumerate(bands))) for bands in ((0.1, 0.1, 0.1), (1.0, 0.8, 1.5))]
    print(f"still knows the first and the last state: {states}")
    assert states == [0, 2] and math.isfinite(writes)


if __name__ == "__main__":
    main()
