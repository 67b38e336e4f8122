"""Every algorithm on real data: as scikit-learn and LightGBM alone, stored and read anew, row by row, with weights."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from pipelines.algorithms.base import Algorithm, WeightedClassifier
from pipelines.algorithms.library import ALGORITHMS, AnyAlgorithm
from pipelines.chain import storage
from pipelines.chain.predictor import Predictor
from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.training.fit import fit
from pipelines.table import Table

SAMPLES = Path(__file__).parents[3] / "pipelines" / "samples" / "datasets"
SUPERVISED = [n for n, a in ALGORITHMS.items() if a.task in ("classification", "regression")]
CLASSIFIERS = [n for n in SUPERVISED if ALGORITHMS[n].task == "classification"]
WEIGHTED = [n for n in CLASSIFIERS if issubclass(ALGORITHMS[n], WeightedClassifier)]
LOANS = ["duration-months", "credit-amount", "installment-rate", "age", "purpose", "credit-risk"]
CARS = ["make", "fuel-type", "body-style", "curb-weight", "engine-size", "horsepower", "city-mpg", "price"]
ROWS = 90


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Threads on so few rows only wait for each other."""
    with threadpool_limits(1):
        yield


def quick(type: str, **params: Any) -> Algorithm:
    """The algorithm with few trees and passes, also where others are inside it."""
    algorithm = ALGORITHMS[type]
    fields = algorithm.model_fields
    few: dict[str, Any] = {"n_estimators": 8} if "n_estimators" in fields else {}
    few |= {"max_iter": 12} if type.startswith(("mlp", "boosted")) else {}
    few |= {"n_components": 20} if type.startswith("nystroem") else {}
    few |= {"min_child_samples": 5} if type.startswith("lightgbm") else {}
    if "estimators" in fields:
        plain, kind = ("ridge", "regressor") if algorithm.task == "regression" else ("gaussian_nb", "classifier")
        few["estimators"] = [{"type": plain}, {"type": f"decision_tree_{kind}"}]
    return algorithm.model_validate({**few, **params})


@cache
def rows(task: str) -> tuple[pd.DataFrame, pd.Series]:
    """Loans with a good or bad end, or cars with a price; numbers between 0 and 1, texts as they are, no gaps."""
    file, columns = ("german_credit", LOANS) if task == "classification" else ("automobile_price", CARS)
    frame = pd.read_csv(SAMPLES / f"{file}.csv")[columns].dropna().sample(ROWS, random_state=1).reset_index(drop=True)
    X, y = frame.drop(columns=columns[-1]), frame[columns[-1]]
    numbers = X.select_dtypes("number").columns
    X[numbers] = (X[numbers] - X[numbers].min()) / (X[numbers].max() - X[numbers].min())
    return X, y


def learned(algorithm: Algorithm, X: pd.DataFrame, y: pd.Series, weight: np.ndarray | None = None) -> Predictor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return algorithm.predictor().fit(X, y, weight)


@cache
def fitted(type: str) -> Predictor:
    return learned(quick(type), *rows(ALGORITHMS[type].task))


def answers(predictor: Predictor, X: pd.DataFrame) -> np.ndarray:
    """The predicted numbers: probabilities where there are some."""
    found = predictor.score(X)
    numbers = found.select_dtypes("number")
    return numbers.to_numpy() if numbers.shape[1] else found.to_numpy()


