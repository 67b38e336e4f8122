"""The step Train model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import AnyAlgorithm
from pipelines.chain.chain import Chain, head_of
from pipelines.parameters import Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.training.fit import fit, label_of, labelled_rows
from pipelines.steps.training.summary import summarise
from pipelines.table import Table


class TrainModel(Step):
    """Train an algorithm on the training rows; the model takes rows as the dataset gives them.

    The features are all columns but the label, ids and the weight. Text and categories are encoded for the algorithm.
    The same as fit() in scikit-learn, with the steps before as one pipeline.
    """

    type = "train_model"
    title = "Train Model"
    category = "Training"
    behaviour = Behaviour.TRAIN
    outputs = (Port("model", "model"), Port("table"))
    synonyms = ("fit", "learn", "estimator", "algorithm")
    known_as = ("Train Model", "Train Clustering Model", "Train Anomaly Detection Model")
    equivalent = "model = LinearRegression().fit(X_train, y_train)"
    example = Example(
        params={"algorithm": {"type": "linear_regression"}},
        table="size,rooms,price\n31,1,95\n45,2,142\n58,2,171\n64,3,203\n77,3,228\n92,4,284\n38,1,112\n83,4,262\n",
        label="price",
        before=(("split_data", {"train_fraction": 0.75}),),
    )

    algorithm: Annotated[AnyAlgorithm, Form(widget="algorithm")] = Field(description="What learns, and its parameters.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        return trained(self.algorithm, inputs.table, context)


def trained(algorithm: Algorithm, table: Table, context: Context) -> Output:
    """The model that ``algorithm`` becomes on the training rows, with what it has learned as a report."""
    predictor, notes = fit(algorithm, table, preview=context.preview)
    rows, _ = labelled_rows(algorithm, table)
    links = context.links(table)
    head = training_head(table, context)
    named = {name for name, _ in links}
    path = [table.head, *(a.key for a in table.history if a.step in named)]
    label = label_of(algorithm, table)
    chain = Chain(links, predictor, head_of(head), None, label, path, context.step).serving(head)
    return Output(table=table, model=chain, report=summarise(predictor, len(rows)), notes=tuple(notes))


def training_head(table: Table, context: Context) -> pd.DataFrame:
    """The training rows as the source gave them."""
    head = context.head(table).frame
    if table.partition is None:
        return head
    mine = head[head.index.isin(_split_table(table, len(head), context).training.index)]
    return mine if len(mine) else head


def _split_table(table: Table, rows: int, context: Context) -> Table:
    """``table``, or as it was after the split where rows were repeated and numbered anew since then."""
    renumbered = len(table.frame) != rows and np.array_equal(table.frame.index, np.arange(len(table.frame)))
    if renumbered:
        for applied in table.history:
            earlier = context.head(replace(table, head=applied.input_key))
            if earlier.partition is not None:
                return earlier
    return table
