"""Synaptic memory: number formats, packing into words, the one write path, and the counters.

Only this package changes a weight, and every change is counted where it is made.
"""

from streamsnn.memory.counters import COUNTERS, Counters
from streamsnn.memory.formats import Fixed, Float32, Float64, Format

__all__ = ["COUNTERS", "Counters", "Fixed", "Float32", "Float64", "Format"]