@pytest.mark.parametrize("type", SUPERVISED)
def test_it_answers_as_the_library_alone_does(type: str) -> None:
    algorithm, (X, y) = quick(type), rows(ALGORITHMS[type].task)
    predictor = fitted(type)
    matrix, alone = predictor.features_.transform(X), clone(algorithm.learner())
    given: dict[str, Any] = {}
    codes = np.flatnonzero(predictor.features_.categorical_mask)
    names = [n for n in alone.get_params() if n.split("__")[-1] == "feature_names"]
    alone.set_params(**dict.fromkeys(names, predictor.features_.get_feature_names_out()))
    if len(codes) and type.startswith("lightgbm"):
        given = {"categorical_feature": codes.tolist()}
    elif len(codes):
        alone.set_params(categorical_features=codes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone.fit(matrix, y.to_numpy(dtype=float if algorithm.task == "regression" else str), **given)
        found = predictor.score(X)
        if hasattr(alone, "predict_proba"):
            shares = alone.predict_proba(matrix)[:, 1]
            np.testing.assert_allclose(found["Scored Probabilities"], shares, rtol=1e-3, atol=1e-3)
        elif algorithm.task == "regression":
            np.testing.assert_allclose(found["Scored Labels"], alone.predict(matrix), rtol=1e-6)
        else:
            assert found["Scored Labels"].tolist() == alone.predict(matrix).tolist()


@pytest.mark.parametrize("type", SUPERVISED)
def test_a_row_alone_gets_the_answer_it_gets_among_many(type: str) -> None:
    X, _ = rows(ALGORITHMS[type].task)
    many = answers(fitted(type), X)
    alone = np.concatenate([answers(fitted(type), X.iloc[[i]]) for i in range(6)])
    if many.dtype == object:
        assert (alone == many[:6]).all()
    else:
        np.testing.assert_allclose(alone, many[:6], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("type", SUPERVISED)
def test_the_same_seed_gives_the_same_model(type: str) -> None:
    X, y = rows(ALGORITHMS[type].task)
    again = learned(quick(type), X, y)
    np.testing.assert_array_equal(answers(again, X), answers(fitted(type), X))


_READ = """
import json, sys
import pandas as pd
from pathlib import Path
from threadpoolctl import threadpool_limits
from pipelines.chain import storage
folder = Path(sys.argv[1])
found = {}
with threadpool_limits(1):
    for type, task in json.loads((folder / "tasks.json").read_text()).items():
        rows = pd.read_parquet(folder / f"{task}.parquet")
        found[type] = storage.load(folder / f"{type}.skops").score(rows).to_json(double_precision=15)
print(json.dumps(found))
"""


def test_every_model_answers_the_same_when_another_process_reads_it(tmp_path: Path) -> None:
    for task in ("classification", "regression"):
        rows(task)[0].to_parquet(tmp_path / f"{task}.parquet")
    for type in SUPERVISED:
        storage.dump(fitted(type), tmp_path / f"{type}.skops")
    (tmp_path / "tasks.json").write_text(json.dumps({t: ALGORITHMS[t].task for t in SUPERVISED}))
    done = subprocess.run([sys.executable, "-c", _READ, tmp_path], capture_output=True, text=True, check=True)
    read = json.loads(done.stdout)
    assert list(read) == SUPERVISED
    for type in SUPERVISED:
        X = pd.read_parquet(tmp_path / f"{ALGORITHMS[type].task}.parquet")
        assert read[type] == fitted(type).score(X).to_json(double_precision=15), type


@pytest.mark.parametrize("type", SUPERVISED)
def test_weights_count_where_it_is_said_that_they_do(type: str) -> None:
    algorithm, (X, y) = quick(type), rows(ALGORITHMS[type].task)
    if algorithm.task == "classification":
        X = X[["duration-months", "age"]].round(1)  # rows that are alike differ in class, or trees would know each
    weight = np.where(np.arange(len(y)) % 2, 5.0, 0.2)
    if algorithm.takes_weights:
        one = answers(learned(algorithm, X, y, np.ones(len(y))), X)
        assert not np.array_equal(answers(learned(algorithm, X, y, weight), X), one)
    else:
        _, notes = fit(algorithm, Table(X.assign(y=y, w=weight), {"y": Role.LABEL, "w": Role.WEIGHT}))
        assert any("takes no weights" in n for n in notes)


@pytest.mark.parametrize("type", CLASSIFIERS)
def test_classes_of_any_kind_come_back_as_they_were(type: str) -> None:
    X, y = rows("classification")
    for values in ([7, 3], [True, False], [2.0, 1.0]):
        label = pd.Series(np.where(y == "good", values[0], values[1]), index=y.index)
        found = learned(quick(type), X[["duration-months", "credit-amount"]], label).score(X)["Scored Labels"]
        assert set(found.tolist()) <= set(values)
        assert (found.dtype.kind == "b") == (label.dtype.kind == "b")
    assert set(fitted(type).score(X)["Scored Labels"]) <= {"good", "bad"}


def test_numbers_with_fractions_are_no_classes_and_as_a_category_they_are() -> None:
    X, y = rows("classification")
    label = pd.Series(np.where(y == "good", 1.5, 2.5), index=y.index)
    with pytest.raises(InputError, match=r"fractions, such as [12]\.5, which are no classes") as told:
        learned(quick("logistic_regression"), X, label)
    assert "make the label a category" in told.value.fix
    found = learned(quick("logistic_regression"), X, label.astype("category")).score(X)["Scored Labels"]
    assert set(found) == {"1.5", "2.5"}


@pytest.mark.parametrize("type", WEIGHTED)
def test_class_weights_move_the_answer_to_the_heavier_class(type: str) -> None:
    X, y = rows("classification")
    X = X[["duration-months", "age"]].round(1)
    plain: dict[str, Any] = {"calibration": None}
    heavy, light = (
        learned(quick(type, class_weight={"bad": weight}, **plain), X, y).score(X)["Scored Labels"]
        for weight in (50.0, 0.01)
    )
    if type != "complement_nb":  # it compares shares inside the other classes, which their weights do not change
        assert (heavy == "bad").sum() > (light == "bad").sum()
    with pytest.raises(InputError, match="no class of the label"):
        learned(quick(type, class_weight={"baad": 2.0}, **plain), X, y)


@pytest.mark.parametrize("type", ["gaussian_nb", "boosted_trees_classifier", "lightgbm_classifier", "svm_classifier"])
def test_calibration_gives_probabilities_and_needs_rows_of_every_class(type: str) -> None:
    X, y = rows("classification")
    algorithm = quick(type, calibration="isotonic")
    shares = learned(algorithm, X, y).score(X)["Scored Probabilities"]
    assert shares.between(0, 1).all()
    if hasattr(quick(type, calibration=None).learner(), "predict_proba"):
        assert not np.array_equal(shares, learned(quick(type, calibration=None), X, y).score(X)["Scored Probabilities"])
    few = X.assign(y=y)[(y == "good") | (y.index == y[y == "bad"].index[0])]
    with pytest.raises(InputError, match="needs 5 rows of each class"):
        fit(algorithm, Table(few, {"y": Role.LABEL}))


@pytest.mark.parametrize("type", SUPERVISED)
def test_two_rows_give_a_model_or_words(type: str) -> None:
    algorithm, (X, y) = quick(type), rows(ALGORITHMS[type].task)
    two = X.assign(y=y).drop_duplicates("y").head(2)
    found = tried(algorithm, Table(two, {"y": Role.LABEL}))
    if isinstance(found, InputError):
        assert algorithm.title in found.message
        assert found.fix
    else:
        assert found.score(two)["Scored Labels"].notna().all()


def tried(algorithm: Algorithm, table: Table) -> Predictor | InputError:
    try:
        return fit(algorithm, table)[0]
    except InputError as error:
        return error


@pytest.mark.parametrize("type", CLASSIFIERS)
def test_one_class_is_refused_in_words(type: str) -> None:
    X, y = rows("classification")
    with pytest.raises(InputError, match="one class only"):
        fit(quick(type), Table(X.assign(y=y)[y == "good"], {"y": Role.LABEL}))


@pytest.mark.parametrize("type", ALGORITHMS)
def test_parameters_survive_a_document_and_tuning_stays_inside_their_bounds(type: str) -> None:
    algorithm = quick(type)
    again = TypeAdapter(AnyAlgorithm).validate_python(json.loads(algorithm.model_dump_json()))
    assert again == algorithm
    for name, search in algorithm.searches().items():
        assert search.choices or (search.low is not None and search.high is not None and search.low < search.high)
        assert not search.log or (search.low or 0) > 0
        whole = isinstance(search.low, int) and isinstance(search.high, int)
        middle = () if search.choices else (np.mean((search.low, search.high)).item(),)
        for value in search.choices or (search.low, search.high, *(int(m) if whole else m for m in middle)):
            data = {**json.loads(algorithm.model_dump_json()), name: value}
            assert type_of(data).model_dump(mode="json")[name] == json.loads(json.dumps(value))


def type_of(data: dict[str, Any]) -> Algorithm:
    """The algorithm as a document has it, with what one searched value needs of the others."""
    try:
        return TypeAdapter(AnyAlgorithm).validate_python(data)
    except ValueError:
        return TypeAdapter(AnyAlgorithm).validate_python({**data, "solver": "saga"})


def test_ordered_classes_follow_frank_and_hall() -> None:
    wine = pd.read_csv(SAMPLES / "wine_quality.csv").dropna().sample(150, random_state=0)
    y = wine["quality"].clip(4, 7)
    X = wine.drop(columns="quality").select_dtypes("number")
    X = (X - X.mean()) / X.std()
    predictor = learned(quick("ordinal_classifier"), X, y)
    matrix = predictor.features_.transform(X)
    plain = ALGORITHMS["logistic_regression"]()
    above = [plain.learner().fit(matrix, y > c).predict_proba(matrix)[:, 1] for c in (4, 5, 6)]
    wanted = np.clip(np.column_stack([1 - above[0], above[0] - above[1], above[1] - above[2], above[2]]), 0, None)
    found = predictor.score(X)[[f"Scored Probabilities_{c}" for c in (4, 5, 6, 7)]]
    np.testing.assert_allclose(found, wanted / wanted.sum(axis=1, keepdims=True), rtol=1e-9)


@pytest.mark.parametrize("type", WEIGHTED)
def test_class_weights_are_left_to_scikit_learn_where_it_is_said_to_have_them(type: str) -> None:
    algorithm = ALGORITHMS[type]()
    assert isinstance(algorithm, WeightedClassifier)
    names = {n.split("__")[-1] for n in algorithm.estimator().get_params()}
    assert algorithm.weighs_classes == ("class_weight" in names)
