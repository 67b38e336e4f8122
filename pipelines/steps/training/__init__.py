"""Training: an algorithm fitted behind the chain, or validated with it."""
