"""Scoring: predictions of a trained model for the rows of a table."""
