"""Feature selection against SelectKBest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.feature_selection import (
    SelectKBest,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)

import pipelines.samples
from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps.feature_selection.select_features import SelectFeatures
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [
    Case({"score": "f", "k": 1, "columns": ["x", "y", "int-number"]}),
    Case({"score": "mutual_info", "k": 2, "columns": ["x", "y", "bool"]}),
    Case({"score": "chi2", "k": 99, "columns": ["x", "y"]}),
    Case({"score": "count", "k": 1, "columns": ["float number", "Int64", "x"]}),
    Case({"score": "spearman", "keep": "threshold", "threshold": 0.3, "columns": ["x", "y"]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    chosen = SelectKBest(f_classif, k=3).fit(frame[NUMBERS], frame["income"]).get_support()
    return frame.drop(columns=[c for c, keep in zip(NUMBERS, chosen, strict=True) if not keep])


BARE = [Bare({"score": "f", "k": 3, "columns": NUMBERS}, by_hand)]


SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "wine_quality.csv").iloc[::10]


def kept(frame: pd.DataFrame, label: str | None, **params: Any) -> list[str]:
    table = Table(frame, {label: Role.LABEL} if label else {})
    return list(fit_link(SelectFeatures.model_validate(params), table).transform(frame))


def test_columns_with_the_most_values_are_kept(wine: pd.DataFrame) -> None:
    gaps = wine[["alcohol", "density", "quality"]].copy()
    gaps.iloc[:5, 0], gaps.iloc[:2, 1] = np.nan, np.nan
    assert kept(gaps, "quality", score="count", k=1) == ["density", "quality"]
    assert kept(gaps, None, score="count", k=2) == ["density", "quality"]
    found = kept(gaps, "quality", score="count", keep="threshold", threshold=len(gaps) - 4)
    assert found == ["density", "quality"]


def seeded(function: Any, **options: Any) -> Any:
    return lambda X, y: function(X, y, random_state=0, **options)


@pytest.mark.parametrize(
    ("label", "score", "reference"),
    [
        ("colour", "f", f_classif),
        ("colour", "chi2", chi2),
        ("colour", "mutual_info", seeded(mutual_info_classif)),
        ("alcohol", "f", f_regression),
        ("alcohol", "mutual_info", seeded(mutual_info_regression)),
        ("quality", "f", f_classif),
    ],
)
@pytest.mark.parametrize("k", [1, 4, 50])
def test_the_columns_are_those_of_select_k_best(
    wine: pd.DataFrame, label: str, score: str, reference: Any, k: int
) -> None:
    features = wine.drop(columns=[label, "colour"], errors="ignore")
    best = SelectKBest(reference, k=min(k, features.shape[1])).fit(features, wine[label])
    expected = {*best.get_feature_names_out(), label, "colour"}
    assert kept(wine, label, score=score, k=k) == [c for c in wine if c in expected]


def test_text_is_scored_by_category_number_only_where_it_is_named(wine: pd.DataFrame) -> None:
    frame = wine.assign(noise=np.random.default_rng(0).random(len(wine)))
    assert "colour" in kept(frame, "alcohol", k=1, columns=["noise"])
    found = kept(frame, "density", k=1, columns=["noise", "colour"])
    assert "colour" in found
    assert "noise" not in found


def test_a_constant_column_comes_last(wine: pd.DataFrame) -> None:
    assert "same" not in kept(wine.assign(same=1.0), "colour", k=12)


def test_rows_without_a_label_are_passed_by(wine: pd.DataFrame) -> None:
    assert kept(wine.assign(colour=wine["colour"].mask(wine.index % 20 == 0)), "colour", k=3) == kept(
        wine[wine.index % 20 != 0], "colour", k=3
    )


@pytest.mark.parametrize(
    ("change", "label", "params", "words"),
    [
        ({}, None, {}, "there is none"),
        ({"pH": np.nan}, "colour", {}, "'pH' has missing values"),
        ({"pH": np.inf}, "colour", {}, "'pH' has an infinite number"),
        ({"pH": -1.0}, "colour", {"score": "chi2"}, "'pH' has values below 0"),
        ({}, "alcohol", {"score": "chi2"}, "chi2 compares classes"),
        ({}, "colour", {"columns": ["colour"]}, "'colour' is the label"),
        ({"colour": None}, "colour", {}, "missing in every training row"),
    ],
)
def test_what_cannot_be_scored_is_told(
    wine: pd.DataFrame, change: dict[str, Any], label: str | None, params: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        kept(wine.assign(**change), label, **params)


def scores(frame: pd.DataFrame, label: str, **params: Any) -> dict[str, float]:
    step = SelectFeatures.model_validate(params)
    return fit_link(step, Table(frame, {label: Role.LABEL})).scores_


@pytest.mark.parametrize(
    ("score", "reference"),
    [("pearson", stats.pearsonr), ("spearman", stats.spearmanr), ("kendall", stats.kendalltau)],
)
@pytest.mark.parametrize("label", ["alcohol", "quality", "colour"])
def test_correlations_are_scipys(wine: pd.DataFrame, score: str, reference: Any, label: str) -> None:
    y = (wine["colour"] == "white").astype(int) if label == "colour" else wine[label]
    found = scores(wine, label, score=score)
    assert found == pytest.approx({c: abs(reference(wine[c], y).statistic) for c in found})


def test_of_three_classes_the_correlation_ratio_is_taken(wine: pd.DataFrame) -> None:
    frame = wine.assign(kind=wine["quality"].clip(5, 7).map({5: "low", 6: "middle", 7: "high"}))
    groups = [g["alcohol"] for _, g in frame.groupby("kind")]
    f, rows = stats.f_oneway(*groups).statistic, len(frame)
    expected = np.sqrt(2 * f / (2 * f + rows - 3))
    assert scores(frame, "kind", score="pearson")["alcohol"] == pytest.approx(expected)
    ranked = frame.assign(alcohol=frame["alcohol"].rank())
    ratio = scores(ranked, "kind", score="pearson")["alcohol"]
    assert scores(frame, "kind", score="spearman")["alcohol"] == pytest.approx(ratio)
    with pytest.raises(InputError, match="more than two classes"):
        scores(frame, "kind", score="kendall")


def test_the_fisher_score_is_the_published_formula(wine: pd.DataFrame) -> None:
    found = scores(wine, "quality", score="fisher")
    for name in ("alcohol", "pH"):
        groups = [g[name].to_numpy() for _, g in wine.groupby("quality")]
        between = sum(len(g) * (g.mean() - wine[name].mean()) ** 2 for g in groups)
        assert found[name] == pytest.approx(between / sum(len(g) * g.var() for g in groups))


def test_a_threshold_keeps_what_reaches_it_and_the_report_tells_the_scores(wine: pd.DataFrame) -> None:
    step = SelectFeatures(score="pearson", keep="threshold", threshold=0.4)
    link = fit_link(step, Table(wine, {"alcohol": Role.LABEL}))
    assert set(link.dropped_) == {c for c, v in link.scores_.items() if v < 0.4}
    report = step.report(link)
    table = pd.DataFrame(report.tables["scores"])
    assert table["score"].is_monotonic_decreasing
    assert (table["kept"] == (table["score"] >= 0.4)).all()
    assert report.bars[0].labels == list(table["column"])
    assert report.conclusions[0] == f"{table['kept'].sum()} of 11 columns are kept."
