"""The canvas and what Streamlit draws have one set of colours."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from components.theme import DARK, LIGHT, Palette

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
SHARED = ("background", "text", "primary", "blue", "green", "red", "orange", "violet")


@pytest.mark.parametrize(("scheme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_palette_is_the_theme_s(scheme: str, palette: Palette) -> None:
    theme = tomllib.loads(CONFIG.read_text())["theme"][scheme]
    names = {n: f"{n}Color" for n in SHARED}
    assert {n: getattr(palette, n) for n in SHARED} == {n: theme[name] for n, name in names.items()}
