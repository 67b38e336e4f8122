"""Sekkei's engine: everything a pipeline is and can do, without a page."""
