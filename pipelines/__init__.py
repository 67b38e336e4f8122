"""Sekkei's engine: everything a pipeline is and can do, without a page.

``from pipelines import Workspace, Pipeline`` is the Python SDK. Both are imported when asked for, so that a served
model, which brings only a part of this package along, does not need the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.sdk import Pipeline, Workspace

__all__ = ["Pipeline", "Workspace"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pipelines import sdk

        return getattr(sdk, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
