from __future__ import annotations

import pytest

from pipelines.logs import MAX_BYTES, last_words, rotate

TRACE = """2026/11/24 02:18:24 INFO mlflow.store: Creating tables...
Traceback (most recent call last):
  File "x.py", line 1, in <module>
    import nothing
ModuleNotFoundError: No module named 'nothing'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "y.py", line 1
pipelines.errors.NotFoundError: There is no model 'cars'.
INFO:     Shutting down
"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TRACE, "pipelines.errors.NotFoundError: There is no model 'cars'."),
        ("Killed\n2026-01-01 INFO: x\n\n", "Killed"),
        ("KeyError: 'a'\nKeyboardInterrupt\n", "KeyboardInterrupt"),
        ("", ""),
        ("  indented only\n-----\n", ""),
    ],
)
def test_the_line_that_says_what_went_wrong_is_found(tmp_path, content, words):
    (tmp_path / "a.log").write_text(content)
    assert last_words(tmp_path / "a.log") == words


def test_only_what_was_written_since_counts_and_a_missing_log_says_nothing(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("ValueError: old\n")
    offset = path.stat().st_size
    assert last_words(path, offset=offset) == ""
    with path.open("a") as file:
        file.write("ValueError: new\n")
    assert last_words(path, offset=offset) == "ValueError: new"
    assert last_words(tmp_path / "none.log") == ""


def test_a_large_log_is_put_aside(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    rotate(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.1.log"]
    path.write_bytes(b"x")
    rotate(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.1.log", "a.log"]
