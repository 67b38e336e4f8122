"""Steps that bring rows in."""
