"""The step library: every step type by its type, in the palette's order. A new one is its file and two lines here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.errors import InputError, NotFoundError
from pipelines.messages import _
from pipelines.steps import custom
from pipelines.steps.base import Step
from pipelines.steps.data_input.dataset import Dataset
from pipelines.steps.data_input.enter_data import EnterData
from pipelines.steps.data_input.import_database import ImportDatabase
from pipelines.steps.data_output.export_data import ExportData
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.evaluation.permutation_importance import PermutationImportance
from pipelines.steps.feature_selection.component_analysis import ComponentAnalysis
from pipelines.steps.feature_selection.select_by_model import SelectByModel
from pipelines.steps.feature_selection.select_features import SelectFeatures
from pipelines.steps.feature_selection.variance_threshold import VarianceThreshold
from pipelines.steps.recommendation.evaluate_recommender import EvaluateRecommender
from pipelines.steps.recommendation.score_recommender import ScoreRecommender
from pipelines.steps.recommendation.train_recommender import TrainRecommender
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.scripting.execute_python import ExecutePython
from pipelines.steps.scripting.execute_python_tables import ExecutePythonTables
from pipelines.steps.scripting.execute_r import ExecuteR
from pipelines.steps.statistics.chi_squared_test import ChiSquaredTest
from pipelines.steps.statistics.compare_groups import CompareGroups
from pipelines.steps.statistics.correlation import Correlation
from pipelines.steps.statistics.cross_table import CrossTable
from pipelines.steps.statistics.normality_test import NormalityTest
from pipelines.steps.statistics.probability_function import ProbabilityFunction
from pipelines.steps.statistics.rank_test import RankTest
from pipelines.steps.statistics.summarize_data import SummarizeData
from pipelines.steps.statistics.t_test import TTest
from pipelines.steps.text.detect_language import DetectLanguage
from pipelines.steps.text.extract_key_phrases import ExtractKeyPhrases
from pipelines.steps.text.extract_n_grams import ExtractNGrams
from pipelines.steps.text.feature_hashing import FeatureHashing
from pipelines.steps.text.preprocess_text import PreprocessText
from pipelines.steps.text.topics import Topics
from pipelines.steps.text.word_vectors import WordVectors
from pipelines.steps.time_series.backtest import Backtest
from pipelines.steps.time_series.signal_filter import SignalFilter
from pipelines.steps.time_series.time_series_anomalies import TimeSeriesAnomalies
from pipelines.steps.time_series.train_forecast import TrainForecast
from pipelines.steps.training.cross_validate_model import CrossValidateModel
from pipelines.steps.training.train_model import TrainModel
from pipelines.steps.training.tune_model_hyperparameters import TuneModelHyperparameters
from pipelines.steps.transformation.add_columns import AddColumns
from pipelines.steps.transformation.add_rows import AddRows
from pipelines.steps.transformation.apply_math import ApplyMath
from pipelines.steps.transformation.apply_sql import ApplySql
from pipelines.steps.transformation.clean_missing_data import CleanMissingData
from pipelines.steps.transformation.clip_values import ClipValues
from pipelines.steps.transformation.create_columns import CreateColumns
from pipelines.steps.transformation.date_parts import DateParts
from pipelines.steps.transformation.edit_metadata import EditMetadata
from pipelines.steps.transformation.encode_by_count import EncodeByCount
from pipelines.steps.transformation.encode_by_target import EncodeByTarget
from pipelines.steps.transformation.encode_categories import EncodeCategories
from pipelines.steps.transformation.encode_dirty_categories import EncodeDirtyCategories
from pipelines.steps.transformation.filter_rows import FilterRows
from pipelines.steps.transformation.fuzzy_join import FuzzyJoin
from pipelines.steps.transformation.group_and_aggregate import GroupAndAggregate
from pipelines.steps.transformation.group_categories import GroupCategories
from pipelines.steps.transformation.group_into_bins import GroupIntoBins
from pipelines.steps.transformation.group_rare_categories import GroupRareCategories
from pipelines.steps.transformation.join_data import JoinData
from pipelines.steps.transformation.lag_features import LagFeatures
from pipelines.steps.transformation.normalize_data import NormalizeData
from pipelines.steps.transformation.partition_and_sample import PartitionAndSample
from pipelines.steps.transformation.pivot import Pivot
from pipelines.steps.transformation.remove_duplicate_rows import RemoveDuplicateRows
from pipelines.steps.transformation.remove_outliers import RemoveOutliers
from pipelines.steps.transformation.rename_columns import RenameColumns
from pipelines.steps.transformation.replace_discrete_values import ReplaceDiscreteValues
from pipelines.steps.transformation.replace_values import ReplaceValues
from pipelines.steps.transformation.select_columns import SelectColumns
from pipelines.steps.transformation.set_label import SetLabel
from pipelines.steps.transformation.smote import Smote
from pipelines.steps.transformation.sort_rows import SortRows
from pipelines.steps.transformation.split_data import SplitData
from pipelines.steps.transformation.text_to_columns import TextToColumns
from pipelines.steps.transformation.unpivot import Unpivot
from pipelines.steps.transformation.window_features import WindowFeatures

_ORDERED: tuple[type[Step], ...] = (
    Dataset,
    EnterData,
    ImportDatabase,
    SelectColumns,
    EditMetadata,
    RenameColumns,
    CreateColumns,
    SetLabel,
    CleanMissingData,
    ReplaceValues,
    ClipValues,
    NormalizeData,
    EncodeCategories,
    EncodeByTarget,
    EncodeByCount,
    EncodeDirtyCategories,
    GroupCategories,
    GroupRareCategories,
    ReplaceDiscreteValues,
    GroupIntoBins,
    ApplyMath,
    DateParts,
    TextToColumns,
    FilterRows,
    RemoveDuplicateRows,
    RemoveOutliers,
    SortRows,
    PartitionAndSample,
    Smote,
    JoinData,
    FuzzyJoin,
    AddColumns,
    AddRows,
    GroupAndAggregate,
    Pivot,
    Unpivot,
    WindowFeatures,
    LagFeatures,
    ApplySql,
    SplitData,
    SelectFeatures,
    SelectByModel,
    VarianceThreshold,
    ComponentAnalysis,
    PreprocessText,
    ExtractNGrams,
    FeatureHashing,
    WordVectors,
    Topics,
    DetectLanguage,
    ExtractKeyPhrases,
    TrainRecommender,
    ScoreRecommender,
    EvaluateRecommender,
    SummarizeData,
    Correlation,
    CrossTable,
    TTest,
    RankTest,
    CompareGroups,
    ChiSquaredTest,
    NormalityTest,
    ProbabilityFunction,
    ExecutePython,
    ExecutePythonTables,
    ExecuteR,
    TrainModel,
    CrossValidateModel,
    TrainForecast,
    Backtest,
    SignalFilter,
    TimeSeriesAnomalies,
    TuneModelHyperparameters,
    ScoreModel,
    EvaluateModel,
    PermutationImportance,
    ExportData,
)

BUILT_IN: dict[str, type[Step]] = {t.type: t for t in _ORDERED}
"""The step types that come with Sekkei."""


def _now() -> dict[str, tuple[type[Step], ...]]:
    own = custom.types(BUILT_IN)
    known = (*_ORDERED, *own.values()) if own else _ORDERED
    return {category: tuple(t for t in known if t.category == category) for category in _names(known)}


def _names(known: tuple[type[Step], ...]) -> list[str]:
    return list(dict.fromkeys(t.category for t in known))


class _Categories(Mapping[str, tuple[type[Step], ...]]):
    """Read anew at each look: files of step types come and change while a process runs."""

    def __getitem__(self, category: str) -> tuple[type[Step], ...]:
        return _now()[category]

    def __iter__(self) -> Iterator[str]:
        return iter(_now())

    def __len__(self) -> int:
        return len(_now())


class _StepTypes(Mapping[str, type[Step]]):
    def __getitem__(self, type: str) -> type[Step]:
        return BUILT_IN[type] if type in BUILT_IN else custom.types(BUILT_IN)[type]

    def __iter__(self) -> Iterator[str]:
        return iter([t.type for types in _now().values() for t in types])

    def __len__(self) -> int:
        return len(BUILT_IN) + len(custom.types(BUILT_IN))


CATEGORIES: Mapping[str, tuple[type[Step], ...]] = _Categories()
"""The step types of each category, in the palette's order: the library's own, then those of the workspace's files."""

STEP_TYPES: Mapping[str, type[Step]] = _StepTypes()
"""Every step type by its type, ordered by category."""


def problems() -> list[custom.Problem]:
    """What is wrong with files of step types."""
    return custom.problems(BUILT_IN)


def get(type: str) -> type[Step]:
    """The step type of this name; NotFoundError names the nearest, InputError what is wrong with its file."""
    try:
        return STEP_TYPES[type]
    except KeyError:
        broken = next((p for p in problems() if p.type == type), None)
        if broken is not None:
            raise InputError(broken.said, fix=_("Correct the file.")) from None
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
        "known_as": list(step.known_as),
        "params": step.model_json_schema(),
    }
