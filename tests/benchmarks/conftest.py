"""Benchmarks are not installed: find them in the checkout, after everything that is."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))
