"""Sekkei's own records: datasets, pipelines, revisions, drafts, jobs, endpoints."""

from pipelines.records.batch_tables import BatchDeploymentRow, BatchEndpointRow, BatchJobRow, BatchScheduleRow
from pipelines.records.database import Database
from pipelines.records.tables import (
    DatasetRow,
    DatasetVersionRow,
    DeploymentRow,
    DesiredState,
    DraftRow,
    EndpointKeyRow,
    EndpointRow,
    EndpointState,
    JobEventRow,
    JobRow,
    JobState,
    PipelineRow,
    RevisionRow,
    new_id,
    utc_now,
)

__all__ = [
    "BatchDeploymentRow",
    "BatchEndpointRow",
    "BatchJobRow",
    "BatchScheduleRow",
    "Database",
    "DatasetRow",
    "DatasetVersionRow",
    "DeploymentRow",
    "DesiredState",
    "DraftRow",
    "EndpointKeyRow",
    "EndpointRow",
    "EndpointState",
    "JobEventRow",
    "JobRow",
    "JobState",
    "PipelineRow",
    "RevisionRow",
    "new_id",
    "utc_now",
]
