"""Encode Dirty Categories against skrub, on real data with spelling mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skrub

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"n_components": 3}),
    Case({"method": "gap", "n_components": 2, "columns": ["text", "object"], "append": True}),
    Case({"method": "minhash", "n_components": 4, "columns": ["text", "Int64"]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame["message"].fillna("")
    found = skrub.StringEncoder(10, random_state=0).fit(texts).transform(texts)
    return pd.concat([frame.drop(columns="message"), found], axis=1)


BARE = [
    Bare(
        {"columns": ["message"], "n_components": 10},
        by_hand,
        ("messages",),
        rows=10_000,
        also="transform() after fit(): fit_transform() gives the training rows other numbers than new rows get",
    )
]

REFERENCES = {
    "string": lambda n: skrub.StringEncoder(n, random_state=0),
    "gap": lambda n: skrub.GapEncoder(n, random_state=0),
    "minhash": lambda n: skrub.MinHashEncoder(n_components=n),
}


@pytest.fixture(scope="module")
def jobs(people: pd.DataFrame) -> pd.DataFrame:
    """What people do, each with one letter missing somewhere."""
    rng = np.random.default_rng(0)
    words = (people["occupation"] + " " + people["education"]).head(600)
    wrong = [w if pd.isna(w) else w[:p] + w[p + 1 :] for w, p in zip(words, rng.integers(0, 12, 600), strict=True)]
    return pd.DataFrame({"job": pd.Series(wrong, dtype="str"), "age": people["age"].head(600)})


@pytest.mark.parametrize("method", ["string", "gap", "minhash"])
def test_numbers_are_those_of_skrub(jobs: pd.DataFrame, method: str) -> None:
    link = fit_link(
        library.get("encode_dirty_categories").model_validate({"method": method, "n_components": 5}),
        Table(jobs.head(400)),
    )
    reference = REFERENCES[method](5).fit(jobs["job"].head(400))
    expected = reference.transform(jobs["job"])
    found = link.transform(jobs).drop(columns="age")
    assert list(found) == list(expected)
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["string", "gap", "minhash"])
def test_like_texts_are_near(method: str) -> None:
    frame = pd.DataFrame({"t": ["data analyst", "senior analyst", "cook", "head cook", "driver", "bus driver"] * 5})
    link = fit_link(
        library.get("encode_dirty_categories").model_validate({"method": method, "n_components": 4}), Table(frame)
    )
    new = link.transform(pd.DataFrame({"t": ["data analist", "data analyst", "bus driver"]})).to_numpy()
    assert np.linalg.norm(new[0] - new[1]) < np.linalg.norm(new[0] - new[2])


def test_a_column_without_text(jobs: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'job' holds no text long enough"):
        made("encode_dirty_categories", jobs.assign(job=pd.Series([None] * len(jobs), dtype="str")), method="string")
