"""Algorithms whose class the analyst writes: trained, validated, stored, published and tuned like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipelines import Pipeline, Workspace
from pipelines.algorithms.python_classifier import PythonClassifier
from pipelines.algorithms.python_regressor import PythonRegressor
from pipelines.chain import python_model, storage
from pipelines.errors import ForbiddenError, InputError
from pipelines.settings import Settings
from pipelines.steps.training.cross_validate_model import CrossValidateModel
from tests.pipelines.steps.conftest import Engine
from tests.pipelines.steps.samples import sample

AZURE = """
import pandas as pd
from sklearn.linear_model import LogisticRegression

class AzureMLModel:
    def __init__(self):
        self.model = LogisticRegression(max_iter=1000)
        self.feature_column_names = list()

    def train(self, df_train, df_label):
        self.feature_column_names = df_train.columns.tolist()
        self.model.fit(df_train.to_numpy(), df_label)

    def predict(self, df):
        shares = self.model.predict_proba(df[self.feature_column_names].to_numpy())
        return pd.DataFrame({'Scored Labels': self.model.predict(df.to_numpy()), 'probabilities': shares[:, 1]})
"""
MEANS = """
class Means:
    def __init__(self, shrink=1.0):
        self.shrink = shrink

    def fit(self, X, y, sample_weight=None):
        self.codes = {int(k): float(np.average(y[X[:, 0] == k])) for k in np.unique(X[:, 0])}
        self.rest = float(np.average(y, weights=sample_weight))

    def predict(self, X):
        return np.array([self.rest + self.shrink * (self.codes.get(int(k), self.rest) - self.rest) for k in X[:, 0]])
