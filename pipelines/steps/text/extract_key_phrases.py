"""Extract Key Phrases."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Columnwise, Transformer
from pipelines.parameters import ColumnName
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.text import japanese
from pipelines.steps.text.cleaning import ADDRESS, EMAIL, NUMBER, STOP_LANGUAGES
from pipelines.steps.text.preprocess_text import Language
from pipelines.steps.text.words import require_text
from pipelines.steps.texts import mapped

WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
SHORTEST = 2
NOUNS = ("名詞", "接頭辞", "接尾辞")


class KeyPhrases(Columnwise):
    """The phrases that tell most of a text, best first, with a separator between them."""

    def __init__(
        self, column: str, language: str, n_phrases: int, n_words: int, stop_words: list[str], separator: str
    ) -> None:
        self.column = column
        self.language = language
        self.n_phrases = n_phrases
        self.n_words = n_words
        self.stop_words = stop_words
        self.separator = separator

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.output_ = free(f"{self.column}_key_phrases", {str(c) for c in frame.columns})

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {self.output_: mapped(columns[self.column], self.best)}

    def best(self, text: str) -> str | None:
        """The best phrases of one text; None where it has none."""
        phrases = [p for p in self._phrases(text) if len(p) <= self.n_words]
        frequency = Counter(word.casefold() for phrase in phrases for word in phrase)
        degree: Counter[str] = Counter()
        for phrase in phrases:
            for word in phrase:
                degree[word.casefold()] += len(phrase)
        joint = "" if self.language == "ja" else " "
        scores: dict[str, tuple[float, str]] = {}
        for phrase in phrases:
            score = sum(degree[w.casefold()] / frequency[w.casefold()] for w in phrase)
            scores.setdefault(joint.join(phrase).casefold(), (score, joint.join(phrase)))
        ranked = sorted(scores.values(), key=lambda found: -found[0])[: self.n_phrases]
        return self.separator.join(phrase for _, phrase in ranked) or None

    def _phrases(self, text: str) -> Iterator[list[str]]:
        """The candidates: runs of words that say something, as they stand in the text."""
        run: list[str] = []
        text = EMAIL.sub(" . ", ADDRESS.sub(" . ", text))
        for word in self._nouns(text) if self.language == "ja" else self._words(text):
            if word is not None:
                run.append(word)
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _words(self, text: str) -> Iterator[str | None]:
        for word in WORD.findall(text):
            plain = word.replace("’", "'").casefold()
            said = len(word) >= SHORTEST and plain not in self.stopped and plain.split("'")[0] not in self.stopped
            yield word if said and NUMBER.fullmatch(word) is None else None

    def _nouns(self, text: str) -> Iterator[str | None]:
        """Japanese phrases are compound nouns: nouns with nothing between them."""
        for found in japanese.tokens(unicodedata.normalize("NFKC", text)):
            part, detail = found.part_of_speech()[:2]
            noun = part in NOUNS and detail != japanese.NUMERAL and found.surface() not in self.stopped
            yield found.surface() if noun else None

    @cached_property
    def stopped(self) -> frozenset[str]:
        from stopwordsiso import stopwords

        usual = stopwords(STOP_LANGUAGES.get(self.language, self.language))
        return frozenset(w.casefold() for w in (*usual, *self.stop_words))

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "stopped"}

    def requires(self, outputs: set[str]) -> set[str]:
        return (outputs - {self.output_}) | ({self.column} if self.output_ in outputs else set())


class ExtractKeyPhrases(Step):
    """Find the phrases that tell most of each text.

    RAKE (Rose, Engel, Cramer and Cowley 2010): phrases are the words between stop words and signs; a word counts for
    the length of the phrases it is in, over how often it occurs, and a phrase for the sum of its words. Japanese
    phrases are compound nouns, cut by SudachiPy. Each text is looked at alone, so that nothing is learned. Studio
    (classic) gave one column of phrases too; Text to Columns makes a row's phrases columns.
    """

    type: ClassVar[str] = "extract_key_phrases"
    title: ClassVar[str] = "Extract Key Phrases"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("keywords", "RAKE", "tags", "terms", "キーワード")
    known_as: ClassVar[tuple[str, ...]] = ("Extract Key Phrases from Text",)
    equivalent: ClassVar[str] = 'rake = rake_nltk.Rake(); rake.extract_keywords_from_text(table["text"][0])'
    example: ClassVar[Example | None] = Example(
        {"column": "message", "n_phrases": 2},
        "message\nThe desk lamp arrived with a broken glass shade and I want a refund.\n"
        "My invoice shows the wrong delivery address.\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text.")
    language: Language = Field("en", title="Language", description="The language of the text.")
    n_phrases: int = Field(3, ge=1, le=50, title="Phrases", description="So many phrases of each text at most.")
    n_words: int = Field(3, ge=1, le=10, title="Longest phrase", description="Phrases of more words are left out.")
    stop_words: tuple[str, ...] = Field(
        (), title="Own stop words", description="Words of yours that end a phrase and are in none."
    )
    separator: str = Field(
        "; ", min_length=1, max_length=10, title="Separator", description="What stands between two phrases."
    )

    def build(self, schema: TableSchema) -> Transformer:
        column = require_text(schema, self.column)
        return KeyPhrases(column, self.language, self.n_phrases, self.n_words, list(self.stop_words), self.separator)
