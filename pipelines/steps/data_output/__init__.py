"""Data output: rows that leave the pipeline as a file or a dataset."""
