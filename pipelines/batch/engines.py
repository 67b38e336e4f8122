"""What scores the pieces of a batch job. Adding an engine is a module with ``parts`` and a line here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from pipelines.batch.fetch import Fetched
from pipelines.batch.order import Order
from pipelines.batch.work import Part, Work
from pipelines.errors import InputError
from pipelines.inference.loading import LoadedModel
from pipelines.messages import _, listed
from pipelines.settings import settings

ENGINES = {"local": "pipelines.batch.local", "spark": "pipelines.batch.spark"}
"""Each engine by its name: a module."""

NEEDED = {"spark": "pyspark"}
"""What must be installed for an engine, beside Sekkei."""


@dataclass(frozen=True)
class Task:
    """What is scored, and how.

    ``carried`` are the columns of the input that the result has (None: all), ``types`` what those are cast to.
    ``typed``: text that the model takes as a number becomes one. ``reading`` hears which share was read.
    """

    work: Work
    model: LoadedModel
    fetched: Fetched
    rows: int
    processes: int = 1
    carried: tuple[str, ...] | None = None
    types: dict[str, pa.DataType] = field(default_factory=dict)
    typed: bool = False
    cancelled: Callable[[], bool] = lambda: False
    reading: Callable[[float], None] = lambda done: None


class Engine(Protocol):
    """Scores what has no part yet, and gives every part in the order of the rows. It may be killed at any moment."""

    def parts(self, task: Task) -> Iterator[Part]: ...


def engine(name: str) -> Engine:
    """The engine of this name. InputError when there is none."""
    found: Engine = importlib.import_module(ENGINES[_known(name)])
    return found


def with_engine(order: Order) -> Order:
    """The order with what scores it named, by itself or else by the settings, so that it goes on with the same.

    InputError when there is no such engine.
    """
    name = _known(order.parameters.engine or settings().batch_engine)
    return order.model_copy(update={"parameters": order.parameters.model_copy(update={"engine": name})})


def _known(name: str) -> str:
    if name not in ENGINES:
        raise InputError(
            _("There is no engine {name!r}.", name=name), fix=_("Choose one of {names}.", names=listed(list(ENGINES)))
        )
    return name


def offered() -> tuple[str, ...]:
    """The engines that are installed here."""
    return tuple(n for n in ENGINES if n not in NEEDED or importlib.util.find_spec(NEEDED[n]))
