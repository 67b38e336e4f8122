"""``python -m pipelines``: the command line."""

from pipelines.cli import app

if __name__ == "__main__":
    app()
