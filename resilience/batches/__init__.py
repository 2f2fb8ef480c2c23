"""Batches: an experiment file, its design points, and runs that are each kept as they finish and never done twice."""
