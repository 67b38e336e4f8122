"""Steps that tell about the data: summaries, relations, tests. They give a table of results and a report."""
