"""Small real parts for tests of learners: sources made by hand, servers with faults on demand."""

from __future__ import annotations

from streams.testing.background import serving
from streams.testing.bare_learner import BareLearner
from streams.testing.list_source import ListSource
from streams.testing.scripted_server import ScriptedServer, scripted

__all__ = ["BareLearner", "ListSource", "ScriptedServer", "scripted", "serving"]
