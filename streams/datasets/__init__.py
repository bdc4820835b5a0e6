"""Data sets to replay as streams: one is packaged, the others are found on disk or fetched."""

from __future__ import annotations

from streams.datasets.catalogue import names
from streams.datasets.dataset import Dataset
from streams.datasets.loading import load

__all__ = ["Dataset", "load", "names"]
