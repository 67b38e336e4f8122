"""Choosing a model version or an alias."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.language import _
from components.markdown import escaped
from pipelines.tracking import RegisteredModel


def choices(models: Sequence[RegisteredModel], wanted: str = "", first: str = "") -> list[str]:
    """Addresses of models: each alias, each latest version, and ``wanted`` if it is none of them.

    Those of the model called ``first`` stand before the others.
    """
    own, others = [m for m in models if m.name == first], [m for m in models if m.name != first]
    found = [*_addresses(own), *_addresses(others)]
    return [*([wanted] if wanted and wanted not in found else []), *found]


def show(models: Sequence[RegisteredModel], *, wanted: str, key: str, first: str = "", room: int = 36) -> str | None:
    """Draw the menu, with ``wanted`` chosen if given, else the ``first`` model; the address of the model chosen.

    An address of more than ``room`` letters, which the menu may show only the beginning of, is written out below.
    """
    options = choices(models, wanted, first)
    with st.container(gap="xsmall"):
        chosen: str | None = st.selectbox(
            _("Model"),
            options,
            index=options.index(wanted) if wanted else 0 if options else None,
            format_func=_short,
            placeholder=_("No model is published yet"),
            disabled=not options,
            key=key,
            help=_("NAME@ALIAS follows the alias, NAME/VERSION stays with the version"),
        )
        if chosen and len(_short(chosen)) > room:
            st.caption(escaped(_short(chosen)))
    return chosen


def _short(uri: str) -> str:
    return uri.removeprefix("models:/")


def _addresses(models: Sequence[RegisteredModel]) -> list[str]:
    found = [f"models:/{m.name}@{a}" for m in models for a in m.aliases]
    return found + [f"models:/{m.name}/{m.latest_version}" for m in models if m.latest_version is not None]
