"""Groups of commands, and how a command answers."""
