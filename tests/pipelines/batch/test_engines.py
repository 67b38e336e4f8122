"""Which engines there are, and which can be offered here."""

from __future__ import annotations

import sys

import pytest

from pipelines.batch import local
from pipelines.batch.engines import engine, offered
from pipelines.errors import InputError


def test_an_engine_is_found_by_its_name() -> None:
    assert engine("local") is local
    with pytest.raises(InputError, match="There is no engine 'ray'"):
        engine("ray")


def test_spark_is_offered_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    assert offered() == ("local", "spark")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert offered() == ("local",)
