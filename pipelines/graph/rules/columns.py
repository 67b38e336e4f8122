"""SK2xx: columns and their types."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.columns import Columns
from pipelines.document.edits import SetParameter
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.rules.base import Context, Rule, listed
from pipelines.graph.rules.features import TEXTS, is_numbers
from pipelines.graph.rules.renames import missing_columns
from pipelines.messages import _, declared, enumerated, ngettext
from pipelines.schema import ColumnType


class UnknownColumn(Rule):
    """A parameter, or the code of a step, names a column that does not reach the step.

    Where a new version of the dataset has lost the column and gained one like it, or a name is merely misspelt, one
    fix writes the new name in every step that has the old one.

    Bad: ``{type: set_label, params: {column: prce}}``
    Good: ``{type: set_label, params: {column: price}}``
    """

    code, name = "SK201", "unknown column"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for missing in missing_columns(context):
            node, column, best = missing.node, missing.column, missing.better
            few = listed(missing.here, 8)
            fix = _("The columns here are {names}.", names=few) if few else ""
            fix = _("Did you mean '{best}'?", best=best) if best else fix
            message = _("there is no column '{column}' here.", column=column)
            if missing.dataset:
                message = _(
                    "the dataset '{dataset}' has no column '{column}' any more.", dataset=missing.dataset, column=column
                )
                fix = _("Write '{best}' in every step that names it.", best=best) if best else fix
            edits = context.offered(missing.edits)
            yield self.at(node, message, fix, parameter=missing.parameter, edits=edits)


class NotNumeric(Rule):
    """A step that works on numbers is told to take columns that hold none.

    Bad: ``{type: normalize_data, params: {columns: [make]}}``, and make is text.
    Good: ``{type: normalize_data, params: {columns: [horsepower]}}``
    """

    code, name = "SK202", "column of another kind"
    _FITS = (ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.BOOLEAN)

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed():
            schema = context.inputs.get(node.id)
            for parameter, info in type(step).model_fields.items():
                value = getattr(step, parameter)
                numeric = isinstance(info.default, Columns) and info.default.kind == "numeric"
                if schema is None or not numeric or not isinstance(value, Columns) or value.names is None:
                    continue
                table = context.input_table(node)
                wrong = [n for n in value.names if n in schema and schema[n].type not in self._FITS]
                wrong = [n for n in wrong if table is None or schema[n].type not in TEXTS or not is_numbers(table, n)]
                if not wrong:
                    continue
                left = [n for n in value.names if n not in wrong]
                kinds = enumerated([declared(t) for t in sorted({schema[n].type.value for n in wrong})])
                edits = (SetParameter(node.id, parameter, left),) if left else ()
                message = ngettext(
                    "it works on numbers, but {names} holds {kinds}.",
                    "it works on numbers, but {names} hold {kinds}.",
                    count=len(wrong),
                    names=listed(wrong),
                    kinds=kinds,
                )
                yield self.at(
                    node,
                    message,
                    _("Leave such columns out, or encode them first."),
                    parameter=parameter,
                    edits=edits,
                    severity="error" if node.id in context.failures else "warning",
                )
