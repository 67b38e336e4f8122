"""How a command says what it found, to people or as JSON, and what went wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from pipelines.errors import DiagnosticsError, SekkeiError, storage_error

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@contextmanager
def answer(as_json: bool) -> Iterator[Callable[[dict[str, Any], str], None]]:
    """Print what a command found: ``say(values, text)``. Errors become a sentence, or JSON, and exit code 1."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    if as_json:
        os.dup2(2, 1)

    def say(values: dict[str, Any], text: str) -> None:
        print(json.dumps(values, ensure_ascii=False, default=str) if as_json else text, file=out, flush=True)

    try:
        yield say
    except DiagnosticsError as error:
        found = [d.to_dict() for d in error.diagnostics]  # type: ignore[attr-defined]
        first = found[0]
        say(
            {"error": {"step": first["step"], "message": first["message"], "fix": first["fix"]}, "diagnostics": found},
            "\n".join(diagnostic_line(d) for d in found),
        )
        raise typer.Exit(1) from error
    except SekkeiError as error:
        say(
            {"error": {"step": getattr(error, "step", None), "message": error.message, "fix": error.fix}},
            f"Error: {error}",
        )
        raise typer.Exit(1) from error
    except Exception as error:
        storage = storage_error(error)
        if storage is None:
            raise
        say({"error": {"step": None, "message": storage.message, "fix": storage.fix}}, f"Error: {storage}")
        raise typer.Exit(1) from error
    finally:
        out.close()


def diagnostic_line(found: dict[str, Any]) -> str:
    place = ".".join(p for p in (found["step"], found["parameter"]) if p)
    return f"{found['severity']:8} {found['code']} {place}: {found['message']} {found['fix']}".rstrip()
