"""SMOTE."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from pydantic import Field

from pipelines.columns import EVERY, Columns
from pipelines.errors import InputError
from pipelines.messages import _, listed, ngettext
from pipelines.parameters import Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step

Method = Literal["smote", "over", "under"]
MAKES: tuple[Method, ...] = ("smote", "over")


class Smote(Step):
    """Balance the classes of the label by making rows of the rare ones, or by leaving out rows of the common ones.

    smote: as SMOTE in imbalanced-learn (SMOTENC with categories, SMOTEN with them alone): new rows between neighbours.
    Whole numbers are rounded; other columns are those of the row it was made from. over, under: RandomOverSampler and
    RandomUnderSampler. Only training rows change. Put Normalize Data before, so that no column outweighs the others in
    what is near. Azure looks at 1 neighbour.
    """

    type: ClassVar[str] = "smote"
    title: ClassVar[str] = "SMOTE"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    makes_rows: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = (
        *("imbalanced classes", "oversampling", "undersampling", "rebalance", "rare class", "synthetic minority"),
        *("SMOTENC", "resample"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("SMOTE",)
    equivalent: ClassVar[str] = (
        "from imblearn.over_sampling import SMOTE\n\n"
        "X, y = SMOTE(random_state=0).fit_resample(table.drop(columns='label'), table['label'])"
    )
    example: ClassVar[Example | None] = Example(
        params={"k_neighbors": 1},
        table="x,y,label\n1.0,1.0,rare\n2.0,1.5,rare\n7.0,6.0,often\n8.0,7.5,often\n9.0,6.5,often\n8.5,8.0,often\n",
        label="label",
    )

    method: Method = Field(
        "smote",
        title="Method",
        description="smote: rows between neighbours of a rare class. over: its rows again. under: fewer of the others.",
    )
    amount: Annotated[Literal["balance", "percentage"], Form(when={"method": MAKES})] = Field(
        "balance",
        title="How many",
        description="balance: as many as the largest class has. percentage: for the smallest class, by its size.",
    )
    percentage: Annotated[int, Form(when={"method": MAKES, "amount": ("percentage",)})] = Field(
        100, ge=1, le=100_000, title="SMOTE percentage", description="100 doubles the smallest class, 200 trebles it."
    )
    k_neighbors: Annotated[int, Form(when={"method": ("smote",)})] = Field(
        5,
        ge=1,
        le=1000,
        title="Neighbours",
        description="From how many nearest rows of its class one is taken.",
    )
    columns: Annotated[Columns, Form(widget="columns", when={"method": ("smote",)})] = Field(
        EVERY, title="Columns", description="The numbers and categories that make two rows near; new rows mix them."
    )
    random_state: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed makes the same rows.")

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        label = schema.label
        if label is None:
            raise InputError(_("There is no label whose classes could be balanced."), fix=_("Put Set Label before."))
        rows = frame[frame[label].notna()]
        codes, classes = pd.factorize(rows[label], sort=True)
        counts = np.bincount(codes, minlength=len(classes))
        if len(classes) < 2:
            raise InputError(
                _("The label {label!r} has fewer than two classes in the training rows.", label=label),
                fix=_("Choose another label, or check the steps before."),
            )
        if self.method == "under":
            sampler = RandomUnderSampler(random_state=self.random_state)
            sampler.fit_resample(np.zeros((len(rows), 1)), codes)
            unlabelled = np.flatnonzero(frame[label].isna())
            kept = np.flatnonzero(frame[label].notna())[sampler.sample_indices_]
            return frame.iloc[np.sort(np.concatenate([kept, unlabelled]))]
        wanted = self._wanted(counts)
        if self.method == "over":
            over = RandomOverSampler(sampling_strategy=wanted, random_state=self.random_state)
            over.fit_resample(np.zeros((len(rows), 1)), codes)
            return pd.concat([frame, rows.iloc[over.sample_indices_[len(rows) :]]])
        self._require_neighbours(label, classes, counts, wanted)
        return pd.concat([frame, self._made(rows, schema, codes, wanted)])

    def _wanted(self, counts: np.ndarray) -> dict[int, int]:
        """How many rows each class is to have, for those that get more."""
        if self.amount == "balance":
            return {int(c): int(counts.max()) for c in np.flatnonzero(counts < counts.max())}
        smallest = int(counts.argmin())
        return {smallest: int(counts[smallest] + round(counts[smallest] * self.percentage / 100))}

    def _require_neighbours(self, label: str, classes: Any, counts: np.ndarray, wanted: dict[int, int]) -> None:
        for code in wanted:
            if counts[code] <= self.k_neighbors:
                raise InputError(
                    ngettext(
                        "Only one training row has {label} = {value}, which has no neighbour of its class.",
                        "Only {count} training rows have {label} = {value}, too few for {neighbours} neighbours.",
                        count=int(counts[code]),
                        label=label,
                        value=classes[code],
                        neighbours=self.k_neighbors,
                    ),
                    fix=_("Take fewer neighbours, or join rare classes; the method over needs no neighbours."),
                )

    def _made(
        self, rows: pd.DataFrame, schema: TableSchema, classes: np.ndarray, wanted: dict[int, int]
    ) -> pd.DataFrame:
        """The new rows, each with the index of the row it was made from."""
        chosen = [c for c in self.columns.select(schema) if c != schema.label]
        numeric = [c for c in chosen if schema[c].type.is_numeric]
        categorical = [c for c in chosen if schema[c].type.is_categorical]
        if not numeric and not categorical:
            raise InputError(
                _("There are no columns of numbers or categories to tell near rows by."), fix=_("Choose other columns.")
            )
        _require_complete(rows, numeric)
        factors = {c: pd.factorize(rows[c], use_na_sentinel=False) for c in categorical}
        coded = [codes.astype(np.float64) for codes, _values in factors.values()]
        matrix = np.column_stack([*(rows[c].to_numpy(dtype=np.float64) for c in numeric), *coded])
        sampler = _sampler(len(numeric), len(categorical), wanted, self.k_neighbors, self.random_state)
        made, origins = sampler.make(matrix, classes)
        result = rows.iloc[origins].copy()
        for place, name in enumerate(numeric):
            result[name] = _as(made[:, place], rows[name])
        for place, (name, (_codes, values)) in enumerate(factors.items(), start=len(numeric)):
            mixed = values.take(made[:, place].astype(np.int64))
            result[name] = pd.Series(mixed, result.index).astype(rows[name].dtype)
        return result


class _Origins:
    """Mixed into a sampler of imbalanced-learn: keeps which rows it makes new ones from, as it makes them."""

    def make(self, matrix: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The new rows, and the place of the row each was made from."""
        self.found: list[np.ndarray] = []
        made, _classes = self.fit_resample(matrix, codes)  # type: ignore[attr-defined]
        classes = [c for c, count in self.sampling_strategy_.items() if count]  # type: ignore[attr-defined]
        members = [np.flatnonzero(codes == c) for c in classes]
        origins = [m[rows] for m, rows in zip(members, self.found, strict=True)]
        return made[len(matrix) :], np.concatenate([np.zeros(0, dtype=np.int64), *origins])


