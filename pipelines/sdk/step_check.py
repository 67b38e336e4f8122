"""A file of a step type, tried before it is put to work: what it declares, and its example as a pipeline runs it."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io

from pipelines.chain import script, storage
from pipelines.errors import InputError
from pipelines.execution.apply import pass_through
from pipelines.execution.examples import demonstrate
from pipelines.messages import _
from pipelines.schema import Role
from pipelines.steps import custom
from pipelines.steps.base import Step
from pipelines.steps.library import BUILT_IN
from pipelines.table import Table


def check_step(file: Path) -> dict[str, Any]:
    """The type that ``file`` declares and what of the contract it was seen to keep. InputError says what it breaks."""
    script.require_allowed()
    with tempfile.TemporaryDirectory(prefix="sekkei-step-") as copies:
        found = custom.declared(file.resolve(), BUILT_IN, Path(copies))
        if isinstance(found, custom.Problem):
            raise InputError(found.said, fix=_("Correct the file."))
        passed = [str(_("It is declared as {title}, in {category}.", title=found.title, category=found.category))]
        _described(found)
        passed.append(str(_("Its parameters are described, and have a form and a schema.")))
        passed += _example(found)
    return {"type": found.type, "title": found.title, "passed": passed}


def _described(step: type[Step]) -> None:
    line = inspect.cleandoc(step.__doc__ or "").splitlines()[0]
    if len(line) > 110 or not line.endswith((".", "?")):
        raise InputError(
            _("The docstring's first line is the palette's tooltip: a sentence of at most 110 characters."),
            fix=_("Shorten it, and end it with a full stop."),
        )
    for name, info in step.model_fields.items():
        if not info.description:
            raise InputError(
                _("The parameter {name!r} has no description.", name=name),
                fix=_("Give its Field a description: a sentence."),
            )
    step.model_json_schema()


def _example(step_type: type[Step]) -> list[str]:
    example = step_type.example
    if example is None:
        raise InputError(
            _("It has no example."), fix=_("Give the class an example: Example(params, table), with 4 to 8 rows.")
        )
    shown = demonstrate(step_type)
    assert shown is not None
    passed = [str(_("Its example runs."))]
    step = step_type.model_validate(example.params)
    if not step.acts_as.is_link:
        return passed
    frame = next(iter(shown.given.values()))
    table = Table(frame, {example.label: Role.LABEL} if example.label else {})
    before = frame.copy()
    link, made = pass_through(step, table)
    whole = made.frame
    _same(frame, before, _("It changes the table that it is given."))
    _same(pass_through(step, table)[1].frame, whole, _("It gives something else the second time."))
    for at in range(len(frame)):
        alone = link.transform(frame.iloc[[at]])
        _same(alone, whole.iloc[[at]], _("Row {row} alone comes out otherwise than among others.", row=at + 1))
    stored = skops.io.dumps(link)
    strange = [t for t in skops.io.get_untrusted_types(data=stored) if not storage.is_trusted(t)]
    if strange:
        raise InputError(
            _("It learns what a model file cannot keep: {types}.", types=", ".join(sorted(strange))),
            fix=_("Keep numbers, text, lists, dicts, arrays and scikit-learn estimators."),
        )
    read = skops.io.loads(stored, trusted=skops.io.get_untrusted_types(data=stored))
    _same(read.transform(frame), whole, _("It comes out otherwise once it was stored and read again."))
    return [
        *passed,
        str(_("It leaves its input as it was, and gives the same again.")),
        str(_("A row alone comes out as among others.")),
        str(_("What it learns is stored without pickle.")),
    ]


def _same(found: pd.DataFrame, expected: pd.DataFrame, message: str) -> None:
    try:
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    except AssertionError as error:
        raise InputError(message, fix=" ".join(str(error).split())[:300]) from None
