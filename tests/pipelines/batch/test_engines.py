"""Which engines there are, and which can be offered here."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pipelines.batch import local
from pipelines.batch.engines import engine, offered, with_engine
from pipelines.batch.order import Order
from pipelines.errors import InputError


def test_an_engine_is_found_by_its_name() -> None:
    assert engine("local") is local
    with pytest.raises(InputError, match="There is no engine 'ray'"):
        engine("ray")


def test_an_order_keeps_the_engine_that_the_settings_named_when_it_was_filed(setting: Any) -> None:
    order = Order.of("models:/m/1", "dataset:d")
    assert order.parameters.engine is None
    filed = with_engine(order)
    setting(batch_engine="spark")
    assert with_engine(filed).parameters.engine == "local"
    assert with_engine(order).parameters.engine == "spark"
    with pytest.raises(InputError, match="There is no engine 'ray'"):
        with_engine(Order.of("models:/m/1", "dataset:d", None, {"engine": "ray"}))


def test_spark_is_offered_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    assert offered() == ("local", "spark")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert offered() == ("local",)
