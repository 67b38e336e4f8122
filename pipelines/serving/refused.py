"""A request that ends before there is a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pipelines.errors import ContractError, SekkeiError


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A request that ends here, with this status and words. ``where``: row, column, what was found and expected."""

    def __init__(
        self,
        status: int,
        message: str,
        fix: str = "",
        headers: dict[str, str] | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.fix, self.headers = status, message, fix, headers or {}
        self.where = where or {}

    @classmethod
    def by(cls, error: SekkeiError) -> Self:
        """The refusal that an error means."""
        where = {}
        if isinstance(error, ContractError):
            where = {"row": error.row, "column": error.column, "found": error.found, "expected": error.expected}
        return cls(error.status, error.message, error.fix, where=where)
