from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from pipelines.errors import InputError
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, FittedStep, Step
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.train_model import TrainModel
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [Case({}, runs=False)]

LABEL = "hours-per-week"
FEATURES = [c for c in NUMBERS if c != LABEL]

BARE = [
    Bare(
        {},
        lambda t, model: t.assign(
            **{"Scored Labels": model.predictor.estimator_.predict(t[FEATURES].to_numpy(dtype=np.float64))}
        ),
        columns=tuple(NUMBERS),
        label=LABEL,
        before=(("train_model", {"algorithm": {"type": "linear_regression"}}),),
    )
]


class Fill(FittedStep):
    type, title, category = "fill", "Fill", "Test"

    def estimator(self) -> SimpleImputer:
        return SimpleImputer(strategy="mean")


class Scale(FittedStep):
    type, title, category = "scale", "Scale", "Test"

    def estimator(self) -> StandardScaler:
        return StandardScaler()


class FirstHalf(Step):
    type, title, category = "halve", "Halve", "Test"
    behaviour = Behaviour.SPLIT

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        return pd.Series(np.where(np.arange(len(frame)) < len(frame) // 2, "train", "test"), index=frame.index)


@pytest.fixture
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    X = rng.normal(10, 3, size=(100, 2))
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(key=np.arange(100), y=X @ [1.0, -2.0])
    frame.loc[::9, "a"] = np.nan
    return frame


@pytest.fixture
def trained(engine, rows: pd.DataFrame):
    engine.source(rows, "y", key=Role.ID)
    engine.do("split", FirstHalf())
    engine.do("fill", Fill())
    engine.do("scale", Scale())
    engine.do("train", TrainModel(algorithm={"type": "linear_regression"}))
    return engine


@pytest.mark.parametrize("table", ["split", "fill", "scale", "train"])
def test_the_answers_do_not_depend_on_where_the_rows_come_from(trained, rows: pd.DataFrame, table: str) -> None:
    model = trained.outputs["train"].model
    found = trained.do("score", ScoreModel(), table=table).table.frame["Scored Labels"]
    pd.testing.assert_series_equal(found, model.predict(rows[50:])["Scored Labels"], rtol=1e-12)


def test_another_dataset_goes_through_the_whole_chain(trained, rows: pd.DataFrame) -> None:
    fresh = rows[["b", "a"]].set_axis(range(500, 600))
    trained.source(fresh, name="fresh")
    output = trained.do("score", ScoreModel(), table="fresh")
    np.testing.assert_allclose(
        output.table.frame["Scored Labels"], trained.outputs["train"].model.predict(rows)["Scored Labels"]
    )
    assert output.table.frame.index.equals(fresh.index)


def test_rows_of_the_same_source_on_another_way_are_scored_as_they_were(trained, rows: pd.DataFrame) -> None:
    trained.do("other", Scale(), table="split")
    output = trained.do("score", ScoreModel(), table="other")
    wanted = trained.outputs["train"].model.predict(rows[50:])["Scored Labels"]
    np.testing.assert_allclose(output.table.frame["Scored Labels"], wanted)
    assert "scored as they were before" in output.notes[0]


@pytest.mark.parametrize(("which", "count"), [("test", 50), ("train", 50), ("all", 100)])
def test_the_rows_asked_for_are_scored(trained, which: str, count: int) -> None:
    assert len(trained.do("score", ScoreModel(rows=which)).table.frame) == count


def test_without_a_split_all_rows_are_scored(engine, rows: pd.DataFrame) -> None:
    engine.source(rows[["b", "y"]], "y")
    engine.do("train", TrainModel(algorithm={"type": "ridge"}))
    assert len(engine.do("score", ScoreModel()).table.frame) == 100


def test_the_scored_table_says_what_it_is(trained) -> None:
    table = trained.do("score", ScoreModel()).table
    assert (table.scored.task, table.scored.label, table.scored.model) == ("regression", "y", "train")
    assert table.roles["Scored Labels"] is Role.SCORE
    assert "Scored Labels" not in table.schema.features
    again = trained.do("again", ScoreModel(), table="score").table.frame
    assert list(again) == list(table.frame)


def test_without_the_other_columns_what_is_needed_to_evaluate_stays(trained) -> None:
    assert list(trained.do("score", ScoreModel(append=False)).table.frame) == ["key", "y", "Scored Labels"]


def test_rows_that_get_no_prediction_are_told(engine, rows: pd.DataFrame) -> None:
    engine.source(rows.dropna()[["a", "b", "y"]], "y")
    engine.do("train", TrainModel(algorithm={"type": "linear_regression"}))
    engine.source(rows[["a", "b"]], name="gaps")
    output = engine.do("score", ScoreModel(), table="gaps")
    assert output.notes == ("12 of 100 rows got no prediction, as a number the model needs is missing.",)
    assert output.table.frame["Scored Labels"].isna().sum() == 12


def test_no_rows_are_explained(trained, rows: pd.DataFrame) -> None:
    trained.source(rows.iloc[:0], name="none")
    with pytest.raises(InputError, match=r"no test rows"):
        trained.do("score", ScoreModel(), table="none")
