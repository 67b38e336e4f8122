"""Japanese text made plain: words found by SudachiPy with its small dictionary."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from threading import local
from typing import Any

from pipelines.steps.text.cleaning import NUMBER, Clean

PARTS = {
    "noun": ("名詞", "代名詞"),
    "verb": ("動詞",),
    "adjective": ("形容詞", "形状詞"),
    "adverb": ("副詞",),
    "interjection": ("感動詞",),
    "affix": ("接頭辞", "接尾辞"),
    "particle": ("助詞", "助動詞"),
    "other": ("連体詞", "接続詞"),
}
SIGNS = ("補助記号", "記号", "空白")
NUMERAL = "数詞"
NOT = "ない"
NEGATIONS = {("助動詞", "ない"), ("助動詞", "ず"), ("形容詞", "無い")}  # also ん and ぬ, by their normalised form
_mine = local()


class CleanJapanese(Clean):
    """Words, in the dictionary's form where asked for, of the parts of speech asked for."""

    def cleaned(self, text: str) -> str:
        return super().cleaned(unicodedata.normalize("NFKC", text))

    def words(self, text: str) -> Iterable[str]:
        parts = {p for name in self.parts_of_speech or PARTS for p in PARTS[name]}
        for found in tokens(text):
            part, detail = found.part_of_speech()[:2]
            word = found.dictionary_form() if self.on("lemmatize") else found.surface()
            if NOT in (self.kept_words or ()) and (part, found.normalized_form()) in NEGATIONS:
                yield NOT if self.on("lemmatize") else found.surface()
            elif part in SIGNS:
                if not self.on("remove_special_characters") and part != "空白":
                    yield word
            elif part in parts and not self._left_out(word, found.surface(), detail):
                yield word

    def _left_out(self, word: str, surface: str, detail: str) -> bool:
        numeral = detail == NUMERAL or NUMBER.fullmatch(word) is not None
        return (numeral and self.on("remove_numbers")) or word in self.stopped or surface in self.stopped


def tokens(text: str) -> Iterable[Any]:
    """The words of a text with their parts of speech, as SudachiPy finds them."""
    return _tokenizer().tokenize(text)


def _tokenizer() -> Any:
    """This thread's tokenizer: one serves one thread at a time."""
    if not hasattr(_mine, "tokenizer"):
        import sudachidict_small  # noqa: F401  named, so that a model takes the dictionary along
        from sudachipy import Dictionary, SplitMode

        _mine.tokenizer = Dictionary(dict="small").tokenizer(SplitMode.C)
    return _mine.tokenizer
