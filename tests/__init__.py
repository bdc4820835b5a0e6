"""Tests of streamsnn and streams."""
