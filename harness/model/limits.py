"""Limits that a command line may change, and what they are where it does not."""

SCENARIO_SECONDS = 10.0
"""For one scenario of a port; the first of a process, which loads it, has twice that."""
