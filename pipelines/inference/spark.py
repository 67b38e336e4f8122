"""A model asked on a Spark cluster, with MLflow's ``spark_udf``: the answers are those of this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.chain.contract import Contract
from pipelines.errors import InputError, UnavailableError
from pipelines.inference.loading import LoadedModel
from pipelines.messages import _
from pipelines.tracking.client import quiet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SAMPLE = 100  # rows that are asked here, to know what the answers look like
GAPS = ("nan", "None", "<NA>")  # what spark_udf makes of a missing text


@dataclass
class SparkModel:
    """A model that answers from the cluster what it answers here.

    Rows up to ``few`` are not worth the way, and what the cluster refuses is asked here again, so that a row's error is
    the same. ``gets_files`` False: the cluster loads the model by its address. Safe across threads.
    """

    model: LoadedModel
    spark: SparkSession
    few: int = SAMPLE
    gets_files: bool = True
    _asked: _Asked | None = field(default=None)

    @property
    def contract(self) -> Contract | None:
        return self.model.contract

    @property
    def score_types(self) -> dict[str, pa.DataType]:
        return self.model.score_types

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predictions as a table with the rows' index. InputError when the model refuses the rows."""
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        if len(rows) <= self.few or self.contract is None:
            return self.model.predict(rows)
        given = self.contract.conform(rows)
        asked = self._ask(rows)
        try:
            found = asked.answers(self.spark, given)
        except (PySparkException, Py4JJavaError) as error:
            self.model.predict(rows)  # raises what the rows are to blame for
            raise UnavailableError(
                _("Spark failed where this machine does not: {error}", error=str(error).splitlines()[0][:300])
            ) from error
        return asked.restored(found.set_axis(rows.index), rows, self.model)

    def _ask(self, rows: pd.DataFrame) -> _Asked:
        if self._asked is None:
            self._asked = _Asked.of(self.model, self.model.predict(rows.head(SAMPLE)), self.spark, self.gets_files)
        return self._asked


@dataclass(frozen=True)
class _Asked:
    """MLflow's function for Spark, and what its answers look like here: ``sample`` has none or some rows of them."""

    udf: Any
    sample: pd.DataFrame
    is_table: bool

    @classmethod
    def of(cls, model: LoadedModel, sample: pd.DataFrame, spark: SparkSession, gets_files: bool) -> _Asked:
        from pyspark.sql.types import StructField, StructType

        is_table = model.is_ours or bool(model.score_types)
        if not is_table and sample.shape[1] > 1:
            raise InputError(
                _("This model does not name its answers, so Spark cannot tell them apart."),
                fix=_("Use the engine {name!r}.", name="local"),
            )
        sample = sample.apply(_numbers)
        kinds = [StructField(str(n), _kind(sample[n].dtype)) for n in sample]
        with quiet():
            import mlflow.pyfunc

            address = str(model.folder) if gets_files else model.uri
            result = StructType(kinds) if is_table else kinds[0].dataType
            made = mlflow.pyfunc.spark_udf(spark, address, result_type=result)
        return cls(made, sample, is_table)

    def answers(self, spark: SparkSession, given: pd.DataFrame) -> pd.DataFrame:
        """The cluster's answers for ``given``, in its order. Columns travel by number: a name may be anything."""
        from pyspark.sql.functions import col, struct

        numbered = given.set_axis([f"c{i}" for i in range(given.shape[1])], axis=1).assign(row=np.arange(len(given)))
        table = pa.Table.from_pandas(numbered, preserve_index=False)
        row = struct(*(col(f"c{i}").alias(str(name)) for i, name in enumerate(given.columns)))
        found = spark.createDataFrame(_as_spark_takes(table)).select("row", self.udf(row).alias("found")).toArrow()
        found = found.sort_by("row").column("found").combine_chunks()
        columns = found.flatten() if self.is_table else [found]
        return pd.DataFrame(
            {n: c.to_pandas() for n, c in zip(self.sample.columns, columns, strict=True)}, columns=self.sample.columns
        )

    def restored(self, found: pd.DataFrame, rows: pd.DataFrame, model: LoadedModel) -> pd.DataFrame:
        """``found`` in the types of this machine's answers. A text that may stand for a gap is asked here."""
        texts = [n for n in found if not pd.api.types.is_float_dtype(found[n].dtype)]
        doubtful = found[texts].isin(GAPS).any(axis=1).to_numpy() if texts else np.zeros(len(found), bool)
        made = {n: _like(found[n][~doubtful], self.sample[n].dtype) for n in found}
        known = pd.DataFrame(made, columns=found.columns)
        if not doubtful.any():
            return known
        return pd.concat([known, model.predict(rows[doubtful])]).loc[found.index]


def _kind(dtype: Any) -> Any:
    """What an answer travels as: numbers keep their gaps as float, and all else does as text."""
    from pyspark.sql.types import DoubleType, StringType

    is_number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    return DoubleType() if is_number else StringType()


def _numbers(values: pd.Series) -> pd.Series:
    """Answers with gaps as numbers where all the others are; else as they are."""
    if values.dtype != object:
        return values
    present = values.dropna().infer_objects()
    is_number = len(present) and pd.api.types.is_numeric_dtype(present) and not pd.api.types.is_bool_dtype(present)
    return values.astype("float64") if is_number else values


def _like(values: pd.Series, dtype: Any) -> pd.Series:
    if pd.api.types.is_bool_dtype(dtype):
        return (values == "True").astype(dtype)
    if pd.api.types.is_integer_dtype(dtype) and values.isna().any():
        return values
    return values.astype(dtype)


def _as_spark_takes(table: pa.Table) -> pa.Table:
    """Spark knows neither large text nor nanoseconds."""
    fields = [
        field.with_type(pa.string())
        if pa.types.is_large_string(field.type)
        else field.with_type(pa.timestamp("us"))
        if pa.types.is_timestamp(field.type)
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields), safe=False)
