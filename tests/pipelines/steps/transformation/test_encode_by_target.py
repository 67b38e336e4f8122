"""Encode by Target against scikit-learn, on real data; and noise that must not help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link, pass_through
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Step
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import done, made

CASES = [
    Case({}),
    Case({"append": True, "smooth": 10, "columns": ["Int64", "text", "time"], "cv": 3}),
    Case({"columns": ["category"], "target_type": "classes"}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows a model learns from; StratifiedKFold is what TargetEncoder has by itself."""
    encoder = TargetEncoder(target_type="binary", cv=StratifiedKFold(5, shuffle=True, random_state=0))
    made = encoder.fit_transform(frame[["education", "marital-status"]], frame["income"])
    return frame.assign(**{"education": made[:, 0], "marital-status": made[:, 1]})


BARE = [Bare({"columns": ["education", "marital-status"]}, by_hand)]

NAMES = ["workclass", "occupation", "native-country"]


def step(**params: object) -> Step:
    return library.get("encode_by_target").model_validate(params)


def split(frame: pd.DataFrame, label: str) -> Table:
    marks = pd.Series(np.where(np.arange(len(frame)) % 3 == 2, TEST, TRAIN), frame.index)
    return Table(frame, {label: Role.LABEL}, marks)


@pytest.mark.parametrize("smooth", [None, 0, 20])
def test_training_rows_are_cross_fitted_and_others_are_not(people: pd.DataFrame, smooth: float | None) -> None:
    table = split(people, "income")
    given = step(columns=NAMES, smooth=smooth, random_state=4)
    _link, found = pass_through(given, table)
    cv = StratifiedKFold(5, shuffle=True, random_state=4)
    encoder = TargetEncoder(smooth="auto" if smooth is None else smooth, cv=cv)
    filled = people[NAMES].astype(object).fillna("none")
    training = (table.partition == TRAIN).to_numpy()
    expected = encoder.fit_transform(filled[training], people.loc[training, "income"])
    np.testing.assert_allclose(found.rows(TRAIN)[NAMES].to_numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(found.rows(TEST)[NAMES].to_numpy(), encoder.transform(filled[~training]), rtol=1e-12)
    assert list(found.frame) == list(people)


def test_quantities_and_several_classes(cars: pd.DataFrame, people: pd.DataFrame) -> None:
    found = made("encode_by_target", cars, "price", columns=["make", "body-style"], random_state=1)
    encoder = TargetEncoder(target_type="continuous", cv=KFold(5, shuffle=True, random_state=1))
    expected = encoder.fit_transform(cars[["make", "body-style"]], cars["price"])
    np.testing.assert_allclose(found[["make", "body-style"]].to_numpy(), expected, rtol=1e-12)
    found = made("encode_by_target", people, "race", columns=["education"], append=True)
    encoder = TargetEncoder(cv=StratifiedKFold(5, shuffle=True, random_state=0))
    expected = encoder.fit_transform(people[["education"]], people["race"])
    names = [f"education_{c}" for c in encoder.classes_]
    np.testing.assert_allclose(found[names].to_numpy(), expected, rtol=1e-12)
    assert found["education"].equals(people["education"])


def test_rows_without_a_label_and_new_categories(people: pd.DataFrame) -> None:
    frame = people.assign(income=people["income"].mask(people.index % 5 == 0))
    table = Table(frame, {"income": Role.LABEL})
    given = step(columns=["occupation"])
    link = fit_link(given, table)
    known = frame["income"].notna()
    mean = (frame.loc[known, "income"] == ">50K").mean()
    assert link.transform(pd.DataFrame({"occupation": ["Astronaut"]}))["occupation"].iloc[0] == pytest.approx(mean)
    found = pass_through(given, table)[1].frame["occupation"]
    pd.testing.assert_series_equal(found[~known], link.transform(frame[~known])["occupation"])
    assert not np.allclose(found[known], link.transform(frame[known])["occupation"])


@pytest.fixture
def noise() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=1200)
    return pd.DataFrame(
        {
            "x": x,
            "noise": pd.Series([f"c{n}" for n in rng.integers(0, 400, 1200)], dtype="str"),
            "y": pd.Series(np.where(x + rng.normal(size=1200) > 0, "yes", "no"), dtype="str"),
        }
    )


def test_noise_of_many_categories_does_not_raise_the_score(engine, noise: pd.DataFrame) -> None:
    validate = library.get("cross_validate_model").model_validate({"algorithm": {"type": "logistic_regression"}})
    scores = {}
    for name, columns in (("alone", ["noise", "y"]), ("without", ["x", "y"]), ("with", ["x", "noise", "y"])):
        engine.source(noise[columns], "y", name=name)
        engine.do(f"{name}-encoded", step(), table=name)
        scores[name] = engine.do(f"{name}-scored", validate, table=f"{name}-encoded").report.metrics["roc_auc"]
    spread = 2.6 * np.sqrt((1200 + 1) / (12 * 600 * 600))  # of an AUC by chance, 600 rows a class
    assert abs(scores["alone"] - 0.5) < spread
    assert scores["with"] < scores["without"] + 0.005
    assert scores["with"] > scores["without"] - 0.01  # encoded by their own labels, training rows cost far more


def test_a_training_row_does_not_see_its_own_label(noise: pd.DataFrame) -> None:
    table = Table(noise, {"y": Role.LABEL})
    link = fit_link(step(), table)
    label = (noise["y"] == "yes").astype(float)
    seen = np.corrcoef(link.transform(noise)["noise"], label)[0, 1]
    crossed = np.corrcoef(done("encode_by_target", noise, "y").frame["noise"], label)[0, 1]
    assert seen > 0.4
    assert abs(crossed) < 3 / np.sqrt(len(noise))


def test_test_rows_are_scored_as_the_served_model_scores_them(engine, people: pd.DataFrame) -> None:
    engine.source(people, "income")
    engine.do("split", library.get("split_data").model_validate({"stratify": True}))
    engine.do("encode", step(columns=NAMES))
    train = {"algorithm": {"type": "logistic_regression"}}
    engine.do("select", library.get("select_columns").model_validate({"columns": [*NAMES, "age", "income"]}))
    model = engine.do("train", library.get("train_model").model_validate(train)).model
    scored = engine.do("score", library.get("score_model").model_validate({}), table="select").table.frame
    served = model.predict(people.loc[scored.index].drop(columns="income"))
    np.testing.assert_allclose(scored["Scored Probabilities"], served["Scored Probabilities"], rtol=1e-12)
    assert (scored["Scored Labels"] == served["Scored Labels"]).all()


def test_what_cannot_be_encoded(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no label to encode the categories by"):
        made("encode_by_target", cars)
    with pytest.raises(InputError, match="Only one training row has the label 'mercury'"):
        made("encode_by_target", cars, "make", columns=["body-style"])
