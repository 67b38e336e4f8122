"""Preprocess Text."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from pipelines.chain.transformer import Transformer
from pipelines.columns import Columns
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.text.cleaning import OPTIONS
from pipelines.steps.text.japanese import CleanJapanese
from pipelines.steps.text.lemmas import CleanWords
from pipelines.steps.text.words import require_text

Language = Literal["en", "ja", "cs", "da", "de", "es", "fi", "fr", "hu", "it", "nb", "nl", "pl", "pt", "ro", "ru", "sv"]
PartOfSpeech = Literal["noun", "verb", "adjective", "adverb", "interjection", "affix", "particle", "other"]
NEGATIONS = {
    "en": ["not", "no", "never", "nor", "none", "nothing", "cannot"],
    "ja": ["ない"],
    "de": ["nicht", "kein", "nie", "nichts", "ohne"],
    "fr": ["ne", "pas", "jamais", "rien", "sans"],
    "es": ["no", "nunca", "nada", "sin"],
    "it": ["non", "mai", "niente", "senza"],
    "pt": ["não", "nunca", "nada", "sem"],
    "nl": ["niet", "geen", "nooit", "niets", "zonder"],
}


class PreprocessText(Step):
    r"""Make text plain for learning: words in their basic form, without numbers, signs and words that say little.

    Lemmas of simplemma, stop words of scikit-learn (English) and stopwords-iso; Japanese is cut into words by SudachiPy
    and comes out with spaces between them, ready for Extract N-Gram Features. Like Azure's step, with more languages,
    and negations are kept unless told otherwise. The regular expression runs first; in what replaces it, \1 is its
    first group.
    """

    type: ClassVar[str] = "preprocess_text"
    title: ClassVar[str] = "Preprocess Text"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    release: ClassVar[int] = 2
    synonyms: ClassVar[tuple[str, ...]] = (
        "clean text", "stop words", "lemmatize", "stemming", "tokenize", "Japanese", "morphological analysis",
        "lower case", "形態素解析", "分かち書き",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Preprocess Text",)
    equivalent: ClassVar[str] = (
        'table["text"] = [" ".join(simplemma.lemmatize(w, "en") for w in t.lower().split()) for t in table["text"]]'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["message"]},
        table="message,stars\nThe lamps aren't working!!,1\nGreat lamps: write to me@shop.example,5\n"
        "I bought 2 of these lamps,4\nSooooo bright...,5\n",
    )

    columns: ColumnRule = Field(Columns(kind="text"), title="Columns", description="The columns of text.")
    language: Language = Field("en", title="Language", description="The language of the text.")
    lowercase: bool = Field(True, title="Lower case", description="Make all letters small.")
    lemmatize: bool = Field(
        True, title="Basic forms", description="Each word as in the dictionary: delivered becomes deliver."
    )
    remove_stop_words: bool = Field(
        True, title="Remove stop words", description="Leave out words that say little, such as the and of."
    )
    keep_negations: Annotated[bool, Form(when={"remove_stop_words": (True,)})] = Field(
        True, title="Keep negations", description="Words such as not stay, as they turn what is said around."
    )
    stop_words: tuple[str, ...] = Field((), title="Own stop words", description="Words of yours to leave out as well.")
    parts_of_speech: Annotated[tuple[PartOfSpeech, ...], Form(when={"language": ("ja",)})] = Field(
        ("noun", "verb", "adjective", "adverb", "interjection"),
        min_length=1,
        title="Parts of speech",
        description="In Japanese, only words of these kinds stay.",
    )
    expand_contractions: Annotated[bool, Form(when={"language": ("en",)})] = Field(
        True, title="Expand contractions", description="In English, isn't becomes is not."
    )
    remove_numbers: bool = Field(True, title="Remove numbers", description="Leave numbers out.")
    remove_special_characters: bool = Field(
        True, title="Remove special characters", description="Leave out all but letters and numbers."
    )
    remove_duplicate_characters: bool = Field(
        True, title="Shorten repeats", description="A letter more than twice in a row stands twice: sooo becomes soo."
    )
    remove_emails: bool = Field(True, title="Remove e-mail addresses", description="Leave e-mail addresses out.")
    remove_urls: bool = Field(True, title="Remove web addresses", description="Leave web addresses out.")
    backslashes_to_slashes: bool = Field(
        False, title="Backslashes to slashes", description="Each backslash becomes a slash."
    )
    detect_sentences: bool = Field(
        False, title="Mark sentences", description="Put ||| between sentences: they end with a full stop or the like."
    )
    pattern: str = Field("", title="Regular expression", description="What to replace before all else. Empty: nothing.")
    replacement: Annotated[str, Form(widget="text")] = Field(
        "", title="Replacement", description="What takes the place of what the regular expression finds."
    )
    append: bool = Field(
        False, title="Keep the text", description="Put the words into a column of their own, Preprocessed and its name."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(_("{text!r} is no regular expression: {error}", text=value, error=str(error))) from error
        return value

    def build(self, schema: TableSchema) -> Transformer:
        columns = [require_text(schema, c) for c in dict.fromkeys(self.columns.select(schema))]
        return (CleanJapanese if self.language == "ja" else CleanWords)(
            columns,
            self.language,
            [o for o in OPTIONS if getattr(self, o)],
            self.pattern,
            self.replacement,
            list(self.stop_words),
            NEGATIONS.get(self.language, []) if self.keep_negations else [],
            list(self.parts_of_speech),
            self.append,
        )
