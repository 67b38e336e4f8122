"""Texts made plain, against simplemma and SudachiPy, and by what the options say."""

from __future__ import annotations

import re
from typing import get_args

import pandas as pd
import pytest
import simplemma
import stopwordsiso
from pydantic import ValidationError
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sudachipy import Dictionary, SplitMode

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.text.cleaning import OPTIONS, STOP_LANGUAGES
from pipelines.steps.text.preprocess_text import NEGATIONS, Language, PreprocessText
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"columns": ["text", "object", "category"]}),
    Case({"columns": ["text", "arrow"], "language": "ja", "append": True}),
    Case({"columns": ["text"], "pattern": "e", "replacement": "x", "stop_words": ["grxxn"], "lemmatize": False}),
]


CONTRACTIONS = {
    "won't": "will not", "can't": "can not", "it's": "it is", "that's": "that is", "let's": "let us",
    "there's": "there is", "what's": "what is", "where's": "where is",
    "n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'m": " am", "'d": " would",
}  # fmt: skip
LEFT_OUT = ENGLISH_STOP_WORDS - set(NEGATIONS["en"])


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    def cleaned(text: str) -> str:
        text = re.sub(r"(?:https?://|www\.)\S+", " ", text)
        text = re.sub(r"[\w.%+-]+@[\w.-]+\.[a-z]{2,}", " ", text)
        text = re.sub(r"(\D)\1{2,}", r"\1\1", text).lower()
        for short, long in CONTRACTIONS.items():
            text = text.replace(short, long)
        words = re.findall(r"[^\W\d_]+", re.sub(r"\d+(?:[.,:/]\d+)*", " ", text))
        lemmas = [(w, simplemma.lemmatize(w, "en").lower()) for w in words]
        return " ".join(lemma for w, lemma in lemmas if w not in LEFT_OUT and lemma not in LEFT_OUT)

    return frame.assign(message=[cleaned(t) for t in frame["message"]])


BARE = [Bare({"columns": ["message"]}, by_hand, ("messages",), rows=10_000)]

OFF = dict.fromkeys(OPTIONS, False)


def cleaned(text: str | None, **params: object) -> str | None:
    step = PreprocessText.model_validate({"columns": ["t"], **params})
    table = Table(pd.DataFrame({"t": pd.array([text, "other words"], dtype="str")}))
    found = fit_link(step, table).transform(table.frame)["t"].iloc[0]
    return None if pd.isna(found) else found


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("lowercase", "The LAMP", "the lamp"),
        ("remove_stop_words", "this is the lamp and not a chair", "lamp not chair"),
        ("backslashes_to_slashes", "a\\b c", "a / b c"),
        ("lemmatize", "lamps were delivered", "lamp be deliver"),
        ("remove_numbers", "order 2077-12 cost 3.50 or 1,000", "order - cost or"),
        ("remove_special_characters", "broken!! (really_bad)", "broken really bad"),
        ("remove_duplicate_characters", "sooooo good 1000", "soo good 1000"),
        ("remove_emails", "write to me.you@mail.example please", "write to please"),
        ("remove_urls", "see https://shop.example/a?b=1 or www.shop.example now", "see or now"),
        ("detect_sentences", "one lamp. two lamps!  three", "one lamp . ||| two lamps ! ||| three"),
        ("expand_contractions", "I can't, it isn’t, they've won't", "I can not , it is not , they have will not"),
    ],
)
def test_each_option_does_its_own(option: str, text: str, expected: str) -> None:
    assert cleaned(text, **(OFF | {option: True})) == expected
    plain = cleaned(text, **OFF)
    assert plain is not None
    assert plain != expected


def test_messages_are_those_of_simplemma() -> None:
    table = Table(sample("support_messages").iloc[:200])
    params = OFF | {"columns": ["message"], "lowercase": True, "lemmatize": True, "remove_special_characters": True}
    found = fit_link(PreprocessText.model_validate(params), table).transform(table.frame)["message"]
    for text, words in zip(table.frame["message"], found, strict=True):
        tokens = pd.Series(text.lower()).str.findall(r"\w+(?:'\w+)*").iloc[0]
        lemmas = " ".join(simplemma.lemmatize(t, lang="en").lower() for t in tokens)
        assert words == " ".join(pd.Series(lemmas).str.replace(r"[^\w\s]|_", " ", regex=True).iloc[0].split())


def test_reviews_are_those_of_sudachi() -> None:
    table = Table(sample("product_reviews_ja").iloc[:100])
    params = {"columns": ["レビュー"], "language": "ja", "parts_of_speech": ["noun", "adjective"]}
    params |= {"remove_stop_words": False, "remove_urls": False, "keep_negations": False}
    found = fit_link(PreprocessText.model_validate(params), table).transform(table.frame)["レビュー"]
    tokenizer = Dictionary(dict="small").tokenizer(SplitMode.C)
    kinds = {"名詞", "代名詞", "形容詞", "形状詞"}
    for text, words in zip(table.frame["レビュー"], found, strict=True):
        tokens = [t for t in tokenizer.tokenize(text) if t.part_of_speech()[0] in kinds]
        expected = [t.dictionary_form() for t in tokens if t.part_of_speech()[1] != "数詞"]
        assert words.split() == expected


def test_japanese_keeps_what_turns_a_sentence_around() -> None:
    text = "ﾎﾞﾀﾝが反応しなくて、とても良くなかったです！"
    assert cleaned(text, language="ja") == "ボタン 反応 ない とても 良い ない"
    assert cleaned(text, language="ja", keep_negations=False) == "ボタン 反応 とても 良い"
    assert cleaned(text, language="ja", stop_words=["とても"], lemmatize=False) == "ボタン 反応 なく 良く なかっ"


def test_the_expression_runs_first_and_a_gap_stays_one() -> None:
    assert cleaned("Model XZ-q breaks", pattern=r"XZ-(\w)", replacement=r"series\1") == "model seriesq break"
    assert cleaned(None) is None
    assert cleaned("the and of") == ""


def test_the_text_can_be_kept() -> None:
    table = Table(pd.DataFrame({"t": pd.array(["Good lamps"], dtype="str"), "Preprocessed t": [1]}))
    found = fit_link(PreprocessText.model_validate({"columns": ["t"], "append": True}), table).transform(table.frame)
    assert found.iloc[0].tolist() == ["Good lamps", 1, "good lamp"]


@pytest.mark.parametrize("language", [x for x in get_args(Language) if x != "ja"])
def test_every_language_has_lemmas_and_stop_words(language: str) -> None:
    assert stopwordsiso.stopwords(STOP_LANGUAGES.get(language, language))
    assert simplemma.lemmatize("lampe", lang=language)


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(InputError, match="'n' holds whole numbers, not text"):
        fit_link(PreprocessText.model_validate({"columns": ["n"]}), Table(pd.DataFrame({"n": [1]})))
    with pytest.raises(ValidationError, match="no regular expression"):
        PreprocessText(pattern="(")
