"""Tests of the core: memory, neurons, rules, encoders, readouts, and the machine that joins them."""
