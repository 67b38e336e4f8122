"""The model registry: names, versions and aliases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipelines.chain.contract import Contract
from pipelines.document.model import InferenceEdits
from pipelines.errors import InputError, NotFoundError
from pipelines.execution.result import DatasetUse
from pipelines.messages import _, restored
from pipelines.tracking import facts
from pipelines.tracking.client import local_path, translate
from pipelines.tracking.facts import AliasChange, ModelVersion, RegisteredModel
from pipelines.tracking.links import model_url
from pipelines.tracking.runs import moment

if TYPE_CHECKING:
    from mlflow import MlflowClient

REMEMBERED = 30  # changes of an alias; a tag of MLflow holds no more than 5000 characters
_NAME = re.compile(r"[^\W_][\w .()+-]{0,98}[\w)+]|[^\W_]")
_ALIAS = re.compile(r"[A-Za-z][\w-]{0,99}", re.ASCII)


def check_name(name: str) -> str:
    """``name`` if it can name a registered model, and be written in a ``models:/`` address as it stands."""
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise InputError(
            _("{name!r} cannot name a model.", name=name[:60]),
            fix=_("Use up to 100 letters, digits, spaces and . _ - + ( ), with a letter or digit first."),
        )
    return name


def model_name(text: str) -> str:
    """The name most like ``text`` that a registered model may have: ``Price? of cars`` gives ``Price of cars``."""
    plain = re.sub(r"[^\w .()+-]+|\s+", " ", text)
    found = re.sub(r" +", " ", plain).lstrip(" _.()+-")[:100].rstrip(" .-(")
    return found or "model"


def check_alias(alias: str) -> str:
    """``alias`` if it can be one: not ``latest`` and not like ``v3``, which mean something else to MLflow."""
    if not _ALIAS.fullmatch(alias) or alias.lower() == "latest" or re.fullmatch(r"[vV]\d+", alias):
        raise InputError(
            _("{alias!r} cannot be an alias.", alias=alias[:60]),
            fix=_("Use letters, digits, '-' and '_' with a letter first, such as champion; not latest, not v1."),
        )
    return alias


@contextmanager
def _asking(what: str, name: str) -> Iterator[None]:
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if str(error.error_code) == "INVALID_PARAMETER_VALUE" and "alias" in str(error).lower():
            raise NotFoundError(what, name) from None
        raise translate(error, what, name) from error


def list_models(client: MlflowClient, pages: str | None) -> list[RegisteredModel]:
    """Every registered model, that changed last first."""
    found = []
    token = None
    while True:
        page = client.search_registered_models(
            max_results=200, order_by=["last_updated_timestamp DESC", "name ASC"], page_token=token
        )
        found += [_registered(m, pages) for m in page]
        token = page.token
        if not token:
            return found


def _registered(model: Any, pages: str | None) -> RegisteredModel:
    versions = [int(v.version) for v in model.latest_versions or []]
    return RegisteredModel(
        name=model.name,
        latest_version=max(versions, default=None),
        aliases={a: int(v) for a, v in (model.aliases or {}).items()},
        updated_at=moment(model.last_updated_timestamp),
        task=model.tags.get(facts.TASK, ""),
        description=model.description or "",
        mlflow_url=model_url(pages, model.name),
    )


def versions(client: MlflowClient, pages: str | None, name: str) -> list[ModelVersion]:
    """The versions of a model, newest first."""
    aliases = _aliases(client, name)
    found: list[ModelVersion] = []
    token = None
    while True:
        page = client.search_model_versions(f"name = '{name}'", max_results=200, page_token=token)
        found += [_version(client, v, aliases, pages) for v in page]
        token = page.token
        if not token:
            return sorted(found, key=lambda v: -v.version)


def version(client: MlflowClient, pages: str | None, model_uri: str) -> ModelVersion:
    """The version behind ``models:/name/3``, ``models:/name@alias``, ``name/3`` or ``name@alias``."""
    name, number, alias = parse(model_uri)
    if alias is not None:
        with _asking("model", model_uri):
            found = client.get_model_version_by_alias(name, alias)
    elif number is not None:
        with _asking("model version", f"{name}/{number}"):
            found = client.get_model_version(name, str(number))
    else:
        newest = _newest(client, name)
        with _asking("model version", model_uri):
            found = client.get_model_version(name, str(newest))
    return _version(client, found, _aliases(client, name), pages)


def _newest(client: MlflowClient, name: str) -> int:
    with _asking("model", name):
        model = client.get_registered_model(name)
    numbers = [int(v.version) for v in model.latest_versions or []]
    if not numbers:
        raise NotFoundError("version of model", name)
    return max(numbers)


def parse(model_uri: str) -> tuple[str, int | None, str | None]:
    """Name, version and alias in a model's address; a name alone means its newest version. InputError for others."""
    text = model_uri.removeprefix("models:").lstrip("/")
    name, at, alias = text.partition("@")
    if at:
        return check_name(name), None, check_alias(alias)
    name, slash, number = text.rpartition("/")
    if slash and number.isascii() and number.isdigit():
        return check_name(name), int(number), None
    if slash and number != "latest":
        raise InputError(
            _("{model_uri!r} is no address of a model.", model_uri=model_uri),
            fix=_("Write models:/name/3 or models:/name@champion."),
        )
    return check_name(name if slash else text), None, None


