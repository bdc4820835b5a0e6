"""Readouts, potentials to class scores, one file each. Import one from its own file, or from `streamsnn`."""
