"""An endpoint that is on its way: drawn again until it has arrived."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import live, status
from components.endpoint_list import is_moving
from components.language import _
from pipelines.serving.endpoints import Endpoint


def show(read: Callable[[], Endpoint], *, key: str) -> None:
    """Draw a line that follows the endpoint; the page is drawn anew when it is healthy or has failed."""

    def draw() -> bool:
        now = read()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if now.updating is None:
                moving = next((d for d in now.running if str(d.state) in ("starting", "restarting")), None)
                if moving is not None and len(now.running) > 1:
                    status.show(str(moving.state), label=moving.name)
                else:
                    status.show(str(now.state))
                st.caption(_("The model server is starting; this takes some seconds."), width="content")
            else:
                status.show(str(now.updating.state), label=now.updating.name)
                st.caption(_("The new version is being checked; the one before answers meanwhile."), width="content")
        return is_moving(now)

    live.show(draw, going=True, key=key)
