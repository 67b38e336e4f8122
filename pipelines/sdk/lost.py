"""The truth about runs whose process was killed: MLflow is told, as they could not do it themselves."""

from __future__ import annotations

import logging
from contextlib import suppress

from pipelines.errors import NotFoundError, SekkeiError
from pipelines.jobs import Jobs
from pipelines.records import Database, JobState
from pipelines.tracking import Tracking
from pipelines.workspace import TEMPORARY, Home

_logger = logging.getLogger(__name__)


def settle(jobs: Jobs, tracking: Tracking) -> list[str]:
    """End every run that says it runs though its process is gone: failed, or cancelled where that was asked for.

    Gives the ids of the runs that changed.
    """
    ended = []
    for run_id, job_id in tracking.lost():
        tracking.abandon(run_id, cancelled=_was_cancelled(jobs, job_id))
        ended.append(run_id)
    return ended


def settle_home(home: Home) -> None:
    """``settle`` for a workspace that may have no runs yet; the worker's errand after a job was killed."""
    database = Database(home.database_url)
    try:
        clear_results(home, Jobs(database, home))
        if home.tracking_uri.startswith("sqlite") and not home.mlflow_db.exists():
            return
        settle(Jobs(database, home), Tracking(home))
    except SekkeiError as error:
        _logger.warning("Runs that were killed could not be put right: %s", error)
    finally:
        database.close()


def clear_results(home: Home, jobs: Jobs) -> None:
    """Delete what killed batch jobs had half written."""
    for path in home.results.glob(f"*/{TEMPORARY}*"):
        with suppress(SekkeiError, OSError):
            if jobs.get(path.parent.name).state.is_final:
                path.unlink()


def _was_cancelled(jobs: Jobs, job_id: str) -> bool:
    if not job_id:
        return False
    try:
        return jobs.get(job_id).state is JobState.CANCELLED
    except NotFoundError:
        return False
