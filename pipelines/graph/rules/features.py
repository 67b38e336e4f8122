"""SK43x: features that an algorithm can do nothing good with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.columns import Columns
from pipelines.document.edits import Edit, SetParameter
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context, Rule, listed
from pipelines.graph.rules.facts import constant_columns, distinct, id_like, numbers_as_text, prose, spellings
from pipelines.graph.rules.fixes import GROUP, METADATA, inserted, left_out, made_ids
from pipelines.graph.rules.looked_at import Features, earliest, features
from pipelines.messages import Joined, _, ngettext
from pipelines.schema import ColumnType
from pipelines.settings import settings
from pipelines.steps.base import Step
from pipelines.table import Table

MANY = 100
"""More categories than this are too many for a column each."""

FEWER = 20
NEARLY_ALL = 0.95
_ENCODE, _PYTHON, _N_GRAMS = "encode_categories", "execute_python", "extract_n_grams"
TEXTS = (ColumnType.TEXT, ColumnType.CATEGORY)


class IdLike(Rule):
    """A column that tells the rows apart has nothing to teach: no new row has a value that was seen.

    Bad: set_label with the label alone, where ``customer_id`` is a column too
    Good: ``{type: set_label, params: {column: churned, ids: [customer_id]}}``
    """

    code, name, severity = "SK431", "id used as a feature", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for place in features(context):
            found = {c: why for c in place.columns if (why := _why_an_id(context, place, c))}
            if not found:
                continue
            columns = list(found)
            message = ngettext(
                "{columns} looks like an id: {reasons}. Nothing can be learned from that for new rows.",
                "{columns} look like ids: {reasons}. Nothing can be learned from that for new rows.",
                count=len(columns),
                columns=listed(columns),
                reasons=Joined(dict.fromkeys(found.values()), "; "),
            )
            edits = made_ids(context, place.node, columns, place.also)
            yield self.at(place.node, message, _("Make it an id, or leave it out."), edits=edits)


class ConstantColumn(Rule):
    """A column with one value tells nothing of any row.

    Bad: ``country`` is ``JP`` in every row, and a feature
    Good: the column left out
    """

    code, name, severity = "SK432", "constant column", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for place in features(context):
            if place.node.id != place.learner.id:
                continue
            found = constant_columns(place.table)
            if not found:
                continue
            columns = [c for c, _ in found]
            names = listed(columns)
            if len(found) > 1:
                message = _("{names} have one value each in all rows of the sample.", names=names)
            elif value := found[0][1]:
                message = _("{names} has the value '{value}' in every row of the sample.", names=names, value=value)
            else:
                message = _("{names} has no value in any row of the sample.", names=names)
            edits = left_out(context, place.node, columns, place.also)
            yield self.at(place.node, message, _("Leave it out."), edits=edits)


class ManyCategories(Rule):
    """One-hot encoding makes a column of each category; with very many, hardly a row stands behind most of them.

    Bad: ``city`` with 400 values into a linear model
    Good: encode_categories with ``{max_categories: 20}``, so that the rare ones share a column
    """

    code, name, severity = "SK433", "too many categories", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        onehot = {n.id for n, _, a in context.learners() if a.encoding == "onehot"}
        for place in features(context):
            step, node = place.node.step, place.node
            limit = getattr(step, "max_categories", FEWER)
            encodes = getattr(step, "method", "") == "onehot" and (limit is None or limit >= MANY)
            if not encodes and node.id not in onehot:
                continue
            many = _many(context, place)
            if many and encodes:
                edits: tuple[Edit, ...] = (SetParameter(node.id, "max_categories", FEWER),)
                yield self._told(node, place, many, edits, "max_categories")
            elif many:
                params = {"method": "onehot", "max_categories": FEWER, "columns": many}
                yield self._told(node, place, many, inserted(context, node, _ENCODE, params, also=place.also))

    def _told(
        self, node: Node, place: Features, many: Sequence[str], edits: Sequence[Edit], parameter: str | None = None
    ) -> Diagnostic:
        numbers = [distinct(place.table, c) for c in many]
        message = ngettext(
            "{columns} has {most} categories in the sample alone, more than a column for each can be made of sensibly.",
            "{columns} have up to {most} categories in the sample alone, more than a column for each can be made of "
            "sensibly.",
            count=len(many),
            columns=listed(many),
            most=max(numbers),
        )
        fix = _("Let all but the {count} commonest share one.", count=FEWER - 1)
        return self.at(node, message, fix, parameter=parameter, edits=edits)


class CategoriesAlike(Rule):
    """Basic, basic and BASIC are one category to a person, and three with fewer rows each to an algorithm.

    Bad: ``plan`` with ``Basic`` and ``basic`` into an algorithm
    Good: group_categories with ``{columns: [plan], groups: {Basic: [Basic, basic]}}`` before
    """

    code, name, severity = "SK435", "one category written in several ways", "info"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for place in features(context):
            for column in place.columns:
                if place.table.schema[column].type not in TEXTS or distinct(place.table, column) > MANY:
                    continue
                groups = spellings(place.table, column)
                if not groups:
                    continue
                params = {"groups": {g: list(ways) for g, ways in groups.items()}, "columns": [column]}
                message = _(
                    "{column} has categories that differ in capitals or spaces alone: {ways}.",
                    column=listed([column]),
                    ways=listed([w for ways in groups.values() for w in ways]),
                )
                fix = _("Make one category of each with {step}.", step=context.called(GROUP))
                edits = inserted(context, place.node, GROUP, params, also=place.also)
                yield self.at(place.node, message, fix, edits=edits)


class TextAsCategory(Rule):
    """A text of several words is hardly ever the same twice: as a category it teaches nothing, its words would.

    Bad: ``message`` with sentences into an algorithm
    Good: extract_n_grams with ``{column: message}`` before
    """

    code, name, severity = "SK434", "text taken for a category", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for place in features(context):
            texts = {
                c: made_of for c, made_of in prose(place.table) if c in place.columns and not _read_as_text(place, c)
            }
            if not texts:
                continue
            column, made_of = next(iter(texts.items()))
            params = {"column": column, "analyzer": made_of}
            message = _(
                "{column!r} holds text, which is taken for categories here: nearly every row has its own.",
                column=column,
            )
            edits = inserted(context, place.node, _N_GRAMS, params, also=place.also)
            yield self.at(place.node, message, _("Make columns of its words."), edits=edits)


class NumbersAsText(Rule):
    """Numbers that are stored as text are taken for categories, and steps for numbers pass them by or fail.

    Bad: ``income`` holds ``"52000"`` as text and goes into normalize_data or an algorithm
    Good: edit_metadata with ``{columns: [income], data_type: float}`` before
    """

    code, name, severity = "SK203", "numbers stored as text", "warning"
    _FEW = 10

    def check(self, context: Context) -> Iterable[Diagnostic]:
        told: set[str] = set()
        for node, table, columns in self._places(context):
            found = [c for c in columns if c not in told and is_numbers(table, c)]
            if not found:
                continue
            told |= set(found)
            odd = list(dict.fromkeys(v for c in found for v in numbers_as_text(table, c)[1]))
            message = ngettext(
                "{columns} holds numbers stored as text.",
                "{columns} hold numbers stored as text.",
                count=len(found),
                columns=listed(found),
            )
            fix = _("Read them as numbers with Edit Metadata.")
            if odd:
                message = ngettext(
                    "{columns} holds numbers stored as text, and a few values that are none, such as {odd}.",
                    "{columns} hold numbers stored as text, and a few values that are none, such as {odd}.",
                    count=len(found),
                    columns=listed(found),
                    odd=listed(odd[:3]),
                )
                fix = _("Read them as numbers, and what is none as missing.")
            edits = self._edits(context, node, found, bool(odd))
            yield self.at(node, message, fix, edits=edits, severity="error" if self._fails(context, node) else None)

    def _fails(self, context: Context, node: Node) -> bool:
        return node.id in context.failures and bool(wanted_as_numbers(node.step) if node.step else ())

    def _places(self, context: Context) -> Iterable[tuple[Node, Table, list[str]]]:
        for node, step in context.parsed():
            wanted = wanted_as_numbers(step)
            table = context.input_table(node) if wanted else None
            if table is not None:
                names = [n for n in wanted if n in table.schema]
                yield node, table, [c for c in names if table.schema[c].type in TEXTS]
        for place in features(context):
            schema = place.table.schema
            words = [c for c in place.columns if schema[c].type in TEXTS]
            yield place.node, place.table, [c for c in words if distinct(place.table, c) > self._FEW]

    def _edits(self, context: Context, node: Node, columns: list[str], odd: bool) -> tuple[Edit, ...]:
        if not odd:
            return inserted(context, node, METADATA, {"columns": columns, "data_type": "float"})
        if not settings().python_steps:
            return ()
        lines = [f'    table[{c!r}] = pd.to_numeric(table[{c!r}], errors="coerce")' for c in columns]
        code = "\n".join(["def run(table):", *lines, "    return table", ""])
        return inserted(context, node, _PYTHON, {"code": code})


def is_numbers(table: Table, column: str) -> bool:
    """Whether a text column holds numbers, but for one value in twenty."""
    return numbers_as_text(table, column)[0] >= NEARLY_ALL


def wanted_as_numbers(step: Step) -> list[str]:
    """The columns that a step is told by name to take as numbers."""
    found: list[str] = []
    for parameter, info in type(step).model_fields.items():
        value = getattr(step, parameter)
        numeric = isinstance(info.default, Columns) and info.default.kind == "numeric"
        if numeric and isinstance(value, Columns) and value.names is not None:
            found += value.names
    return found


def _why_an_id(context: Context, place: Features, column: str) -> str:
    if place.table.schema[column].type is ColumnType.DATETIME:
        return ""
    if column in dict(prose(place.table)) or _read_as_text(place, column):
        return ""
    table = earliest(context, place.node, column)
    return id_like(table, column) if table is not None else ""


def _read_as_text(place: Features, column: str) -> bool:
    """Whether a step looks at this one column, which it was told by name: it reads it, and takes it for no category."""
    return column == getattr(place.node.step, "column", None)


def _many(context: Context, place: Features) -> list[str]:
    schema = place.table.schema
    words = [c for c in place.columns if schema[c].type in TEXTS and distinct(place.table, c) > MANY]
    words = [c for c in words if c not in dict(prose(place.table))]
    return [c for c in words if not (_why_an_id(context, place, c) or is_numbers(place.table, c))]
