"""CSV bodies as rows of text, so that NA, None and empty text are left to the model's contract."""

from __future__ import annotations

import csv
import io

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError, InputError
from pipelines.messages import _
from pipelines.serving.protocols.rows import Rows, from_table

csv.field_size_limit(2**26)  # no shorter than the longest body there may be


def read_csv(body: bytes, contract: Contract, encoding: str = "utf-8") -> Rows:
    """The rows of a CSV with a header line. InputError when it is no CSV, ContractError for a line of another length.

    An empty field is a missing value, except in a text column that had empty text in training.
    """
    try:
        text = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeError, LookupError):
        raise InputError(
            _("The body is not text in {encoding}.", encoding=encoding), fix=_("Send it in UTF-8.")
        ) from None
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise InputError(_("The body is no CSV that can be read: {error}", error=str(error))) from None
    if not lines:
        raise InputError(_("The body is no CSV that can be read: {error}", error=_("it is empty.")))
    names, rows = lines[0], lines[1:]
    if not set(map(len, rows)) <= {len(names)}:
        row, fields = next((i, r) for i, r in enumerate(rows, start=1) if len(r) != len(names))
        raise ContractError(
            _(
                "Row {row} has {found} fields, and the header line has {columns} names.",
                row=row,
                found=len(fields),
                columns=len(names),
            ),
            row=row,
        )
    return from_table(names, rows, contract, is_text=True)
