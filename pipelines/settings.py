"""Settings: the only reader of the environment. Every name has the prefix ``SEKKEI_``."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may change. Defaults suit one laptop."""

    model_config = SettingsConfigDict(env_prefix="SEKKEI_", extra="ignore", frozen=True, populate_by_name=True)

    home: Path = Field(
        Path("workspace"), description="The workspace folder: datasets, results, records and MLflow's files."
    )
    database_url: str = Field("", description="Sekkei's own records, a SQLAlchemy URL. Empty: SQLite in the workspace.")
    tracking_uri: str = Field(
        "",
        validation_alias=AliasChoices("SEKKEI_TRACKING_URI", "MLFLOW_TRACKING_URI"),
        description="An MLflow server of your own. Empty: SQLite in the workspace, with a server started on it.",
    )
    connections: Path | None = Field(
        None, description="The file of connections to databases and stores. Empty: connections.toml in the workspace."
    )
    http_import: str = Field(
        "", description="Hosts that files may be imported from by address, with commas between; true: any public one."
    )
    upload_days: int = Field(7, ge=1, description="Days that files given to batch scoring are kept.")
    host: str = Field("127.0.0.1", description="The address the services bind to.")
    mlflow_port: int = Field(5050, description="Preferred port of the MLflow server; a taken port gets another.")
    api_port: int = Field(8600, description="Preferred port of the REST API and endpoint gateway.")
    workers: int = Field(1, ge=1, description="Jobs that run at the same time.")
    cache_gib: float = Field(5.0, gt=0, description="The result cache is trimmed to this size, in GiB.")
    sample_rows: int = Field(
        1000, ge=10, description="Rows of a dataset kept as its sample for preview and diagnostics."
    )
    python_steps: bool = Field(True, description="Whether code of your own may run: Python, R, and steps of your own.")
    max_upload_mib: int = Field(2048, gt=0, description="Largest file that may be imported, in MiB.")
    batch_rows: int = Field(50_000, ge=1, description="Rows scored at a time in batch scoring.")
    batch_processes: int = Field(1, ge=1, le=64, description="Processes that a batch job scores with.")
    batch_engine: Literal["local", "spark"] = Field("local", description="What batch jobs are scored by.")
    spark_master: str = Field(
        "local[*]",
        description="Where batch jobs of the engine spark are scored: local[*], local-cluster[2,1,1024], "
        "spark://host:7077, or a Spark Connect server, sc://host:15002.",
    )
    parity_spark: bool = Field(
        True, description="Whether a model is asked on Spark too before it is published, where Spark is installed."
    )
    batch_folders: str = Field(
        "", description="Folders beside the workspace's that batch jobs may read and write, with commas between."
    )
    webhook_hosts: str = Field(
        "", description="Hosts that may be told of finished batch jobs, with commas between; empty: none."
    )
    max_request_mib: int = Field(64, gt=0, description="Largest body of a request to an endpoint, in MiB.")
    endpoint_timeout: float = Field(
        60.0, gt=0, description="Seconds a prediction may take before the gateway gives up."
    )
    endpoint_patience: float = Field(
        30.0, ge=0, description="Seconds a request waits for a model server that is being restarted."
    )
    endpoint_growth_mib: int = Field(
        1024, gt=0, description="A model server that has grown by so many MiB since it began to serve is replaced."
    )
    monitor_rows: int = Field(
        10_000,
        ge=0,
        description="Newest rows kept, on this machine, of what an endpoint was asked and answered; 0: none are.",
    )
    otlp_endpoint: str = Field(
        "",
        validation_alias=AliasChoices("SEKKEI_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Where OpenTelemetry traces of endpoints go, such as http://127.0.0.1:4318. Empty: none are made.",
    )


def connection_urls() -> dict[str, str]:
    """The connections that stand in the environment, as ``SEKKEI_CONNECTION_<NAME>=url``."""
    start = "SEKKEI_CONNECTION_"
    return {k.removeprefix(start).lower(): v for k, v in os.environ.items() if k.startswith(start) and v}


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
