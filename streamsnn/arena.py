"""All arrays of a core in one block of bytes: one argument hands over everything, one copy saves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = 8  # bytes of an int64
ALIGN = 64  # one cache line, and the widest vector


def _aligned(n_bytes: int) -> int:
    return -(-n_bytes // ALIGN) * ALIGN


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

    The block starts with its own size in bytes, int64, and `layout`, int64: first element, end, rows and
    columns of each slot, counted in elements of the slot's own type from the start of the block. Generated
    code finds its arrays there, so that growing needs no recompilation.

    Parameters
    ----------
    slots
        Arrays, in layout order.
    dims
        Capacity of each named dimension; 0 for those that are not in it.
    """

    slots: tuple[Slot, ...]
    dims: dict[str, int]
    block: NDArray[np.uint8] = field(init=False)
    layout: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        named = {d for slot in self.slots for d in slot.dims if isinstance(d, str)}
        self.dims = dict.fromkeys(named, 0) | self.dims
        self._allocate()
        for slot in self.slots:
            if slot.initial:
                self.view(slot.name)[...] = slot.initial

    def _shape(self, slot: Slot) -> tuple[int, ...]:
        return tuple(self.dims[d] if isinstance(d, str) else d for d in slot.dims)

    def _allocate(self) -> None:
        layout = np.zeros((len(self.slots), 4), np.int64)
        end = WORD + layout.nbytes
        for i, slot in enumerate(self.slots):
            shape, size = self._shape(slot), np.dtype(slot.dtype).itemsize
            first = _aligned(end)
            end = first + prod(shape) * size
            layout[i] = (first // size, end // size, shape[0], shape[1] if len(shape) > 1 else 1)
        raw = np.zeros(_aligned(end) + ALIGN, np.uint8)
        offset = -raw.ctypes.data % ALIGN
        self.block = raw[offset : offset + _aligned(end)]  # whole words: it is viewed in every type
        self.block[:WORD].view(np.int64)[0] = self.block.size
        self.layout = self.block[WORD : WORD + layout.nbytes].view(np.int64).reshape(layout.shape)
        self.layout[...] = layout

    def view(self, name: str) -> NDArray[np.generic]:
        """The array called `name`, at capacity."""
        i = next(i for i, slot in enumerate(self.slots) if slot.name == name)
        first, end = self.layout[i, :2]
        return self.block.view(self.slots[i].dtype)[first:end].reshape(self._shape(self.slots[i]))

    def fill(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Copy `arrays` in; shapes that disagree are refused, and the arena is then not to be used."""
        for name, array in arrays.items():
            if self.view(name).shape != array.shape:
                raise ValueError(f"saved array {name!r} has shape {array.shape}: sizes disagree")
            self.view(name)[...] = array

    @property
    def address(self) -> int:
        """Where the block is, until it grows."""
        return int(self.block.ctypes.data)

    def copy(self) -> "Arena":
        """The same arrays elsewhere."""
        other = Arena((), {})
        other.slots, other.dims = self.slots, self.dims
        other._allocate()
        other.block[:] = self.block
        return other

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


def saved_dims(slots: Sequence[Slot], arrays: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """Sizes of the named dimensions that saved arrays have.

    Raises
    ------
    ValueError
        If an array is missing, or has another type or number of axes than its slot.

    >>> saved_dims((Slot("w", "f4", ("pre", 2)),), {"w": np.zeros((5, 2), np.float32)})
    {'pre': 5}
    """
    found: dict[str, int] = {}
    for slot in slots:
        if slot.name not in arrays or arrays[slot.name].dtype != np.dtype(slot.dtype):
            raise ValueError(f"saved state has no array {slot.name!r} of type {slot.dtype}")
        shape = arrays[slot.name].shape
        if len(shape) != len(slot.dims):
            raise ValueError(f"saved array {slot.name!r} has shape {shape}, expected {len(slot.dims)} axes")
        found |= {d: n for d, n in zip(slot.dims, shape, strict=True) if isinstance(d, str)}
    return found
