"""Encoders, features to spikes, one file each. Import one from its own file, or from `streamsnn`."""
