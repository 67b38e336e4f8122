"""Steps for what comes in the order of time."""
