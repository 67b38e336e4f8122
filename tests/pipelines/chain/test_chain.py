from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, StandardScaler

from pipelines.algorithms.library import ALGORITHMS
from pipelines.chain import storage
from pipelines.chain.chain import Chain, head_of
from pipelines.chain.transformer import OnColumns
from pipelines.errors import SekkeiError

NUMBERS = ["age", "hours", "income"]
FEATURES = [*NUMBERS, "work", "city", "member", "since"]
QUICK = {
    "random_forest_classifier": {"n_estimators": 20},
    "random_forest_regressor": {"n_estimators": 20},
    "mlp_classifier": {"max_iter": 10},
    "mlp_regressor": {"max_iter": 10},
}


def chain_of(people: pd.DataFrame, type: str, extra: list | None = None, **params: object) -> Chain:
    algorithm = ALGORITHMS[type](**(QUICK.get(type, {}) | params))
    fill = OnColumns(SimpleImputer(strategy="median"), NUMBERS).fit(people)
    frame, links = fill.transform(people), [("fill", fill)]
    scaler = StandardScaler() if algorithm.takes_negative else MinMaxScaler()
    for name, link in [("scale", OnColumns(scaler, NUMBERS)), *(extra or [])]:
        links.append((name, link.fit(frame, people["label"])))
        frame = link.transform(frame)
    y = {"classification": people["label"], "regression": people["income"], "clustering": None, "anomaly": None}[
        algorithm.task
    ]
    left = ("label", "empty", *(["since"] if type == "nystroem_svm_classifier" else []))  # days swamp its distances
    used = [c for c in frame if c not in left]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        last = algorithm.predictor().fit(frame[used], y)
    return Chain(links, last, head_of(people), None, "label").serving(people)


@pytest.mark.parametrize("type", ALGORITHMS)
def test_rows_asked_in_blocks_get_the_answers_of_rows_asked_at_once(
    people: pd.DataFrame, type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = chain_of(people, type)
    rows = chain.transform(people)
    broken = rows.copy()
    broken.loc[broken.index[[3, 150]], "hours"] = np.inf
    broken.loc[broken.index[4], "hours"] = np.nan
    expected = [chain.predictor.score(r) for r in (rows, broken)]
    width = len(chain.predictor.features_.get_feature_names_out())
    monkeypatch.setattr("pipelines.chain.predictor.BLOCK", 70 * width)
    for given, whole in zip((rows, broken), expected, strict=True):
        pd.testing.assert_frame_equal(chain.predictor.score(given), whole, rtol=1e-9, atol=1e-12)
    assert len(people) > 3 * 70
    assert expected[1].iloc[[3, 150]].isna().all(axis=None)


@pytest.mark.parametrize("type", ALGORITHMS)
def test_a_stored_chain_gives_the_same_answers(people: pd.DataFrame, type: str, tmp_path: Path) -> None:
    chain = chain_of(people, type)
    storage.dump(chain, tmp_path / "model.skops")
    again = storage.load(tmp_path / "model.skops")
    pd.testing.assert_frame_equal(again.predict(people), chain.predict(people), check_exact=True)
    pd.testing.assert_frame_equal(again.predict(people[:1]), chain.predict(people[:1]), check_exact=True)
    assert again.contract == chain.contract
    assert again.classes == chain.classes


@pytest.mark.parametrize("type", ALGORITHMS)
def test_a_row_alone_gets_the_answer_it_gets_among_many(people: pd.DataFrame, type: str) -> None:
    chain = chain_of(people, type)
    many = chain.predict(people)
    alone = pd.concat([chain.predict(people.iloc[i : i + 1]) for i in range(25)])
    pd.testing.assert_frame_equal(alone, many.iloc[:25], rtol=1e-12, atol=1e-12)
    few = chain.predict(people.iloc[:64])
    pd.testing.assert_frame_equal(few, many.iloc[:64], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("random_forest_classifier", {}),
        ("random_forest_regressor", {}),
        ("boosted_trees_classifier", {}),
        ("boosted_trees_regressor", {}),
        ("boosted_trees_regressor", {"loss": "poisson"}),
        ("logistic_regression", {}),
        ("linear_regression", {}),
        ("ridge", {}),
    ],
)
def test_the_way_of_few_rows_equals_the_estimators_own(people: pd.DataFrame, type: str, params: dict) -> None:
    predictor = chain_of(people.assign(income=people["income"].abs()), type, **params).predictor
    frame = people.copy()
    frame.loc[:10, "city"] = "Atlantis"
    matrix = predictor.features_.transform(frame)[:60]
    if not predictor.takes_missing:
        matrix = matrix[np.isfinite(matrix).all(axis=1)]
    own = predictor.estimator_
    wanted = own.predict_proba(matrix) if hasattr(own, "predict_proba") else own.predict(matrix)
    assert predictor.quick is not None
    np.testing.assert_array_equal(predictor.quick(matrix), wanted)


