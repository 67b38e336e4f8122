"""N-grams against scikit-learn on the messages and reviews."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.text.extract_n_grams import ExtractNGrams
from pipelines.steps.text.preprocess_text import PreprocessText
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text"}),
    Case({"column": "object", "analyzer": "char", "n": 3, "weighting": "binary", "norm": False, "keep_column": True}),
    Case({"column": "category", "weighting": "idf", "max_df": 0.9}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    counter = TfidfVectorizer(token_pattern=r"(?u)\b\w{1,25}\b", ngram_range=(1, 2), max_features=100)
    made = counter.fit_transform(frame["message"]).toarray()
    columns = [f"message_{n}" for n in counter.get_feature_names_out()]
    return pd.concat([frame.drop(columns="message"), pd.DataFrame(made, frame.index, columns)], axis=1)


BARE = [Bare({"column": "message", "max_features": 100}, by_hand, ("messages",), rows=50_000)]


@pytest.fixture(scope="module")
def messages() -> pd.DataFrame:
    return sample("support_messages").iloc[:500]


@pytest.mark.parametrize(
    ("params", "reference"),
    [
        ({"n": 1, "max_features": 20_000}, TfidfVectorizer(token_pattern=r"\b\w{1,25}\b")),
        ({"weighting": "tf", "norm": False, "min_word_length": 2}, CountVectorizer(ngram_range=(1, 2))),
        ({"weighting": "binary", "norm": False, "min_df": 5, "max_df": 0.3}, CountVectorizer(binary=True)),
        ({"weighting": "idf", "min_word_length": 3}, TfidfVectorizer(binary=True, token_pattern=r"\b\w{3,25}\b")),
        ({"analyzer": "char", "n": 3, "max_features": 300}, TfidfVectorizer(analyzer="char_wb")),
    ],
)
def test_n_grams_are_those_of_scikit_learn(messages: pd.DataFrame, params: dict[str, Any], reference: Any) -> None:
    step = ExtractNGrams.model_validate({"column": "message", **params})
    reference.set_params(ngram_range=(1, step.n), max_features=step.max_features, min_df=step.min_df)
    reference.set_params(max_df=step.max_df)
    if step.min_word_length == 1 and step.analyzer == "word":
        reference.set_params(token_pattern=r"(?u)\b\w{1,25}\b")
    expected = reference.fit(messages["message"][:400]).transform(messages["message"]).toarray()
    found = fit_link(step, Table(messages[:400])).transform(messages)
    names = [f"message_{n}" for n in reference.get_feature_names_out()]
    assert list(found) == [
        "message_id",
        "channel",
        "category",
        *names,
    ]
    np.testing.assert_allclose(found.iloc[:, 3:].to_numpy(), expected, rtol=1e-12)


def test_japanese_words_become_columns_after_preprocess_text() -> None:
    table = Table(sample("product_reviews_ja").iloc[:300])
    words = fit_link(PreprocessText.model_validate({"columns": ["レビュー"], "language": "ja"}), table)
    step = ExtractNGrams(column="レビュー", weighting="tf", norm=False)
    found = fit_link(step, Table(words.transform(table.frame))).transform(words.transform(table.frame))
    assert {"レビュー_壊れる", "レビュー_満足", "レビュー_良い", "レビュー_壊れる ない"} <= set(found)
    hit = table.frame["レビュー"].str.contains("返品")
    np.testing.assert_array_equal(found["レビュー_返品"] > 0, hit)


def test_a_gap_and_unknown_words_give_zeros(messages: pd.DataFrame) -> None:
    link = fit_link(ExtractNGrams(column="message"), Table(messages))
    strange = messages.iloc[:3].assign(message=pd.array([None, "", "zzz qqq"], dtype="str"))
    assert (link.transform(strange)[link.outputs_].to_numpy() == 0).all()


def test_the_report_has_the_commonest_first(messages: pd.DataFrame) -> None:
    step = ExtractNGrams(column="message", n=1)
    report = step.report(fit_link(step, Table(messages)))
    assert report is not None
    rows = report.tables["vocabulary"]["training rows"]
    assert rows == sorted(rows, reverse=True)
    word = report.tables["vocabulary"]["n-gram"][0]
    assert rows[0] == messages["message"].str.lower().str.contains(rf"\b{word}\b").sum()


def test_what_gives_no_words_is_told(messages: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="leave no words"):
        fit_link(ExtractNGrams(column="message"), Table(messages.assign(message="...")))
    with pytest.raises(InputError, match="'message_id' holds whole numbers, not text"):
        fit_link(ExtractNGrams(column="message_id"), Table(messages))
    with pytest.raises(ColumnMissingError):
        fit_link(ExtractNGrams(column="massage"), Table(messages))
    with pytest.raises(ValidationError, match="is more than max_word_length"):
        ExtractNGrams(column="message", min_word_length=9, max_word_length=3)
