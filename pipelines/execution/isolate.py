"""Calls kept at a distance: in a process of their own, with a limit on their time."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.errors import InputError, SekkeiError
from pipelines.messages import _
from pipelines.steps import custom

PRELOAD = ("pandas", "pipelines.execution.apply", "pipelines.steps.library")
_starting = threading.Lock()


def call(function: Callable[..., Any], *arguments: Any, timeout: float) -> Any:
    """``function(*arguments)`` in another process; its error is raised here.

    InputError when it takes longer than ``timeout`` seconds or its process ends without an answer. Function,
    arguments and result travel between processes of this program only.
    """
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe(duplex=False)
    called = pickle.dumps((function, arguments))  # read there once its step types are known
    process = context.Process(target=_answer, args=(there, custom.followed(), called), daemon=True)
    with _without_main():
        context.set_forkserver_preload(list(PRELOAD))
        process.start()
    there.close()
    try:
        if not here.poll(timeout):
            raise InputError(
                _("The code did not finish within {timeout:g} seconds.", timeout=timeout),
                fix=_("Look for a loop that does not end."),
            )
        succeeded, value = here.recv()
    except EOFError as error:
        raise InputError(_("The code ended its process without an answer.")) from error
    finally:
        process.kill()
        process.join()
        here.close()
    if succeeded:
        return value
    raise value


@contextmanager
def _without_main() -> Iterator[None]:
    """No main module for the new process to run again: in a page that would be the page's own script."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _answer(connection: Connection, workspaces: list[Path], called: bytes) -> None:
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    for workspace in workspaces:
        custom.follow(workspace)
    try:
        function, arguments = pickle.loads(called)  # noqa: S301  what this program's own process has written
        connection.send((True, function(*arguments)))
    except SekkeiError as error:
        connection.send((False, InputError(error.message, fix=error.fix)))
    except Exception as error:
        connection.send((False, InputError(f"{type(error).__name__}: {error}")))


def _end_with_parent() -> None:
    """End this process when its caller is gone: it belongs to the fork server, which may live on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
