"""Steps that choose features."""
