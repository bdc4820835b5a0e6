"""All arrays of a core in two blocks of bytes: one dispatch hands over everything, one copy saves it."""

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

ALIGN = 64  # one cache line, and the widest vector


@dataclass(frozen=True)
class Slot:
    """One named array: NumPy type, axes (names of dimensions, or numbers) and value of new elements."""

    name: str
    dtype: str
    dims: tuple[str | int, ...]
    initial: float = 0.0


@dataclass
class Arena:
    """Arrays laid out one after the other in one block of bytes.

    `layout[i]` holds first byte, end byte, rows and columns of slot i: generated code finds its arrays
    there, so that growing needs no recompilation.

    Parameters
    ----------
    slots
        Arrays, in layout order.
    dims
        Capacity of each named dimension.
    """

    slots: tuple[Slot, ...]
    dims: dict[str, int]
    block: NDArray[np.uint8] = field(init=False)
    layout: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._allocate()
        for slot in self.slots:
            if slot.initial:
                self.view(slot.name)[...] = slot.initial

    def _shape(self, slot: Slot) -> tuple[int, ...]:
        return tuple(self.dims[d] if isinstance(d, str) else d for d in slot.dims)

    def _allocate(self) -> None:
        self.layout = np.zeros((len(self.slots), 4), np.int64)
        end = 0
        for i, slot in enumerate(self.slots):
            shape = self._shape(slot)
            first = -(-end // ALIGN) * ALIGN
            end = first + prod(shape) * np.dtype(slot.dtype).itemsize
            self.layout[i] = (first, end, shape[0], shape[1] if len(shape) > 1 else 1)
        raw = np.zeros(end + ALIGN, np.uint8)
        offset = -raw.ctypes.data % ALIGN
        self.block = raw[offset : offset + end]

    def view(self, name: str) -> NDArray[np.generic]:
        """The array called `name`, at capacity."""
        i = next(i for i, slot in enumerate(self.slots) if slot.name == name)
        first, end = self.layout[i, :2]
        return self.block[first:end].view(self.slots[i].dtype).reshape(self._shape(self.slots[i]))

    def grow(self, dims: dict[str, int]) -> None:
        """Enlarge named dimensions; what was there stays at its indices, the rest is new."""
        old = {slot.name: self.view(slot.name) for slot in self.slots}
        self.dims = {**self.dims, **dims}
        self._allocate()
        for slot in self.slots:
            new = self.view(slot.name)
            if slot.initial:
                new[...] = slot.initial
            new[tuple(slice(0, n) for n in old[slot.name].shape)] = old[slot.name]
