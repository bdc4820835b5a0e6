"""Neuron models, one file each. Import a model from its own file, or from `streamsnn`."""
