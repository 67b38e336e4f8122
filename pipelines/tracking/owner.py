"""Which process carries a run on: how a run whose process is gone is told from one that goes on."""

from __future__ import annotations

import json
import platform

from pipelines.processes import ProcessId

HOST = platform.node()


def mine() -> str:
    """This process, as a run's tag names it."""
    return json.dumps({"host": HOST} | ProcessId.mine().to_dict())


def is_gone(tag: str) -> bool:
    """Whether the process that ``tag`` names has ended. What runs on another machine cannot be told, and has not."""
    try:
        found = json.loads(tag)
        return found["host"] == HOST and not ProcessId(int(found["pid"]), float(found["started"])).is_alive
    except (ValueError, TypeError, KeyError):
        return False
