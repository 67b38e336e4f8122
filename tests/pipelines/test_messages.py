"""Messages: English at once, another language later."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest

from pipelines.messages import (
    Joined,
    Message,
    _,
    continued,
    declared,
    enumerated,
    from_plain,
    listed,
    ngettext,
    restored,
    stored,
    to_plain,
    translated,
)

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


def test_messages_in_plain_values_come_back_and_can_be_read_without_us() -> None:
    failed = {
        "message": _("There is no column {column!r}.", column="prce"),
        "fix": "",
        "steps": [_("Clean Missing Data")],
    }
    kept = json.loads(json.dumps(stored(failed)))
    assert kept["message"]["text"] == "There is no column 'prce'."
    back = restored(kept)
    assert back == failed
    assert translated(back["message"], Japanese()) == "列 'prce' はありません。"
    assert translated(back["steps"][0], Japanese()) == "欠損値の処理"


def test_what_was_stored_without_templates_stays_as_it_is() -> None:
    old = {"message": "It failed.", "text": "a step's own text", "params": {"template": "a", "values": [1]}}
    assert restored(old) == old


def test_a_sentence_continues_with_a_small_letter() -> None:
    said = _("{step}: {message}", step="Score", message=continued(_("There is no column {column!r}.", column="a")))
    assert said == "Score: there is no column 'a'."
    assert translated(from_plain(json.loads(json.dumps(to_plain(said)))), Japanese()) == "Score: 列 'a' はありません。"
    assert continued("It failed.") == "it failed."


@pytest.mark.parametrize(
    ("items", "most", "text"),
    [([], 3, ""), (["a"], 3, "a"), (["a", "b", "c"], 3, "a, b and c"), (["a", "b", "c"], 1, "a and 2 more")],
)
def test_items_are_enumerated(items: list[str], most: int, text: str) -> None:
    assert enumerated(items, most) == text
