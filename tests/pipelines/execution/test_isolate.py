"""A call from a page must not run the page's script in the new process."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.execution import isolate


def test_the_main_module_of_the_caller_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, ran = tmp_path / "page.py", tmp_path / "ran"
    script.write_text(f"open({str(ran)!r}, 'w').close()\nraise SystemExit('a page is no program')\n")
    page = ModuleType("__main__")
    page.__file__ = str(script)
    monkeypatch.setitem(sys.modules, "__main__", page)
    assert isolate.call(sum, [1, 2, 3], timeout=60) == 6
    assert not ran.exists()
    assert sys.modules["__main__"] is page
