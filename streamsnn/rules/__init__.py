"""Learning rules, one file each. Import a rule from its own file, or from `streamsnn`."""
