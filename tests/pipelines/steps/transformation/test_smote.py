"""SMOTE against imbalanced-learn, on the German credit data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from pipelines.errors import InputError
from pipelines.execution.apply import apply
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Inputs, Step
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps import many_rows
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import CONTEXT, read

CASES = [
    Case({"columns": ["x", "y", "int-number"]}),
    Case({"columns": ["x", "text", "category", "boolean"], "amount": "percentage", "k_neighbors": 2}),
    Case({"columns": ["text", "bool"]}),
    Case({"method": "over"}),
    Case({"method": "under"}),
]

BARE = [
    Bare(
        {},
        lambda t: SMOTE(random_state=0).fit_resample(t[many_rows.NUMBERS], t["income"]),
        columns=(*many_rows.NUMBERS, "income"),
        rows=50_000,
    )
]

NUMBERS = ["duration-months", "credit-amount", "installment-rate", "age"]


@pytest.fixture(scope="module")
def credit() -> pd.DataFrame:
    return read("german_credit").head(400)


def label_of(frame: pd.DataFrame) -> str:
    return str(frame.columns[-1])


def step(**params: object) -> Step:
    return library.get("smote").model_validate(params)


def balanced(frame: pd.DataFrame, label: str | None = None, marks: pd.Series | None = None, **params: object) -> Table:
    given = Table(frame, {label or label_of(frame): Role.LABEL}, marks)
    found = apply(step(**params), Inputs({"table": given}, {}, {"table": "k"}), CONTEXT, "key").table
    assert found is not None
    return found


def made(frame: pd.DataFrame, **params: object) -> pd.DataFrame:
    """The new rows alone, with the index of the row each was made from."""
    schema = Table(frame, {label_of(frame): Role.LABEL}).schema
    found = step(**params).change(frame, schema)
    pd.testing.assert_frame_equal(found.iloc[: len(frame)], frame)
    return found.iloc[len(frame) :]


def test_new_rows_are_those_of_smote(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    exact = credit[[*NUMBERS, label]].astype(dict.fromkeys(NUMBERS, "float64"))
    for seed, k in ((0, 5), (3, 1)):
        found = made(exact, random_state=seed, k_neighbors=k)
        X, y = SMOTE(random_state=seed, k_neighbors=k).fit_resample(exact[NUMBERS], exact[label])
        np.testing.assert_array_equal(found[NUMBERS].to_numpy(), X.iloc[len(exact) :].to_numpy())
        assert list(found[label]) == list(y.iloc[len(exact) :])
    whole = made(credit[[*NUMBERS, label]], random_state=3, k_neighbors=1)
    pd.testing.assert_frame_equal(whole[NUMBERS].astype("float64"), found[NUMBERS].round())


def test_a_new_row_lies_between_the_row_it_names_and_a_neighbour(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    exact = credit[[*NUMBERS, label]].astype(dict.fromkeys(NUMBERS, "float64"))
    found = made(exact, k_neighbors=1)
    rare = exact[exact[label] == found[label].iloc[0]][NUMBERS]
    for origin, row in zip(found.index[:40], found[NUMBERS].to_numpy()[:40], strict=True):
        start = exact.loc[origin, NUMBERS].to_numpy(dtype=float)
        others = rare.drop(index=origin).to_numpy()
        distances = ((others - start) ** 2).sum(axis=1)
        nearest = others[distances == distances.min()]
        assert any(
            np.linalg.norm(row - start) + np.linalg.norm(end - row) == pytest.approx(np.linalg.norm(end - start))
            for end in nearest
        )


def test_mixed_columns_are_those_of_smotenc_and_smoten(credit: pd.DataFrame) -> None:
    label, kinds = label_of(credit), ["purpose", "housing"]
    exact = credit[[*NUMBERS, *kinds, label]].astype(dict.fromkeys(NUMBERS, "float64"))
    coded = exact[NUMBERS].assign(**{c: pd.factorize(exact[c])[0].astype(float) for c in kinds})
    X, _ = SMOTENC([4, 5], random_state=1).fit_resample(coded.to_numpy(), exact[label])
    found = made(exact, random_state=1)
    np.testing.assert_allclose(found[NUMBERS].to_numpy(), X[len(exact) :, :4], rtol=1e-12)
    for place, name in enumerate(kinds, start=4):
        assert list(found[name]) == list(pd.factorize(exact[name])[1].take(X[len(exact) :, place].astype(int)))
    only = made(exact[[*kinds, label]], random_state=1)
    X, _ = SMOTEN(random_state=1).fit_resample(coded[kinds].to_numpy(), exact[label])
    for place, name in enumerate(kinds):
        assert list(only[name]) == list(pd.factorize(exact[name])[1].take(X[len(exact) :, place].astype(int)))
    codes = coded.loc[only.index]
    assert set(exact.loc[only.index, label]) == set(only[label])
    assert len(codes) == len(only)


def test_random_sampling_is_that_of_imbalanced_learn(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    over = RandomOverSampler(random_state=2)
    over.fit_resample(credit[NUMBERS], credit[label])
    found = made(credit, method="over", random_state=2)
    assert list(found.index) == list(over.sample_indices_[len(credit) :])
    under = RandomUnderSampler(random_state=2)
    under.fit_resample(credit[NUMBERS], credit[label])
    schema = Table(credit, {label: Role.LABEL}).schema
    kept = step(method="under", random_state=2).change(credit, schema)
    assert list(kept.index) == sorted(under.sample_indices_)


def test_percentage_is_of_the_smallest_class(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    rare = credit[label].value_counts().min()
    found = balanced(credit, amount="percentage", percentage=200, columns=NUMBERS).frame
    assert found[label].value_counts().min() == min(3 * rare, credit[label].value_counts().max())


def test_test_rows_stay_and_folds_follow(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    marks = pd.Series(np.where(np.arange(len(credit)) % 4, TRAIN, TEST), credit.index)
    found = balanced(credit, label, marks, columns=NUMBERS)
    assert found.roles == {label: Role.LABEL}
    assert found.rows(TRAIN)[label].value_counts().nunique() == 1
    expected = credit[marks == TEST]
    pd.testing.assert_frame_equal(found.rows(TEST).set_axis(expected.index), expected)
    folds = pd.Series(np.arange(len(credit)) % 3 + 1, credit.index)
    given = Table(credit.assign(fold=folds), {label: Role.LABEL}, folds=folds)
    mixed = apply(step(columns=NUMBERS), Inputs({"table": given}, {}, {"table": "k"}), CONTEXT, "key").table
    assert (mixed.folds == mixed.frame["fold"]).all()


def test_what_cannot_be_balanced(credit: pd.DataFrame) -> None:
    label = label_of(credit)
    with pytest.raises(InputError, match="missing in age") as error:
        balanced(credit.assign(age=credit["age"].mask(credit["age"] < 25)))
    assert "Clean Missing Data" in error.value.fix
    few = pd.concat([credit[credit[label] == "bad"].head(4), credit[credit[label] == "good"].head(50)])
    with pytest.raises(InputError, match=f"Only 4 training rows have {label} = bad, too few for 5 neighbours"):
        balanced(few)
    with pytest.raises(InputError, match="fewer than two classes"):
        balanced(credit[credit[label] == "good"])
    with pytest.raises(InputError, match="no label whose classes"):
        step().change(credit, Table(credit).schema)
