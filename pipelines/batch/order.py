"""What a batch job is asked to do: which rows, where the results go, and how. Places are names, never addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from pipelines.errors import InputError
from pipelines.messages import _, listed

Format = Literal["csv", "parquet"]
RETRIES = 3
"""So often a job is started anew whose process was killed; it goes on after the last piece that was scored."""

_VERSION = re.compile(r"[0-9]{1,9}")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")


class Place(BaseModel):
    """Somewhere rows come from or go to."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @property
    def connection(self) -> str | None:
        """The connection that it needs."""
        return None


class DatasetInput(Place):
    """A dataset of the catalogue, in its newest version unless said."""

    dataset: str = Field(min_length=1, max_length=100)
    version: int | None = Field(None, ge=1)

    def __str__(self) -> str:
        return f"dataset:{self.dataset}" + (f"@{self.version}" if self.version else "")


class FileInput(Place):
    """A file, or a folder of files with the same columns, in a place that is allowed."""

    file: str = Field(min_length=1, max_length=1000)

    def __str__(self) -> str:
        return f"file:{self.file}"


class StoreInput(Place):
    """An object of a store, or all below a prefix."""

    store: str = Field(min_length=1, max_length=60)
    path: str = Field(max_length=1000)

    @property
    def connection(self) -> str | None:
        return self.store

    def __str__(self) -> str:
        return f"store:{self.store}/{self.path}"


class DatabaseInput(Place):
    """A table, or the rows of one query."""

    database: str = Field(min_length=1, max_length=60)
    table: str = Field("", max_length=200)
    query: str = Field("", max_length=20_000)

    @property
    def connection(self) -> str | None:
        return self.database

    @model_validator(mode="after")
    def _one(self) -> DatabaseInput:
        if bool(self.table) == bool(self.query):
            raise InputError(_("A database input needs either a table or a query."))
        return self

    def __str__(self) -> str:
        return f"database:{self.database}/{self.table or self.query[:60]}"


class DatasetOutput(Place):
    """A new version of a dataset."""

    dataset: str = Field(min_length=1, max_length=100)

    def __str__(self) -> str:
        return f"dataset:{self.dataset}"


class _Files(Place):
    format: Format | None = None
    partition_by: tuple[str, ...] = Field((), max_length=8)

    @property
    def ending(self) -> str:
        """``csv`` or ``parquet``: as said, else by the name's ending."""
        name = str(getattr(self, "file", "") or getattr(self, "path", "")).lower()
        by_name: Format = "parquet" if name.endswith((".parquet", ".pq")) or self.partition_by else "csv"
        return self.format or by_name


class FileOutput(_Files):
    """A file, or with ``partition_by`` a folder of files; without a name in the job's own folder of results."""

    file: str = Field("", max_length=1000)

    def __str__(self) -> str:
        return f"file:{self.file}" if self.file else self.ending


class StoreOutput(_Files):
    """An object of a store; with ``partition_by`` objects below ``path``, in a folder of the job's own."""

    store: str = Field(min_length=1, max_length=60)
    path: str = Field(min_length=1, max_length=1000)

    @property
    def connection(self) -> str | None:
        return self.store

    def __str__(self) -> str:
        return f"store:{self.store}/{self.path}"


class DatabaseOutput(Place):
    """A table: rows are added, take the place of all, or of those with the same ``key``."""

    database: str = Field(min_length=1, max_length=60)
    table: str = Field(min_length=1, max_length=200)
    mode: Literal["append", "replace", "upsert"] = "append"
    key: tuple[str, ...] = Field((), max_length=16)

    @property
    def connection(self) -> str | None:
        return self.database

    @model_validator(mode="after")
    def _keyed(self) -> DatabaseOutput:
        if (self.mode == "upsert") != bool(self.key):
            raise InputError(_("The mode upsert needs a key, and no other mode does."))
        return self

    def __str__(self) -> str:
        return f"database:{self.database}/{self.table}"


Input = DatasetInput | FileInput | StoreInput | DatabaseInput
Output = DatasetOutput | FileOutput | StoreOutput | DatabaseOutput
INPUTS: dict[str, type[Input]] = {
    "dataset": DatasetInput,
    "file": FileInput,
    "store": StoreInput,
    "database": DatabaseInput,
}
OUTPUTS: dict[str, type[Output]] = {
    "dataset": DatasetOutput,
    "store": StoreOutput,
    "database": DatabaseOutput,
    "file": FileOutput,
}


