"""A first pipeline for a dataset and a question, every choice in it explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from pipelines.algorithms.library import ALGORITHMS
from pipelines.datasets.profile import ColumnProfile
from pipelines.document import checks
from pipelines.document.model import PipelineDocument
from pipelines.document.values import cut
from pipelines.errors import ColumnMissingError, InputError
from pipelines.messages import Joined, _, declared, enumerated, listed, ngettext
from pipelines.schema import ColumnType
from pipelines.templates.columns import can_be_category, can_be_number, has_infinite, likely_labels, unfit

Question = Literal["number", "category", "groups", "outliers"]
QUESTIONS: tuple[Question, ...] = ("number", "category", "groups", "outliers")
TRAIN_FRACTION = 0.7
FEWEST_ROWS = 10
SMALL = 300  # rows below which the leaves of boosted trees are made smaller
GROUPS = 4
SHOWN = 6


@dataclass(frozen=True)
class Draft:
    """A pipeline that runs as it is, with a sentence for each of its steps; ``label`` is None where none is needed.

    ``name``, ``description`` and the sentences can be said in another language; the document has them in English.
    """

    document: PipelineDocument
    name: str
    description: str
    explanations: tuple[tuple[str, str], ...]
    label: str | None = None


def draft(
    dataset: str,
    profile: Sequence[ColumnProfile],
    question: Question,
    label: str | None = None,
    labels: pd.Series | None = None,
) -> Draft:
    """A starting pipeline for ``question`` on ``dataset``.

    Args:
        dataset: its name in the catalogue.
        profile: the profile of every column.
        question: predict a ``number`` or a ``category``, find ``groups`` or ``outliers``.
        label: the column to be predicted; the likeliest when none is given. For groups, a column to leave out.
        labels: the label's values, to tell whether a split can keep the shares of the classes; None: not told.

    InputError when the dataset cannot answer the question: too few rows, no such label, nothing to learn from.
    """
    if question not in QUESTIONS:
        raise InputError(
            _("There is no template for {question!r}.", question=question),
            fix=_("Choose from {questions}.", questions=listed(QUESTIONS)),
        )
    rows = profile[0].rows if profile else 0
    if rows < FEWEST_ROWS:
        raise InputError(
            _("{dataset!r} has {rows} rows, too few to learn from.", dataset=dataset, rows=rows),
            fix=_("Take {least} or more.", least=FEWEST_ROWS),
        )
    names = [c.name for c in profile]
    if label is not None and label not in names:
        raise ColumnMissingError(label, names)
    if question in ("groups", "outliers"):
        return _unsupervised(dataset, profile, question, label)
    chosen = label or next(iter(likely_labels(profile, question)), None)
    if chosen is None:
        raise InputError(
            _(
                "No column of {dataset!r} can be predicted as a {question}.",
                dataset=dataset,
                question=declared(question),
            ),
            fix=_("Ask another question."),
        )
    column = next(c for c in profile if c.name == chosen)
    _check_label(column, question)
    return _supervised(dataset, profile, question, column, labels, guessed=label is None)


@dataclass
class _Steps:
    steps: list[dict[str, Any]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    def add(self, step_id: str, step_type: str, sentence: str, **params: Any) -> None:
        self.steps.append({"id": step_id, "type": step_type, "params": params})
        self.said.append((step_id, sentence))

    def draft(self, name: str, description: str, label: str | None) -> Draft:
        data = {"name": cut(name, 100), "description": str(description), "steps": self.steps}
        return Draft(checks.document_of(data), name, description, tuple(self.said), label)


def _supervised(
    dataset: str,
    profile: Sequence[ColumnProfile],
    question: Question,
    label: ColumnProfile,
    labels: pd.Series | None,
    guessed: bool,
) -> Draft:
    made = _Steps()
    made.add(
        "data",
        "dataset",
        _("The newest version of {dataset}: {rows} rows.", dataset=dataset, rows=label.rows),
        dataset=dataset,
    )
    _select(made, [(c.name, unfit(c)) for c in profile if c.name != label.name], dataset)
    why = (
        _("'{label}' looks most like what is to be predicted.", label=label.name)
        if guessed
        else _("'{label}' is predicted.", label=label.name)
    )
    made.add("label", "set_label", why, column=label.name)
    if label.missing:
        sentence = ngettext(
            "The row without '{label}' can neither teach nor test, and is dropped.",
            "The {count} rows without '{label}' can neither teach nor test, and are dropped.",
            count=label.missing,
            label=label.name,
        )
        made.add("known", "clean_missing_data", sentence, strategy="drop_rows", columns=[label.name])
    stratify = question == "category" and _can_stratify(label, labels)
    made.add("split", "split_data", _split_sentence(question, stratify), **_split(stratify))
    kind = "boosted_trees_regressor" if question == "number" else "boosted_trees_classifier"
    _train(made, kind, profile, label.rows - label.missing)
    made.add("score", "score_model", _("Predictions for the test rows."))
    measures = _("R², mean errors") if question == "number" else _("accuracy, precision, recall, the confusion matrix")
    made.add(
        "evaluate",
        "evaluate_model",
        _("How good the predictions are, on rows the model has not seen: {measures}.", measures=measures),
    )
    return made.draft(
        _("{label} of {dataset}", label=label.name, dataset=dataset),
        _("Predicts '{label}' from the other columns.", label=label.name),
        label.name,
    )


def _select(made: _Steps, judged: Sequence[tuple[str, str]], dataset: str) -> None:
    """Leave out the columns with a reason; InputError when none would be left."""
    left = [(name, reason) for name, reason in judged if reason]
    if len(left) == len(judged):
        raise InputError(
            _("No column of {dataset!r} is left to learn from.", dataset=dataset),
            fix=_("{reasons}.", reasons=_reasons(left)),
        )
    if left:
        columns = {"kind": "all", "exclude": [name for name, _ in left]}
        made.add("columns", "select_columns", _("Left out: {reasons}.", reasons=_reasons(left)), columns=columns)


def _reasons(left: Sequence[tuple[str, str]]) -> str:
    """Each reason once, with the columns it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in left:
        by_reason.setdefault(reason, []).append(f"'{name}'")
    lines = []
    for reason, names in by_reason.items():
        shown = enumerated(names, SHOWN) if len(names) > SHOWN else listed(names)
        lines.append(_("{columns} ({reason})", columns=shown, reason=reason))
    return Joined(lines, "; ") if lines else _("There are no other columns")


