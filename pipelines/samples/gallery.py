"""The sample pipelines, ready to run on the sample datasets."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from pipelines.document import codec
from pipelines.document.model import PipelineDocument
from pipelines.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample pipeline: ``sentence`` says what it answers, ``task`` what kind of answer that is."""

    name: str
    title: str
    sentence: str
    task: str


SAMPLES = (
    Sample("automobile-price", "Automobile price", "What should this car cost?", "regression"),
    Sample("adult-income", "Adult income", "Who earns more than 50,000 dollars a year?", "binary classification"),
    Sample(
        "german-credit",
        "German credit",
        "Which loans are a bad risk? Two algorithms compared.",
        "binary classification",
    ),
    Sample("wine-quality", "Wine quality", "How will tasters grade a wine?", "multiclass classification"),
    Sample("wine-groups", "Wine groups", "Which kinds of wine are there?", "clustering"),
)


def sample_document(name: str) -> PipelineDocument:
    """The document of a sample pipeline."""
    if name not in {s.name for s in SAMPLES}:
        raise NotFoundError("sample pipeline", name, [s.name for s in SAMPLES])
    return codec.loads((resources.files("pipelines.samples") / "pipelines" / f"{name}.yaml").read_text("utf-8"))