class Parameters(BaseModel):
    """How a job works.

    ``columns``: which columns of the input the result carries beside the predictions. ``reject_limit``: rows that
    may fail, as a number or a share (``5%``); more fail the job. ``engine``: what scores; None: as the settings say
    when the job is filed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Literal["all", "none"] | tuple[str, ...] = "all"
    reject_limit: Annotated[int, Field(ge=0)] | Annotated[float, Field(ge=0, le=1)] | str = "10%"
    batch_rows: int | None = Field(None, ge=1, le=5_000_000)
    processes: int | None = Field(None, ge=1, le=64)
    engine: str | None = None

    @model_validator(mode="after")
    def _limit(self) -> Parameters:
        if isinstance(self.reject_limit, str) and not _SHARE.fullmatch(self.reject_limit.strip()):
            raise InputError(_("reject_limit is a number of rows, or a share of them such as 5%."))
        return self

    def most_rejected(self, rows: int) -> int:
        """How many of ``rows`` may be rejected."""
        limit = self.reject_limit
        if isinstance(limit, int):
            return limit
        share = float(limit.strip().rstrip("%")) / 100 if isinstance(limit, str) else limit
        return int(share * rows)


class Order(BaseModel):
    """One batch job's order. ``model_uri`` names a version, so that a job that is continued has the same model.

    What is filed names its engine too; see ``engines.with_engine``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_uri: str
    input: Input
    output: Output
    parameters: Parameters = Parameters()

    @classmethod
    def of(cls, model_uri: str, given: Any, output: Any = None, parameters: Any = None) -> Order:
        """An order from plain values; InputError says which of them cannot be used."""
        return cls(
            model_uri=model_uri,
            input=read_input(given),
            output=read_output(output),
            parameters=_valid(Parameters, parameters or {}, "parameters"),
        )


def read_input(given: Any) -> Input:
    """An input, an object or text: ``dataset:cars``, ``file:rows.csv``, ``store:lake/rows/``, ``database:sales/t``."""
    found: Input = _place(given, INPUTS, "input")
    return found


def read_output(given: Any) -> Output:
    """An output, as ``read_input``; also ``csv`` and ``parquet`` alone, and nothing for a CSV file."""
    if given in (None, "", {}, "csv", "parquet"):
        return FileOutput(format="parquet" if given == "parquet" else "csv")
    if isinstance(given, Mapping) and not set(OUTPUTS) & set(given):
        given = {"file": ""} | dict(given)
    found: Output = _place(given, OUTPUTS, "output")
    return found


def _place(given: Any, kinds: Mapping[str, Any], what: str) -> Any:
    if isinstance(given, str):
        given = _from_text(given, kinds, what)
    if not isinstance(given, Mapping):
        raise _unknown(what, given, kinds)
    named = [k for k in kinds if k in given]
    if len(named) != 1:
        raise _unknown(what, dict(given), kinds)
    return _valid(kinds[named[0]], dict(given), what)


def _from_text(given: str, kinds: Mapping[str, Any], what: str) -> dict[str, Any]:
    kind, _colon, rest = given.strip().partition(":")
    if kind not in kinds or not rest:
        raise _unknown(what, given, kinds)
    if kind == "dataset":
        name, at, version = rest.rpartition("@")
        pinned = what == "input" and at and _VERSION.fullmatch(version)
        return {"dataset": name, "version": int(version)} if pinned else {"dataset": rest}
    if kind == "file":
        return {"file": rest}
    name, _slash, path = rest.partition("/")
    return {kind: name, "path" if kind == "store" else "table": path}


def _unknown(what: str, given: object, kinds: Mapping[str, Any]) -> InputError:
    shown = str(given)[:120]
    fix = _("Name one of {kinds}, such as dataset:NAME or file:rows.csv.", kinds=listed(list(kinds)))
    if what == "input":
        return InputError(_("{shown!r} is no input of a batch job.", shown=shown), fix=fix)
    return InputError(_("{shown!r} is no output of a batch job.", shown=shown), fix=fix)


def _valid(kind: Any, given: Any, what: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([what, *(str(p) for p in first["loc"] if p not in ("tuple[str, ...]",))])
        raise InputError(
            _("The job's {place} cannot be used: {reason}.", place=place, reason=str(first["msg"]).rstrip("."))
        ) from None
