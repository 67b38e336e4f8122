"""The work of the benchmark pipeline as one would write it by hand: scikit-learn and MLflow, no Sekkei."""

from __future__ import annotations

from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mlflow.data.meta_dataset import MetaDataset
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

LABEL, POSITIVE = "income", ">50K"


def pipeline(model: object | None = None) -> Pipeline:
    """Impute and scale numbers, impute and one-hot encode text, then a logistic regression."""
    columns = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                make_column_selector(dtype_include="number"),
            ),
            (
                "text",
                make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")),
                make_column_selector(dtype_exclude="number"),
            ),
        ]
    )
    return Pipeline([("columns", columns), ("model", model or LogisticRegression(max_iter=1000))])


def train(table: Path, tracking_uri: str, experiment: str, folder: Path) -> dict[str, float]:
    """Read, split, fit, evaluate, draw, and log all of it to MLflow. Gives the metrics."""
    mlflow.set_tracking_uri(tracking_uri)
    if mlflow.get_experiment_by_name(experiment) is None:
        mlflow.create_experiment(experiment, artifact_location=(folder.parent / "by hand").as_uri())
    mlflow.set_experiment(experiment)
    frame = pd.read_parquet(table)
    X, y = frame.drop(columns=[LABEL]), frame[LABEL].astype(object)
    X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=0.7, random_state=0)
    with mlflow.start_run():
        fitted = pipeline().fit(X_train, y_train)
        share = fitted.predict_proba(X_test)[:, 1]
        found, truth = fitted.classes_[(share > 0.5).astype(int)], (y_test == POSITIVE).to_numpy()
        metrics = {
            "accuracy": accuracy_score(y_test, found),
            "balanced_accuracy": balanced_accuracy_score(y_test, found),
            "precision": precision_score(y_test, found, pos_label=POSITIVE),
            "recall": recall_score(y_test, found, pos_label=POSITIVE),
            "f1": f1_score(y_test, found, pos_label=POSITIVE),
            "roc_auc": roc_auc_score(truth, share),
            "average_precision": average_precision_score(truth, share),
            "log_loss": log_loss(truth, share),
            "brier": brier_score_loss(truth, share),
            "matthews_corrcoef": matthews_corrcoef(y_test, found),
        }
        mlflow.log_params(
            {
                "train_size": 0.7,
                "random_state": 0,
                "max_iter": 1000,
                "imputer": "median",
                "scaler": "standard",
                "encoder": "onehot",
            }
        )
        mlflow.log_metrics(metrics)
        mlflow.log_input(
            MetaDataset(mlflow.data.dataset_source_registry.resolve_dataset_source(str(table)), name="adult")
        )
        _draw(folder, truth, share, confusion_matrix(y_test, found))
        mlflow.log_artifacts(str(folder), "plots")
        mlflow.sklearn.log_model(
            fitted,
            name="model",
            signature=infer_signature(X_train.head(100), fitted.predict(X_train.head(100))),
            input_example=X_train.head(5),
            pip_requirements=["scikit-learn", "pandas", "skops"],
            skops_trusted_types=["numpy.dtype", "sklearn.compose._column_transformer.make_column_selector"],
        )
    return metrics


def _draw(folder: Path, truth: np.ndarray, share: np.ndarray, counts: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    curves = {"roc": roc_curve(truth, share)[:2], "precision_recall": precision_recall_curve(truth, share)[1::-1]}
    for name, (x, y) in curves.items():
        figure = Figure(figsize=(5, 4))
        axes = figure.add_subplot()
        axes.plot(x, y)
        axes.set_title(name)
        FigureCanvasAgg(figure).print_png(folder / f"{name}.png")
    figure = Figure(figsize=(4, 4))
    axes = figure.add_subplot()
    axes.imshow(counts)
    for (row, column), value in np.ndenumerate(counts):
        axes.text(column, row, str(value), ha="center")
    FigureCanvasAgg(figure).print_png(folder / "confusion_matrix.png")