def _aliases(client: MlflowClient, name: str) -> dict[str, int]:
    from mlflow.exceptions import MlflowException

    try:
        model = client.get_registered_model(name)
    except MlflowException as error:
        if str(error.error_code) != "RESOURCE_DOES_NOT_EXIST":
            raise translate(error) from error
        names = [m.name for m in client.search_registered_models(max_results=200)]
        raise NotFoundError("model", name, names) from None
    return {a: int(v) for a, v in (model.aliases or {}).items()}


def _version(client: MlflowClient, found: Any, aliases: dict[str, int], pages: str | None) -> ModelVersion:
    tags, number = found.tags, int(found.version)
    place = location(client, found)
    revision = tags.get(facts.REVISION, "")
    return ModelVersion(
        name=found.name,
        version=number,
        model_uri=f"models:/{found.name}/{number}",
        aliases=sorted(a for a, v in aliases.items() if v == number),
        run_id=found.run_id or "",
        pipeline=tags.get(facts.PIPELINE, ""),
        revision=int(revision) if revision.isdigit() else None,
        step=tags.get(facts.STEP, ""),
        task=tags.get(facts.TASK, ""),
        created_at=moment(found.creation_timestamp),
        metrics=_loaded(tags, facts.METRICS, {}),
        contract=stored_contract(place),
        parity=restored(_loaded(tags, facts.PARITY, None)),
        datasets=[DatasetUse(**d) for d in _loaded(tags, facts.DATASETS, [])],
        location=place,
        mlflow_url=model_url(pages, found.name, number),
        edits=_edits(tags),
        gate=restored(_loaded(tags, facts.GATE, [])),
    )


def _edits(tags: dict[str, str]) -> InferenceEdits:
    try:
        return InferenceEdits.model_validate(_loaded(tags, facts.EDITS, {}))
    except ValidationError:  # written by a later version
        return InferenceEdits()


def _loaded(tags: dict[str, str], name: str, default: Any) -> Any:
    try:
        return json.loads(tags[name])
    except (KeyError, ValueError):
        return default


def location(client: MlflowClient, found: Any) -> str:
    """Where the files of a model version are."""
    from mlflow.exceptions import MlflowException

    source = str(found.source)
    for _attempt in range(5):  # a copied version names the one it was copied from
        if not source.startswith("models:/"):
            return source
        try:
            if (model_id := source.removeprefix("models:/").strip("/")).startswith("m-"):
                return str(client.get_logged_model(model_id).artifact_location)
            name, number, alias = parse(source)
            other = (
                client.get_model_version_by_alias(name, alias) if alias else client.get_model_version(name, str(number))
            )
            source = str(other.source)
        except MlflowException:
            return source
    return source


