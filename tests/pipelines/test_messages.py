"""Messages: English at once, another language later."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest

from pipelines.messages import Joined, Message, _, declared, from_plain, listed, ngettext, to_plain, translated

TEXTS = {
    "There is no column {column!r}.": "列 {column!r} はありません。",
    "Clean Missing Data": "欠損値の処理",
    "{step}: it failed.": "{step}: 失敗しました。",
    "It is {value:g}.": "{value:g} です。",
    ", ": "、",
}


class Japanese:
    def gettext(self, message: str) -> str:
        return TEXTS.get(message, message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return "{count:,} 行"


MESSAGES = [
    (_("There is no column {column!r}.", column="prce"), "There is no column 'prce'.", "列 'prce' はありません。"),
    (_("Clean Missing Data"), "Clean Missing Data", "欠損値の処理"),
    (
        _("{step}: it failed.", step=_("Clean Missing Data")),
        "Clean Missing Data: it failed.",
        "欠損値の処理: 失敗しました。",
    ),
    (
        _("{step}: it failed.", step="Clean Missing Data"),
        "Clean Missing Data: it failed.",
        "Clean Missing Data: 失敗しました。",
    ),
    (ngettext("{count} row", "{count:,} rows", count=1), "1 row", "1 行"),
    (ngettext("{count} row", "{count:,} rows", count=1200), "1,200 rows", "1,200 行"),
    (_("A brace { stands alone"), "A brace { stands alone", "A brace { stands alone"),
    (Joined([_("Clean Missing Data"), "", "plain"], "; "), "Clean Missing Data; plain", "欠損値の処理; plain"),
    (
        listed([declared("Clean Missing Data"), "Clean Missing Data"]),
        "Clean Missing Data, Clean Missing Data",
        "欠損値の処理、Clean Missing Data",
    ),
    (listed(["a", "b", "c"], 2), "a, b, …", "a、b、…"),
    (listed(["a", "b"], 2), "a, b", "a、b"),
    (_("It is {value:g}.", value=np.float64(0.5)), "It is 0.5.", "0.5 です。"),
    (_("It is {value:g}.", value=math.nan), "It is nan.", "nan です。"),
]


@pytest.mark.parametrize(("message", "english", "japanese"), MESSAGES)
def test_it_is_english_and_can_be_said_otherwise(message: Message, english: str, japanese: str) -> None:
    assert message == english
    assert isinstance(message, str)
    stored = json.dumps(to_plain(message), allow_nan=False)
    for same in (message, pickle.loads(pickle.dumps(message)), from_plain(json.loads(stored))):
        assert same == english
        assert translated(same, Japanese()) == japanese


def test_plain_text_is_known_by_its_wording() -> None:
    assert translated("Clean Missing Data", Japanese()) == "欠損値の処理"
    assert translated("anything else", Japanese()) == "anything else"
    assert translated("", Japanese()) == ""
    assert from_plain("as it is") == "as it is"
