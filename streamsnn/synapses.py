"""Initial synapses of a projection, in the form in which the core stores them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.arena import Arena
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.initial import Delays, Initial, Listed
from streamsnn.network import Projection
from streamsnn.types import Floats, Ints

_BLOCK = 1 << 24  # elements of full rows that are made at once


@dataclass(frozen=True)
class Synapses:
    """Rows `start..start + nnz.size` of one projection.

    Attributes
    ----------
    start
        First row.
    nnz
        Non-zero weights of each row.
    weights
        Stored weights: full rows, or those of the lists one after the other.
    delays
        As many delays; None for one delay for all.
    columns, many
        Of lists: the neurons that they reach, and how many each row has; else None.
    """

    start: int
    nnz: Ints
    weights: NDArray[Any]
    delays: NDArray[np.int8] | None = None
    columns: NDArray[Any] | None = None
    many: Ints | None = None

    def room(self, memory: Arena, scope: str) -> dict[str, int]:
        """Capacity that the lists need."""
        return (
            {}
            if self.many is None
            else {f"{scope}.stored": _used(memory, scope, self.start) + self.weights.size}
        )

    def store(self, memory: Arena, scope: str) -> None:
        """Write all into the arrays of the projection called `scope`, which have room for it."""
        stop = self.start + self.nnz.size
        memory.view(f"{scope}.nnz")[self.start : stop] = self.nnz
        if self.many is None or self.columns is None:
            place: tuple[slice, ...] = (slice(self.start, stop), slice(0, self.weights.shape[1]))
        else:
            used = _used(memory, scope, self.start)
            place = (slice(used, used + self.columns.size),)
            memory.view(f"{scope}.column")[place] = self.columns
            memory.view(f"{scope}.many")[self.start : stop] = self.many
            memory.view(f"{scope}.first")[self.start : stop] = used + np.cumsum(self.many) - self.many
        memory.view(f"{scope}.{'w' if self.many is None else 'value'}")[place] = self.weights
        if self.delays is not None:
            memory.view(f"{scope}.delay")[place] = self.delays


def _used(memory: Arena, scope: str, n_rows: int) -> int:
    """Synapses in the lists of the first `n_rows` rows."""
    return int(memory.view(f"{scope}.many")[:n_rows].sum())


def initial(p: Projection, start: int, stop: int, n_post: int) -> Synapses | None:
    """Synapses of rows `start..stop`; None where there is nothing to fill.

    Raises
    ------
    ValueError
        If weights, delays or mask do not have the rows, or delays are no whole ticks in range.
    """
    if stop == start or n_post == 0:  # a layer that grows starts from zero weights
        return None
    if isinstance(p.storage, Convolution):
        return _shared(p, p.storage, start, stop)
    if p.storage == "csr":
        return _lists(p, start, stop, n_post)
    rows = p.format.quantise(_rows(p, "weights", p.weights, start, stop, n_post))
    delays = None if isinstance(p.delay, int) else _delays(p, p.delay, start, stop, n_post)
    return Synapses(start, np.count_nonzero(rows, axis=1), rows, delays)


def full(memory: Arena, p: Projection, scope: str, what: str, n_pre: int, n_post: int) -> NDArray[Any]:
    """A copy of the weights (`"w"`) or delays (`"delay"`), 0 where a list has no synapse."""
    if what == "delay" and not p.own_delays:
        return np.full((n_pre, n_post), p.longest_delay, np.int8)
    if isinstance(p.storage, Convolution):
        return memory.view(f"{scope}.{what}").copy()
    if p.storage == "dense":
        return memory.view(f"{scope}.{what}")[:n_pre, :n_post].copy()
    value = memory.view(f"{scope}.{'value' if what == 'w' else what}")
    many = memory.view(f"{scope}.many")[:n_pre].astype(np.int64)
    used = int(many.sum())
    rows = np.zeros((n_pre, n_post), value.dtype)
    rows[np.repeat(np.arange(n_pre), many), memory.view(f"{scope}.column")[:used]] = value[:used]
    return rows


def count(memory: Arena, p: Projection, scope: str, n_pre: int, n_post: int) -> int:
    """Stored synapses: those of the lists, or all of full rows."""
    if p.storage == "csr":
        return _used(memory, scope, n_pre)
    if isinstance(p.storage, Convolution):
        return p.storage.n_rows * p.storage.filters
    return int(memory.view(f"{scope}.nnz")[:n_pre].sum()) if p.sparse else n_pre * n_post


def _shared(p: Projection, c: Convolution, start: int, stop: int) -> Synapses:
    if start != 0 or stop != c.n_pre:
        raise ValueError(f"projection {p.name}: its convolution takes {c.n_pre} inputs, not {stop}")
    rows = p.format.quantise(_rows(p, "weights", p.weights, 0, c.n_rows, c.filters))
    return Synapses(0, np.count_nonzero(rows, axis=1), rows)


def _lists(p: Projection, start: int, stop: int, n_post: int) -> Synapses:
    if isinstance(p.weights, Listed) and p.mask is None:
        many, columns, values = p.weights.lists(start, stop, n_post)
        weights = p.format.quantise(values)
        there = weights != 0
        row = np.repeat(np.arange(stop - start), many)[there]
        weights, columns = weights[there], columns[there]
    else:
        rows = p.format.quantise(_rows(p, "weights", p.weights, start, stop, n_post))
        mask = rows if p.mask is None else _rows(p, "mask", p.mask, start, stop, n_post)
        row, columns = np.nonzero(mask)
        weights = rows[row, columns]
    n = stop - start
    nnz = np.bincount(row[weights != 0], minlength=n)
    delays = None if isinstance(p.delay, int) else _delays_of(p, p.delay, start, stop, n_post, row, columns)
    return Synapses(start, nnz, weights, delays, columns, np.bincount(row, minlength=n))


def _rows(p: Projection, what: str, given: Initial, start: int, stop: int, n_post: int) -> Floats:
    rows = given.rows(start, stop, n_post)
    if rows.shape != (stop - start, n_post):
        raise ValueError(f"projection {p.name}: {what} {rows.shape}, expected {(stop - start, n_post)}")
    return rows


def _delays(p: Projection, given: Delays, start: int, stop: int, n_post: int) -> NDArray[np.int8]:
    rows = _rows(p, "delays", given, start, stop, n_post)
    wrong = rows[(rows != np.rint(rows)) | (rows < 0) | (rows > given.longest)]
    if wrong.size:
        raise ValueError(
            f"projection {p.name}: delay of {wrong[0]:g} ticks: give whole ticks from 0 to {given.longest}"
        )
    return rows.astype(np.int8)


def _delays_of(
    p: Projection, given: Delays, start: int, stop: int, n_post: int, row: Ints, columns: NDArray[Any]
) -> NDArray[np.int8]:
    """Delays of the synapses (row, column) of lists; full rows are made a few at a time."""
    delays = np.zeros(columns.size, np.int8)
    step = max(1, _BLOCK // n_post)
    for first in range(0, stop - start, step):
        last = min(first + step, stop - start)
        chosen = (row >= first) & (row < last)
        block = _delays(p, given, start + first, start + last, n_post)
        delays[chosen] = block[row[chosen] - first, columns[chosen]]
    return delays
