"""Work for several names gives the same here and in processes; an error is of its name alone."""

import pytest

from benchmarks.side_by_side import side_by_side


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order_and_an_error_is_of_its_name_alone(processes: int) -> None:
    found, refused = {}, []
    for name, made in side_by_side(float, ["3", "no number", "1.5"], processes):
        try:
            found[name] = made()
        except ValueError:
            refused.append(name)
    assert list(found.items()) == [("3", 3.0), ("1.5", 1.5)]
    assert refused == ["no number"]
