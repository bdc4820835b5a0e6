"""The numbers on README's page are those of the committed results."""

from pathlib import Path

from benchmarks.readme import filled, load
from benchmarks.record import RESULTS

README = Path(__file__).resolve().parents[2] / "README.md"


def test_readme_says_what_the_results_say() -> None:
    page = README.read_text("utf-8")
    assert filled(page, load(RESULTS)) == page
