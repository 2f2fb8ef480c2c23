"""Runs: one, many, and several scenarios on the same seeds; results folders; answers in plain English."""
