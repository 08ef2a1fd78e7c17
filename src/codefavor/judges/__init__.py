"""Judges: comparisons in, verdicts out."""
