"""A request that ends before there is a prediction."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A request that ends here, with this status and words."""

    def __init__(self, status: int, message: str, fix: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.fix, self.headers = status, message, fix, headers or {}
