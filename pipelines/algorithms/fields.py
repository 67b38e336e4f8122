"""Parameters that several algorithms declare alike: what they mean, their bounds, and where tuning looks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.parameters import Search

Share = Annotated[float, Field(gt=0, le=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Width = Annotated[int, Field(ge=1, le=100_000)]

Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed: the same seed gives the same model.")]
FitIntercept = Annotated[bool, Field(description="Whether a constant is added.")]
Tolerance = Annotated[float, Field(gt=0, description="Precision at which the fit stops.")]
Iterations = Annotated[int, Field(ge=1, le=1_000_000, description="Most iterations of the fit.")]
InversePenalty = Annotated[
    float,
    Field(gt=0, description="Inverse of the penalty's strength: smaller means simpler."),
    Search(1e-3, 1e3, log=True),
]
Penalty = Annotated[float, Field(ge=0, description="Strength of the penalty; 0 is none."), Search(1e-4, 1e2, log=True)]
L1Share = Annotated[
    float,
    Field(ge=0, le=1, description="Share of the L1 penalty, which leaves columns out; the rest is L2."),
    Search(0.0, 1.0),
]

# Trees
Trees = Annotated[int, Field(ge=1, le=10_000, description="Number of trees."), Search(50, 500, log=True)]
MaxDepth = Annotated[
    int | None,
    Field(ge=1, le=10_000, description="Most levels of a tree; none: as many as it takes."),
    Search(choices=(None, 4, 8, 16, 32)),
]
MinSamplesSplit = Annotated[int, Field(ge=2, description="Fewest rows of a node that may be split."), Search(2, 20)]
MinSamplesLeaf = Annotated[int, Field(ge=1, description="Fewest rows of a leaf."), Search(1, 50, log=True)]
MaxFeatures = Annotated[
    Literal["sqrt", "log2"] | Share | None,
    Field(description="Features tried at a split; a number is a share of them; none: all."),
    Search(choices=("sqrt", 0.3, 0.6, 1.0)),
]
MaxLeafNodes = Annotated[int | None, Field(ge=2, description="Most leaves of a tree; none: no limit.")]
MinImpurityDecrease = Annotated[float, Field(ge=0, description="Least gain for which a node is split.")]
Pruning = Annotated[float, Field(ge=0, description="Strength of pruning after growth; 0: none.")]
ClassCriterion = Annotated[Literal["gini", "entropy", "log_loss"], Field(description="What makes a split good.")]
NumberCriterion = Annotated[
    Literal["squared_error", "absolute_error", "poisson"],
    Field(description="What makes a split good; poisson is for counts and takes no label below 0."),
]

# Clusters
Clusters = Annotated[int, Field(ge=1, le=1000, description="Number of clusters."), Search(2, 10)]
FirstCentres = Annotated[
    Literal["k-means++", "random", "first"],
    Field(description="The first centres: rows far from each other; any rows; the first rows."),
]
Distance = Annotated[
    Literal["euclidean", "manhattan", "chebyshev"],
    Field(description="Distance of two rows: straight; the sum over the columns; the largest of a column."),
]
