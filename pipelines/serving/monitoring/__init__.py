"""How endpoints fare: their traffic, what they were asked and answered, and how far that is from training."""