class _Smote(_Origins, SMOTE):
    def _generate_samples(self, X: Any, nn_data: Any, nn_num: Any, rows: Any, *more: Any, **named: Any) -> Any:
        self.found.append(rows)
        return super()._generate_samples(X, nn_data, nn_num, rows, *more, **named)


class _SmoteNC(_Origins, SMOTENC):
    def _generate_samples(self, X: Any, nn_data: Any, nn_num: Any, rows: Any, *more: Any, **named: Any) -> Any:
        self.found.append(rows)
        return super()._generate_samples(X, nn_data, nn_num, rows, *more, **named)


class _SmoteN(_Origins, SMOTEN):
    def _make_samples(self, X_class: Any, klass: Any, y_dtype: Any, nn_indices: Any, n_samples: int) -> Any:
        # The same draw as the sampler's own, which does not keep it.
        rows = np.random.RandomState(self.random_state).choice(np.arange(X_class.shape[0]), n_samples, replace=True)
        self.found.append(rows)
        return super()._make_samples(X_class, klass, y_dtype, nn_indices, n_samples)


def _sampler(numeric: int, categorical: int, wanted: dict[int, int], k: int, seed: int) -> _Origins:
    options = {"sampling_strategy": wanted, "k_neighbors": k, "random_state": seed}
    if not categorical:
        return _Smote(**options)
    if not numeric:
        return _SmoteN(**options)
    return _SmoteNC(categorical_features=list(range(numeric, numeric + categorical)), **options)


def _require_complete(rows: pd.DataFrame, names: list[str]) -> None:
    gaps = [c for c in names if rows[c].isna().any()]
    if gaps:
        raise InputError(
            _("SMOTE needs every number, but values are missing in {columns}.", columns=listed(gaps, 5)),
            fix=_("Put Clean Missing Data before, or leave these columns out."),
        )
    infinite = [c for c in names if np.isinf(rows[c].to_numpy(dtype=np.float64)).any()]
    if infinite:
        raise InputError(
            _("SMOTE cannot mix infinite numbers, which are in {columns}.", columns=listed(infinite, 5)),
            fix=_("Filter such rows out, or leave these columns out."),
        )


def _as(values: np.ndarray, like: pd.Series) -> Any:
    """Numbers in the type of the column they go into."""
    whole = pd.api.types.is_integer_dtype(like.dtype)
    return pd.array(np.round(values) if whole else values, dtype="float64").astype(like.dtype)
