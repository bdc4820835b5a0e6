"""Spike counts of a layer, by hand."""

import numpy as np
import pytest

from streamsnn.readouts.spike_counts import SpikeCounts


@pytest.mark.small
def test_counts_start_anew_with_every_sample() -> None:
    scores = np.full(3, np.nan)
    read, const = SpikeCounts().kernel(), np.array(SpikeCounts().constants(1e-3))
    spikes = [[0, 2], [], [2], [1, 2]]
    seen = []
    for t, post in enumerate(spikes):
        read(t, np.array(post, np.int32), scores, const)
        seen.append(scores.tolist())
    assert seen == [[1, 0, 1], [1, 0, 1], [1, 0, 2], [1, 1, 3]]
    read(0, np.array([], np.int32), scores, const)
    assert scores.tolist() == [0, 0, 0]


@pytest.mark.small
def test_neurons_beyond_the_scores_are_not_counted() -> None:
    scores = np.zeros(2)
    readout = SpikeCounts(per_spike=4.0)
    readout.kernel()(0, np.array([1, 2], np.int32), scores, np.array(readout.constants(1e-3)))
    assert scores.tolist() == [0, 4]


@pytest.mark.small
def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"per_spike=0\.0"):
        SpikeCounts(per_spike=0.0)
