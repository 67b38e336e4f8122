"""Any step's form, generated from its declaration: parameters, inputs, title and note. No code for any one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import streamlit as st
from pydantic import BaseModel

from components import parameter_fields, parameter_menu, range_fields, wording
from components.language import N_, _, said
from components.markdown import escaped
from components.parameter_fields import Surroundings
from components.parameters import Parameter, effective, parameters, variant_named
from components.widget_state import keep
from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import ALGORITHMS
from pipelines.document.edits import Edit, EnableStep, ResetParameter, SetInput, SetNote, SetParameter, SetTitle
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.ports import further_tables
from pipelines.document.references import referred, replace_references
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import title_of
from pipelines.steps.base import Port
from pipelines.steps.library import STEP_TYPES

MORE = "More parameters"  # the group of those beyond
AT_ONCE = 5  # parameters of an algorithm shown without asking for more
TALL = {"columns", "code", "grid"}  # kinds of fields that are higher than a line
BEFORE = N_("the step before")

OnEdit = Callable[..., None]


def show(
    document: PipelineDocument,
    step: str | None,
    surroundings: Surroundings,
    diagnostics: Sequence[Diagnostic],
    *,
    key: str,
    on_edit: OnEdit,
) -> None:
    """Draw the form of ``step``. Every change gives ``on_edit`` one or more edits."""
    if step is None:
        st.caption(_("Select a step to edit it, or add one."))
        return
    node = document.step(step)
    step_type = STEP_TYPES.get(node.type)
    key = f"{key}.{step}"
    mine = [d for d in diagnostics if d.step == step]
    _head(node, node.title or said(title_of(node, step_type)), step_type.category if step_type else "", key, on_edit)
    if step_type is None:
        st.error(
            _(
                "There is no step type {type!r} in this installation. Delete the step, or import what it needs.",
                type=node.type,
            )
        )
        return
    st.caption(said((step_type.__doc__ or "").strip().splitlines()[0]))
    fields = {p.name for p in parameters(step_type)}
    _problems([d for d in mine if not d.parameter or d.parameter.split(".")[0] not in fields], key, on_edit)
    if len(step_type.inputs) > 1:
        _inputs(document, node, step_type.inputs, key, on_edit)
    form = _Form(node, surroundings, mine, document.defaults, key, on_edit)
    form.draw(step_type, node.params)
    with st.expander(_("Name, inputs and note"), key=f"{key}.about", on_change="rerun") as about:
        if about.open:
            _about(
                document,
                node,
                step_type.inputs if len(step_type.inputs) == 1 else (),
                said(step_type.title),
                key,
                on_edit,
            )


def _head(node: StepNode, title: str, category: str, key: str, on_edit: OnEdit) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.head"):
        st.markdown(f"**{escaped(title)}**", width="stretch")
        st.session_state[f"{key}.on"] = node.enabled
        st.toggle(
            _("On"),
            key=f"{key}.on",
            help=_("A step that is off is passed by."),
            on_change=lambda: on_edit(EnableStep(node.id, not node.enabled)),
        )


class _Form:
    """The fields of one step; nested groups of values have dotted names."""

    def __init__(
        self,
        node: StepNode,
        surroundings: Surroundings,
        diagnostics: Sequence[Diagnostic],
        defaults: Mapping[str, Any],
        key: str,
        on_edit: OnEdit,
    ) -> None:
        self.node = node
        self.surroundings = surroundings
        self.diagnostics = diagnostics
        self.defaults = defaults  # of the pipeline's own parameters
        self.key = key
        self.on_edit = on_edit

    def draw(self, model: type[BaseModel], written: Mapping[str, Any], prefix: str = "") -> None:
        """Draw the parameters that apply, the less common ones folded away."""
        values = effective(model, replace_references(written, self.defaults.get))
        shown = [p for p in parameters(model) if p.applies(values)]
        groups: dict[str, list[Parameter]] = {}
        for parameter in shown:
            groups.setdefault(parameter.form.group, []).append(parameter)
        first = groups.pop("", [])
        if prefix and len(first) > AT_ONCE + 1:
            groups = {MORE: first[AT_ONCE:], **groups}
            first = first[:AT_ONCE]
        for parameter in first:
            self._field(parameter, written, values, prefix)
        for title, members in groups.items():
            troubled = any(self._of(prefix + p.name) for p in members)
            shown_title = _("More parameters ({count})", count=len(members)) if title == MORE else said(title)
            with st.expander(
                shown_title, expanded=troubled, key=f"{self.key}.{prefix}{title[:12]}", on_change="rerun"
            ) as box:
                if box.open:
                    for parameter in members:
                        self._field(parameter, written, values, prefix)

    def _field(self, parameter: Parameter, written: Mapping[str, Any], values: Mapping[str, Any], prefix: str) -> None:
        name = prefix + parameter.name
        key = f"{self.key}.{name}"
        taken = referred(written.get(parameter.name))
        if taken is not None:
            parameter_menu.show_taken(
                self.node.id,
                name,
                said(parameter.label),
                taken,
                self.defaults,
                key=f"{key}.taken",
                on_edit=self.on_edit,
            )
            _problems(self._of(name), f"{key}.", self.on_edit)
            return
        if parameter.kind == "variant":
            self._variant(parameter, written, name)
            return
        value = values[parameter.name]
        if parameter.kind == "variants" and isinstance(value, list):
            self._written_down(parameter, written, name, value)._variants(parameter, value, name)
            return
        changed = not parameter.required and parameter.name in written and value != parameter.default

        def set_to(new: Any) -> None:
            back = not parameter.required and new == parameter.default and type(new) is type(parameter.default)
            self.on_edit(ResetParameter(self.node.id, name) if back else SetParameter(self.node.id, name, new))

        beside: Literal["top", "center", "bottom"] = (
            "top" if parameter.kind in TALL else "center" if parameter.kind == "boolean" else "bottom"
        )
        with st.container(horizontal=True, vertical_alignment=beside, gap="xxsmall", key=f"{key}.row"):
            with st.container(width="stretch", gap="xsmall"):
                if parameter.kind == "ranges" and range_fields.is_showable(value):
                    algorithm = _algorithm(values.get(parameter.form.of))
                    range_fields.show(parameter, value, algorithm, key=key, on_change=set_to)
                else:
                    around = replace(self.surroundings, of=values.get(parameter.form.of))
                    parameter_fields.show(parameter, value, around, key=key, on_change=set_to)
            parameter_menu.show(
                self.node.id,
                name,
                parameter,
                self.defaults,
                changed=changed,
                key=f"{key}.more",
                on_edit=self.on_edit,
            )
        _problems(self._of(name), f"{key}.", self.on_edit)

    def _written_down(self, parameter: Parameter, written: Mapping[str, Any], name: str, value: Any) -> _Form:
        """This form; where ``value`` is a default, the first edit inside it writes it into the document before."""
        if parameter.name in written or not value:
            return self

        def on_edit(*edits: Edit) -> None:
            self.on_edit(SetParameter(self.node.id, name, value), *edits)

        return _Form(self.node, self.surroundings, self.diagnostics, self.defaults, self.key, on_edit)

    def _variants(self, parameter: Parameter, values: list[Any], name: str) -> None:
        """A list of such choices, such as the algorithms that vote: each with its parameters, one more, one less."""
        st.markdown(f":small[{escaped(said(parameter.label))}]", help=said(parameter.help) or None)
        for number, value in enumerate(values):
            left = [v for i, v in enumerate(values) if i != number]
            with st.container(key=f"{self.key}.{name}.{number}.member", gap="xsmall"):
                self._one_of(parameter, value, f"{name}.{number}", str(number + 1))
                st.button(
                    _("Remove"),
                    icon=":material/close:",
                    type="tertiary",
                    key=f"{self.key}.{name}.{number}.remove",
                    on_click=self.on_edit,
                    args=(SetParameter(self.node.id, name, left),),
                    disabled=not left,
                )
        first = {"type": parameter.variants[0].model_fields["type"].default}
        st.button(
            _("Add another"),
            icon=":material/add:",
            key=f"{self.key}.{name}.add",
            on_click=self.on_edit,
            args=(SetParameter(self.node.id, name, [*values, first]),),
        )
        _problems([d for d in self._of(name) if d.parameter == name], f"{self.key}.{name}.", self.on_edit)

    def _variant(self, parameter: Parameter, written: Mapping[str, Any], name: str) -> None:
        value = written.get(parameter.name, parameter.default)
        form = self._written_down(parameter, written, name, parameter.default)
        form._one_of(parameter, value, name, said(parameter.label))

    def _one_of(self, parameter: Parameter, value: Any, name: str, label: str) -> None:
        """A choice among several groups of parameters, such as the algorithm."""
        value = value if isinstance(value, Mapping) else {}
        tags = [v.model_fields["type"].default for v in parameter.variants]
        titles = {tag: getattr(v, "title", tag) for tag, v in zip(tags, parameter.variants, strict=True)}
        tag = value.get("type")
        key = f"{self.key}.{name}.type"
        keep(key, tag)

        def chosen() -> None:
            if st.session_state.get(key) not in (None, tag):
                self.on_edit(SetParameter(self.node.id, f"{name}.type", st.session_state[key]))

        options = tags if tag in tags or tag is None else [*tags, tag]
        st.selectbox(
            label,
            options,
            key=key,
            help=said(parameter.help) or None,
            placeholder=_("Choose"),
            on_change=chosen,
            format_func=lambda t: said(titles[t]) if t in titles else _("{type} (unknown)", type=t),
        )
        model = variant_named(parameter, tag)
        own = [d for d in self._of(name) if d.parameter in (name, f"{name}.type")]
        _problems(own, f"{key}.", self.on_edit)
        if model is None:
            return
        with st.container(border=True, gap="small", key=f"{key}.box"):
            st.caption(said((model.__doc__ or "").strip().splitlines()[0]))
            self.draw(model, value, f"{name}.")

    def _of(self, name: str) -> list[Diagnostic]:
        return [
            d for d in self.diagnostics if d.parameter and (d.parameter == name or d.parameter.startswith(f"{name}."))
        ]


def _algorithm(written: Any) -> type[Algorithm] | None:
    return ALGORITHMS.get(str(written.get("type"))) if isinstance(written, Mapping) else None


def _problems(diagnostics: Sequence[Diagnostic], key: str, on_edit: OnEdit) -> None:
    """Problems where they are, each with its one-click fix."""
    colours = {"error": "red", "warning": "orange", "info": "blue"}
    for number, each in enumerate(diagnostics):
        st.markdown(f":small[:{colours[each.severity]}[{escaped(said(each.message))}] {escaped(said(each.fix))}]")
        if each.edits:
            st.button(
                _("Fix"),
                icon=":material/build:",
                key=f"{key}.fix{number}",
                on_click=on_edit,
                args=each.edits,
                help=said(each.fix) or None,
            )


def _inputs(document: PipelineDocument, node: StepNode, ports: Sequence[Port], key: str, on_edit: OnEdit) -> None:
    """What each input reads, chosen from the earlier steps that give its kind."""
    for port in ports:
        options = [None, *sources(document, node.id, port)]
        current = node.inputs.get(port.name)
        options += [current] if current not in options else []
        titles = {s.id: s.title or said(title_of(s, STEP_TYPES.get(s.type))) for s in document.steps}
        default = (
            said(BEFORE) if port == ports[0] else _("not connected") if port.kind == "table" else _("the model before")
        )
        widget = f"{key}.in.{port.name}"
        keep(widget, current)

        def label(source: str | None, default: str = default, titles: dict[str, str] = titles) -> str:
            if source is None:
                return default
            step, _dot, part = source.partition(".")
            named = titles.get(step, step)
            return (f"{named} ({step})" if named != step else step) + (
                ": " + {"train": _("training rows"), "test": _("test rows")}.get(part) or wording.further_table(part)
                if part
                else ""
            )

        def chosen(port: Port = port, widget: str = widget) -> None:
            on_edit(SetInput(node.id, port.name, st.session_state.get(widget)))

        st.selectbox(
            _("Input: {port}", port=said(port.name.replace("_", " "))),
            options,
            key=widget,
            format_func=label,
            on_change=chosen,
            placeholder=default.capitalize(),
        )


def sources(document: PipelineDocument, step: str, port: Port) -> list[str]:
    """What an input may read: every earlier step of its kind, and the parts of a split."""
    found: list[str] = []
    marked = False
    for earlier in document.steps[: document.index(step)]:
        step_type = STEP_TYPES.get(earlier.type)
        if step_type is None or not any(p.kind == port.kind for p in step_type.outputs):
            continue
        found.append(earlier.id)
        if port.kind == "table":
            found += [f"{earlier.id}.{name}" for name in further_tables(step_type)]
        marked = marked or step_type.behaviour.value == "split"
        if port.kind == "table" and marked:
            found += [f"{earlier.id}.train", f"{earlier.id}.test"]
    return found


def _about(
    document: PipelineDocument, node: StepNode, ports: Sequence[Port], title: str, key: str, on_edit: OnEdit
) -> None:
    _inputs(document, node, ports, key, on_edit)
    for name, label, value, edit, draw in (
        ("title", _("Title"), node.title, SetTitle, st.text_input),
        ("note", _("Note"), node.note, SetNote, st.text_area),
    ):
        widget = f"{key}.{name}"
        keep(widget, value)

        def typed(edit: Callable[[str, str], Edit] = edit, widget: str = widget) -> None:
            on_edit(edit(node.id, st.session_state.get(widget, "")))

        draw(label, key=widget, on_change=typed, placeholder=title if name == "title" else "")
    st.caption(_("Id `{id}`, type `{type}`", id=node.id, type=node.type))
