"""Batch scoring in pieces that survive a kill: what is scored, by which engine, and where the results go."""
