"""Steps that run code of the analyst's own."""
