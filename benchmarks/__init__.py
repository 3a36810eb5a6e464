"""Measurements: scripts that print ratios against a baseline measured in the same run.

Belongs here: what is timed or scored, and the synthetic data it needs. Does not belong here:
tests, which are deterministic and time nothing.
"""
