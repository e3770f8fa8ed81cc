"""Stepping hypotheses: from scenario and dialect to trajectories, many at once."""
