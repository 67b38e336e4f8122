"""Evaluation: how good the predictions of a scored table are."""
