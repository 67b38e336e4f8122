"""The jobs that wait or run, kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from components import job_progress, live
from pipelines.jobs import Job


def active(read: Callable[[], Sequence[Job]], *, key: str, on_cancel: Callable[[str], object]) -> bool:
    """Draw the jobs that are not over, and follow them; tells whether there is any. ``read`` gives the newest jobs."""
    going = [j.id for j in read() if not j.state.is_final]
    if not going:
        return False

    def draw() -> bool:
        jobs = [j for j in read() if not j.state.is_final]
        for job in jobs:
            job_progress.show(job, key=f"{key}_{job.id}", on_cancel=on_cancel)
        return {j.id for j in jobs} == set(going)

    live.show(draw, going=True, key=key)
    return True
