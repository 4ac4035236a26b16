"""Drops, holdouts and the rows of a run."""
