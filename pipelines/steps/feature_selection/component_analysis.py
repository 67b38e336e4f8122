"""Component Analysis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from pipelines.chain.predictor import target
from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Bars, Behaviour, Example, Report, Step
from pipelines.steps.checks import require_numeric
from pipelines.steps.feature_selection import keep

Method = Literal["pca", "lda", "svd"]
PREFIXES = {"pca": "PC", "lda": "LD", "svd": "SVD"}


class Project(Columnwise):
    """Columns of numbers as fewer, each a weighted sum of them. A row with a gap has none of them."""

    def __init__(self, columns: list[str], method: Method, components: int | float, whiten: bool, append: bool) -> None:
        self.columns = columns
        self.method = method
        self.components = components
        self.whiten = whiten
        self.append = append

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.outputs_: list[str] = []
        self.shares_: list[float] = []
        self.weights_, self.middle_ = np.zeros((len(self.columns), 0)), np.zeros(len(self.columns))
        if not self.columns:
            return
        rows, label = keep.labelled(frame, y) if self.method == "lda" else (frame, None)
        matrix = np.empty((len(rows), len(self.columns)), order="F")
        for i, column in enumerate(self.columns):
            matrix[:, i] = keep.complete(rows[column])
        with np.errstate(all="ignore"):
            try:
                self._fit(matrix, label)
            except (ValueError, np.linalg.LinAlgError) as error:
                raise InputError(
                    _("No components can be made of these rows: {reason}", reason=str(error).splitlines()[0]),
                    fix=_("Use more rows, or ask for fewer components."),
                ) from None
        taken = {str(c) for c in frame.columns if self.append or c not in self.columns}
        for number in range(1, self.weights_.shape[1] + 1):
            name = f"{PREFIXES[self.method]}{number}"
            while name in taken:
                name += "_"
            self.outputs_.append(name)

    def _fit(self, matrix: np.ndarray, label: pd.Series | None) -> None:
        if self.method == "pca":
            pca = PCA(self._most(matrix.shape), whiten=self.whiten, copy=False, random_state=0).fit(matrix)
            scale = np.sqrt(pca.explained_variance_) if self.whiten else 1.0
            self.middle_, self.weights_ = pca.mean_, (pca.components_.T / scale)
            self.shares_ = pca.explained_variance_ratio_.tolist()
        elif self.method == "svd":
            most = int(min(self.components, matrix.shape[1]))
            svd = TruncatedSVD(most, algorithm="randomized", random_state=0).fit(matrix)
            self.weights_, self.shares_ = svd.components_.T, svd.explained_variance_ratio_.tolist()
        else:
            assert label is not None
            lda = LinearDiscriminantAnalysis().fit(matrix, target(label, "classification"))
            most = int(min(self.components, len(lda.classes_) - 1, lda.scalings_.shape[1]))
            self.middle_, self.weights_ = lda.xbar_, lda.scalings_[:, :most]
            self.shares_ = lda.explained_variance_ratio_[:most].tolist()

    def _most(self, shape: tuple[int, ...]) -> int | float:
        return self.components if isinstance(self.components, float) else min(self.components, *shape)

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made = {name: np.zeros(rows) for name in self.outputs_}
        for i, column in enumerate(self.columns):
            given = numbers(columns[column])
            if given is None:
                raise InputError(
                    _("Column {column!r} holds no numbers.", column=column), fix=_("Choose columns of numbers.")
                )
            centred = np.subtract(given, self.middle_[i], dtype=np.float64)
            for k, name in enumerate(self.outputs_):  # one column after the other: a row alone gives the same
                made[name] += centred * self.weights_[i, k]
        return made

    def gone(self) -> Collection[str]:
        return () if self.append else self.columns

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        return (outputs - made) | (set(self.columns) if outputs & made else set())


class ComponentAnalysis(Step):
    """Make few columns of many numeric ones (principal components, Fisher's discriminants, truncated SVD).

    The same as transform of sklearn.decomposition.PCA and TruncatedSVD and of LinearDiscriminantAnalysis. The columns
    taken leave, unless they are appended to. PCA and SVD follow the columns' scales: put Normalize Data before.
    """

    type: ClassVar[str] = "component_analysis"
    title: ClassVar[str] = "Component Analysis"
    category: ClassVar[str] = "Feature Selection"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("PCA", "LDA", "SVD", "dimensionality reduction", "discriminant analysis")
    known_as: ClassVar[tuple[str, ...]] = ("Principal Component Analysis", "Fisher Linear Discriminant Analysis")
    equivalent: ClassVar[str] = "sklearn.decomposition.PCA(1).fit_transform(table[['length', 'width']])"
    example: ClassVar[Example | None] = Example(
        params={"n_components": 1}, table="length,width\n168,64\n171,65\n177,66\n193,71\n189,69\n"
    )

    method: Method = Field(
        "pca", title="Method", description="pca: most variance. lda: classes of the label apart. svd: without centring."
    )
    keep: Annotated[Literal["components", "variance"], Form(when={"method": ("pca",)})] = Field(
        "components", title="Keep", description="A number of components, or as many as explain a share of the variance."
    )
    n_components: Annotated[int, Form(when={"keep": ("components",)})] = Field(
        2,
        ge=1,
        le=1000,
        title="Components",
        description="Fewer where there are no more; of lda at most classes less one.",
    )
    variance: Annotated[float, Form(when={"method": ("pca",), "keep": ("variance",)})] = Field(
        0.95, gt=0, lt=1, title="Variance", description="The share of the variance that the components explain."
    )
    whiten: Annotated[bool, Form(when={"method": ("pca",)})] = Field(
        False, title="Whiten", description="Give all components the variance 1."
    )
    append: bool = Field(False, title="Append", description="Keep the columns that the components are made of.")
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to make components of.")

    def build(self, schema: TableSchema) -> Transformer:
        names = keep.candidates(self.columns.select(schema), schema)
        require_numeric(schema, names, "A component analysis")
        by_variance = self.method == "pca" and self.keep == "variance"
        return Project(
            names, self.method, self.variance if by_variance else self.n_components, self.whiten, self.append
        )

    def report(self, link: Any) -> Report | None:
        if not link.outputs_:
            return None
        weights = {name: link.weights_[:, i].tolist() for i, name in enumerate(link.outputs_)}
        shares = {"component": link.outputs_, "share of variance": link.shares_}
        return Report(
            tables={"components": shares, "weights": {"column": link.columns, **weights}},
            bars=(Bars("explained variance", link.outputs_, link.shares_, "Share"),),
        )
