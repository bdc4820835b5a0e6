"""Still pictures of events: votes by hand, and a camera's path that is taken out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.event_pictures import SIDE, STEP_US, CameraPath

KIND = [("t", "u4"), ("x", "u1"), ("y", "u1"), ("p", "u1")]
MIDDLE = (SIDE - 1) / 2  # 13.5: between pixels


def events(*rows: tuple[int, int, int]) -> NDArray[np.void]:
    """Events (t, x, y), all brighter."""
    return np.array([(*row, 1) for row in rows], KIND)


def test_the_path_is_the_mean_place_of_each_step() -> None:
    path = CameraPath.of(events((0, 2, 4), (4_999, 4, 8), (10_000, 6, 6)))
    # the second step is empty: it takes the mean of all, (2 + 4 + 6) / 3 and (4 + 8 + 6) / 3
    assert path.places.tolist() == [[3.0, 6.0], [4.0, 6.0], [6.0, 6.0]]


def test_votes_go_to_the_nearest_pixels_and_none_is_lost() -> None:
    still = CameraPath(np.zeros((1, 2)))
    counts = still.picture(events((0, 10, 20), (5, 10, 20)))
    # both lie in the middle of the picture, between four pixels: a quarter of two votes to each
    assert counts[13:15, 13:15].tolist() == [[0.5, 0.5], [0.5, 0.5]] and counts.sum() == 2.0
    apart = still.picture(events((0, 10, 20), (5, 15, 20)))  # 2.5 left and right of the middle: x 11 and 16
    assert apart[13:15, 11].tolist() == [0.5, 0.5] and apart[13:15, 16].tolist() == [0.5, 0.5]
    assert apart.sum() == 2.0


def test_events_outside_the_picture_are_left_out() -> None:
    counts = CameraPath(np.zeros((1, 2))).picture(events((0, 0, 10), (5, 40, 10)))  # 20 left, 20 right
    assert counts.sum() == 0.0


def test_a_moving_camera_no_longer_smears(rng: np.random.Generator) -> None:
    """Recordings of one point each, elsewhere in each, all by the same way of the camera."""
    t = np.arange(0, 8 * STEP_US, 500)
    way = t // STEP_US  # a pixel to the right in each step
    starts = rng.integers(5, 15, (20, 2))
    recordings = [
        events(*((int(a), int(x + b), y) for a, b in zip(t, way, strict=True))) for x, y in starts.tolist()
    ]
    path = CameraPath.of(np.concatenate(recordings))
    steady = [path.picture(each) for each in recordings]
    assert np.diff(path.places, axis=0) == pytest.approx(np.tile([1.0, 0.0], (7, 1)))
    for counts in steady:  # all events in the four pixels of the middle
        assert counts[13:15, 13:15].sum() == pytest.approx(len(t))
    smeared = CameraPath(np.zeros((1, 2))).picture(recordings[0])
    assert smeared[:, 13:15].sum() < 0.5 * len(t)


def test_later_events_take_the_last_place() -> None:
    path = CameraPath(np.array([[1.0, 0.0], [5.0, 0.0]]))
    late = path.picture(events((0, 1, 3), (100 * STEP_US, 5, 3)))
    assert late[13:15, 13:15].sum() == 2.0, "1 - 1 and 5 - 5 are one place"
