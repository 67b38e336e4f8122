"""The sample pipelines, ready to run on the sample datasets."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from pipelines.document import codec
from pipelines.document.model import PipelineDocument
from pipelines.errors import NotFoundError
from pipelines.samples import SAMPLE_DATASETS


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample pipeline: ``sentence`` says what it answers, ``task`` what kind of answer that is.

    ``at_start``: it stands in every new workspace. ``known_as`` names the Azure Machine Learning designer's sample that
    asks the same.
    """

    name: str
    title: str
    sentence: str
    task: str
    at_start: bool = False
    known_as: str = ""

    @property
    def document(self) -> PipelineDocument:
        text = (resources.files("pipelines.samples") / "pipelines" / f"{self.name}.yaml").read_text("utf-8")
        return codec.loads(text)

    @property
    def datasets(self) -> list[str]:
        """The sample datasets it reads."""
        values = (v for step in self.document.steps for v in step.params.values() if isinstance(v, str))
        return list(dict.fromkeys(v for v in values if v in SAMPLE_DATASETS))


SAMPLES = (
    Sample(
        "automobile-price",
        "Automobile price",
        "What should this car cost?",
        "regression",
        at_start=True,
        known_as="Regression - Automobile Price Prediction (Basic)",
    ),
    Sample(
        "adult-income",
        "Adult income",
        "Who earns more than 50,000 dollars a year?",
        "binary classification",
        at_start=True,
    ),
    Sample(
        "german-credit",
        "German credit",
        "Which loans are a bad risk? Two algorithms compared.",
        "binary classification",
        at_start=True,
    ),
    Sample(
        "wine-quality", "Wine quality", "How will tasters grade a wine?", "multiclass classification", at_start=True
    ),
    Sample("wine-groups", "Wine groups", "Which kinds of wine are there?", "clustering", at_start=True),
    Sample(
        "automobile-compare",
        "Automobile price, compared",
        "Which of two algorithms prices a car better?",
        "regression",
        known_as="Regression - Automobile Price Prediction (Advanced)",
    ),
    Sample(
        "income-features",
        "Income from five columns",
        "Which five columns tell most of income, and how well do they tell it?",
        "binary classification",
        known_as="Binary Classification with Feature Selection - Income Prediction",
    ),
    Sample(
        "credit-cost",
        "Credit risk with costs",
        "What if a bad loan costs five times the other mistake?",
        "binary classification",
        known_as="Binary Classification with Custom Python Script - Credit Risk Prediction",
    ),
    Sample(
        "co2-forecast",
        "Carbon dioxide, forecast",
        "How much carbon dioxide will be in the air in the coming years?",
        "forecast",
    ),
    Sample(
        "flight-delay",
        "Flight delay",
        "Will a flight arrive late, given the weather?",
        "binary classification",
        known_as="Binary Classification with Custom R Script - Flight Delay Prediction",
    ),
    Sample(
        "customer-churn",
        "Customer churn",
        "Which customers will leave, when few do?",
        "binary classification",
        known_as="Binary Classification - Customer Relationship Prediction",
    ),
    Sample(
        "income-by-country",
        "Income, split by country",
        "Does what holds in one country hold elsewhere?",
        "binary classification",
        known_as="Split data by a regular expression",
    ),
    Sample(
        "adult-tuning",
        "Adult income, tuned",
        "Which settings of an algorithm work best?",
        "binary classification",
        known_as="Tune Parameters for Binary Classification - Adult dataset",
    ),
    Sample(
        "adult-cross-validation",
        "Adult income, cross-validated",
        "How far do the measures of a model spread?",
        "binary classification",
        known_as="Cross Validation for Binary Classification - Adult dataset",
    ),
    Sample(
        "feature-importance",
        "What makes a good wine",
        "Which columns does a model lean on?",
        "regression",
        known_as="Permutation Feature Importance",
    ),
    Sample(
        "digit-recognition",
        "Handwritten digits",
        "Which digit was written? One model for each digit.",
        "multiclass classification",
        known_as="Multiclass Classification - Letter Recognition",
    ),
    Sample(
        "support-messages",
        "Support messages",
        "What is a customer's message about? Two ways to read text compared.",
        "multiclass classification",
        known_as="Text Classification - Wikipedia SP 500 Dataset",
    ),
    Sample(
        "product-reviews-ja",
        "Product reviews in Japanese",
        "Is this 商品レビュー good or bad?",
        "binary classification",
    ),
    Sample(
        "movie-ratings",
        "Movie ratings",
        "Which films would somebody like?",
        "recommendation",
        known_as="Recommendation - Movie Rating Tweets",
    ),
)


def sample(name: str) -> Sample:
    """A sample pipeline by its name."""
    for found in SAMPLES:
        if found.name == name:
            return found
    raise NotFoundError("sample pipeline", name, [s.name for s in SAMPLES])


def sample_document(name: str) -> PipelineDocument:
    """The document of a sample pipeline."""
    return sample(name).document
