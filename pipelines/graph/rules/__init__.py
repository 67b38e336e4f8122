"""The rules, in the order they are asked. A new one is its class and a line here."""

from pipelines.graph.rules import (
    columns,
    failures,
    features,
    label,
    leaks,
    parameters,
    sources,
    split,
    structure,
    taken,
    unsupervised,
)
from pipelines.graph.rules.base import Context, Rule

RULES: tuple[type[Rule], ...] = (
    *(structure.NoSteps, structure.UnknownType, structure.UnknownSource, structure.LaterSource),
    *(structure.MissingInput, structure.UnknownPort, structure.WrongKind, structure.MissingModel),
    *(structure.Unused, structure.PartWithoutSplit, structure.EvaluateWithoutScores),
    *(columns.UnknownColumn, columns.NotNumeric, features.NumbersAsText),
    *(parameters.WrongParameter, parameters.UnknownDataset, parameters.FileName, parameters.PythonOff),
    *(label.MissingLabel, label.MissingValues, label.ContinuousClasses, label.WordsAsNumbers),
    *(taken.NegativeValues, taken.LabelOutOfRange, taken.TooManyRows, unsupervised.LabelNotLearned),
    *(label.ClassesAlike, label.OneClass, label.RareClass, label.NeedsScaling, label.MissingTarget),
    *(split.LearnsBeforeSplit, split.SecondSplit, split.PartitionLost),
    *(leaks.LeakingLabel, leaks.SameRows, leaks.TimeIgnored, leaks.MadeRowsBeforeTarget),
    *(features.IdLike, features.ConstantColumn, features.ManyCategories),
    *(features.TextAsCategory, features.CategoriesAlike),
    *(sources.OldVersion, sources.NotServed),
    failures.FailedStep,  # last: it tells what no other rule explains
)

__all__ = ["RULES", "Context", "Rule"]
