"""The step library: every step type by its type, in the palette's order. A new one is its file and two lines here."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pipelines.errors import NotFoundError
from pipelines.steps.base import Step

_PLACES: dict[str, tuple[str, ...]] = {
    "Data Input": ("data_input.dataset:Dataset", "data_input.enter_data:EnterData"),
    "Transformation": (
        "transformation.select_columns:SelectColumns",
        "transformation.edit_metadata:EditMetadata",
        "transformation.set_label:SetLabel",
        "transformation.clean_missing_data:CleanMissingData",
        "transformation.normalize_data:NormalizeData",
        "transformation.encode_categories:EncodeCategories",
        "transformation.group_into_bins:GroupIntoBins",
        "transformation.filter_rows:FilterRows",
        "transformation.remove_duplicate_rows:RemoveDuplicateRows",
        "transformation.join_data:JoinData",
        "transformation.add_rows:AddRows",
        "transformation.apply_sql:ApplySql",
        "transformation.split_data:SplitData",
    ),
    "Feature Selection": ("feature_selection.select_features:SelectFeatures",),
    "Scripting": ("scripting.execute_python:ExecutePython",),
    # ---- the builder of training, scoring, evaluation and data output: your lines are these four; change what differs
    "Training": ("training.train_model:TrainModel", "training.cross_validate_model:CrossValidateModel"),
    "Scoring": ("scoring.score_model:ScoreModel",),
    "Evaluation": ("evaluation.evaluate_model:EvaluateModel",),
    "Data Output": ("data_output.export_data:ExportData",),
    # ----
}


def _load(place: str) -> type[Step] | None:
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(f"pipelines.steps.{module}"), name)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("pipelines.steps."):
            raise
        return None


CATEGORIES: dict[str, tuple[type[Step], ...]] = {
    category: tuple(t for t in map(_load, places) if t is not None) for category, places in _PLACES.items()
}
"""The step types of each category, in the palette's order."""

STEP_TYPES: dict[str, type[Step]] = {t.type: t for types in CATEGORIES.values() for t in types}
"""Every step type by its type, ordered by category."""


def get(type: str) -> type[Step]:
    """The step type of this name; NotFoundError names the nearest."""
    try:
        return STEP_TYPES[type]
    except KeyError:
        raise NotFoundError("step type", type, STEP_TYPES) from None


def describe() -> list[dict[str, Any]]:
    """Each step type as plain data: what a palette, a form and a reader of the documents need, with JSON schemas."""
    return [_describe(step) for step in STEP_TYPES.values()]


def _describe(step: type[Step]) -> dict[str, Any]:
    return {
        "type": step.type,
        "category": step.category,
        "title": step.title,
        "help": (step.__doc__ or "").splitlines()[0],
        "behaviour": step.behaviour.value,
        "inputs": [{"name": p.name, "kind": p.kind, "optional": p.optional} for p in step.inputs],
        "outputs": [{"name": p.name, "kind": p.kind, "optional": p.optional} for p in step.outputs],
        "synonyms": list(step.synonyms),
        "params": step.model_json_schema(),
    }
