"""The command line: `streamsnn run SCENARIO`."""

from streamsnn.cli.app import main

__all__ = ["main"]
