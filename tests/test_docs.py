"""What the documents say is there, is there; and what is there, they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    field = Settings.model_fields[name]
    assert f"`SEKKEI_{name.upper()}`" in README
    assert field.description is not None
    assert field.description in README


@pytest.mark.parametrize("document", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    for record in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert f"({record.name})" in index


def test_every_requirement_is_pinned() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.match(r"^[A-Za-z0-9\[\]_.-]+==\S+", line), line


def test_the_readme_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEKKEI_HOME", str(tmp_path / "workspace"))
    from pipelines.settings import settings

    settings.cache_clear()
    example = next(code for code in re.findall(r"```python\n(.*?)```", README, re.S) if "Pipeline(" in code)
    names: dict[str, object] = {}
    try:
        exec(compile(example.replace("print(", "r2 = ("), "README.md", "exec"), names)
    finally:
        settings.cache_clear()
    assert 0.5 < float(names["r2"]) < 1  # type: ignore[arg-type]
