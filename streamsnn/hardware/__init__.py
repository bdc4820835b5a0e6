"""What counted events would cost on a chip: profiles, row packing, energy and time bands, core counts.

A profile is a data file; this package only does arithmetic on it and on the counters.
"""
