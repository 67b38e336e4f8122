"""How the services start each other: ``python -m pipelines.services up|service NAME --home FOLDER``."""

from __future__ import annotations

import argparse

from pipelines.services.entry import main_service, main_up
from pipelines.workspace import Home


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pipelines.services")
    parser.add_argument("command", choices=["up", "service"])
    parser.add_argument("name", nargs="?", choices=["worker", "mlflow", "api"])
    parser.add_argument("--home", required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--parent", type=int, help="End when the process with this id does.")
    given = parser.parse_args()
    home = Home.open(given.home)
    if given.command == "up":
        main_up(home, given.parent)
    elif given.name is None:
        parser.error("name the service: worker, mlflow or api")
    else:
        main_service(given.name, home, port=given.port, parent=given.parent)


if __name__ == "__main__":
    main()
