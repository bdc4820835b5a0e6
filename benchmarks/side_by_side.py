"""One piece of work for each of several names, here or in several processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def side_by_side(
    work: Callable[[str], T], names: Sequence[str], processes: int
) -> Iterator[tuple[str, Callable[[], T]]]:
    """What gives the result of each name, in order; an error of one is raised where its result is asked for.

    The results do not depend on the number of processes; with one, nothing is done before it is asked for.
    """
    if processes == 1:
        for name in names:
            yield name, partial(work, name)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        begun = [(name, pool.submit(work, name)) for name in names]
        for name, made in begun:
            yield name, made.result
