"""Text made plain: what Preprocess Text does in every language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from pipelines.chain.transformer import Columnwise
from pipelines.steps.names import free
from pipelines.steps.texts import mapped

ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"、。」』）]+", re.IGNORECASE)
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
SPECIAL = re.compile(r"[^\w\s]|_")
REPEATED = re.compile(r"(\D)\1{2,}")
THRICE = re.compile(r"(.)\1\1", re.DOTALL)  # much quicker to look for, and few texts have it
STOP_LANGUAGES = {"nb": "no"}  # where stopwords-iso calls a language otherwise
BETWEEN = " ||| "
OPTIONS = (
    "lowercase", "remove_stop_words", "lemmatize", "remove_numbers", "remove_special_characters",
    "remove_duplicate_characters", "remove_emails", "remove_urls", "expand_contractions", "detect_sentences",
    "backslashes_to_slashes",
)  # fmt: skip


class Clean(Columnwise):
    """Each text as its words, with spaces between; ``options`` are those of ``OPTIONS`` that are on."""

    def __init__(
        self,
        columns: list[str],
        language: str,
        options: list[str],
        pattern: str = "",
        replacement: str = "",
        stop_words: list[str] | None = None,
        kept_words: list[str] | None = None,
        parts_of_speech: list[str] | None = None,
        append: bool = False,
    ) -> None:
        self.columns = columns
        self.language = language
        self.options = options
        self.pattern = pattern
        self.replacement = replacement
        self.stop_words = stop_words
        self.kept_words = kept_words
        self.parts_of_speech = parts_of_speech
        self.append = append

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        taken = {str(c) for c in frame.columns}
        self.outputs_ = {c: free(f"Preprocessed {c}", taken) if self.append else c for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {self.outputs_[c]: mapped(columns[c], self.cleaned) for c in self.columns}

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, made in self.outputs_.items()}
        return {source.get(o, o) for o in outputs}

    def on(self, option: str) -> bool:
        return option in self.options

    def cleaned(self, text: str) -> str:
        """The words of one text, as asked for."""
        if self.pattern:
            text = re.sub(self.pattern, self.replacement, text)
        if self.on("remove_urls") and ("://" in text or "www." in text.lower()):
            text = ADDRESS.sub(" ", text)
        if self.on("remove_emails") and "@" in text:
            text = EMAIL.sub(" ", text)
        if self.on("backslashes_to_slashes"):
            text = text.replace("\\", "/")
        if self.on("remove_duplicate_characters") and THRICE.search(text):
            text = REPEATED.sub(r"\1\1", text)
        text = text.lower() if self.on("lowercase") else text
        if not self.on("detect_sentences"):
            return " ".join(self.words(text))
        sentences = (" ".join(self.words(s)) for s in SENTENCE_END.split(text))
        return BETWEEN.join(s for s in sentences if s)

    def words(self, text: str) -> Iterable[str]:
        """The words of a text that are kept, each in the form asked for."""
        raise NotImplementedError

    @cached_property
    def stopped(self) -> Collection[str]:
        """The words to leave out."""
        if not self.on("remove_stop_words"):
            return frozenset(self.stop_words or ())
        return frozenset((self.usual_stop_words() - set(self.kept_words or ())) | set(self.stop_words or ()))

    def usual_stop_words(self) -> set[str]:
        """The words that say little in this language."""
        if self.language == "en":  # the list of stopwords-iso counts good and great among them
            return set(ENGLISH_STOP_WORDS)
        from stopwordsiso import stopwords

        return set(stopwords(STOP_LANGUAGES.get(self.language, self.language)))

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "stopped"}
