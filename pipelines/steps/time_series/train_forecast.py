"""Train Forecast."""

from __future__ import annotations

from typing import ClassVar

from pipelines.chain.chain import Chain, head_of
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port
from pipelines.steps.time_series.forecasting import Forecasting
from pipelines.steps.training.summary import summarise
from pipelines.steps.training.train_model import training_head

ROWS = (
    "2026-01-01,20\n2026-02-01,23\n2026-03-01,22\n2026-04-01,26\n"
    "2026-05-01,25\n2026-06-01,29\n2026-07-01,28\n2026-08-01,32"
)


class TrainForecast(Forecasting):
    """Learn from the past of one or many series to forecast the moments that follow.

    Any regression algorithm learns the label from its own earlier values (lags, means of windows), the calendar and a
    trend; a forecast takes the place of a value that is not there yet. The model is asked for times, and for the series
    where there are several: a moment after the training rows gets its forecast, up to the horizon; a moment within them
    the forecast from the moment before; any other none. With columns known in advance each row is asked for them too,
    and every number of moments ahead has a learner of its own in the place of forecasts made of forecasts.
    """

    type: ClassVar[str] = "train_forecast"
    title: ClassVar[str] = "Train Forecast"
    category: ClassVar[str] = "Time series"
    behaviour: ClassVar[Behaviour] = Behaviour.TRAIN
    outputs: ClassVar[tuple[Port, ...]] = (Port("model", "model"), Port("table"))
    synonyms: ClassVar[tuple[str, ...]] = (
        *("forecasting", "prediction of sales", "autoregression", "lag", "ARIMA"),
        *("known in advance", "covariates", "exogenous variables", "regressors"),
    )
    equivalent: ClassVar[str] = (
        'lagged = pd.concat([table["value"].shift(n) for n in (1, 2, 12)], axis=1).dropna()\n'
        'model = Ridge().fit(lagged, table["value"].loc[lagged.index])'
    )
    example: ClassVar[Example | None] = Example(
        {"time": "month", "lags": [1], "horizon": 2, "calendar": False}, f"month,sales\n{ROWS}\n", label="sales"
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        rows, label = self.checked(table)
        rows = self.sampled(rows) if context.preview else rows
        forecaster = self.forecaster(rows, self.known_of(table), preview=context.preview)
        notes = self.told(rows, label, forecaster, preview=context.preview)
        forecaster.fit(rows, rows[label])
        links, head = context.links(table), training_head(table, context)
        named = {name for name, _ in links}
        path = [table.head, *(a.key for a in table.history if a.step in named)]
        chain = Chain(links, forecaster, head_of(head), None, label, path, context.step).serving(head)
        return Output(table=table, model=chain, report=summarise(forecaster, len(rows)), notes=tuple(notes))
