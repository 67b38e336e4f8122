"""What a caller of a batch endpoint sends: a plain body, or the one that Azure's batch endpoints take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import InputError
from pipelines.messages import _, listed

PLAIN = ("input", "output", "parameters", "deployment", "webhook")


@dataclass(frozen=True)
class BatchRequest:
    """A job that is asked for. ``deployment`` "": the default one; ``webhook`` is told when it is over.

    What ``input`` and ``output`` leave unsaid is as the model's batch pipeline has it.
    """

    input: Any = None
    output: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deployment: str = ""
    webhook: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As a plain body."""
        given = {"input": self.input, "output": self.output, "parameters": dict(self.parameters)}
        return given | {"deployment": self.deployment, "webhook": self.webhook}


def read_request(body: Any, deployment: str = "") -> BatchRequest:
    """The request in a body; ``deployment`` is the one named beside it. InputError when it cannot be understood."""
    if isinstance(body, bytes):
        try:
            body = json.loads(body)
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(_("The body is no JSON: {error}.", error=str(error)[:100])) from None
    if not isinstance(body, Mapping):
        raise InputError(_("The body is no JSON object."), fix=_("Send an object with input and output."))
    if "properties" in body:
        return _azure(body["properties"], deployment)
    for name in body:
        if name not in PLAIN:
            raise InputError(
                _("The body has the unknown entry {name!r}.", name=str(name)[:80]),
                fix=_("The entries are {names}.", names=listed(list(PLAIN))),
            )
    parameters = body.get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise InputError(_("The job's parameters are no object."), fix=_("Send an object with input and output."))
    named = deployment or _text(body.get("deployment"), "deployment")
    return BatchRequest(body.get("input"), body.get("output"), parameters, named, _text(body.get("webhook"), "webhook"))


def _azure(given: Any, deployment: str) -> BatchRequest:
    """``properties`` with ``InputData`` and ``OutputData``: at most one of data each, literals as parameters."""
    fix = _("Send at most one data input in properties.InputData and one output in properties.OutputData.")
    if not isinstance(given, Mapping):
        raise InputError(_("The entry properties is no object."), fix=fix)
    inputs, outputs = given.get("InputData") or {}, given.get("OutputData") or {}
    if not all(isinstance(d, Mapping) and all(isinstance(v, Mapping) for v in d.values()) for d in (inputs, outputs)):
        raise InputError(_("InputData and OutputData are objects of objects."), fix=fix)
    literal = {n: v for n, v in inputs.items() if str(v.get("JobInputType", "")).casefold() == "literal"}
    data = [v for n, v in inputs.items() if n not in literal]
    if len(data) > 1 or len(outputs) > 1:
        raise InputError(
            _("There are {inputs} data inputs and {outputs} outputs.", inputs=len(data), outputs=len(outputs)), fix=fix
        )
    parameters = {n: v.get("Value") for n, v in literal.items()}
    output = next((_uri(v.get("Uri")) for v in outputs.values()), None)
    given = _uri(data[0].get("Uri")) if data else None
    return BatchRequest(given, output, parameters, deployment)


def _uri(given: Any) -> str:
    """An Azure address in our words: data assets are datasets, datastores are connections to stores."""
    text = _text(given, "Uri").strip()
    if not text.casefold().startswith("azureml:"):
        return text
    rest = text.partition(":")[2]
    if "datastores/" in rest:
        store, _paths, path = rest.partition("datastores/")[2].partition("/paths/")
        return f"store:{store.strip('/')}/{path}"
    if "/data/" in rest:
        name, _versions, version = rest.rpartition("/data/")[2].partition("/versions/")
    else:
        name, _at, version = rest.replace("@latest", "").partition(":")
    return f"dataset:{name}" + (f"@{version}" if version.isdigit() else "")


def _text(given: Any, name: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise InputError(_("The entry {name!r} is no text.", name=name))
    return given
