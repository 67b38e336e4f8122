"""Components against scikit-learn on the wines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps.feature_selection.component_analysis import ComponentAnalysis
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"columns": ["x", "y", "int-number"]}),
    Case({"columns": ["x", "y", "int-number"], "keep": "variance", "variance": 0.5, "whiten": True, "append": True}),
    Case({"method": "lda", "columns": ["x", "y", "int-number"]}),
    Case({"method": "svd", "columns": ["x", "y"], "n_components": 1}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    made = PCA(2).set_output(transform="pandas").fit_transform(frame[NUMBERS])
    return pd.concat([frame.drop(columns=NUMBERS), made], axis=1)


BARE = [Bare({"n_components": 2, "columns": NUMBERS}, lambda t: (by_hand(t),))]


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    return sample("wine_quality").iloc[::10]


@pytest.mark.parametrize(
    ("params", "reference", "prefix"),
    [
        ({"n_components": 3}, PCA(3, svd_solver="full"), "PC"),
        ({"n_components": 3, "whiten": True}, PCA(3, whiten=True, svd_solver="full"), "PC"),
        ({"keep": "variance", "variance": 0.99}, PCA(0.99, svd_solver="full"), "PC"),
        ({"method": "lda", "n_components": 9}, LinearDiscriminantAnalysis(), "LD"),
        ({"method": "svd", "n_components": 2}, TruncatedSVD(2, random_state=0), "SVD"),
    ],
)
def test_components_are_those_of_scikit_learn(
    wine: pd.DataFrame, params: dict[str, Any], reference: Any, prefix: str
) -> None:
    features = wine.drop(columns=["quality", "colour"]).to_numpy()
    expected = reference.fit(features, wine["quality"]).transform(features)
    table = Table(wine, {"quality": Role.LABEL})
    found = fit_link(ComponentAnalysis.model_validate(params), table).transform(wine)
    names = [f"{prefix}{i + 1}" for i in range(expected.shape[1])]
    assert list(found) == ["colour", "quality", *names]
    np.testing.assert_allclose(found[names].to_numpy(), expected, rtol=1e-7, atol=1e-9)


def test_the_report_tells_shares_and_weights(wine: pd.DataFrame) -> None:
    step = ComponentAnalysis(n_components=2)
    link = fit_link(step, Table(wine.drop(columns="quality")))
    report = step.report(link)
    reference = PCA(2, svd_solver="full").fit(wine.drop(columns=["quality", "colour"]))
    assert report.bars[0].values == pytest.approx(reference.explained_variance_ratio_.tolist())
    assert report.tables["weights"]["PC2"] == pytest.approx(reference.components_[1].tolist())


@pytest.mark.parametrize(
    ("change", "params", "words"),
    [
        ({"pH": np.nan}, {}, "'pH' has missing values"),
        ({}, {"method": "lda"}, "there is none"),
        ({}, {"columns": ["colour"]}, "'colour' holds text"),
    ],
)
def test_what_has_no_components_is_told(
    wine: pd.DataFrame, change: dict[str, Any], params: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        fit_link(ComponentAnalysis.model_validate(params), Table(wine.assign(**change)))
