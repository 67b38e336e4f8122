"""The server around the pages: libraries imported once, background services up while it is up."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from streamlit.runtime.pages_manager import PagesManager

SWEEP_SECONDS = 60.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Import what every page needs, start the services, which end with this process; collect garbage between clicks."""
    # Until somebody has run st.navigation, Streamlit would take pages/ for pages of its own: it would run a deep link
    # without app.py, or say there is no such page.
    PagesManager.uses_pages_directory = False
    await asyncio.to_thread(_warm_up)
    sweep = asyncio.create_task(_sweep())
    await asyncio.to_thread(_start_services)
    try:
        yield {}
    finally:
        sweep.cancel()
        with suppress(asyncio.CancelledError):
            await sweep


def _warm_up() -> None:
    """The heavy imports, before the first visitor, and out of the garbage collector's sight afterwards."""
    from streamlit.runtime.pages_manager import PagesManager

    import pipelines.sdk
    import pipelines.steps.library  # noqa: F401

    # Streamlit takes a folder "pages" for its old navigation until ours has run once, and finds no page of a deep link.
    PagesManager.uses_pages_directory = False
    gc.collect()
    gc.freeze()


async def _sweep() -> None:
    """In place of Streamlit's collection after every script run."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        await asyncio.to_thread(gc.collect)


def _start_services() -> None:
    from pipelines.services import ensure_up
    from pipelines.workspace import Home

    try:
        ensure_up(Home.open())
    except Exception:
        log.exception("The background services did not start; pages still open and say so")
