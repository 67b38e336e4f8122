"""Two or more runs side by side: metrics, what differs in parameters, pipeline and data, curves overlaid."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import error_box, metric_cards, page_header, record_table
from components.evaluation import pictures
from components.language import _, ngettext, said
from components.record_table import Heading, cell
from pipelines.document import codec
from pipelines.document.difference import difference
from pipelines.errors import SekkeiError
from pipelines.tracking import Comparison

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORDER = ("roc", "precision_recall", "calibration", "predicted_vs_true", "residuals", "gain", "lift")


def show(comparison: Comparison, documents: Sequence[str], *, key: str) -> None:
    """Draw ``comparison``; ``documents`` are the runs' pipelines as YAML, in the same order."""
    names = run_names(comparison)
    metrics = {n: {m: values[i] for m, values in comparison.metrics.items()} for i, n in enumerate(names)}
    left, right = st.columns(2, gap="medium")
    with left:
        page_header.section(_("Metrics"), _("the best of each line is marked"))
        metric_cards.table(metrics, key=f"{key}_metrics")
    with right:
        page_header.section(_("What differs"), _("parameters and data; everything else is the same"))
        _differing(comparison, names, key)
        _words(documents, names)
    if comparison.curves:
        page_header.section(_("Curves"))
        _curves(comparison, names, key)


def run_names(comparison: Comparison) -> list[str]:
    """A letter for each run, by which the columns and curves here call it."""
    return [f"{LETTERS[i % 26]}{i // 26 or ''}" for i in range(len(comparison.runs))]


def _differing(comparison: Comparison, names: Sequence[str], key: str) -> None:
    headings = [Heading(_("Parameter"), wraps=True), *(Heading(n, sortable=False) for n in names)]
    rows = {
        f"{kind}{name}": [
            cell(name.replace(".", ".\u200b"), hint=name),  # a long name goes on in the next line behind a dot
            *(cell("–" if v is None else v, hint="" if v is None else str(v)) for v in values),
        ]
        for kind, given in (("data ", comparison.datasets), ("", comparison.params))
        for name, values in given.items()
    }
    record_table.show(
        headings,
        rows,
        label=_("What differs"),
        opens=False,
        key=f"{key}_params",
        height=360,
        empty=_("Nothing: same parameters, same data."),
    )


def _words(documents: Sequence[str], names: Sequence[str]) -> None:
    for name, text in zip(names[1:], documents[1:], strict=True):
        lines = changes(documents[0], text)
        with st.expander(
            ngettext(
                "From {first} to {name}: {count} change to the pipeline",
                "From {first} to {name}: {count} changes to the pipeline",
                len(lines),
                first=names[0],
                name=name,
            ),
            expanded=len(names) == 2,
        ):
            st.text("\n".join(lines) or _("The pipelines are the same."))


def changes(old: str, new: str) -> list[str]:
    """The difference of two pipelines in words; a text that cannot be read any more says so."""
    try:
        return [said(line) for line in difference(codec.loads(old), codec.loads(new))]
    except SekkeiError as error:
        return [error_box.words(error)]


def _curves(comparison: Comparison, names: Sequence[str], key: str) -> None:
    """Every kind of curve, with the runs it comes from; the run's name stands before the curve's own."""
    by_run = {r.run_id: n for r, n in zip(comparison.runs, names, strict=True)}
    found = [(by_run.get(run, run), c) for each in comparison.curves.values() for run, c in each]
    several = {kind: {c.name for _, c in found if c.kind == kind} for kind in comparison.curves}
    pictures.grid(
        [(f"{run}: {c.name}" if len(several.get(c.kind, ())) > 1 else run, c) for run, c in found],
        key=f"{key}_curves",
        order=ORDER,
    )
