"""Frozen networks that turn a sample into a sparse code, each a small file of 8-bit weights."""

from streamsnn.trunks.stored import Stored
from streamsnn.trunks.trunk import Trunk

__all__ = ["Stored", "Trunk"]
