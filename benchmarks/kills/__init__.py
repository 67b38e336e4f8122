"""Kills processes of a studio with ``kill -9`` at random moments, and looks for what was lost, doubled or left half.

.venv/bin/python -m benchmarks.kills --kills 100 --seed 0
"""
