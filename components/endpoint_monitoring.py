"""How an endpoint fares: its traffic, and how far what it is asked and answers is from training."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Protocol

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, error_box, facts, markdown, metric_cards, page_header, record_table, theme, wording
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.datasets.options import FORMATS
from pipelines.serving.endpoints import Deployment, Endpoint
from pipelines.serving.monitoring.drift import LEVEL, MUCH, SOME, Drift
from pipelines.serving.monitoring.report import Report
from pipelines.serving.monitoring.traffic import Bucket, Span, Traffic
from pipelines.serving.monitoring.truth import REQUEST, Live
from pipelines.settings import settings

SPANS: dict[Span, str] = {"hour": N_("Last hour"), "day": N_("Last day"), "week": N_("Last week")}
KINDS = {"answered": N_("Answered"), "refused": N_("Refused (4xx)"), "failed": N_("Failed (5xx)")}
VERDICTS = {
    "drifted": (N_("Much changed"), "red"),
    "moderate": (N_("Some change"), "orange"),
    "stable": (N_("As in training"), "green"),
    "few": (N_("Too few rows"), "gray"),
    "unknown": (N_("Not compared"), "gray"),
}
MOMENT = "%Y-%m-%d %H:%M"
MOST = 8  # columns that are told of in words above the table
TESTS = {"ks": N_("Kolmogorov-Smirnov"), "chi2": N_("Chi-squared")}
HEADINGS = [
    Heading(N_("Column")),
    Heading(N_("Verdict"), "status"),
    Heading(N_("PSI"), right=True, hint=N_("Population stability index: below 0.1 alike, from 0.25 on much changed.")),
    Heading(N_("p-value"), right=True, hint=N_("How likely chance alone is, corrected for the number of columns.")),
    Heading(N_("Missing"), right=True, hint=N_("In training, and now.")),
    Heading(N_("Never seen"), right=True, hint=N_("Values that training never saw.")),
    Heading(N_("In words"), wraps=True),
]


class Watch(Protocol):
    """Who knows how endpoints fare."""

    def traffic(self, name: str, span: Span = "day") -> Traffic: ...

    def drift(self, name: str, deployment: str = "") -> Report: ...

    def live_metrics(self, name: str, deployment: str = "") -> Live: ...

    def add_truth(
        self,
        name: str,
        path: Path | str,
        *,
        id_column: str = "",
        column: str = "",
        deployment: str = "",
        file_name: str | None = None,
    ) -> Live: ...


def show(endpoint: Endpoint, watch: Watch, *, key: str) -> None:
    """Draw the traffic of the span that the visitor chooses, and the drift of a deployment."""
    with st.container(horizontal=True, vertical_alignment="center"):
        span = st.segmented_control(
            _("Span"),
            list(SPANS),
            default="hour",
            required=True,
            format_func=lambda s: said(SPANS[s]),
            label_visibility="collapsed",
            key=f"{key}_span",
        )
        st.space("stretch")
        anew = st.button(_("Refresh"), icon=":material/refresh:", key=f"{key}_refresh")
    with error_box.shown(f"{key}_traffic_error"):
        _traffic(watch.traffic(endpoint.name, span), key)
    st.markdown("**" + _("Compared with training") + "**")
    chosen = _deployment(endpoint.running or endpoint.deployments, key)
    if chosen is None:
        return
    kept = f"{key}_report"
    found: Report | None = st.session_state.get(kept)
    if anew or found is None or (found.deployment, found.model_uri) != (chosen.name, chosen.model_uri):
        st.session_state.pop(kept, None)
        with error_box.shown(f"{key}_drift_error"), st.spinner(_("Comparing…")):
            st.session_state[kept] = watch.drift(endpoint.name, chosen.name)
    if kept in st.session_state:
        drift(st.session_state[kept], key=f"{key}_drift")
    st.markdown("**" + _("Compared with what was true") + "**")
    with error_box.shown(f"{key}_truth_error"):
        _truth(endpoint, chosen, watch, key)


def drift(report: Report, *, key: str) -> None:
    """Draw a report: what was compared with what, and a line for each column and score."""
    if report.reason:
        page_header.empty(said(report.reason), icon="query_stats")
        return
    values: dict[str, object] = {
        _("Rows sampled"): f"{report.rows:,}",
        _("Between"): f"{wording.when(report.first)} – {wording.when(report.last)}",
        _("Compared with"): f"{said(report.source)} ({wording.rows(report.training_rows)})",
    }
    if report.dropped:
        values[_("Requests not sampled")] = f"{report.dropped:,}"
    facts.show(values, min_width=320)
    if report.drifted:
        st.warning("\n".join(map(_told, report.drifted[:MOST])), icon=":material/trending_up:")
    record_table.show(
        HEADINGS, _lines(report.columns), label=_("Drift of the columns"), opens=False, key=f"{key}_columns"
    )
    if report.answers:
        st.markdown(_("**Predictions**, against those of the same version for training rows"))
        record_table.show(
            HEADINGS, _lines(report.answers), label=_("Drift of the predictions"), opens=False, key=f"{key}_answers"
        )
    elif report.answers_reason:
        st.caption(said(report.answers_reason))
    limits = {"some": f"{SOME:g}", "much": f"{MUCH:g}", "level": f"{LEVEL:g}"}
    st.caption(
        _(
            "A change is told from a PSI of {some} on, much from {much} on, and only where a test says that chance "
            "does not explain it (p < {level}, Benjamini-Hochberg). The samples stay on this machine.",
            **limits,
        )
    )


def live(found: Live, *, key: str) -> None:
    """Draw the metrics of the answers whose truth is known beside those of training."""
    if found.given:
        facts.show(
            {
                _("True values given"): f"{found.given:,}",
                _("Belong to sampled rows"): f"{found.matched:,}",
                _("Belong to none"): f"{found.given - found.matched:,}",
                _("Rows measured"): f"{found.rows:,}",
            }
        )
    if found.reason:
        st.caption(said(found.reason))
        return
    metric_cards.table({_("Live"): found.metrics, _("In training"): found.training}, key=f"{key}_metrics")
    for note in found.notes:
        st.caption(said(note))


def _truth(endpoint: Endpoint, chosen: Deployment, watch: Watch, key: str) -> None:
    """The live metrics, and the form for a file with more true values."""
    with st.expander(_("Give true values")), st.form(f"{key}_truth", clear_on_submit=True, border=False):
        st.caption(
            _(
                "A file with the true value of rows that were asked. Rows are told by the column request_id, with row "
                "from 1 where a request had several, or by a column that the requests have too."
            )
        )
        given = st.file_uploader(
            _("File with true values"),
            type=[s.removeprefix(".") for s in FORMATS],
            max_upload_size=settings().max_upload_mib,
            key=f"{key}_truth_file",
        )
        left, right = st.columns(2)
        by = left.text_input(_("Column with the ids"), placeholder=REQUEST, key=f"{key}_truth_id")
        column = right.text_input(
            _("Column with the true values"), placeholder=_("the label"), key=f"{key}_truth_column"
        )
        sent = st.form_submit_button(_("Give"), icon=":material/upload:")
    if sent and given is not None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"truth{Path(given.name).suffix.lower()[:12]}"
            path.write_bytes(given.getvalue())
            found = watch.add_truth(
                endpoint.name,
                path,
                id_column=by.strip(),
                column=column.strip(),
                deployment=chosen.name,
                file_name=given.name,
            )
    else:
        found = watch.live_metrics(endpoint.name, chosen.name)
    live(found, key=f"{key}_live")


def _deployment(deployments: Sequence[Deployment], key: str) -> Deployment | None:
    """The deployment to compare: the one with the most traffic unless another is chosen."""
    ordered = sorted(deployments, key=lambda d: -d.traffic)
    if len(ordered) < 2:
        return next(iter(ordered), None)
    name = st.selectbox(_("Deployment"), [d.name for d in ordered], key=f"{key}_deployment", width=260)
    return next((d for d in ordered if d.name == name), ordered[0])


def _traffic(found: Traffic, key: str) -> None:
    whole = found.whole
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Requests"), f"{whole.requests:,}", width=90)
        st.metric(_("Refused (4xx)"), f"{whole.refused:,}", width=105)
        st.metric(_("Failed (5xx)"), f"{whole.failed:,}", width=105)
        st.metric(_("Latency, half below"), _milliseconds(whole.p50), width=145)
        st.metric(_("Latency, 95 % below"), _milliseconds(whole.p95), width=145)
    if not whole.requests:
        st.caption(_("No requests in this time."))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        charts.draw(
            _requests(found),
            key=f"{key}_requests",
            alt_text=_("Requests over time: {count:,} in all, {errors:,} not answered.", **_counts(found)),
        )
    with right:
        charts.draw(
            _latencies(found),
            key=f"{key}_latencies",
            alt_text=_(
                "Latency over time: half below {p50}, 95 % below {p95}.",
                p50=_milliseconds(whole.p50),
                p95=_milliseconds(whole.p95),
            ),
        )


def _counts(found: Traffic) -> dict[str, int]:
    return {"count": found.whole.requests, "errors": found.whole.refused + found.whole.failed}


def _requests(found: Traffic) -> alt.Chart:
    palette = theme.palette()
    names = [said(n) for n in KINDS.values()]
    lines = [
        {"time": _moment(b), "kind": name, "count": count}
        for b in found.buckets
        for name, count in zip(names, (b.requests - b.refused - b.failed, b.refused, b.failed), strict=True)
    ]
    colours = alt.Scale(domain=names, range=[palette.blue, palette.orange, palette.red])
    return (
        alt.Chart(pd.DataFrame(lines), height=240)
        .mark_bar()
        .encode(
            x=_time(found),
            y=alt.Y("count:Q", title=_("Requests"), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("kind:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            tooltip=[alt.Tooltip("time:T", format=MOMENT), "kind:N", "count:Q"],
        )
    )


def _latencies(found: Traffic) -> alt.Chart:
    first, last = _("half below"), _("95 % below")
    lines = [
        {"time": _moment(b), "share": name, "milliseconds": value}
        for b in found.buckets
        for name, value in ((first, b.p50), (last, b.p95))
        if value is not None
    ]
    frame = pd.DataFrame(lines, columns=["time", "share", "milliseconds"])
    colours = alt.Scale(domain=[first, last], range=charts.series_colours()[:2])
    return (
        alt.Chart(frame, height=240)
        .mark_line(point=True)
        .encode(
            x=_time(found),
            y=alt.Y("milliseconds:Q", title=_("Milliseconds")),
            color=alt.Color("share:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            tooltip=[
                alt.Tooltip("time:T", format=MOMENT),
                "share:N",
                alt.Tooltip("milliseconds:Q", format=".3g"),
            ],
        )
    )


def _time(found: Traffic) -> alt.X:
    """The whole span, whether anything was asked at its ends or not."""
    ends = [_moment(found.buckets[0]), _moment(found.buckets[-1])]
    axis = alt.Axis(grid=False, format="%m-%d" if found.span == "week" else "%H:%M", labelOverlap=True)
    return alt.X("time:T", title="UTC", scale=alt.Scale(domain=ends), axis=axis)


def _moment(bucket: Bucket) -> str:
    """In UTC, as everywhere in the studio; the browser would make a time with a zone one of its own."""
    return bucket.start.astimezone(UTC).replace(tzinfo=None).isoformat()


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else _("{milliseconds} ms", milliseconds=wording.number(value))


def _lines(found: Sequence[Drift]) -> dict[str, list[dict[str, Any]]]:
    return {d.column: _line(d) for d in found}


def _told(drift: Drift) -> str:
    return f"- **{markdown.escaped(drift.column)}**: {markdown.escaped(said(drift.message))}"


def _line(drift: Drift) -> list[dict[str, Any]]:
    word, colour = VERDICTS[drift.state]
    p = min((p for p in (drift.p_value, drift.missing_p_value) if p is not None), default=None)
    test = TESTS.get(drift.test)
    return [
        cell(drift.column),
        cell(said(word), list(VERDICTS).index(drift.state), colour=colour),
        cell("–" if drift.psi is None else f"{drift.psi:.3f}", drift.psi),
        cell("–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}", p, hint=said(test) if test else ""),
        cell(_missing(drift), drift.missing - drift.missing_before),
        cell(f"{drift.unseen:.1%}" if drift.unseen else "–", drift.unseen),
        cell(said(drift.message)),
    ]


def _missing(drift: Drift) -> str:
    if not drift.missing and not drift.missing_before:
        return "–"
    return f"{drift.missing_before:.1%} → {drift.missing:.1%}"
