"""The languages of the samples' texts, against py3langid."""

from __future__ import annotations

import pandas as pd
import py3langid
import pytest

from pipelines.inference.code import closure
from pipelines.steps.text.detect_language import LANGUAGES, DetectLanguage, _identifier
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import made

CASES = [
    Case({"column": "text"}),
    Case({"column": "object", "languages": ["en", "ja"], "min_score": 0.5}),
]

BARE = [
    Bare(
        {"column": "message"},
        lambda t: (t, t["message"].map(py3langid.classify)),
        ("messages",),
        rows=2_000,
    )
]


def test_the_samples_are_english_and_japanese() -> None:
    messages = sample("support_messages")["message"].head(300)
    reviews = sample("product_reviews_ja")["レビュー"].head(300)
    texts = pd.DataFrame({"t": [*messages, *reviews]})
    found = made("detect_language", texts, column="t")
    assert (found["t_language"][300:] == "ja").all()
    assert (found["t_language"][:300] == "en").mean() > 0.97
    assert found["t_language"].tolist() == [py3langid.classify(t)[0] for t in texts["t"]]
    sure = made("detect_language", texts, column="t", languages=["en", "ja"])
    assert sure["t_language"].tolist() == ["en"] * 300 + ["ja"] * 300
    assert sure["t_language_score"].min() > 0.5


def test_what_has_no_letters_has_no_language_and_a_low_score_none_either() -> None:
    texts = pd.DataFrame({"t": ["12:30", "", None, "?!", "Where is my parcel?"]})
    found = made("detect_language", texts, column="t")
    assert found["t_language"].isna().tolist() == [True] * 4 + [False]
    assert found["t_language_score"].isna().tolist() == [True] * 4 + [False]
    unsure = made("detect_language", texts, column="t", min_score=1.0)
    assert unsure["t_language"].isna().all()
    assert unsure["t_language_score"][4] > 0


def test_every_language_that_is_known_can_be_chosen() -> None:
    assert sorted(LANGUAGES) == sorted(_identifier(()).labels)
    with pytest.raises(ValueError, match="'xx' is no language"):
        DetectLanguage.model_validate({"column": "t", "languages": ["xx"]})


def test_a_model_with_it_asks_for_its_library() -> None:
    assert "py3langid" in closure({DetectLanguage.__module__})[1]
