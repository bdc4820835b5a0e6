"""`python -m streamsnn`."""

from streamsnn.cli import main

main()
