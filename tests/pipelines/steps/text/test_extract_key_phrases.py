"""Key phrases, against the formula worked out by hand, on the samples' texts."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import InputError
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import made

CASES = [
    Case({"column": "text"}),
    Case({"column": "object", "language": "ja", "n_phrases": 2, "separator": "、"}),
]

BARE = "neither pandas nor scikit-learn has it"


def phrases(text: str | None, **params: object) -> str:
    return made("extract_key_phrases", pd.DataFrame({"t": [text]}), column="t", **params)["t_key_phrases"][0]


def test_a_phrase_counts_for_its_words_degree_over_frequency() -> None:
    # desk lamp (2+2), broken lamp shade: lamp has degree 2+3 in 2 phrases; shade and broken 3 each
    text = "the desk lamp and the broken lamp shade, and the courier"
    assert phrases(text) == "broken lamp shade; desk lamp; courier"
    assert phrases(text, n_words=2) == "desk lamp; courier"
    assert phrases(text, n_phrases=1) == "broken lamp shade"
    assert phrases(text, stop_words=["lamp"]) == "desk; broken; shade"


def test_addresses_numbers_and_signs_are_in_no_phrase() -> None:
    assert phrases("Invoice: me@shop.example, https://shop.example/orders/1 and 42 kettles") == "Invoice; kettles"
    found = made("extract_key_phrases", pd.DataFrame({"t": ["of the", "12", "", None]}), column="t")
    assert found["t_key_phrases"].isna().all()


def test_japanese_phrases_are_compound_nouns() -> None:
    assert phrases("取扱説明書が分かりやすく、カスタマーサポートも親切でした。", language="ja", n_phrases=2) == (
        "取扱説明書; カスタマーサポート"
    )
    reviews = sample("product_reviews_ja").head(200)
    found = made("extract_key_phrases", reviews, column="レビュー", language="ja")["レビュー_key_phrases"].fillna("")
    named = [p in text for text, said in zip(reviews["レビュー"], found, strict=True) for p in said.split("; ")]
    assert all(named)


def test_messages_name_their_matter() -> None:
    messages = sample("support_messages")
    found = made("extract_key_phrases", messages, column="message")["message_key_phrases"]
    assert found.notna().mean() > 0.98
    words = found[messages["category"] == "billing"].str.lower().str.cat(sep=" ")
    assert "charged" in words or "invoice" in words


def test_a_column_of_numbers_is_refused() -> None:
    with pytest.raises(InputError, match="not text"):
        made("extract_key_phrases", pd.DataFrame({"t": [1.5]}), column="t")
