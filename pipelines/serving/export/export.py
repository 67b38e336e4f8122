"""Exporting: the target's files, as a folder or a zip, there whole or not at all."""

from __future__ import annotations

import re
import shutil
import uuid
import zipfile
from dataclasses import replace
from pathlib import Path

from pipelines.errors import ConflictError, InputError, NotFoundError
from pipelines.messages import _
from pipelines.serving.export.base import Exported
from pipelines.serving.export.library import TARGETS
from pipelines.serving.served import ServedModel, look_up
from pipelines.workspace import TEMPORARY, Home, write_atomic


def export(home: Home, model_uri: str, target: str, output: Path | str, *, image: str = "") -> Path:
    """Write a model version for ``target`` (a name in TARGETS) to ``output``, a zip when it ends so, else a new folder.

    ``image`` names the container image; left out, it is the model's name and version. NotFoundError when there is no
    such model or target, ConflictError when the folder is there already.
    """
    if target not in TARGETS:
        raise NotFoundError("export target", target, list(TARGETS))
    found = look_up(home, model_uri)
    output = Path(output)
    zipped = output.suffix.casefold() == ".zip"
    if not zipped and output.exists():
        raise ConflictError(
            _("There is a folder {output!r} already.", output=str(output)), fix=_("Choose another name for it.")
        )
    if image and not is_image(image):
        raise InputError(
            _("{image!r} cannot name a container image.", image=image),
            fix=_("Write it as in registry.example.com/team/price:3, in small letters."),
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    work = output.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")
    work.mkdir()
    try:
        TARGETS[target].write(_exported(found, image), work)
        if zipped:
            return write_atomic(output, lambda path: _zip(work, path, output.stem))
        work.rename(output)
        return output
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _exported(found: ServedModel, image: str) -> Exported:
    name, version = found.name or found.folder.name, found.version or "1"
    made = Exported(found.folder, found.uri, name, version, found.contract, image)
    return made if image else replace(made, image=f"{made.label}:{version}")


def is_image(text: str) -> bool:
    """Whether ``text`` has the form ``[host[:port]/]path[:tag]`` of the OCI distribution specification."""
    part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    return re.fullmatch(rf"(?:[a-zA-Z0-9.-]+(?::\d+)?/)?{part}(?:/{part})*(?::\w[\w.-]{{0,127}})?", text) is not None


def _zip(folder: Path, path: Path, top: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                file.write(each, Path(top) / each.relative_to(folder))
