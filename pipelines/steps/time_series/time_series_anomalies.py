"""Time Series Anomalies."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.columns import NUMERIC, Columns
from pipelines.errors import InputError
from pipelines.messages import Message, _, ngettext
from pipelines.parameters import ColumnName, ColumnRule, Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Report, Step
from pipelines.steps.checks import require_numeric, require_whole
from pipelines.steps.names import free
from pipelines.steps.time_series import changes
from pipelines.steps.transformation.ordering import Ordered

Method = Literal["spike", "level", "trend", "spread"]
LISTED = 100
COLUMNS = 5


class TimeSeriesAnomalies(Step):
    """Find where numbers in an order stand out: spikes, and changes of level, trend or spread.

    spike is the Hampel filter: the distance from the median of the rows around, in deviations by the median absolute
    deviation. The others compare the window from a row on with the window before it, in standard errors: means for
    level, least-squares slopes for trend, mean absolute deviations for spread; of a change only its strongest row
    counts. Azure's step uses martingales instead. It looks at several rows, so it stands before Split Data.
    """

    type: ClassVar[str] = "time_series_anomalies"
    title: ClassVar[str] = "Time Series Anomalies"
    category: ClassVar[str] = "Time series"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = (
        *("Hampel", "spike", "outlier", "change point", "level shift", "drift", "anomaly detection"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Time Series Anomaly Detection",)
    equivalent: ClassVar[str] = (
        'usual = table["load"].rolling(7, center=True).median()\n'
        'away = (table["load"] - usual).abs()\n'
        'table["load_score"] = (table["load"] - usual) / (1.4826 * away.rolling(7, center=True).median())'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["load"], "window": 5, "order_by": "hour"},
        table="hour,load\n1,10\n2,12\n3,11\n4,12\n5,48\n6,10\n7,11\n8,13\n9,11\n10,12\n",
    )

    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to look along.")
    method: Method = Field(
        "spike",
        title="Find",
        description="spike: single rows. level, trend, spread: where the rows from here on differ from those before.",
    )
    window: int = Field(31, ge=5, le=100_000, title="Window", description="How many rows say what is usual.")
    threshold: float = Field(
        5.0,
        gt=0,
        allow_inf_nan=False,
        title="Threshold",
        description="A score as far from 0 stands out: deviations for spike, standard errors for the others.",
    )
    season: int | None = Field(
        None,
        ge=2,
        le=1_000_000,
        title="Season",
        description="Rows after which a pattern repeats, such as 24 hours; it is taken out first. Empty: none.",
    )
    past_only: Annotated[bool, Form(when={"method": ("spike",)})] = Field(
        False, title="Earlier rows only", description="Whether later rows say nothing of what is usual."
    )
    by: ColumnRule = Field(Columns(names=()), title="By group", description="Each group is a series of its own.")
    order_by: ColumnName = Field("", title="Order by", description="What orders the rows. Empty: as they stand.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        require_numeric(table.schema, names, "A search for anomalies")
        if self.order_by:
            table.schema.require([self.order_by])
        order = Ordered.of(table.frame, self.by.select(table.schema), self.order_by)
        taken, made = set(table.frame.columns), {}
        said: list[Message] = []
        listed: list[pd.DataFrame] = []
        for name in names:
            values = order.along(table.frame[name]).astype("float64")
            if np.isinf(values).any():
                raise InputError(
                    _("Column {column!r} holds an infinite number.", column=name),
                    fix=_("Take such rows out with Filter Rows before."),
                )
            found = pd.concat([self._found(v) for v in order.pieces(values)]).sort_index()
            alerts = found["anomaly"].to_numpy() == 1
            listed.append(self._alerts(table.frame, order, name, found, alerts))
            said.append(_said(name, listed[-1], int(alerts.sum()), len(found)))
            for part in found:
                made[free(f"{name}_{part}", taken)] = order.back(found[part], table.frame.index)
        frame = pd.concat([table.frame, pd.DataFrame(made, index=table.frame.index)], axis=1)
        alerts_found = pd.concat(listed).head(LISTED) if listed else pd.DataFrame()
        tables = {"anomalies": {str(c): alerts_found[c].tolist() for c in alerts_found}} if len(alerts_found) else {}
        return Output(table=table.with_frame(frame), report=Report(tables=tables, conclusions=tuple(said[:COLUMNS])))

    def _found(self, values: pd.Series) -> pd.DataFrame:
        pattern = changes.pattern(values, self.season) if self.season else pd.Series(0.0, values.index)
        level = values - pattern
        if self.method == "spike":
            usual, score = changes.spikes(level, self.window, self.past_only)
            out = (score.abs() >= self.threshold).to_numpy()
            return pd.DataFrame({"expected": usual + pattern, "score": score, "anomaly": out.astype(np.int64)})
        score = changes.COMPARED[self.method](level, self.window)
        return pd.DataFrame({"score": score, "anomaly": changes.strongest(score, self.threshold).astype(np.int64)})

    def _alerts(
        self, frame: pd.DataFrame, order: Ordered, name: str, found: pd.DataFrame, alerts: np.ndarray
    ) -> pd.DataFrame:
        """The rows that stand out, the strongest first."""
        at = np.flatnonzero(alerts)
        at = at[np.argsort(-found["score"].abs().to_numpy()[at], kind="stable")][:LISTED]
        places = order.places[at]
        when = frame[self.order_by].iloc[places].astype(str).tolist() if self.order_by else (places + 1).tolist()
        return pd.DataFrame(
            {
                "column": [name] * len(at),
                "row": when,
                "value": frame[name].iloc[places].tolist(),
                "score": found["score"].to_numpy()[at].round(2).tolist(),
            }
        )


def _said(name: str, alerts: pd.DataFrame, count: int, rows: int) -> Message:
    if not count:
        return _("Nothing stands out in {column}.", column=name)
    first = alerts.iloc[0]
    given = {"column": name, "rows": f"{rows:,}", "row": str(first["row"]), "score": f"{first['score']:g}"}
    return ngettext(
        "{count} of {rows} rows stands out in {column}: {row}, with a score of {score}.",
        "{count:,} of {rows} rows stand out in {column}, {row} the most, with a score of {score}.",
        count=count,
        **given,
    )
