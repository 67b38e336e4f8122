"""Datasets: reading files, profiling columns, and the catalogue that keeps versions."""

from pipelines.datasets.catalogue import Catalogue
from pipelines.datasets.excel import sheets
from pipelines.datasets.options import FORMATS, ReadOptions
from pipelines.datasets.profile import ColumnProfile, profile
from pipelines.datasets.readers import preview, read, sniff
from pipelines.datasets.versions import ColumnInfo, DatasetInfo, DatasetVersion, check_name

__all__ = [
    "FORMATS",
    "Catalogue",
    "ColumnInfo",
    "ColumnProfile",
    "DatasetInfo",
    "DatasetVersion",
    "ReadOptions",
    "check_name",
    "preview",
    "profile",
    "read",
    "sheets",
    "sniff",
]
