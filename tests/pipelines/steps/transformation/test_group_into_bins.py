"""Group into bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.preprocessing import KBinsDiscretizer

from pipelines.errors import InputError
from pipelines.steps import library
from pipelines.steps.transformation.group_into_bins import cuts, names_of
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.trial import made

CASES = [
    *(Case({"strategy": s, "n_bins": 4}) for s in ("quantile", "uniform", "kmeans")),
    Case({"edges": [0.25, 0.5], "columns": ["x"], "encode": "label"}),
    Case({"edges": [0.5], "columns": ["x", "y"], "encode": "label", "labels": ["low", "high"], "keep_columns": True}),
    Case({"strategy": "mean_std", "n_bins": 4}),
    Case({"encode": "percent", "columns": ["x", "float number", "nothing"]}),
    Case({"strategy": "mdl", "columns": ["x", "float number", "Int64"]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    cutter = KBinsDiscretizer(
        5, encode="ordinal", strategy="quantile", quantile_method="averaged_inverted_cdf", subsample=None
    )
    made = cutter.fit_transform(frame[NUMBERS[:3]])
    return frame.assign(**{c: made[:, i] for i, c in enumerate(NUMBERS[:3])})


BARE = [
    Bare({"strategy": "quantile", "n_bins": 5, "columns": NUMBERS[:3]}, lambda t: (by_hand(t),)),
    Bare(
        {"edges": [18, 65], "columns": ["age"]},
        lambda t: t.assign(age=pd.cut(t["age"], [-np.inf, 18, 65, np.inf], right=False, labels=False)),
    ),
]


@pytest.mark.parametrize("strategy", ["quantile", "uniform", "kmeans"])
def test_bins_are_those_of_scikit_learn(cars: pd.DataFrame, strategy: str) -> None:
    names = ["price", "engine-size", "width"]
    reference = KBinsDiscretizer(4, encode="ordinal", strategy=strategy, subsample=None, random_state=0)
    expected = reference.fit_transform(cars[names].astype(float))
    np.testing.assert_array_equal(
        made("group_into_bins", cars, strategy=strategy, n_bins=4, columns=names)[names], expected
    )


def test_edges_of_ones_own_are_those_of_pandas_cut(cars: pd.DataFrame) -> None:
    found = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5])["bore"]
    expected = pd.cut(cars["bore"], [-np.inf, 3.0, 3.5, np.inf], right=False, labels=False)
    pd.testing.assert_series_equal(found, expected, check_dtype=False)
    assert found.isna().equals(cars["bore"].isna())
    labels = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5], encode="label")["bore"]
    assert set(labels.dropna()) == {"below 3", "3 to 3.5", "3.5 or more"}


@pytest.mark.parametrize(("encode", "most"), [("fraction", 1), ("percent", 100)])
def test_bins_stand_at_their_place_among_all(cars: pd.DataFrame, encode: str, most: float) -> None:
    found = made("group_into_bins", cars, columns=["bore"], n_bins=4, encode=encode)["bore"]
    numbered = made("group_into_bins", cars, columns=["bore"], n_bins=4)["bore"]
    pd.testing.assert_series_equal(found, (numbered + 1) * most / 4)
    assert found.max() == most
    assert found.isna().equals(cars["bore"].isna())


def test_mdl_cuts_iris_as_published() -> None:
    iris = load_iris(as_frame=True).frame
    expected = {
        "sepal length (cm)": [5.55, 6.15],
        "sepal width (cm)": [2.95, 3.35],
        "petal length (cm)": [2.45, 4.75],
        "petal width (cm)": [0.8, 1.75],
    }
    found = made("group_into_bins", iris, "target", strategy="mdl")
    for name, edges in expected.items():
        np.testing.assert_array_equal(found[name], np.digitize(iris[name], edges))


def test_mdl_cuts_where_the_formula_says(people: pd.DataFrame) -> None:
    def entropy(labels: pd.Series) -> float:
        return float(stats.entropy(labels.value_counts(), base=2))

    def search(rows: pd.DataFrame) -> list[float]:
        points = np.unique(rows["age"])
        best = None
        for cut in (points[1:] + points[:-1]) / 2:
            low, high = rows[rows["age"] < cut]["income"], rows[rows["age"] > cut]["income"]
            mean = (len(low) * entropy(low) + len(high) * entropy(high)) / len(rows)
            if best is None or mean < best[0]:
                best = mean, cut, low, high
        if best is None:
            return []
        mean, cut, low, high = best
        whole = rows["income"]
        saved = sum(sign * s.nunique() * entropy(s) for sign, s in ((1, whole), (-1, low), (-1, high)))
        delta = np.log2(3 ** whole.nunique() - 2) - saved
        if entropy(whole) - mean <= (np.log2(len(rows) - 1) + delta) / len(rows):
            return []
        return [*search(rows[rows["age"] < cut]), float(cut), *search(rows[rows["age"] > cut])]

    expected = search(people[["age", "income"]])
    assert len(expected) > 1
    assert cuts(people["age"].to_numpy(dtype=float), pd.factorize(people["income"])[0]) == expected
    found = made("group_into_bins", people, "income", strategy="mdl", columns=["age"])
    np.testing.assert_array_equal(found["age"], np.digitize(people["age"], expected))


def test_mdl_needs_a_label_of_classes(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="looks at the label, and there is none"):
        made("group_into_bins", cars, strategy="mdl")
    with pytest.raises(InputError, match="a label of classes, but 'bore' holds numbers"):
        made("group_into_bins", cars, "bore", strategy="mdl")


def test_deviations_from_the_mean(cars: pd.DataFrame) -> None:
    values = cars["width"]
    mean, reach = values.mean(), values.std(ddof=0)
    found = made("group_into_bins", cars, strategy="mean_std", n_bins=4, columns=["width"])["width"]
    np.testing.assert_array_equal(found, np.digitize(values, [mean - reach, mean, mean + reach]))


def test_bins_have_ones_own_names_in_new_columns(cars: pd.DataFrame) -> None:
    params = {"encode": "label", "labels": ["small", "middle", "large"], "n_bins": 3, "keep_columns": True}
    found = made("group_into_bins", cars, columns=["price"], **params)
    expected = pd.qcut(cars["price"], 3, labels=["small", "middle", "large"]).astype("str")
    assert (found["price_bin"] == expected).mean() > 0.98
    pd.testing.assert_frame_equal(found.drop(columns="price_bin"), cars)
    with pytest.raises(InputError, match="'one' falls into 1 bins, but there are 3 labels"):
        made("group_into_bins", pd.DataFrame({"one": [1, 1]}), **params)
    with pytest.raises(ValueError, match="1 edges part 2 bins; there are 3 labels"):
        library.get("group_into_bins").model_validate({**params, "edges": [1]})


def test_the_names_of_bins_tell_them_apart() -> None:
    assert names_of([]) == ["all"]
    assert names_of([1.00001, 1.00002]) == ["below 1.00001", "1.00001 to 1.00002", "1.00002 or more"]


def test_edges_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        library.get("group_into_bins").model_validate({"edges": [2, 1]})