def test_three_classes_come_with_a_probability_each(people: pd.DataFrame) -> None:
    people["label"] = pd.Series(np.array(["a", "b", "c"])[people["age"] % 3], dtype="str")
    for type in ("boosted_trees_classifier", "random_forest_classifier", "logistic_regression"):
        found = chain_of(people, type).predict(people[:3])
        names = [f"Scored Probabilities_{c}" for c in "abc"]
        assert list(found) == ["Scored Labels", *names]
        np.testing.assert_allclose(found[names].sum(axis=1), 1)


def test_the_model_asks_only_for_columns_it_uses(people: pd.DataFrame) -> None:
    chain = chain_of(people, "boosted_trees_classifier")
    assert chain.contract is not None
    assert set(chain.contract.names) == set(FEATURES)
    pd.testing.assert_frame_equal(chain.predict(people[FEATURES]), chain.predict(people))


def test_a_link_stays_while_a_later_one_looks_at_what_it_makes(people: pd.DataFrame) -> None:
    bins = OnColumns(KBinsDiscretizer(3, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), ["income"])
    made = [str(n) for n in bins.fit(people).outputs_]
    spread = OnColumns(StandardScaler(), ["age", *made])
    best = OnColumns(SelectKBest(f_classif, k=1), ["age", "hours", *made])
    chain = chain_of(people, "logistic_regression", [("bins", bins), ("spread", spread), ("best", best)])
    assert [n for n, _ in chain.links] == ["fill", "scale", "bins", "spread", "best"]
    assert len(chain.predict(people[:2])) == 2


def test_links_that_only_touch_unused_columns_are_left_out(people: pd.DataFrame) -> None:
    frame = people.drop(columns="empty").assign(other=1.0)
    link = OnColumns(StandardScaler(), ["other"]).fit(frame)
    predictor = ALGORITHMS["decision_tree_classifier"]().predictor().fit(frame[["age"]], frame["label"])
    chain = Chain([("other", link)], predictor, head_of(frame), None, "label").serving(frame)
    assert chain.links == []
    assert chain.head == {"age": "int64"}


def test_rows_with_a_missing_number_get_no_prediction_where_none_can_be(people: pd.DataFrame) -> None:
    rows = people[["age", "label"]]
    predictor = ALGORITHMS["logistic_regression"]().predictor().fit(rows[["age"]], rows["label"])
    found = predictor.score(pd.DataFrame({"age": [30.0, np.nan, np.inf]}, index=[7, 8, 9]))
    assert found["Scored Labels"].notna().tolist() == [True, False, False]
    assert found.index.tolist() == [7, 8, 9]


def test_no_rows_give_no_predictions(people: pd.DataFrame) -> None:
    chain = chain_of(people, "boosted_trees_classifier")
    assert list(chain.predict(people.iloc[:0])) == ["Scored Labels", "Scored Probabilities"]


def test_more_categories_than_trees_can_hold_keep_the_commonest() -> None:
    codes = np.concatenate([np.arange(400), np.arange(100)])
    frame = pd.DataFrame({"code": pd.Series([f"c{i}" for i in codes], dtype="str")})
    y = pd.Series(codes < 50)
    predictor = ALGORITHMS["boosted_trees_classifier"](min_samples_leaf=1).predictor().fit(frame, y)
    kept = predictor.features_.categories_["code"]
    assert len(kept) == 255
    assert {f"c{i}" for i in range(100)} <= set(kept)
    assert len(predictor.score(frame)) == 500
    small = ALGORITHMS["boosted_trees_classifier"](max_bins=16).predictor().fit(frame, y)
    assert len(small.features_.categories_["code"]) == 16


def test_a_file_with_a_foreign_type_is_refused_by_name(tmp_path: Path) -> None:
    skops.io.dump({"run": zipfile.ZipFile.extractall}, tmp_path / "model.skops")
    with pytest.raises(SekkeiError, match=r"not trusted.*zipfile"):
        storage.load(tmp_path / "model.skops")


@pytest.mark.parametrize(
    "name", ["builtins.eval", "os.system", "numpy.testing._private.utils.runstring", "posix.system"]
)
def test_functions_that_run_code_are_not_trusted(name: str) -> None:
    assert not storage.is_trusted(name)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.skops").write_bytes(b"no zip")
    with pytest.raises(SekkeiError, match="no model file"):
        storage.load(tmp_path / "model.skops")