def _split(stratify: bool) -> dict[str, Any]:
    return {"train_fraction": TRAIN_FRACTION, "random_state": 0} | ({"stratify": True} if stratify else {})


def _split_sentence(question: Question, stratify: bool) -> str:
    sentence = _("{share:.0%} of the rows teach; the others test what was learned.", share=TRAIN_FRACTION)
    if stratify:
        return Joined([sentence, _("Both parts have the same shares of each class.")])
    return Joined([sentence, _("Some class has too few rows to be shared out.") if question == "category" else ""])


def _can_stratify(label: ColumnProfile, labels: pd.Series | None) -> bool:
    """Whether both parts can have rows of every class."""
    counts = list(labels.value_counts()) if labels is not None else [count for _, count in label.top]
    counts = [int(c) for c in counts if c > 0]
    if len(counts) < label.distinct:
        return False
    tested = int((1 - TRAIN_FRACTION) * sum(counts))
    return min(counts) >= 2 and len(counts) <= tested


def _train(made: _Steps, kind: str, profile: Sequence[ColumnProfile], rows: int) -> None:
    algorithm: dict[str, Any] = {"type": kind}
    gaps = any(c.missing for c in profile)
    sentence: str = _(
        "Boosted trees are a strong first choice on tables: they take text, categories and numbers of any scale as "
        "they are."
    )
    if gaps:
        sentence = _(
            "Boosted trees are a strong first choice on tables: they take text, categories and numbers of any scale as "
            "they are, and missing values too, so nothing has to be filled in."
        )
    if rows < SMALL:
        algorithm["min_samples_leaf"] = max(2, rows // 30)
        sentence = Joined([sentence, _("With {rows} rows the leaves are made smaller than usual.", rows=rows)])
    made.add("train", "train_model", sentence, algorithm=algorithm)


def _unsupervised(dataset: str, profile: Sequence[ColumnProfile], question: Question, label: str | None) -> Draft:
    kind = {"groups": "k_means", "outliers": "isolation_forest"}[question]
    algorithm = ALGORITHMS[kind]
    judged = [(c, unfit(c) or (_("is what is known already") if c.name == label else "")) for c in profile]
    numbers = [c for c, reason in judged if not reason and ColumnType(c.type).is_numeric]
    reasons = [(c.name, reason or _not_measured(c, len(numbers))) for c, reason in judged]
    kept = [c for (c, _), (_, reason) in zip(judged, reasons, strict=True) if not reason]
    made = _Steps()
    made.add(
        "data",
        "dataset",
        _("The newest version of {dataset}: {rows} rows.", dataset=dataset, rows=profile[0].rows),
        dataset=dataset,
    )
    _select(made, reasons, dataset)
    if any(c.missing for c in kept) and not algorithm.takes_missing:
        sentence = _(
            "{algorithm} takes no missing values: numbers get their median, others their commonest value.",
            algorithm=declared(algorithm.title),
        )
        made.add("clean", "clean_missing_data", sentence, strategy="median")
    if algorithm.needs_scaling and any(ColumnType(c.type).is_numeric for c in kept):
        sentence = _("On one scale, no column counts for more because its numbers are larger.")
        made.add("scale", "normalize_data", sentence, method="zscore")
    params = {"type": kind} | ({"n_clusters": min(GROUPS, profile[0].rows // 5)} if kind == "k_means" else {})
    sentence = _("{algorithm} tells the rows that are unlike the others.", algorithm=declared(algorithm.title))
    if kind == "k_means":
        sentence = _(
            "K-means finds groups of rows that are near each other; {groups} to begin with.",
            groups=params["n_clusters"],
        )
    made.add("train", "train_model", sentence, algorithm=params)
    groups = question == "groups"
    made.add("score", "score_model", _("Which group each row belongs to.") if groups else _("How far out each row is."))
    made.add("evaluate", "evaluate_model", _("How well the groups hold together.") if groups else _("What was found."))
    if groups:
        return made.draft(_("Groups of {dataset}", dataset=dataset), _("Finds groups of rows that are alike."), None)
    return made.draft(_("Outliers of {dataset}", dataset=dataset), _("Finds rows that are unlike the others."), None)


def _not_measured(column: ColumnProfile, numbers: int) -> str:
    """Why a usable column does not help to find groups; empty when it does."""
    kind = ColumnType(column.type)
    if kind is ColumnType.DATETIME:
        return _("is a moment, and how near two moments are seldom makes a group")
    if numbers >= 2 and not kind.is_numeric:
        return _("is no number, so that nearness cannot be measured on it")
    return ""


def _check_label(column: ColumnProfile, question: Question) -> None:
    name = column.name
    if column.distinct < 2:
        raise InputError(
            _("The label {name!r} has no two different values.", name=name), fix=_("Choose another label.")
        )
    if question == "number" and not can_be_number(column):
        infinite = has_infinite(column)
        what = _("infinite numbers") if infinite else _("{type} values, not numbers", type=declared(column.type))
        fix = (
            _("Take those rows out first.")
            if has_infinite(column)
            else _("Ask for a category, or choose another label.")
        )
        raise InputError(_("The label {name!r} holds {what}.", name=name, what=what), fix=fix)
    if question == "category" and not can_be_category(column):
        fix = _("Ask for a number, or choose another label.") if can_be_number(column) else _("Choose another label.")
        raise InputError(
            _(
                "The label {name!r} has {distinct} different values: these are no classes.",
                name=name,
                distinct=column.distinct,
            ),
            fix=fix,
        )
    known = column.rows - column.missing
    if known < FEWEST_ROWS:
        raise InputError(
            _("Only {known} rows have the label {name!r}.", known=known, name=name), fix=_("Choose another label.")
        )
