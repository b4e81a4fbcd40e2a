"""Predictions in, numbers out: every score with its support, interval and baselines."""
