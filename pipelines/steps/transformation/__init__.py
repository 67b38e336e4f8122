"""Steps that change columns and rows."""