"""
COLUMNS = ["horsepower", "curb-weight", "engine-size", "make", "price"]


@parametrize_with_checks([python_model.PythonRegressor(), python_model.PythonClassifier()])
def test_it_is_a_scikit_learn_estimator(estimator, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


def test_it_is_what_the_class_itself_is() -> None:
    cars = sample("automobile_price")[["curb-weight", "engine-size", "price"]].dropna()
    X, y = cars.iloc[:, :2].to_numpy(float), cars["price"].to_numpy()
    found = PythonRegressor(arguments={"alpha": 3.0}).estimator().fit(X, y)
    assert np.array_equal(found.predict(X), Ridge(alpha=3.0).fit(X, y).predict(X))


def test_its_state_is_stored_without_pickle(tmp_path: Path) -> None:
    X, y = np.array([[0.0], [0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0, 7.0])
    found = PythonRegressor(code=MEANS, arguments={"shrink": 0.5}).estimator().fit(X, y, np.ones(4))
    storage.dump(found, tmp_path / "model.skops")
    read = storage.load(tmp_path / "model.skops")
    assert read.predict(X).tolist() == found.predict(X).tolist() == [3.0, 3.0, 4.5, 5.5]
    assert read.predict([[9]]).tolist() == [4.0]


def test_arguments_are_tuned_like_any_parameter() -> None:
    X, y = np.arange(40.0).reshape(-1, 1) // 4, np.arange(40.0)
    search = GridSearchCV(PythonRegressor(code=MEANS).estimator(), {"arguments": [{"shrink": 0.0}, {"shrink": 1.0}]})
    assert search.fit(np.vstack([X, X]), np.hstack([y, y])).best_params_ == {"arguments": {"shrink": 1.0}}


def test_weights_are_taken_where_fit_takes_them() -> None:
    assert PythonRegressor(code=MEANS).takes_weights
    assert not PythonRegressor(code=MEANS.replace(", sample_weight=None", "")).takes_weights


@pytest.mark.parametrize(
    ("code", "attribute"),
    [
        ("self.f = lambda x: x", "'f' of the class holds a builtins.function"),
        ("self.t = pd.Series(y)", "'t' of the class holds a pandas"),
        ("self.deep = {'a': [object()]}", "'deep' of the class holds a builtins.object"),
    ],
)
def test_what_cannot_be_stored_is_told_by_name(code: str, attribute: str) -> None:
    text = (
        f"class Model:\n    def fit(self, X, y):\n        {code}\n    def predict(self, X):\n        return X[:, 0]\n"
    )
    with pytest.raises(InputError, match=attribute):
        PythonRegressor(code=text).estimator().fit([[1.0], [2.0]], [1.0, 2.0])


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        ("class Model\n    pass", None, "line 1 of the code"),
        ("x = 1", None, "no class with fit"),
        (
            "class Model:\n    def fit(self, X, y):\n        pass",
            None,
            "line 1 of the code: the class Model has no fit",
        ),
        (MEANS, {"shrimp": 1}, "takes no argument 'shrimp'; it takes shrink"),
    ],
)
def test_code_that_cannot_work_is_refused_before(code: str, arguments: dict | None, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PythonRegressor(code=code, arguments=arguments)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 1 / 0", "Line 5 of the code: ZeroDivisionError"),
        ("return [1.0]", "given 3 rows and returned 1"),
        ("return ['a'] * len(X)", "no numbers"),
    ],
)
def test_what_goes_wrong_is_told_with_its_line(body: str, words: str) -> None:
    code = f"class Model:\n    def fit(self, X, y):\n        pass\n    def predict(self, X):\n        {body}\n"
    found = PythonRegressor(code=code).estimator().fit([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(InputError, match=words):
        found.predict([[1.0], [2.0], [3.0]])


def test_answers_that_are_no_classes_are_refused() -> None:
    code = "class Model:\n    def fit(self, X, y):\n        pass\n    def predict(self, X):\n        return ['q']\n"
    found = PythonClassifier(code=code).estimator().fit([[1.0], [2.0]], ["a", "b"])
    assert not hasattr(found, "predict_proba")
    with pytest.raises(InputError, match="'q', which is no class"):
        found.predict([[1.0]])


def test_it_runs_only_where_code_may(monkeypatch: pytest.MonkeyPatch) -> None:
    found = PythonRegressor().estimator().fit([[1.0], [2.0]], [1.0, 2.0])
    monkeypatch.setattr("pipelines.chain.script.settings", lambda: Settings(python_steps=False))
    for refused in (lambda: found.predict([[1.0]]), lambda: PythonRegressor().estimator().fit([[1.0]], [1.0])):
        with pytest.raises(ForbiddenError, match="switched off"):
            refused()


@pytest.mark.services
def test_it_is_trained_validated_and_published(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    workspace.datasets.add_frame("cars", sample("automobile_price")[COLUMNS].dropna())
    german = sample("german_credit")
    workspace.datasets.add_frame("credit", german)
    for dataset, label, algorithm in (
        ("cars", "price", {"type": "python_regressor", "arguments": {"alpha": 5.0}}),
        ("credit", str(german.columns[-1]), {"type": "python_classifier", "code": AZURE}),
    ):
        pipeline = (
            Pipeline("own")
            .add("dataset", dataset=dataset)
            .add("set_label", column=label)
            .add("split_data", train_fraction=0.7)
            .add("normalize_data")
            .add("train_model", algorithm=algorithm)
            .add("score_model")
            .add("evaluate_model")
        )
        run = workspace.run(pipeline)
        assert run.result.failure is None
        metrics = run.result.metrics
        assert metrics.get("r2", 0) > 0.7 or metrics.get("accuracy", 0) > 0.65
        assert workspace.models.publish(run.run_id, "own").parity is not None


def test_it_is_cross_validated() -> None:
    cars = sample("automobile_price")[COLUMNS].dropna(ignore_index=True)
    reports = []
    for algorithm in ({"type": "python_regressor", "arguments": {"alpha": 2.0}}, {"type": "ridge", "alpha": 2.0}):
        engine = Engine(Path())
        engine.source(cars, label="price")
        step = CrossValidateModel.model_validate({"algorithm": algorithm})
        reports.append(engine.do("validate", step).report)
    assert reports[0] is not None
    assert reports[1] is not None
    assert reports[0].metrics == pytest.approx(reports[1].metrics)
