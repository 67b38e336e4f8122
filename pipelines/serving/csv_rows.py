"""CSV bodies, read by the model's contract, so that NA, None and empty text stay what they are."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError, InputError
from pipelines.messages import _


def csv_to_json(body: bytes, contract: Contract, encoding: str = "utf-8") -> bytes:
    """A CSV with a header line as the JSON that a model server takes (``dataframe_split``).

    An empty field is a missing value, except in a text column that had empty text in training. InputError when it is
    no CSV, ContractError when its rows do not fit the contract.
    """
    try:
        frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, na_filter=False, encoding=encoding)
    except (UnicodeError, LookupError) as error:
        raise InputError(
            _("The body is not text in {encoding}.", encoding=encoding), fix=_("Send it in UTF-8.")
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise InputError(_("The body is no CSV that can be read: {error}", error=error)) from error
    if not isinstance(frame.index, pd.RangeIndex):
        raise ContractError(_("The rows have more fields than the header line has names."))
    rows = contract.conform(frame)
    split = {"columns": list(rows.columns), "data": _values(rows)}
    return json.dumps({"dataframe_split": split}, ensure_ascii=False, allow_nan=False).encode()


def _values(rows: pd.DataFrame) -> list[list[Any]]:
    columns = [_plain(rows[name]) for name in rows.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(len(rows))]


def _plain(values: pd.Series) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [None if pd.isna(v) else v.isoformat() for v in values]
    found = values.astype(object).where(values.notna(), None).tolist()
    if pd.api.types.is_float_dtype(values.dtype):
        return [int(v) if v is not None and v.is_integer() and abs(v) < 2**53 else v for v in found]
    return found