def stored_contract(place: str) -> Contract | None:
    """The contract among a model's files, where these are local."""
    folder = local_path(place)
    if folder is None:
        return None
    try:
        return Contract.model_validate_json((folder / "artifacts" / "contract.json").read_bytes())
    except (OSError, ValidationError):
        return None


def register(client: MlflowClient, name: str, source: str, run_id: str, tags: dict[str, str], *, task: str = "") -> int:
    """Make the next version of ``name``, which is made if it is new; gives its number."""
    from mlflow.exceptions import MlflowException

    model_id = source.removeprefix("models:/")
    place = str(client.get_logged_model(model_id).artifact_location) if model_id.startswith("m-") else source
    # A store of this machine looks models:/m-… up in MLflow's process-wide store, which is not the workspace's.
    here = local_path(place) is not None
    source = place if here else source

    check_name(name)
    with suppress(MlflowException):  # it exists, or somebody else makes it at this moment
        client.create_registered_model(name, tags={facts.TASK: task} if task else None)
    with _asking("model", name):
        known = None if here or not model_id.startswith("m-") else model_id  # a server wants it named
        made = client.create_model_version(name, source, run_id=run_id or None, tags=tags, model_id=known)
    return int(made.version)


def set_alias(client: MlflowClient, name: str, alias: str, number: int) -> None:
    """Point an alias at a version; where it pointed before is remembered.

    That comes first: a change that a killed process only announced is passed over, one without a note would be lost.
    """
    with _asking("model version", f"{name}/{number}"):
        client.get_model_version(check_name(name), str(number))
        before = _aliases(client, name).get(check_alias(alias))
    if before != number:
        changes = [*alias_changes(client, name, alias), AliasChange(before, number, datetime.now(UTC))][-REMEMBERED:]
        kept = [[c.before, c.after, c.at.isoformat(timespec="seconds")] for c in changes]
        client.set_registered_model_tag(name, facts.HISTORY + alias, json.dumps(kept))
    with _asking("model version", f"{name}/{number}"):
        client.set_registered_model_alias(name, alias, str(number))


def alias_changes(client: MlflowClient, name: str, alias: str) -> list[AliasChange]:
    """How an alias was moved, the oldest first; changes that others made are not known."""
    with _asking("model", name):
        tags = client.get_registered_model(name).tags or {}
    return [AliasChange(b, a, datetime.fromisoformat(at)) for b, a, at in _loaded(tags, facts.HISTORY + alias, [])]


def before_alias(client: MlflowClient, name: str, alias: str) -> int | None:
    """The version that the alias would go back to: the last one before the present, if it is still there."""
    aliases = _aliases(client, name)
    known = {int(v.version) for v in client.search_model_versions(f"name = '{name}'", max_results=1000)}
    at = aliases.get(alias)
    for change in reversed(alias_changes(client, name, alias)):
        if change.after == at and change.before in known:
            return change.before
    return None


def delete_alias(client: MlflowClient, name: str, alias: str) -> None:
    """Take an alias off. NotFoundError when no version has it."""
    if alias not in _aliases(client, check_name(name)):
        raise NotFoundError("alias", alias, _aliases(client, name))
    client.delete_registered_model_alias(name, alias)


def delete_version(client: MlflowClient, name: str, number: int) -> None:
    """Delete a version; with the last one the name goes too."""
    with _asking("model version", f"{name}/{number}"):
        client.delete_model_version(check_name(name), str(number))
    if not client.search_model_versions(f"name = '{name}'", max_results=1):
        with suppress(Exception):
            client.delete_registered_model(name)
